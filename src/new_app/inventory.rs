//! What of an app is in the repository already, and what stands in its way.

use super::comparison::Difference;
use super::error::{Conflict, NAME, NewAppError};
use super::site::Site;
use super::{
    AppFiles, Inputs, access_manifest, credential, database, existing, pooler, role, service,
};
use crate::declared::SecretOrigin;
use crate::domain::app::Share;
use crate::domain::choice::RoleStyle;
use crate::repo::object::Object;
use crate::repo::path::RepoPath;

/// Whether a piece is there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<'text> {
    /// It is not.
    Missing,
    /// It is, in this file and document.
    There(&'text RepoPath, usize),
    /// It is in this file and document, and was closed when the app was removed: it is a role that keeps what it owns.
    Closed(&'text RepoPath, usize),
}

impl<'text> Found<'text> {
    /// The file and document, when it is there.
    pub(super) fn object(self) -> Option<(&'text RepoPath, usize)> {
        match self {
            Self::Missing => None,
            Self::There(path, document) | Self::Closed(path, document) => Some((path, document)),
        }
    }

    /// Whether it is there and has to be opened again.
    pub(super) fn is_closed(self) -> bool {
        matches!(self, Self::Closed(..))
    }
}

/// What of an app is there.
pub(super) struct Inventory<'text> {
    /// The SealedSecret.
    pub(super) secret: Found<'text>,
    /// The managed role, or the DatabaseRole.
    pub(super) role: Found<'text>,
    /// The Database.
    pub(super) database: Found<'text>,
    /// The access to the database, where the app is to be isolated.
    pub(super) access: Found<'text>,
    /// The Services.
    pub(super) service: Found<'text>,
    /// Who makes the Secret, where that is not the product.
    pub(super) origin: Option<SecretOrigin>,
    app: String,
    findings: Findings,
}

/// What stands in an app's way.
#[derive(Default)]
pub(super) struct Findings {
    /// Names that belong to something else.
    pub(super) conflicts: Vec<Conflict>,
    /// Settings that differ from what was asked for.
    pub(super) differences: Vec<Difference>,
    /// What the user should know.
    pub(super) warnings: Vec<String>,
}

/// The repository's objects that may concern an app, and the Cluster that it is put on.
pub(super) struct Surroundings<'input, 'text> {
    /// What the plan is made from.
    pub(super) inputs: &'input Inputs<'text>,
    /// The app's files.
    pub(super) files: &'input AppFiles,
    /// The repository around it.
    pub(super) site: &'input Site<'text>,
    /// Objects of the target that have one of the app's names.
    pub(super) objects: Vec<&'input Object<'text>>,
    /// The Cluster's manifest.
    pub(super) cluster: Option<&'input Object<'text>>,
}

impl<'text> Inventory<'text> {
    /// Looks for an app in the repository.
    pub(super) fn of(inputs: &Inputs<'text>, files: &AppFiles, site: &Site<'text>) -> Self {
        let app = inputs.app;
        let names = [
            app.name.as_str(),
            app.secret.as_str(),
            app.role.as_str(),
            app.database.as_str(),
            app.database_object.as_str(),
            app.role_object.as_str(),
        ];
        let paths = files.all().map(RepoPath::as_str);
        let surroundings = Surroundings {
            inputs,
            files,
            site,
            objects: site.objects_named(names.into_iter().chain(paths)),
            cluster: site.cluster.as_ref(),
        };
        let mut findings = Findings::default();
        let has_login = app.options.share != Share::Database;
        let has_database = app.options.share != Share::Login;
        let is_existing = has_login && app.options.existing_secret;
        let secret = if has_login && !is_existing {
            credential::inspect(&surroundings, &mut findings)
        } else {
            Found::Missing
        };
        let origin = is_existing.then(|| existing::inspect(&surroundings, &mut findings));
        role::check_bootstrap(&surroundings, &mut findings);
        let role = match app.options.roles {
            _ if !has_login => Found::Missing,
            RoleStyle::Managed => role::inspect_managed(&surroundings, &mut findings),
            RoleStyle::DatabaseRole => role::inspect_database_role(&surroundings, &mut findings),
        };
        let database = if has_database {
            database::inspect(&surroundings, &mut findings)
        } else {
            Found::Missing
        };
        let access = if has_database && app.options.isolate {
            access_manifest::inspect(&surroundings, &mut findings)
        } else {
            Found::Missing
        };
        let service = if has_login {
            pooler::inspect(&surroundings, &mut findings);
            service::inspect(&surroundings, &mut findings)
        } else {
            Found::Missing
        };
        Self {
            secret,
            service,
            role,
            database,
            access,
            origin,
            app: app.name.to_string(),
            findings,
        }
    }

    /// Whether neither its credential nor its database is there.
    pub(super) fn is_new(&self) -> bool {
        self.secret.object().is_none() && self.database.object().is_none()
    }

    /// What the user should know.
    pub(super) fn warnings(&self) -> &[String] {
        &self.findings.warnings
    }

    /// Refuses when something stands in the app's way.
    pub(super) fn check(&self) -> Result<(), NewAppError> {
        if !self.findings.conflicts.is_empty() {
            return Err(NewAppError::Taken(self.findings.conflicts.clone()));
        }
        if !self.findings.differences.is_empty() {
            return Err(NewAppError::Different {
                app: self.app.clone(),
                differences: self.findings.differences.clone(),
            });
        }
        Ok(())
    }
}

impl<'text> Surroundings<'_, 'text> {
    /// The objects of a kind in the target's namespace; one that names no namespace counts as being there.
    pub(super) fn of_kind(&self, group: &str, kind: &str) -> impl Iterator<Item = &Object<'text>> {
        let namespace = self.inputs.target.namespace.as_str();
        let objects = self.objects.iter().copied();
        objects.filter(move |object| {
            object.is(group, kind) && object.namespace().is_none_or(|found| found == namespace)
        })
    }

    /// Whether an object is the app's own, whatever it is called: made for it, or by hand in one of its files.
    pub(super) fn is_own(&self, object: &Object<'_>) -> bool {
        match object.app() {
            Some(owner) => owner == self.inputs.app.name.as_str(),
            None => self.files.all().contains(&object.path),
        }
    }

    /// The conflict of a new file with one that is there.
    pub(super) fn file_conflict(&self, path: &RepoPath) -> Option<Conflict> {
        self.inputs.snapshot.text(path).map(|_| Conflict {
            place: path.to_string(),
            problem: "the file is there and holds something else".to_owned(),
            flag: NAME,
        })
    }

    /// The conflict with an object that is marked as another app's.
    pub(super) fn owner_conflict(
        &self,
        object: &Object<'_>,
        flag: &'static str,
    ) -> Option<Conflict> {
        let owner = object.app()?;
        (owner != self.inputs.app.name.as_str()).then(|| Conflict {
            place: object.place(),
            problem: format!(
                "{} {} belongs to the app {owner:?}",
                object.kind().unwrap_or_default(),
                object.name().unwrap_or_default()
            ),
            flag,
        })
    }
}
