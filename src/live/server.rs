//! A PostgreSQL server's roles and databases, as its catalogues have them and everybody may read them.

use std::collections::BTreeMap;

/// What is the same in each database of a server.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Server {
    /// The databases, in the order of their names.
    pub databases: Vec<ServerDatabase>,
    /// The roles, by their names.
    pub roles: BTreeMap<String, ServerRole>,
    /// Who is a member of whom, in the order of the roles.
    pub memberships: Vec<Membership>,
}

/// A database.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ServerDatabase {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub owner: String,
    /// Whether sessions may be opened in it at all: `datallowconn`.
    pub takes_sessions: bool,
    /// Who was granted what on it beside its owner: role (none is PUBLIC) and privilege.
    pub grants: Vec<(Option<String>, String)>,
}

/// A role.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ServerRole {
    /// Whether it may log in.
    pub can_login: bool,
    /// Its attributes that are rights of their own, in PostgreSQL's words, such as `CREATEDB`.
    pub attributes: Vec<String>,
}

/// A membership.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Membership {
    /// The role that is a group here.
    pub role: String,
    /// Its member.
    pub member: String,
    /// Whether the member may make others members.
    pub is_admin: bool,
    /// Whether the member has the group's rights by itself, without `SET ROLE`.
    pub inherits: bool,
    /// Whether the member may become the group by `SET ROLE`.
    pub may_set: bool,
}

impl Server {
    /// A database.
    pub fn database(&self, name: &str) -> Option<&ServerDatabase> {
        let mut databases = self.databases.iter();
        databases.find(|database| database.name == name)
    }

    /// Whether a role is a superuser.
    pub fn is_superuser(&self, role: &str) -> bool {
        let role = self.roles.get(role);
        role.is_some_and(|role| role.attributes.iter().any(|word| word == "SUPERUSER"))
    }
}

impl ServerDatabase {
    /// Whether every role of the server may connect to it.
    pub fn is_open(&self) -> bool {
        let mut grants = self.grants.iter();
        self.takes_sessions
            && grants.any(|(role, privilege)| role.is_none() && privilege == "CONNECT")
    }
}

impl Membership {
    /// Whether PostgreSQL made it by itself for who created the role with CREATEROLE alone: it gives no right but to grant.
    ///
    /// Source: PostgreSQL manual, section 21.2 (since version 16).
    pub fn is_creators(&self) -> bool {
        self.is_admin && !self.inherits && !self.may_set
    }
}
