//! How far a turn is, told from the repository alone.

use super::error::TurnError;
use super::next_secret::NextSecret;
use super::{Inputs, Step};
use crate::access::Subject;
use crate::declared::{DeclaredRole, Ensure, RoleSource, TurnFiles};
use crate::domain::postgres_name::RoleName;
use crate::domain::turns::LOGIN_SUFFIXES;
use crate::repo::draft::Draft;
use crate::repo::enlisting::enlist;
use crate::repo::path::RepoPath;

/// Who logs in, who comes next, and what is to be done about it.
pub(super) struct State<'input> {
    /// What is to be done now.
    pub(super) step: Step,
    /// The app's database, its owner, and the Secret that the application reads.
    pub(super) subject: Subject,
    /// The owner's role.
    pub(super) owner: &'input DeclaredRole,
    /// The role whose credential the app's Secret has.
    pub(super) active: &'input DeclaredRole,
    /// The role that comes, or has come.
    pub(super) incoming: RoleName,
    /// The same, where it is declared.
    pub(super) incoming_role: Option<&'input DeclaredRole>,
    /// The roles that log in still, though the app's Secret has another's credential.
    pub(super) outgoing: Vec<&'input DeclaredRole>,
    /// The SealedSecret of the next login's credential.
    pub(super) next: Option<NextSecret>,
    /// The files of a turn.
    pub(super) files: TurnFiles,
}

impl<'input> State<'input> {
    /// That of an app.
    ///
    /// # Errors
    /// When two roles cannot take turns for it, or one of their names is another's.
    pub(super) fn of(inputs: &Inputs<'input>) -> Result<Self, TurnError> {
        let app = inputs.app;
        if inputs.target.server.is_some() {
            return Err(TurnError::OnServer {
                app: app.name.clone(),
            });
        }
        let subject = Subject::of(app).map_err(|reason| TurnError::NoSubject {
            app: app.name.clone(),
            reason,
        })?;
        let (Some(owner), Some(active)) = (app.role.as_ref(), app.login_role()) else {
            return Err(TurnError::NoSubject {
                app: app.name.clone(),
                reason: "the role of its owner is not declared".to_owned(),
            });
        };
        for role in [owner, active] {
            check(role)?;
        }
        let (name, secret) = (subject.app.as_str(), subject.secret.as_str());
        let files = TurnFiles::of(name, secret, &inputs.target.directory)?;
        let next = NextSecret::read(&files, inputs.snapshot)?;
        let names = LOGIN_SUFFIXES.map(|suffix| format!("{}{suffix}", owner.name));
        let role = |name: &str| inputs.declared.roles.iter().find(|role| role.name == name);
        let incoming = incoming(next.as_ref(), active, &names, &files)?;
        let members = names.iter().filter_map(|name| role(name));
        let members = members.filter(|member| member.in_roles.contains(&owner.name));
        let all: Vec<&DeclaredRole> = [owner].into_iter().chain(members).collect();
        // A switch that was killed leaves two roles with the app's Secret: the next login, and the one that is to let go of it.
        let holds = |role: &&&DeclaredRole| {
            role.password_secret.as_deref() == Some(secret) && role.name != incoming.as_str()
        };
        let holder = all.iter().find(holds).filter(|_| next.is_some());
        let active = holder.copied().unwrap_or(active);
        let has_begun = owner.password_secret.is_none();
        let is_outgoing = |role: &&DeclaredRole| {
            let named = role.password_secret.as_deref();
            let is_theirs = named.is_none_or(|name| name == files.secret);
            has_begun && role.login && is_theirs && role.name != active.name
        };
        let mut state = Self {
            step: Step::Add,
            owner,
            active,
            incoming_role: role(incoming.as_str()),
            incoming,
            outgoing: all.iter().copied().filter(is_outgoing).collect(),
            next,
            files,
            subject,
        };
        state.step = state.step(inputs)?;
        Ok(state)
    }

