//! What a role keeps whose app was removed, where its name does not say so: a comment beside it does.

use super::DeclaredRole;
use crate::repo::yaml::Node;

/// The key behind whose value the comment stands.
pub(crate) const KEY: &str = "disablePassword";

/// The comment beside a role that logged in to another app's database: there is nothing to drop in its name.
const NOTHING: &str = "keeps no database";

/// What a role keeps.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Kept {
    /// The app that was removed.
    pub app: String,
    /// Its database; empty where it had none of its own.
    pub database: String,
}

impl Kept {
    /// The comment that says so, without its `#`; none where it follows from the role's name, or a name does not fit in
    /// a comment.
    pub fn comment(&self, role: &str) -> Option<String> {
        if self.database.is_empty() {
            return Some(NOTHING.to_owned());
        }
        let follows = self.database == role && self.app == role.replace('_', "-");
        let fits = |name: &str| {
            let is_plain = |c: char| c.is_alphanumeric() || "_.-".contains(c);
            !name.is_empty() && name.chars().all(is_plain)
        };
        let is_wanted = !follows && fits(&self.app) && fits(&self.database);
        is_wanted.then(|| format!("keeps the database {:?} of {}", self.database, self.app))
    }

    /// Reads the comment beside a role in the text of its file.
    pub(super) fn read(text: &str, role: &Node<'_>) -> Option<Self> {
        let behind = text.get(role.get(KEY)?.span.end..)?;
        let line = behind.split(['\r', '\n']).next()?;
        let said = line.trim();
        if said.strip_prefix("# ") == Some(NOTHING) {
            let role = role.get("name").and_then(Node::as_str).unwrap_or_default();
            return Some(Self {
                app: role.replace('_', "-"),
                database: String::new(),
            });
        }
        let said = said.strip_prefix("# keeps the database \"")?;
        let (database, app) = said.split_once("\" of ")?;
        Some(Self {
            app: app.trim_end().to_owned(),
            database: database.to_owned(),
        })
    }
}

impl DeclaredRole {
    /// What it keeps of an app that was removed: what is said of it, else what follows from its name; none of a role that
    /// is in use.
    pub fn keeps(&self) -> Option<Kept> {
        let follows = || Kept {
            app: self
                .app
                .clone()
                .unwrap_or_else(|| self.name.replace('_', "-")),
            database: self.name.clone(),
        };
        self.is_kept()
            .then(|| self.kept.clone().unwrap_or_else(follows))
    }
}
