//! Who may connect to which database of a server, and what roles may do there that their declarations do not say.
//!
//! The binary asks PostgreSQL as each app's own role, who may read the catalogues; [`run`] compares them with the
//! repository. What CNPG and PostgreSQL make for themselves is told apart, and is no finding.

mod connect;
mod database;
mod report;
mod roles;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::declared::{Declared, DeclaredApp};
use crate::domain::postgres_name::{is_reserved_database, is_reserved_role};
use crate::live::login::LoginProblem;
use crate::live::server::Server;
use crate::sql::held::Object;
use crate::target::Target;

pub use connect::Connect;
pub use report::{DatabaseReport, Finding, Report, ServerReport, Summary};

/// What PostgreSQL said.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Facts {
    /// What is the same in each database; none where no app could log in.
    pub server: Option<Server>,
    /// What is in each database that an app was to be asked about, by the database's name.
    pub insides: BTreeMap<String, Result<Inside, LoginProblem>>,
}

/// What is in a database.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Inside {
    /// `server_version_num`.
    pub version: u32,
    /// The objects, with who was granted what.
    pub objects: Vec<Object>,
}

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Question<'input> {
    /// What the repository declares.
    pub declared: &'input Declared,
    /// The PostgreSQL that it is declared of.
    pub target: &'input Target,
    /// Whether the databases that PostgreSQL has for itself are listed too.
    pub all_databases: bool,
}

/// Compares what PostgreSQL said with what is declared.
pub fn run(question: Question<'_>, facts: &Facts) -> Report {
    let Question {
        declared,
        all_databases,
        ..
    } = question;
    let mut databases = Vec::new();
    for app in with_database(declared) {
        let Some(database) = &app.database else {
            continue;
        };
        databases.push(database::declared(app, &database.name, question, facts));
    }
    let server = facts.server.as_ref();
    let others = server.map_or(&[][..], |server| &server.databases).iter();
    for other in others {
        let is_listed = all_databases || !is_reserved_database(&other.name);
        if is_listed && !databases.iter().any(|known| known.name == other.name) {
            databases.push(database::undeclared(other, server));
        }
    }
    databases.sort_by(|one, other| one.name.cmp(&other.name));
    let of_roles = server.map(|server| roles::compare(server, question));
    Report::of(question.target, databases, of_roles.unwrap_or_default())
}

/// The apps whose databases are to be there.
pub fn with_database(declared: &Declared) -> impl Iterator<Item = &DeclaredApp> {
    let is_there = |app: &&DeclaredApp| app.database.is_some() && !app.is_leaving();
    declared.apps.iter().filter(is_there)
}

impl Question<'_> {
    /// Whether nothing is to be said of a role: on a server that CNPG does not run there are others than those that the
    /// repository declares, such as the one that makes them.
    fn is_others(&self, role: &str) -> bool {
        let mut roles = self.declared.roles.iter();
        self.target.server.is_some() && !roles.any(|known| known.name == role)
    }
}

/// Whether a role is CNPG's or PostgreSQL's own, or a superuser, whom no privilege concerns.
fn is_told_apart(role: &str, server: Option<&Server>) -> bool {
    is_reserved_role(role) || server.is_some_and(|server| server.is_superuser(role))
}
