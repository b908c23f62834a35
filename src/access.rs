//! Who may do what in an app's database, as the repository declares it: a manifest with SQL and the Job that runs it, and
//! the group roles that hold the privileges of levels.
//!
//! CNPG runs no GRANT. The manifest is written as a whole, from the declaration in it: the ConfigMap holds that
//! (`access.json`) beside the scripts that make it so.

mod error;
mod grantee;
mod groups;
mod image;
mod members;
mod scripts;
#[cfg(test)]
mod tests;

use std::str::FromStr;

use serde_json::json;

use crate::declared::{DeclaredAccess, DeclaredApp};
use crate::domain::access::form::DatabaseAccess;
use crate::domain::access::{Access, object_name, script_hash};
use crate::domain::kubernetes_name::{AppName, ObjectName};
use crate::domain::name::NameError;
use crate::domain::postgres_name::{DatabaseName, RoleName};
use crate::render::{RenderError, Template, Templates};
use crate::repo::draft::Draft;
use crate::repo::path::{RepoPath, RepoPathError};
use crate::repo::snapshot::Snapshot;
use crate::target::Target;

pub use error::{AccessError, Refused};
pub use grantee::grantable;
pub use groups::{Groups, add_groups, declared_groups, group_file};
pub use members::{memberships, role_node, set_memberships};
pub use scripts::files_of;

use image::Pod;

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
    target.object_file(&object_name(app))
}

/// The access to a database as it is to be.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'input> {
    /// The database.
    pub subject: &'input Subject,
    /// Who is to be allowed what.
    pub access: &'input Access,
    /// What the repository declares by now.
    pub there: Option<&'input DeclaredAccess>,
}

/// Writes the manifest of the access to each of these databases. Nothing is written where that is the same. Gives the files,
/// which are still to be entered in the folder's kustomization.
///
/// # Errors
/// The number of the first one where something else is in the way, or a template fails, and why.
pub fn write(
    ground: Ground<'_>,
    wanted: &[Wanted<'_>],
    draft: &mut Draft<'_>,
) -> Result<Vec<RepoPath>, Refused> {
    // The Cluster's manifest is parsed once for all.
    let pod = Pod::of(ground.target, draft.snapshot());
    let mut files = Vec::new();
    for (number, wanted) in wanted.iter().enumerate() {
        let path = write_one(ground, wanted, &pod, draft);
        files.push(path.map_err(|error| Refused::of(number, error))?);
    }
    Ok(files)
}

fn write_one(
    ground: Ground<'_>,
    wanted: &Wanted<'_>,
    pod: &Pod,
    draft: &mut Draft<'_>,
) -> Result<RepoPath, AccessError> {
    let subject = wanted.subject;
    let name = object_name(&subject.app);
    // Kubernetes makes a label of a Job's name.
    let longest = 63;
    if ground.target.server.is_none() && name.len() > longest {
        return Err(AccessError::LongName { name });
    }
    let path = file(&subject.app, ground.target)?;
    if let Some(there) = wanted.there {
        check_once(there)?;
        let declared = readable(there)?;
        if declared.access == *wanted.access && declared.owner == subject.owner {
            return Ok(there.place.path.clone());
        }
        check_place(there, &path)?;
    } else if draft.snapshot().text(&path).is_some() {
        return Err(AccessError::Taken { path });
    }
    let text = manifest(ground, subject, wanted.access, pod)?;
    draft.write(&path, text);
    Ok(path)
}

/// Who may do what, as it is declared; nobody, where nothing is.
///
/// # Errors
/// When somebody has changed it so that it cannot be read.
pub fn declared(there: Option<&DeclaredAccess>) -> Result<Access, AccessError> {
    match there {
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

/// Refuses an access that is declared twice.
fn check_once(there: &DeclaredAccess) -> Result<(), AccessError> {
    match there.again.first() {
        None => Ok(()),
        Some(again) => Err(AccessError::Twice {
            place: there.place.to_string(),
            again: again.to_string(),
        }),
    }
}

/// Refuses to write a manifest anew that stands elsewhere, beside other things.
fn check_place(there: &DeclaredAccess, path: &RepoPath) -> Result<(), AccessError> {
    if there.place.path == *path {
        return Ok(());
    }
    Err(AccessError::Elsewhere {
        place: there.place.to_string(),
        path: path.clone(),
    })
}

/// The text of the manifest.
fn manifest(
    ground: Ground<'_>,
    subject: &Subject,
    access: &Access,
    pod: &Pod,
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
    Ok(job_manifest_of(ground, subject, &job, pod)?)
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
    job_manifest_of(ground, subject, job, &Pod::of(ground.target, snapshot))
}

fn job_manifest_of(
    ground: Ground<'_>,
    subject: &Subject,
    job: &Job<'_>,
    pod: &Pod,
) -> Result<String, RenderError> {
    let Ground { target, templates } = ground;
    let Job { name, about, files } = job;
    let hash = script_hash(files.iter().map(|(key, text)| (*key, text.as_str())));
    let file = |(key, text): &(&str, String)| json!({ "key": key, "text": indented(text) });
    let waves = target.waves;
    let endpoint = target.endpoint();
    let values = json!({
        "about": about,
        "app": subject.app.as_str(),
        "cluster": target.cluster.as_str(),
        "database": subject.database.as_str(),
        "files": files.iter().map(file).collect::<Vec<_>>(),
        "hash": hash,
        "hookWave": (i64::from(waves.database()) + 1).to_string(),
        "host": endpoint.host.as_str(),
        "image": pod.image,
        "name": name,
        "namespace": target.namespace.as_str(),
        "networkPolicy": target.jobs.network_policy,
        "port": endpoint.port.to_string(),
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
