//! What a role has in PostgreSQL: its database, the sessions there, what it owns, and who else has rights.
//!
//! It is what the role itself may see, without a superuser. What it cannot see is none here, and never an empty list.

use super::login::Grantee;

/// What a role has, seen by itself.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Holdings {
    /// The role that was logged in as.
    pub role: String,
    /// Whether it is a superuser, who owns what is recorded nowhere.
    pub is_superuser: bool,
    /// The database that was asked about; none where it is not there.
    pub database: Option<DatabaseState>,
    /// Who is connected to that database, beside the one who asks.
    pub sessions: Vec<Sessions>,
    /// What is in that database; none where it was not logged in to.
    pub inside: Option<Inside>,
    /// What depends on the role, by the database that it is in; what belongs to no single database is of none.
    pub dependencies: Vec<Dependency>,
    /// The databases that the role owns.
    pub databases: Vec<String>,
    /// The roles that are members of it.
    pub members: Vec<String>,
}

/// A database as the server's catalogue has it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DatabaseState {
    /// Whose it is.
    pub owner: String,
    /// Its size in bytes; none where the role may not see it.
    pub size: Option<u64>,
}

/// Sessions that have the same of all this.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Sessions {
    /// The role that is logged in.
    pub role: String,
    /// What the application calls itself; empty where it says nothing.
    pub application: String,
    /// Where it comes from; none where that may not be seen, or it is on the server itself.
    pub address: Option<String>,
    /// When the oldest of them began, as `2026-01-31 12:00:00 UTC`; none where that may not be seen.
    pub since: Option<String>,
    /// How many there are.
    pub count: u64,
}

/// What is in a database.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Inside {
    /// What the role owns, by kind.
    pub owned: Vec<Kind>,
    /// The roles that have rights to something that the role owns, each with the number of those objects.
    pub granted: Vec<(String, u64)>,
    /// Other roles that own something here, each with the number of objects. The first superuser's are not recorded.
    pub foreign: Vec<(String, u64)>,
    /// Who may connect, beside the owner and superusers.
    pub connect: Vec<Grantee>,
}

/// Objects of one kind.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Kind {
    /// As PostgreSQL calls it, such as `table` or `default acl`.
    pub kind: String,
    /// How many there are.
    pub count: u64,
    /// The first of their names.
    pub names: Vec<String>,
}

/// What depends on a role in one database, and keeps it from being dropped.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Dependency {
    /// The database, and whose it is; none for what belongs to no single one, such as a database itself.
    pub database: Option<(String, String)>,
    /// How many objects the role owns.
    pub owned: u64,
    /// How many rights, policies and the like name the role.
    pub rights: u64,
}

impl Holdings {
    /// How many sessions there are.
    pub fn session_count(&self) -> u64 {
        self.sessions.iter().map(|sessions| sessions.count).sum()
    }

    /// What keeps the role from being dropped once a database is gone: what depends on it elsewhere.
    pub fn dependencies_beside(&self, database: &str) -> Vec<Dependency> {
        let owns_it = u64::from(self.databases.iter().any(|owned| owned == database));
        let mut found = self.dependencies.clone();
        for dependency in &mut found {
            if dependency.database.is_none() {
                // The database itself.
                dependency.owned = dependency.owned.saturating_sub(owns_it);
            }
        }
        found.retain(|dependency| {
            let is_elsewhere = dependency.database.as_ref();
            let is_elsewhere = is_elsewhere.is_none_or(|(name, _)| name != database);
            is_elsewhere && dependency.owned + dependency.rights > 0
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dependency(database: Option<&str>, owned: u64, rights: u64) -> Dependency {
        Dependency {
            database: database.map(|name| (name.to_owned(), "team".to_owned())),
            owned,
            rights,
        }
    }

    #[test]
    fn the_database_that_goes_is_no_dependency() {
        let holdings = Holdings {
            databases: vec!["my_shop".to_owned(), "other".to_owned()],
            dependencies: vec![
                dependency(None, 2, 0),
                dependency(Some("my_shop"), 5, 1),
                dependency(Some("shared"), 0, 1),
            ],
            ..Holdings::default()
        };
        assert_eq!(
            holdings.dependencies_beside("my_shop"),
            [dependency(None, 1, 0), dependency(Some("shared"), 0, 1)]
        );
        let alone = Holdings {
            databases: vec!["my_shop".to_owned()],
            dependencies: vec![dependency(None, 1, 0)],
            ..Holdings::default()
        };
        assert_eq!(alone.dependencies_beside("my_shop"), []);
    }
}