    fn step(&self, inputs: &Inputs<'_>) -> Result<Step, TurnError> {
        let has_job = inputs.snapshot.text(&self.files.job_file).is_some();
        let is_added = has_job && self.is_enlisted(inputs)?;
        let incoming_secret = self
            .incoming_role
            .and_then(|role| role.password_secret.as_deref());
        let waits_for_next = incoming_secret == Some(self.files.secret.as_str());
        let has_come = self.incoming.as_str() == self.active.name;
        match &self.next {
            Some(_) if !has_come => {
                self.check_incoming()?;
                let has_own = incoming_secret == Some(self.subject.secret.as_str());
                return Ok(if is_added && (waits_for_next || has_own) {
                    Step::Switch
                } else {
                    Step::Add
                });
            }
            None if waits_for_next => {
                return Err(TurnError::Lost {
                    path: self.files.sealed.clone(),
                    secret: self.files.secret.clone(),
                });
            }
            _ => {}
        }
        if self.next.is_some() || has_job || !self.outgoing.is_empty() {
            return Ok(Step::Retire);
        }
        self.check_incoming()?;
        Ok(Step::Add)
    }

    /// Whether the kustomization lists what the first step makes: that is what it writes last.
    fn is_enlisted(&self, inputs: &Inputs<'_>) -> Result<bool, TurnError> {
        let mut draft = Draft::new(inputs.snapshot);
        let role = self.incoming_role.map(|role| &role.place.path);
        let own = self.role_file(inputs)?;
        let role = role.filter(|path| **path == own);
        let files = [&self.files.sealed, &self.files.job_file];
        let files: Vec<&RepoPath> = files.into_iter().chain(role).collect();
        enlist(&inputs.target.directory, &files, &mut draft)?;
        Ok(draft.into_change_set().is_empty())
    }

    /// The DatabaseRole of the next login.
    pub(super) fn role_object(&self) -> String {
        let letter = if self.incoming.as_str().ends_with("_a") {
            "a"
        } else {
            "b"
        };
        format!("{}-{letter}-role", self.subject.app)
    }

    /// Its file.
    pub(super) fn role_file(&self, inputs: &Inputs<'_>) -> Result<RepoPath, TurnError> {
        let name = format!("{}.yaml", self.role_object());
        Ok(inputs.target.directory.join(&name)?)
    }

    /// Refuses a role of the next login's name that is something else.
    fn check_incoming(&self) -> Result<(), TurnError> {
        let Some(role) = self.incoming_role else {
            return Ok(());
        };
        check(role)?;
        let secret = role.password_secret.as_deref();
        let own = [self.files.secret.as_str(), self.subject.secret.as_str()];
        let problem = if !role.in_roles.contains(&self.owner.name) {
            "is no member of the owner"
        } else if secret.is_some_and(|secret| !own.contains(&secret)) {
            "has a password of its own"
        } else {
            return Ok(());
        };
        Err(TurnError::Role {
            place: role.place.clone(),
            role: role.name.clone(),
            problem,
        })
    }
}

/// The login that comes, or has come: the one whose credential is there, else the one whose turn it is not.
fn incoming(
    next: Option<&NextSecret>,
    active: &DeclaredRole,
    [first, second]: &[String; 2],
    files: &TurnFiles,
) -> Result<RoleName, TurnError> {
    let other = if active.name == *second {
        first
    } else {
        second
    };
    let name = next.map_or(other, |next| &next.login);
    if name != first && name != second {
        return Err(TurnError::Taken {
            path: files.sealed.clone(),
        });
    }
    Ok(name.parse()?)
}

/// Refuses a role that is not to be changed here.
fn check(role: &DeclaredRole) -> Result<(), TurnError> {
    let problem = if role.source == RoleSource::Cluster || role.is_bootstrapped {
        "is the Cluster's own"
    } else if role.superuser {
        "is a superuser"
    } else if role.ensure == Ensure::Absent {
        "is declared to be absent"
    } else if !role.again.is_empty() {
        "is declared more than once"
    } else {
        return Ok(());
    };
    Err(TurnError::Role {
        place: role.place.clone(),
        role: role.name.clone(),
        problem,
    })
}
