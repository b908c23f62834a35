//! What roles have beside what is declared, and what they lack of it.

use std::fmt;

use super::object::{Object, target};
use crate::sql::identifier;
use crate::sql::wanted::{ANY, Row, Wanted};

/// Privileges on one object that somebody has and should not, or should and has not.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Difference {
    /// The role; none is PUBLIC.
    pub role: Option<String>,
    /// Whether they are missing; else they are more than is declared.
    pub is_missing: bool,
    /// The object's kind.
    pub on: String,
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// The column, where it is one of a table.
    pub column: Option<String>,
    /// Whose objects it is about, where it is about those that somebody will make.
    pub made_by: Option<String>,
    /// The privileges, in PostgreSQL's words.
    pub privileges: Vec<String>,
    /// Whether what is too much is not the privileges but that they may be passed on.
    pub is_grant_option: bool,
    /// Whether PUBLIC has them, and the role by that.
    pub is_by_public: bool,
}

/// How the privileges on these objects differ from what is wanted, in the order of the objects.
///
/// What the owner has is not looked at. PUBLIC's rights are as they should be where PostgreSQL gives them by itself, and on
/// objects that are not the owner's, as an extension's. `version` is the server's, as `server_version_num` has it.
pub fn differences(wanted: &Wanted, objects: &[Object], version: u32) -> Vec<Difference> {
    let mut found: Vec<Difference> = Vec::new();
    for object in objects {
        for grant in &object.grants {
            let role = grant.to.as_deref();
            let is_much = match role {
                None => is_public_too_much(wanted, object, &grant.privilege),
                Some(role) => {
                    role != wanted.owner
                        && !is_wanted(wanted, role, object, &grant.privilege)
                        && !is_by_public(wanted, object, &grant.privilege)
                }
            };
            let is_passed_on = grant.is_grantable && role != Some(wanted.owner.as_str());
            if is_much || is_passed_on {
                let difference = Difference {
                    is_grant_option: !is_much,
                    is_by_public: is_much && role.is_some() && object.is_public(&grant.privilege),
                    ..Difference::of(object, role)
                };
                add(&mut found, difference, &grant.privilege);
            }
        }
        let rows = wanted.rows.iter().filter(|row| is_due(row, object));
        for row in rows {
            let privileges = row.privileges.iter();
            // Older versions do not know it.
            let known = privileges.filter(|word| *word != "MAINTAIN" || version >= 170_000);
            for privilege in known.filter(|word| !object.is_granted(&row.role, word)) {
                let difference = Difference {
                    is_missing: true,
                    ..Difference::of(object, Some(&row.role))
                };
                add(&mut found, difference, privilege);
            }
        }
    }
    found
}

/// Adds a privilege to those of the same kind on the same object.
fn add(found: &mut Vec<Difference>, difference: Difference, privilege: &str) {
    let is_same = |known: &&mut Difference| {
        let mut known = (*known).clone();
        known.privileges.clear();
        known == difference
    };
    // Those of one object come together.
    let known = found.iter_mut().rev().take(16).find(is_same);
    match known {
        Some(known) if known.privileges.iter().any(|word| word == privilege) => {}
        Some(known) => known.privileges.push(privilege.to_owned()),
        None => found.push(Difference {
            privileges: vec![privilege.to_owned()],
            ..difference
        }),
    }
}

/// Whether a row is about an object.
fn is_about(row: &Row, object: &Object) -> bool {
    let is_exact = row.schema == object.schema && row.name == object.name;
    let is_in = [(&row.schema, &object.schema), (&row.name, &object.name)]
        .iter()
        .all(|(wanted, found)| wanted == found || wanted.as_str() == ANY);
    row.on == object.on && (is_exact || !object.is_default && is_in)
}

/// Whether a role is to have a privilege. What it has on a column it may have on the whole table.
fn is_wanted(wanted: &Wanted, role: &str, object: &Object, privilege: &str) -> bool {
    let is_of_others = object.is_default && object.owner != wanted.owner;
    let mut rows = wanted.rows.iter();
    !is_of_others
        && rows.any(|row| {
            row.role == role
                && is_about(row, object)
                && row.privileges.iter().any(|word| word == privilege)
        })
}

/// Whether a row has to hold for an object: what is wanted of all is wanted of the owner's objects alone.
fn is_due(row: &Row, object: &Object) -> bool {
    let is_exact = row.schema == object.schema && row.name == object.name;
    object.column.is_none()
        && object.owner != row.role
        && is_about(row, object)
        && (object.is_own || is_exact && !object.is_default)
}

/// Whether everybody has a privilege, and is to have it.
fn is_by_public(wanted: &Wanted, object: &Object, privilege: &str) -> bool {
    object.is_public(privilege) && !is_public_too_much(wanted, object, privilege)
}

