//! The privileges that roles are to have in one database, as rows: what scripts make true, and what is compared with what
//! PostgreSQL says.

use serde::{Deserialize, Serialize};

use crate::domain::access::privilege::Kind;
use crate::domain::access::{Access, Level, Objects};
use crate::domain::name::NameError;
use crate::domain::postgres_name::{DatabaseName, RoleName};

/// Every schema, or every object of a kind.
pub const ANY: &str = "*";

/// What roles are to have in one database: these privileges, and no others.
///
/// Names are any text: what makes SQL of them quotes them.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Wanted {
    /// The database.
    pub database: String,
    /// The role that owns it.
    pub owner: String,
    /// Whether CONNECT and TEMPORARY are taken from PUBLIC (true) or given back to it (false); left as they are where this
    /// is not said.
    pub isolate: Option<bool>,
    /// The roles whose privileges are these and no others. One that is not there yet is an error where it is to have
    /// some, and passed over where it is to have none.
    pub roles: Vec<String>,
    /// What they are to have.
    pub rows: Vec<Row>,
}

/// Privileges of one role on objects of one kind.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Row {
    /// The role.
    pub role: String,
    /// The kind of the objects, as [`Kind::as_str`] writes it.
    pub on: String,
    /// The schema that they are, or are in; [`ANY`] for all that are not PostgreSQL's own, those included that the owner
    /// will make; empty for the database.
    pub schema: String,
    /// The object's name; [`ANY`] for all of the kind, those included that the owner will make; empty for the database
    /// and for schemas.
    pub name: String,
    /// The privileges, in PostgreSQL's words and order.
    pub privileges: Vec<String>,
}

impl Wanted {
    /// What an app's access comes to.
    ///
    /// The groups of its levels are among the roles, their members are not. Who has a privilege on an
    /// object may also connect to the database and use the object's schema.
    ///
    /// # Errors
    /// When a level's group would have a name that no role can have.
    pub fn of(
        access: &Access,
        database: &DatabaseName,
        owner: &RoleName,
    ) -> Result<Self, NameError> {
        let mut wanted = Self {
            database: database.to_string(),
            owner: owner.to_string(),
            isolate: access.isolate,
            ..Self::default()
        };
        for level in &access.levels {
            wanted.add_level(*level, &level.group(owner)?);
        }
        for grant in &access.grants {
            let words = grant.privileges.iter().map(|privilege| privilege.as_str());
            wanted.add(grant.to.as_str(), &grant.on, words);
        }
        for role in &access.revoked {
            wanted.add_role(role.as_str());
        }
        wanted.rows.sort();
        Ok(wanted)
    }

    fn add_level(&mut self, level: Level, group: &RoleName) {
        for (objects, words) in level.rights() {
            self.add(group.as_str(), &objects, words.iter().copied());
        }
    }

    /// Adds privileges with what is needed to reach the objects.
    fn add<'word>(
        &mut self,
        role: &str,
        objects: &Objects,
        words: impl Iterator<Item = &'word str>,
    ) {
        self.add_role(role);
        self.add_row(role, &Objects::Database, ["CONNECT"].into_iter());
        if !matches!(objects, Objects::Database) {
            let schema = Objects::Schema(objects.schema().cloned());
            self.add_row(role, &schema, ["USAGE"].into_iter());
        }
        self.add_row(role, objects, words);
    }

    fn add_role(&mut self, role: &str) {
        if !self.roles.iter().any(|known| known == role) {
            self.roles.push(role.to_owned());
        }
    }

    fn add_row<'word>(
        &mut self,
        role: &str,
        objects: &Objects,
        words: impl Iterator<Item = &'word str>,
    ) {
        let (schema, name) = places(objects);
        let kind = objects.kind();
        let is_same = |row: &&mut Row| {
            row.role == role && row.on == kind.as_str() && row.schema == schema && row.name == name
        };
        let known = self.rows.iter_mut().find(is_same);
        let row = match known {
            Some(row) => row,
            None => {
                self.rows.push(Row {
                    role: role.to_owned(),
                    on: kind.to_string(),
                    schema: schema.to_owned(),
                    name: name.to_owned(),
                    privileges: Vec::new(),
                });
                match self.rows.last_mut() {
                    Some(row) => row,
                    None => return,
                }
            }
        };
        row.privileges.extend(words.map(str::to_owned));
        let order = |word: &String| kind.words().iter().position(|known| known == word);
        row.privileges.sort_by_key(order);
        row.privileges.dedup();
    }
}

/// The schema and the name of a row about objects.
fn places(objects: &Objects) -> (&str, &str) {
    let schema = objects.schema().map_or(ANY, |schema| schema.as_str());
    match objects {
        Objects::Database => ("", ""),
        Objects::Schema(_) => (schema, ""),
        Objects::Table(_, table) => (schema, table.as_str()),
        Objects::All(..) => (schema, ANY),
    }
}

/// The kind of a row, where it is one.
impl Row {
    /// The kind of its objects; none of a row that somebody else wrote.
    pub fn kind(&self) -> Option<Kind> {
        Kind::of_word(&self.on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::Grant;

    fn grant(to: &str, on: Objects, words: &[&str]) -> Grant {
        let privileges = on.kind().privileges(words.iter().copied()).unwrap();
        Grant {
            to: to.parse().unwrap(),
            on,
            privileges,
        }
    }

    fn lines(wanted: &Wanted) -> Vec<String> {
        let line = |row: &Row| {
            let words = row.privileges.join(",");
            format!(
                "{} {} {}.{} {words}",
                row.role, row.on, row.schema, row.name
            )
        };
        wanted.rows.iter().map(line).collect()
    }

    #[test]
    fn levels_and_privileges_become_rows() {
        let log = || Objects::Table("audit".parse().unwrap(), "Log".parse().unwrap());
        let access = Access {
            isolate: Some(true),
            levels: vec![Level::Reader],
            grants: vec![
                grant("etl", log(), &["INSERT"]),
                grant("etl", log(), &["SELECT"]),
            ],
            revoked: vec!["old".parse().unwrap()],
        };
        let wanted = Wanted::of(
            &access,
            &"shop".parse().unwrap(),
            &"my_shop".parse().unwrap(),
        )
        .unwrap();
        assert_eq!(wanted.isolate, Some(true));
        assert_eq!(wanted.roles, ["my_shop_reader", "etl", "old"]);
        assert_eq!(
            lines(&wanted),
            [
                "etl database . CONNECT",
                "etl schema audit. USAGE",
                "etl table audit.Log SELECT,INSERT",
                "my_shop_reader database . CONNECT",
                "my_shop_reader schema *. USAGE",
                "my_shop_reader sequence *.* SELECT",
                "my_shop_reader table *.* SELECT",
            ]
        );
    }
}
