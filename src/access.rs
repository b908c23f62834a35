//! Who may do what in an app's database, as the repository declares it: a manifest with SQL and the Job that runs it, and
//! the group roles that hold the privileges of levels.
//!
//! CNPG runs no GRANT. The manifest is written as a whole, from the declaration in it: the ConfigMap holds that
//! (`access.json`) beside the scripts that make it so.

mod error;
mod groups;
mod image;
mod members;
mod scripts;
#[cfg(test)]
mod tests;

use serde_json::json;

use std::str::FromStr;

use crate::declared::{DeclaredAccess, DeclaredApp};
use crate::domain::access::form::DatabaseAccess;
use crate::domain::access::{Access, object_name, script_hash};
use crate::domain::connection::{Connection, PORT};
use crate::domain::kubernetes_name::{AppName, ObjectName};
use crate::domain::name::NameError;
use crate::domain::postgres_name::{DatabaseName, RoleName};
use crate::render::{RenderError, Template, Templates};
use crate::repo::draft::Draft;
use crate::repo::path::{RepoPath, RepoPathError};
use crate::repo::snapshot::Snapshot;
use crate::target::Target;

pub use error::AccessError;
pub use groups::{Groups, add_groups, declared_groups, group_file};
pub use members::{memberships, set_memberships};
pub use scripts::files_of;

/// What manifests are made from.
#[derive(Clone, Copy)]
pub struct Ground<'input> {
    /// The PostgreSQL that the database is on.
    pub target: &'input Target,
    /// The templates in use.
    pub templates: &'input Templates,
}

/// The database that the access is to.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The app.
    pub app: AppName,
    /// Its database.
    pub database: DatabaseName,
    /// The role that owns it.
    pub owner: RoleName,
    /// The Secret with which the owner, or a role that is a member of it, logs in.
    pub secret: ObjectName,
}

impl Subject {
    /// That of a declared app.
    ///
    /// # Errors
    /// Why its owner cannot grant anything in it, in words that continue a sentence.
    pub fn of(app: &DeclaredApp) -> Result<Self, String> {
        if app.is_leaving() || app.is_kept() {
            return Err("it is being removed, or was".to_owned());
        }
        let database = app
            .database
            .as_ref()
            .ok_or("it has no database of its own")?;
        let role = app
            .role
            .as_ref()
            .ok_or("the role of its owner is not declared")?;
        if database.owner.as_deref() != Some(role.name.as_str()) {
            return Err(format!(
                "its database does not belong to its role {:?}",
                role.name
            ));
        }
        let login = app.login.as_ref().unwrap_or(role);
        let secret = login.password_secret.as_deref().filter(|_| login.login);
        let secret = secret
            .ok_or_else(|| format!("its role {:?} does not log in with a password", login.name))?;
        fn parsed<T: FromStr<Err = NameError>>(text: &str) -> Result<T, String> {
            text.parse().map_err(|error: NameError| error.to_string())
        }
        Ok(Self {
            app: parsed(&app.name)?,
            database: parsed(&database.name)?,
            owner: parsed(&role.name)?,
            secret: parsed(secret)?,
        })
    }
}

/// The file of the access to an app's database.
///
/// # Errors
/// Never for a parsed app name; the type of a path says so.
pub fn file(app: &AppName, target: &Target) -> Result<RepoPath, RepoPathError> {
    target.directory.join(&format!("{}.yaml", object_name(app)))
}

/// Writes the manifest of the access to a database; `there` is what the repository declares by now. Nothing is written
/// where that is the same. The file is still to be entered in the folder's kustomization.
///
/// # Errors
/// When something else is in the way, or a template or an edit fails.
pub fn write(
    ground: Ground<'_>,
    subject: &Subject,
    access: &Access,
    there: Option<&DeclaredAccess>,
    draft: &mut Draft<'_>,
) -> Result<RepoPath, AccessError> {
    let path = file(&subject.app, ground.target)?;
    if let Some(there) = there {
        check_place(there, &path)?;
        let declared = readable(there)?;
        if declared.access == *access && declared.owner == subject.owner {
            return Ok(path);
        }
    } else if draft.snapshot().text(&path).is_some() {
        return Err(AccessError::Taken { path });
    }
    let text = manifest(ground, subject, access, draft)?;
    draft.write(&path, text);
    Ok(path)
}

