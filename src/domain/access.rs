//! Who may do what in an app's database, beside the app itself.

pub mod asked;
pub mod form;
pub mod privilege;

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::kubernetes_name::AppName;
use super::name::NameError;
use super::postgres_name::{Identifier, RoleName};
use privilege::{Kind, Privilege};

/// What is declared of an app's database: who may do what in it, beside the owner.
///
/// Who is of a level is not said here: it is a member of the level's group, and its own declaration says so.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Access {
    /// Whether nobody but the database's own roles may connect: CONNECT and TEMPORARY are taken from PUBLIC, or given back
    /// to it; left as they are where this is not said.
    pub isolate: Option<bool>,
    /// The levels that have a group, in their order.
    pub levels: Vec<Level>,
    /// What roles are granted beside that, in the order in which it was.
    pub grants: Vec<Grant>,
    /// Roles that something was granted to before, and that nothing is granted to any more: all is taken from them.
    pub revoked: Vec<RoleName>,
}

/// Privileges that a role holds itself.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Grant {
    /// The role.
    pub to: RoleName,
    /// The objects.
    pub on: Objects,
    /// At least one, in PostgreSQL's order.
    pub privileges: Vec<Privilege>,
}

/// A level of access, which a group role without login holds.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Level {
    /// Reads all that the owner has and will make.
    Reader,
    /// Reads and changes the data of all that the owner has and will make.
    Writer,
}

/// Objects of a database.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Objects {
    /// The database itself.
    Database,
    /// This schema, or every one, those included that the owner will make.
    Schema(Option<Identifier>),
    /// This table of a schema.
    Table(Identifier, Identifier),
    /// All objects of a kind that schemas hold, in this schema or in every one, those included that the owner will make.
    All(Kind, Option<Identifier>),
}

impl Level {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Reader, Self::Writer];
    /// Both, as they are written.
    pub const WORDS: [&'static str; 2] = ["reader", "writer"];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Writer => "writer",
        }
    }

    /// The group role of a database's owner that holds the level: the owner's name, `_` and the level.
    ///
    /// # Errors
    /// When that is no role name, as where it is too long.
    pub fn group(self, owner: &RoleName) -> Result<RoleName, NameError> {
        format!("{owner}_{}", self.as_str()).parse()
    }

    /// What its group may do.
    pub fn rights(self) -> [(Objects, &'static [&'static str]); 4] {
        let (database, tables, sequences): (&[_], &[_], &[_]) = match self {
            Self::Reader => (&["CONNECT"], &["SELECT"], &["SELECT"]),
            Self::Writer => (
                &["CONNECT", "TEMPORARY"],
                &["SELECT", "INSERT", "UPDATE", "DELETE"],
                &["USAGE", "SELECT", "UPDATE"],
            ),
        };
        [
            (Objects::Database, database),
            (Objects::Schema(None), &["USAGE"]),
            (Objects::All(Kind::Table, None), tables),
            (Objects::All(Kind::Sequence, None), sequences),
        ]
    }
}

impl std::str::FromStr for Level {
    type Err = NameError;

    fn from_str(word: &str) -> Result<Self, NameError> {
        let mut levels = Self::ALL.into_iter();
        levels.find(|level| level.as_str() == word).ok_or_else(|| {
            NameError::new("the level", word, "is not known", "use reader or writer")
        })
    }
}

impl Objects {
    /// Their kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Database => Kind::Database,
            Self::Schema(_) => Kind::Schema,
            Self::Table(..) => Kind::Table,
            Self::All(kind, _) => *kind,
        }
    }

    /// The schema that they are, or are in; none for all schemas, and for the database.
    pub fn schema(&self) -> Option<&Identifier> {
        match self {
            Self::Database => None,
            Self::Schema(schema) | Self::All(_, schema) => schema.as_ref(),
            Self::Table(schema, _) => Some(schema),
        }
    }
}

impl Access {
    /// Whether nothing is declared.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds a level.
    pub fn add_level(&mut self, level: Level) {
        if !self.levels.contains(&level) {
            self.levels.push(level);
            self.levels.sort();
        }
    }