/// Whether PUBLIC is not to have a privilege that it has.
///
/// Source: PostgreSQL manual, section 5.8, table 5.2: what PUBLIC has by itself.
fn is_public_too_much(wanted: &Wanted, object: &Object, privilege: &str) -> bool {
    match (object.on.as_str(), privilege) {
        ("database", "CONNECT" | "TEMPORARY") => wanted.isolate == Some(true),
        ("function", "EXECUTE") => false,
        ("schema", "USAGE") if object.schema == "public" => false,
        _ => object.is_own,
    }
}

impl Difference {
    /// One about an object, without its privileges.
    fn of(object: &Object, role: Option<&str>) -> Self {
        Self {
            role: role.map(str::to_owned),
            is_missing: false,
            on: object.on.clone(),
            schema: object.schema.clone(),
            name: object.name.clone(),
            column: object.column.clone(),
            made_by: object.is_default.then(|| object.owner.clone()),
            privileges: Vec::new(),
            is_grant_option: false,
            is_by_public: false,
        }
    }

    /// The role, or `PUBLIC`.
    pub fn who(&self) -> &str {
        self.role.as_deref().unwrap_or("PUBLIC")
    }

    /// The object, for a sentence: `the table public.orders`.
    pub fn object(&self) -> String {
        if let Some(maker) = &self.made_by {
            let place = match self.schema.as_str() {
                ANY => String::new(),
                schema => format!(" in the schema {schema}"),
            };
            return format!("{}s that {maker} will make{place}", self.on);
        }
        let table = match (self.on.as_str(), self.name.as_str()) {
            ("database", _) => "the database".to_owned(),
            ("schema", _) => format!("the schema {}", self.schema),
            (on, name) => format!("the {on} {}.{name}", self.schema),
        };
        match &self.column {
            Some(column) => format!("the column {column} of {table}"),
            None => table,
        }
    }

    /// The statement that the owner runs against it; `database` is where.
    pub fn statement(&self, database: &str, owner: &str) -> String {
        let role = self.role.as_deref().filter(|_| !self.is_by_public);
        let role = role.map_or_else(|| "PUBLIC".to_owned(), identifier);
        let privileges = match &self.column {
            None => self.privileges.join(", "),
            Some(column) => {
                let column = identifier(column);
                let of_column = self.privileges.iter();
                let of_column: Vec<String> =
                    of_column.map(|word| format!("{word} ({column})")).collect();
                of_column.join(", ")
            }
        };
        let beginning = match &self.made_by {
            None => String::new(),
            Some(maker) => {
                let place = match self.schema.as_str() {
                    ANY => String::new(),
                    schema => format!(" IN SCHEMA {}", identifier(schema)),
                };
                format!(
                    "ALTER DEFAULT PRIVILEGES FOR ROLE {}{place} ",
                    identifier(maker)
                )
            }
        };
        let target = match self.made_by {
            Some(_) => format!("{}S", self.on.to_uppercase()),
            None => target(&self.on, &self.schema, &self.name, database),
        };
        let words = match (self.is_missing, self.is_grant_option) {
            (true, _) => format!("GRANT {privileges} ON {target} TO {role}"),
            (false, true) => {
                format!("REVOKE GRANT OPTION FOR {privileges} ON {target} FROM {role} CASCADE")
            }
            (false, false) => format!("REVOKE {privileges} ON {target} FROM {role}"),
        };
        let whose = self.made_by.as_deref().unwrap_or(owner);
        format!("as {whose}: {beginning}{words};")
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = self.who();
        let privileges = self.privileges.join(", ");
        let object = self.object();
        let by = if self.is_by_public {
            ", since PUBLIC may"
        } else {
            ""
        };
        match (self.is_missing, self.is_grant_option) {
            (true, _) => write!(formatter, "{who} has no {privileges} on {object}"),
            (false, true) => write!(
                formatter,
                "{who} may pass {privileges} on {object} on to others"
            ),
            (false, false) => write!(formatter, "{who} has {privileges} on {object}{by}"),
        }
    }
}

impl Wanted {
    /// What is wanted of one role that stands for others too, as a member does for its groups, and for nobody else.
    #[must_use]
    pub fn seen_by(&self, user: &str, roles: &[String]) -> Self {
        let is_its = |row: &&Row| row.role == user || roles.contains(&row.role);
        let rows = self.rows.iter().filter(is_its).map(|row| Row {
            role: user.to_owned(),
            ..row.clone()
        });
        Self {
            roles: vec![user.to_owned()],
            rows: rows.collect(),
            ..self.clone()
        }
    }
}