/// What is declared of the access to an app's database; nothing, where nothing is.
///
/// # Errors
/// When somebody has changed it so that it cannot be read.
pub fn declared(app: &DeclaredApp) -> Result<Access, AccessError> {
    match &app.access {
        Some(there) => Ok(readable(there)?.access.clone()),
        None => Ok(Access::default()),
    }
}

fn readable(there: &DeclaredAccess) -> Result<&DatabaseAccess, AccessError> {
    there
        .access
        .as_ref()
        .map_err(|reason| AccessError::Unreadable {
            place: there.place.to_string(),
            reason: reason.clone(),
        })
}

/// Refuses to write a manifest anew that stands elsewhere, beside other things.
fn check_place(there: &DeclaredAccess, path: &RepoPath) -> Result<(), AccessError> {
    if let Some(again) = there.again.first() {
        return Err(AccessError::Twice {
            place: there.place.to_string(),
            again: again.to_string(),
        });
    }
    if there.place.path != *path {
        return Err(AccessError::Elsewhere {
            place: there.place.to_string(),
            path: path.clone(),
        });
    }
    Ok(())
}

/// The text of the manifest.
fn manifest(
    ground: Ground<'_>,
    subject: &Subject,
    access: &Access,
    draft: &Draft<'_>,
) -> Result<String, AccessError> {
    let declaration = DatabaseAccess {
        database: subject.database.clone(),
        owner: subject.owner.clone(),
        access: access.clone(),
    };
    let files = scripts::files(&declaration)?;
    let job = Job {
        name: object_name(&subject.app),
        about: &ABOUT,
        files: &files,
    };
    Ok(job_manifest(ground, subject, &job, draft.snapshot())?)
}

/// What stands above the manifest of the access.
const ABOUT: [&str; 2] = [
    "Who may do what in the database beside its owner. Made by kubectl-pgdb as a whole: change it with `kubectl pgdb grant`,",
    "`revoke` or `import`.",
];

/// A Job that runs SQL in an app's database, and the ConfigMap with that.
pub struct Job<'input> {
    /// The name of both.
    pub name: String,
    /// The lines of the comment above them.
    pub about: &'input [&'input str],
    /// The keys and texts of the ConfigMap.
    pub files: &'input [(&'static str, String)],
}

/// The manifest of a Job that runs SQL: of its ConfigMap, itself, and the NetworkPolicy where the settings ask for one.
///
/// # Errors
/// When the template gives no such manifest.
pub fn job_manifest(
    ground: Ground<'_>,
    subject: &Subject,
    job: &Job<'_>,
    snapshot: &Snapshot,
) -> Result<String, RenderError> {
    let Ground { target, templates } = ground;
    let Job { name, about, files } = job;
    let hash = script_hash(files.iter().map(|(key, text)| (*key, text.as_str())));
    let file = |(key, text): &(&str, String)| json!({ "key": key, "text": indented(text) });
    let pod = image::Pod::of(target, snapshot);
    let waves = target.waves;
    let connection = Connection::new(&target.cluster, &target.namespace, &subject.database);
    let values = json!({
        "about": about,
        "app": subject.app.as_str(),
        "cluster": target.cluster.as_str(),
        "database": subject.database.as_str(),
        "files": files.iter().map(file).collect::<Vec<_>>(),
        "hash": hash,
        "hookWave": (i64::from(waves.database()) + 1).to_string(),
        "host": connection.host(),
        "image": pod.image,
        "name": name,
        "namespace": target.namespace.as_str(),
        "networkPolicy": target.jobs.network_policy,
        "port": PORT,
        "pullSecrets": pod.pull_secrets,
        "secret": subject.secret.as_str(),
        // CNPG's servers always speak TLS.
        "sslMode": "require",
        "wave": waves.database().to_string(),
    });
    let namespace = target.namespace.as_str();
    templates.rendered(Template::Access, &values, name, namespace)
}

/// A text as the content of a block scalar below `data`, without its final line end.
fn indented(text: &str) -> String {
    let line = |line: &str| {
        if line.is_empty() {
            String::new()
        } else {
            format!("    {line}")
        }
    };
    let lines: Vec<String> = text.lines().map(line).collect();
    lines.join("\n")
}
