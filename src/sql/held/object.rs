//! An object that privileges are given on, with who has which.

use serde_json::Value;

use crate::sql::identifier;

/// An object of a database, or what somebody will make in it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Object {
    /// Its kind, as a row of what is wanted has it.
    pub on: String,
    /// The schema that it is, or is in; `*` for all that will be made; empty for the database.
    pub schema: String,
    /// Its name; `*` for all that will be made; empty for the database and for schemas. A function's has the types of its
    /// arguments.
    pub name: String,
    /// The column, where it is one of a table.
    pub column: Option<String>,
    /// Whether it is what its owner will make.
    pub is_default: bool,
    /// Whose it is.
    pub owner: String,
    /// Whether the database's owner has its owner's rights.
    pub is_own: bool,
    /// Who has what.
    pub grants: Vec<Granted>,
}

/// A privilege that somebody has.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Granted {
    /// The role; none is PUBLIC.
    pub to: Option<String>,
    /// In PostgreSQL's word.
    pub privilege: String,
    /// Whether it may be passed on.
    pub is_grantable: bool,
}

impl Object {
    /// The object of a row: kind, schema, name, column, whether it is yet to be made, owner, whether it is the database's
    /// owner's, and a JSON list of grants. None of a row that is none.
    pub fn of_row(columns: [Option<&str>; 8]) -> Option<Self> {
        let [on, schema, name, column, is_default, owner, is_own, grants] = columns;
        let grants: Vec<Value> = serde_json::from_str(grants?).ok()?;
        let grants: Option<Vec<Granted>> = grants.iter().map(Granted::of_json).collect();
        Some(Self {
            on: on?.to_owned(),
            schema: schema?.to_owned(),
            name: name?.to_owned(),
            column: column
                .filter(|column| !column.is_empty())
                .map(str::to_owned),
            is_default: is_default? == "t",
            owner: owner?.to_owned(),
            is_own: is_own? == "t",
            grants: grants?,
        })
    }

    /// It, as a statement names it: `TABLE "public"."orders"`.
    pub fn target(&self, database: &str) -> String {
        target(&self.on, &self.schema, &self.name, database)
    }

    /// Takes from what somebody has what was denied when it was tried: a list of schema, table and privilege.
    pub fn deny(&mut self, role: &str, denied: &[(String, String, String)]) {
        let is_denied = |privilege: &String| {
            self.column.is_none()
                && denied.iter().any(|(schema, table, word)| {
                    *schema == self.schema && *table == self.name && word == privilege
                })
        };
        let kept = self.grants.iter().filter(|grant| {
            grant.to.as_deref() != Some(role) || self.on != "table" || !is_denied(&grant.privilege)
        });
        self.grants = kept.cloned().collect();
    }

    /// Whether PUBLIC has a privilege on it.
    pub fn is_public(&self, privilege: &str) -> bool {
        let mut grants = self.grants.iter();
        grants.any(|grant| grant.to.is_none() && grant.privilege == privilege)
    }

    /// Whether somebody has a privilege on it, granted to that very role.
    pub fn is_granted(&self, role: &str, privilege: &str) -> bool {
        let mut grants = self.grants.iter();
        grants.any(|grant| grant.to.as_deref() == Some(role) && grant.privilege == privilege)
    }
}

impl Granted {
    /// That of a list of role (null for PUBLIC), privilege, and whether it may be passed on.
    fn of_json(value: &Value) -> Option<Self> {
        Some(Self {
            to: value.get(0)?.as_str().map(str::to_owned),
            privilege: value.get(1)?.as_str()?.to_owned(),
            is_grantable: value.get(2)?.as_bool()?,
        })
    }
}

/// An object, as a statement names it.
pub(super) fn target(on: &str, schema: &str, name: &str, database: &str) -> String {
    let schema = identifier(schema);
    match on {
        "database" => format!("DATABASE {}", identifier(database)),
        "schema" => format!("SCHEMA {schema}"),
        // The types of its arguments are no part of its name.
        "function" => match name.split_once('(') {
            Some((name, types)) => format!("ROUTINE {schema}.{}({types}", identifier(name)),
            None => format!("ROUTINE {schema}.{}", identifier(name)),
        },
        on => format!("{} {schema}.{}", on.to_uppercase(), identifier(name)),
    }
}
