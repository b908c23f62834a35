//! `grant` and `revoke`: who may do what in an app's database, as one change to the repository.
//!
//! A level is held by a group role; who is of it is a member, and its own declaration says so. Other privileges a role holds
//! itself. Both end up in the manifest of the access, whose Job makes them true as the database's owner.

mod error;
mod report;
mod rights;
#[cfg(test)]
mod tests;
mod user;

use rand::CryptoRng;

use crate::access::{self, AccessError, Groups, Subject, Wanted, add_groups, set_memberships};
use crate::declared::places::Places;
use crate::declared::{Declared, DeclaredApp};
use crate::domain::access::Access;
use crate::domain::access::asked::{Grantee, Right};
use crate::domain::choice::RoleStyle;
use crate::domain::postgres_name::RoleName;
use crate::new_app::Ground;
use crate::repo::change_set::ChangeSet;
use crate::repo::draft::Draft;
use crate::repo::enlisting::enlist;
use crate::repo::inside::file_of;
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::sync::{Folding, fold};

pub use error::GrantError;
pub use report::Report;
pub use user::NewUser;

use user::User;

/// What a plan is made from.
pub struct Inputs<'input> {
    /// The target, the templates and the sealing key.
    pub ground: Ground<'input>,
    /// What was read of the repository.
    pub snapshot: &'input Snapshot,
    /// What it declares for the target.
    pub declared: &'input Declared,
    /// The app whose database it is about.
    pub app: &'input DeclaredApp,
}

/// What is to change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Change {
    /// Somebody is to be allowed something.
    Grant(Grantee, Right),
    /// Somebody is not to be allowed something any more; nothing at all, where nothing is named.
    Revoke(Grantee, Option<Right>),
}

/// What is asked for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Request {
    /// Whether nobody but the database's own roles is to connect, or everybody is again; left as it is where nothing is said.
    pub isolate: Option<bool>,
    /// What somebody is to be allowed, or not any more.
    pub change: Option<Change>,
}

/// What is to be done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plan {
    /// The files to write, in the order of the sync-waves.
    pub changes: ChangeSet,
    /// The role that it is about; none where it is about PUBLIC alone.
    pub role: Option<RoleName>,
    /// Whether the role is a new login, with a credential of its own.
    pub is_new: bool,
    /// The access as it is to be.
    pub access: Access,
    /// The manifest of it.
    pub path: RepoPath,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// Plans a change; `new` says what a login is to be like that is not there yet. `rng` must be the system's generator, or
/// seeded by it.
///
/// # Errors
/// When the app has no database to grant something in, the role cannot be granted it, or an edit fails. Nothing is to be
/// written then.
pub fn plan(
    inputs: &Inputs<'_>,
    request: &Request,
    new: Option<NewUser>,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Plan, GrantError> {
    let subject = Subject::of(inputs.app).map_err(|reason| GrantError::NoSubject {
        app: inputs.app.name.clone(),
        reason,
    })?;
    let mut access = access::declared(inputs.app.access.as_ref())?;
    let user = match request.change.as_ref() {
        Some(Change::Grant(to, _)) => Some(user::find(inputs, to, &subject, new)?),
        Some(Change::Revoke(from, _)) => Some(user::find_granted(inputs, from, &access)?),
        None => None,
    };
    let mut groups = user.as_ref().map_or_else(Vec::new, User::groups);
    let groups_before = groups.clone();
    if request.isolate.is_some() {
        access.isolate = request.isolate;
    }
    match (&request.change, user.as_ref().map(User::role)) {
        (Some(Change::Grant(_, right)), Some(role)) => {
            rights::grant(&mut access, &mut groups, role, right, &subject.owner)?;
        }
        (Some(Change::Revoke(_, right)), Some(role)) => {
            rights::revoke(
                &mut access,
                &mut groups,
                role,
                right.as_ref(),
                &subject.owner,
            )?;
        }
        _ => {}
    }
    let mut draft = Draft::new(inputs.snapshot);
    let mut files = declare_groups(inputs, &subject, &access, &mut draft)?;
    let written = write_manifest(inputs, &subject, &access, &mut draft)?;
    let path = access::file(&subject.app, inputs.ground.target).map_err(AccessError::from)?;
    files.extend(written);
    let role = user.as_ref().map(|user| user.role().clone());
    let is_new = matches!(user, Some(User::New(_)));
    let warnings = match user {
        Some(User::New(wanted)) => user::make(inputs, *wanted, &groups, &mut draft, rng)?,
        Some(User::Declared(declared, _)) if groups != groups_before => {
            let mut places = Places::new(inputs.snapshot);
            let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
            set_memberships(declared, &groups, &mut places, &mut draft)?;
            Vec::new()
        }
        _ => Vec::new(),
    };
    // Last, so that no kustomization lists a file that is not there yet.
    let files: Vec<&RepoPath> = files.iter().collect();
    let directory = &inputs.ground.target.directory;
    enlist(directory, &files, &mut draft).map_err(AccessError::from)?;
    let folding = Folding {
        target: inputs.ground.target,
        snapshot: inputs.snapshot,
        templates: inputs.ground.templates,
    };
    Ok(Plan {
        changes: fold(draft.into_change_set(), folding)?,
        role,
        is_new,
        access,
        path: file_of(&path).0,
        warnings,
    })
}

fn ground<'input>(inputs: &Inputs<'input>) -> access::Ground<'input> {
    access::Ground {
        target: inputs.ground.target,
        templates: inputs.ground.templates,
    }
}

/// Declares the groups of levels that are not there yet, as the owner's role is declared; gives the files that are made.
fn declare_groups(
    inputs: &Inputs<'_>,
    subject: &Subject,
    access: &Access,
    draft: &mut Draft<'_>,
) -> Result<Vec<RepoPath>, AccessError> {
    let role = inputs.app.role.as_ref();
    let groups = Groups {
        subject,
        levels: &access.levels,
        style: role.map_or_else(RoleStyle::default, |role| RoleStyle::from(&role.source)),
    };
    let roles = &inputs.declared.roles;
    add_groups(ground(inputs), &[groups], roles, draft).map_err(|refused| *refused.error)
}

/// Writes the manifest of the access, and gives its path; of an app without any nothing is written.
fn write_manifest(
    inputs: &Inputs<'_>,
    subject: &Subject,
    access: &Access,
    draft: &mut Draft<'_>,
) -> Result<Vec<RepoPath>, AccessError> {
    let there = inputs.app.access.as_ref();
    if there.is_none() && access.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = Wanted {
        subject,
        access,
        there,
    };
    access::write(ground(inputs), &[wanted], draft).map_err(|refused| *refused.error)
}
