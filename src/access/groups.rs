//! The group roles that hold the privileges of levels: without login, declared like the owner's role.

use super::error::AccessError;
use super::{Ground, Subject};
use crate::declared::{DeclaredRole, RoleSource};
use crate::domain::access::Level;
use crate::domain::choice::RoleStyle;
use crate::domain::kubernetes_name::AppName;
use crate::domain::postgres_name::RoleName;
use crate::render::Template;
use crate::repo::draft::Draft;
use crate::repo::edit::{Addition, append};
use crate::repo::enlisting::enlist;
use crate::repo::path::{RepoPath, RepoPathError};
use crate::target::Target;
use serde_json::json;

/// The groups of an app.
pub struct Groups<'input> {
    /// The levels that are to have one.
    pub levels: &'input [Level],
    /// How they are declared where they are not there yet.
    pub style: RoleStyle,
    /// The roles that are declared by now.
    pub declared: &'input [DeclaredRole],
}

/// The file of the DatabaseRole of a level's group.
///
/// # Errors
/// Never for a parsed app name; the type of a path says so.
pub fn group_file(app: &AppName, level: Level, target: &Target) -> Result<RepoPath, RepoPathError> {
    target
        .directory
        .join(&format!("{}.yaml", object(app, level)))
}

/// The name of the DatabaseRole of a level's group.
fn object(app: &AppName, level: Level) -> String {
    format!("{app}-{}-role", level.as_str())
}

/// Declares the groups that are not there yet.
///
/// # Errors
/// When a role of a group's name is something else, or a file cannot be written or edited.
pub fn add_groups(
    ground: Ground<'_>,
    subject: &Subject,
    groups: &Groups<'_>,
    draft: &mut Draft<'_>,
) -> Result<(), AccessError> {
    let mut missing = Vec::new();
    for level in groups.levels {
        let role = level.group(&subject.owner)?;
        let mut declared = groups.declared.iter();
        match declared.find(|known| known.name == role.as_str()) {
            Some(known) => check(known)?,
            None => missing.push((*level, role)),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    match groups.style {
        RoleStyle::Managed => add_entries(ground.target, subject, &missing, draft),
        RoleStyle::DatabaseRole => add_objects(ground, subject, &missing, draft),
    }
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
    subject: &Subject,
    missing: &[(Level, RoleName)],
    draft: &mut Draft<'_>,
) -> Result<(), AccessError> {
    let manifest = target.manifest.as_ref().ok_or(AccessError::NoManifest)?;
    let before = draft.text(&manifest.path).ok_or(AccessError::NoManifest)?;
    let text = |text: &str| Addition::Text(text.to_owned());
    let entry = |(level, role): &(Level, RoleName)| {
        Addition::Map(vec![
            ("name".to_owned(), text(role.as_str())),
            ("login".to_owned(), Addition::Bool(false)),
            ("comment".to_owned(), text(&comment(*level, subject))),
        ])
    };
    let entries: Vec<Addition> = missing.iter().map(entry).collect();
    let path = ["spec", "managed", "roles"];
    let text = append(before, manifest.document, &path, &entries);
    let text = text.map_err(|source| AccessError::Edit {
        path: manifest.path.clone(),
        source,
    })?;
    draft.write(&manifest.path, text);
    Ok(())
}

fn add_objects(
    ground: Ground<'_>,
    subject: &Subject,
    missing: &[(Level, RoleName)],
    draft: &mut Draft<'_>,
) -> Result<(), AccessError> {
    let Ground { target, templates } = ground;
    let mut files = Vec::new();
    for (level, role) in missing {
        let path = group_file(&subject.app, *level, target)?;
        if draft.text(&path).is_some() {
            return Err(AccessError::Taken { path });
        }
        let name = object(&subject.app, *level);
        let values = json!({
            "app": subject.app.as_str(),
            "cluster": target.cluster.as_str(),
            "comment": comment(*level, subject),
            "name": name,
            "namespace": target.namespace.as_str(),
            "role": role.as_str(),
            "wave": target.waves.cluster().to_string(),
        });
        let namespace = target.namespace.as_str();
        let text = templates.rendered(Template::GroupRole, &values, &name, namespace)?;
        draft.write(&path, text);
        files.push(path);
    }
    let files: Vec<&RepoPath> = files.iter().collect();
    Ok(enlist(&target.directory, &files, draft)?)
}

/// What PostgreSQL shows beside a group.
fn comment(level: Level, subject: &Subject) -> String {
    comment_on(level, subject.database.as_str())
}

fn comment_on(level: Level, database: &str) -> String {
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
        let comment = comment_on(*level, database);
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
