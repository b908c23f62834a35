//! What an app is called.

use std::collections::HashSet;

use super::{DeclaredCredential, DeclaredDatabase, DeclaredRole, RoleSource};

/// What the names of Secrets end with that are named after their app, the longest first.
const SECRET_SUFFIXES: [&str; 9] = [
    "-db-credentials",
    "-db-creds",
    "-db-secret",
    "-db-password",
    "-credentials",
    "-creds",
    "-secret",
    "-password",
    "-db",
];

/// The pieces that an app may be called after.
#[derive(Clone, Copy)]
pub(super) struct Namesakes<'piece> {
    /// Its Database.
    pub(super) database: Option<&'piece DeclaredDatabase>,
    /// Its role.
    pub(super) role: Option<&'piece DeclaredRole>,
    /// Its credential.
    pub(super) credential: Option<&'piece DeclaredCredential>,
    /// Whether its role is that of another app too, so that its label may be that one's.
    pub(super) is_shared: bool,
}

impl Namesakes<'_> {
    /// The app's name on the label of the product.
    pub(super) fn label(&self) -> Option<&str> {
        let database = self.database.and_then(|database| database.app.as_deref());
        let credential = self
            .credential
            .and_then(|credential| credential.app.as_deref());
        let role = self.role.and_then(|role| role.app.as_deref());
        let shared = credential.or(role).filter(|_| !self.is_shared);
        database.or(shared)
    }

    /// The names that it may have, the best first.
    pub(super) fn candidates(&self) -> Vec<String> {
        let label = self.label().map(str::to_owned);
        let object = self.database.map(|database| database.object.as_str());
        let from_database = object.into_iter().flat_map(|name| cut(name, &["-db"]));
        let secret = self
            .credential
            .map(|credential| credential.name.as_str())
            .or_else(|| {
                // What somebody else makes is named by somebody else.
                let role = self.role.filter(|role| role.secret_origin.is_none())?;
                role.password_secret.as_deref()
            });
        let from_secret = secret
            .into_iter()
            .flat_map(|name| cut(name, &SECRET_SUFFIXES));
        let from_role = self.role.into_iter().flat_map(|role| match &role.source {
            RoleSource::DatabaseRole(object) => cut(object, &["-role"]),
            RoleSource::Managed | RoleSource::Cluster => vec![role.name.replace('_', "-")],
        });
        let others = from_database.chain(from_secret).chain(from_role);
        let kept = self.role.and_then(|role| role.kept.as_ref());
        let kept = kept.map(|kept| kept.app.clone());
        label.into_iter().chain(kept).chain(others).collect()
    }

    /// The best of these names.
    pub(super) fn base(&self) -> String {
        self.candidates().into_iter().next().unwrap_or_default()
    }
}

/// A name without the first of these ends that it has, then the whole name.
fn cut(name: &str, suffixes: &[&str]) -> Vec<String> {
    let shortened = suffixes
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .filter(|rest| !rest.is_empty());
    shortened
        .into_iter()
        .chain([name])
        .map(str::to_owned)
        .collect()
}

/// The first of an app's names that no other app has; where all are taken, the best one with the first free number.
pub(super) fn unused(candidates: Vec<String>, taken: &mut HashSet<String>) -> String {
    let base = candidates.first().cloned().unwrap_or_default();
    let numbered = (2..=taken.len() + 2).map(|number| format!("{base}-{number}"));
    let name = candidates
        .into_iter()
        .chain(numbered)
        .find(|name| !taken.contains(name))
        .unwrap_or(base);
    taken.insert(name.clone());
    name
}
