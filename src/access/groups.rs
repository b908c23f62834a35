//! The group roles that hold the privileges of levels: without login, declared like the owner's role.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use super::error::{AccessError, Refused};
use super::{Ground, Subject};
use crate::declared::{DeclaredRole, RoleSource};
use crate::domain::access::Level;
use crate::domain::choice::RoleStyle;
use crate::domain::kubernetes_name::AppName;
use crate::domain::postgres_name::RoleName;
use crate::render::Template;
use crate::repo::draft::Draft;
use crate::repo::edit::{Addition, append};
use crate::repo::path::{RepoPath, RepoPathError};
use crate::target::Target;

/// The groups of a database.
#[derive(Clone, Copy, Debug)]
pub struct Groups<'input> {
    /// The database.
    pub subject: &'input Subject,
    /// The levels that are to have one.
    pub levels: &'input [Level],
    /// How they are declared where they are not there yet.
    pub style: RoleStyle,
}

/// A group that is not there yet.
struct Missing<'input> {
    /// The number of the database that it is for.
    number: usize,
    subject: &'input Subject,
    level: Level,
    role: RoleName,
}

/// The file of the DatabaseRole of a level's group.
///
/// # Errors
/// Never for a parsed app name; the type of a path says so.
pub fn group_file(app: &AppName, level: Level, target: &Target) -> Result<RepoPath, RepoPathError> {
    target.object_file(&object(app, level))
}

/// The name of the DatabaseRole of a level's group.
fn object(app: &AppName, level: Level) -> String {
    format!("{app}-{}-role", level.as_str())
}

/// Declares the groups that are not there yet, beside the roles that are declared by now. Gives the files that are made, which
/// are still to be entered in the folder's kustomization.
///
/// # Errors
/// The number of the first database where a role of a group's name is something else, or a file cannot be written or
/// edited, and why.
pub fn add_groups(
    ground: Ground<'_>,
    all: &[Groups<'_>],
    declared: &[DeclaredRole],
    draft: &mut Draft<'_>,
) -> Result<Vec<RepoPath>, Refused> {
    let declared: HashMap<&str, &DeclaredRole> = declared
        .iter()
        .map(|role| (role.name.as_str(), role))
        .collect();
    let mut seen: HashSet<RoleName> = HashSet::new();
    let (mut entries, mut objects) = (Vec::new(), Vec::new());
    for (number, groups) in all.iter().enumerate() {
        for level in groups.levels {
            let role = level.group(&groups.subject.owner);
            let role = role.map_err(|error| Refused::of(number, error))?;
            if let Some(known) = declared.get(role.as_str()) {
                check(known).map_err(|error| Refused::of(number, error))?;
            } else if seen.insert(role.clone()) {
                let list = match groups.style {
                    RoleStyle::Managed => &mut entries,
                    RoleStyle::DatabaseRole => &mut objects,
                };
                list.push(Missing {
                    number,
                    subject: groups.subject,
                    level: *level,
                    role,
                });
            }
        }
    }
    if let Some(first) = entries.first() {
        let added = add_entries(ground.target, &entries, draft);
        added.map_err(|error| Refused::of(first.number, error))?;
    }
    let mut files = Vec::new();
    for missing in &objects {
        let file = add_object(ground, missing, draft);
        files.push(file.map_err(|error| Refused::of(missing.number, error))?);
    }
    Ok(files)
}

/// How the roles of an app are declared whose own role is declared so.
impl From<&RoleSource> for RoleStyle {
    fn from(source: &RoleSource) -> Self {
        match source {
            RoleSource::DatabaseRole(_) => Self::DatabaseRole,
            RoleSource::Managed | RoleSource::Cluster => Self::Managed,
        }
    }
}

/// Refuses a role that is no group.
fn check(role: &DeclaredRole) -> Result<(), AccessError> {
    let problem = if role.login {
        "logs in"
    } else if role.superuser {
        "is a superuser"
    } else if role.source == RoleSource::Cluster {
        "is the Cluster's own"
    } else {
        return Ok(());
    };
    Err(AccessError::Group {
        place: role.place.to_string(),
        role: role.name.clone(),
        problem,
    })
}

fn add_entries(
    target: &Target,
    all: &[Missing<'_>],
    draft: &mut Draft<'_>,
) -> Result<(), AccessError> {
    let manifest = target.manifest.as_ref().ok_or(AccessError::NoManifest)?;
    let before = draft.text(&manifest.path).ok_or(AccessError::NoManifest)?;
    let text = |text: &str| Addition::Text(text.to_owned());
    let entry = |missing: &Missing<'_>| {
        Addition::Map(vec![
            ("name".to_owned(), text(missing.role.as_str())),
            ("login".to_owned(), Addition::Bool(false)),
            ("comment".to_owned(), text(&missing.comment())),
        ])
    };
    let entries: Vec<Addition> = all.iter().map(entry).collect();
    let path = ["spec", "managed", "roles"];
    let text = append(before, manifest.document, &path, &entries);
    let text = text.map_err(|source| AccessError::Edit {
        path: manifest.path.clone(),
        source,
    })?;
    draft.write(&manifest.path, text);
    Ok(())
}

fn add_object(
    ground: Ground<'_>,
    missing: &Missing<'_>,
    draft: &mut Draft<'_>,
) -> Result<RepoPath, AccessError> {
    let Ground { target, templates } = ground;
    let app = &missing.subject.app;
    let path = group_file(app, missing.level, target)?;
    if draft.text(&path).is_some() {
        return Err(AccessError::Taken { path });
    }
    let name = object(app, missing.level);
    let values = json!({
        "app": app.as_str(),
        "cluster": target.cluster.as_str(),
        "comment": missing.comment(),
        "name": name,
        "namespace": target.namespace.as_str(),
        "role": missing.role.as_str(),
        "wave": target.waves.cluster().to_string(),
    });
    let namespace = target.namespace.as_str();
    let text = templates.rendered(Template::GroupRole, &values, &name, namespace)?;
    draft.write(&path, text);
    Ok(path)
}

impl Missing<'_> {
    /// What PostgreSQL shows beside it.
    fn comment(&self) -> String {
        comment(self.level, self.subject.database.as_str())
    }
}

/// What PostgreSQL shows beside the group of a level.
fn comment(level: Level, database: &str) -> String {
    match level {
        Level::Reader => format!("reads the database {database}"),
        Level::Writer => format!("reads and writes the database {database}"),
    }
}

/// The groups of an app that are declared and were made here: by the product's label, or by the comment that it gives them.
pub fn declared_groups<'role>(
    app: &str,
    owner: &RoleName,
    database: &str,
    declared: &'role [DeclaredRole],
) -> Vec<&'role DeclaredRole> {
    let found = Level::ALL.iter().filter_map(|level| {
        let name = level.group(owner).ok()?;
        let comment = comment(*level, database);
        declared.iter().find(|role| {
            let is_own = match &role.source {
                RoleSource::DatabaseRole(_) => role.app.as_deref() == Some(app),
                RoleSource::Managed => role.comment.as_ref() == Some(&comment),
                RoleSource::Cluster => false,
            };
            role.name == name.as_str() && is_own && check(role).is_ok()
        })
    });
    found.collect()
}