    /// Adds privileges to those that a role has on the same objects.
    pub fn add(&mut self, to: &RoleName, on: &Objects, privileges: &[Privilege]) {
        self.revoked.retain(|revoked| revoked != to);
        let mut known = self.grants.iter_mut();
        match known.find(|grant| grant.to == *to && grant.on == *on) {
            Some(known) => {
                known.privileges.extend(privileges);
                known.privileges = on.kind().in_order(&known.privileges);
            }
            None => self.grants.push(Grant {
                to: to.clone(),
                on: on.clone(),
                privileges: on.kind().in_order(privileges),
            }),
        }
    }

    /// Makes these the grants, and no others: what stays keeps its place, and whoever is left without any is noted as
    /// revoked.
    pub fn set_grants(&mut self, wanted: &[Grant]) {
        let mut merged = Self::default();
        for grant in wanted {
            merged.add(&grant.to, &grant.on, &grant.privileges);
        }
        let before: Vec<RoleName> = self.grantees().into_iter().cloned().collect();
        let place = |grant: &Grant| {
            let mut known = self.grants.iter();
            let place = known.position(|known| known.to == grant.to && known.on == grant.on);
            place.unwrap_or(usize::MAX)
        };
        merged.grants.sort_by_key(place);
        self.grants = merged.grants;
        let has_some = |role: &RoleName| self.grants.iter().any(|grant| grant.to == *role);
        self.revoked.retain(|role| !has_some(role));
        let gone = before.into_iter().filter(|role| !has_some(role));
        self.revoked.extend(gone);
    }

    /// The roles that something is granted to, each once, in their order.
    pub fn grantees(&self) -> Vec<&RoleName> {
        let mut roles: Vec<&RoleName> = Vec::new();
        for grant in &self.grants {
            if !roles.contains(&&grant.to) {
                roles.push(&grant.to);
            }
        }
        roles
    }
}

/// The key of a ConfigMap under which the access to a database is declared.
pub const DECLARATION_KEY: &str = "access.json";

/// The annotation with the hash of scripts, on the ConfigMap that holds them and on what runs them: an unchanged script is
/// an unchanged manifest, and what ran is known by it.
pub const SCRIPT_HASH: &str = "kubectl-pgdb/script-sha256";

/// The hash of a ConfigMap's files, given as keys and texts in any order: SHA-256 in small hexadecimal digits, of each key
/// and text with their lengths before them.
pub fn script_hash<'text>(files: impl IntoIterator<Item = (&'text str, &'text str)>) -> String {
    let mut files: Vec<(&str, &str)> = files.into_iter().collect();
    files.sort_unstable();
    let mut hash = Sha256::new();
    for text in files.into_iter().flat_map(|(key, text)| [key, text]) {
        hash.update(format!("{}:", text.len()));
        hash.update(text);
    }
    let bytes = hash.finalize();
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The names of an app's access manifest and of what is in it: the app's name and `-access`.
pub fn object_name(app: &AppName) -> String {
    format!("{app}-access")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_has_a_group_of_the_owner() {
        let owner: RoleName = "my_shop".parse().unwrap();
        assert_eq!(
            Level::Reader.group(&owner).unwrap().as_str(),
            "my_shop_reader"
        );
        let long: RoleName = "x".repeat(57).parse().unwrap();
        assert_eq!(
            Level::Writer.group(&long).unwrap_err().to_string(),
            format!("the role name {:?} has 64 bytes", format!("{long}_writer"))
        );
    }

    #[test]
    fn the_hash_tells_files_apart() {
        let hash = script_hash([("b", "2"), ("a", "1")]);
        assert_eq!(hash, script_hash([("a", "1"), ("b", "2")]));
        assert_eq!(
            hash,
            // printf '1:a1:11:b1:2' | sha256sum
            "4016e0316f40793b933598c4fcbcd0b472413e3ffe9f725829aef85184e9b679"
        );
        assert_ne!(hash, script_hash([("a", "1b"), ("", "2")]));
    }

    #[test]
    fn rights_of_levels_are_privileges_of_their_kinds() {
        for level in Level::ALL {
            for (objects, words) in level.rights() {
                let found = objects.kind().privileges(words.iter().copied()).unwrap();
                assert_eq!(found.len(), words.len(), "{level:?} {objects:?}");
            }
        }
    }
}
