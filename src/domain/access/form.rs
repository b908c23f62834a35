//! Access as JSON: the form in which it stands in the repository.

use serde::{Deserialize, Serialize};

use super::privilege::Kind;
use super::{Access, Grant, Level, Objects};
use crate::domain::name::NameError;
use crate::domain::postgres_name::{DatabaseName, RoleName};

/// Every schema, or every object of a kind.
const ANY: &str = "*";

/// The access to a database, with the names that it is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DatabaseAccess {
    /// The database.
    pub database: DatabaseName,
    /// The role that owns it.
    pub owner: RoleName,
    /// Who may do what.
    pub access: Access,
}

/// The same as JSON has it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AccessForm {
    database: String,
    owner: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    isolate: Option<bool>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    levels: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    grants: Vec<GrantForm>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    revoked: Vec<String>,
}

/// A grant as JSON has it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GrantForm {
    /// The role.
    pub to: String,
    on: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    schema: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    privileges: Vec<String>,
}

impl DatabaseAccess {
    /// The JSON of it, with a line for each grant and a final line end.
    pub fn to_json(&self) -> String {
        let value = |value: serde_json::Value| value.to_string();
        let list = |words: Vec<&str>| value(words.into());
        let form = AccessForm::of(self);
        let mut fields = vec![
            format!("\"database\": {}", value(form.database.into())),
            format!("\"owner\": {}", value(form.owner.into())),
        ];
        fields.extend(
            form.isolate
                .map(|isolate| format!("\"isolate\": {isolate}")),
        );
        for (key, words) in [("levels", &form.levels), ("revoked", &form.revoked)] {
            if !words.is_empty() {
                let words = words.iter().map(String::as_str).collect();
                fields.push(format!("\"{key}\": {}", list(words)));
            }
        }
        if !form.grants.is_empty() {
            let grants = form.grants.iter().map(|grant| {
                let grant = serde_json::to_string(grant).unwrap_or_default();
                format!("    {grant}")
            });
            let grants: Vec<String> = grants.collect();
            fields.push(format!("\"grants\": [\n{}\n  ]", grants.join(",\n")));
        }
        format!("{{\n  {}\n}}\n", fields.join(",\n  "))
    }

    /// What a JSON says.
    ///
    /// # Errors
    /// What is wrong with it, for a reader who sees where it is.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let form: AccessForm = serde_json::from_str(text).map_err(|error| error.to_string())?;
        form.parse().map_err(|error| error.to_string())
    }
}

impl AccessForm {
    /// The form of an access.
    pub fn of(access: &DatabaseAccess) -> Self {
        let DatabaseAccess {
            database,
            owner,
            access,
        } = access;
        Self {
            database: database.to_string(),
            owner: owner.to_string(),
            isolate: access.isolate,
            levels: texts(access.levels.iter().map(|level| level.as_str())),
            grants: access.grants.iter().map(GrantForm::of).collect(),
            revoked: texts(access.revoked.iter().map(RoleName::as_str)),
        }
    }

    /// The access that it says.
    ///
    /// # Errors
    /// When a name or a privilege in it cannot be one.
    pub fn parse(&self) -> Result<DatabaseAccess, NameError> {
        let mut levels = Vec::new();
        for level in Level::ALL {
            let mut words = self.levels.iter();
            if words.any(|word| word == level.as_str()) {
                levels.push(level);
            }
        }
        for word in &self.levels {
            word.parse::<Level>()?;
        }
        let grants: Result<Vec<Grant>, NameError> =
            self.grants.iter().map(GrantForm::parse).collect();
        let revoked: Result<Vec<RoleName>, NameError> =
            self.revoked.iter().map(|role| role.parse()).collect();
        Ok(DatabaseAccess {
            database: self.database.parse()?,
            owner: self.owner.parse()?,
            access: Access {
                isolate: self.isolate,
                levels,
                grants: grants?,
                revoked: revoked?,
            },
        })
    }
}

impl GrantForm {
    /// The form of a grant.
    pub fn of(grant: &Grant) -> Self {
        let name = match &grant.on {
            Objects::Database | Objects::Schema(_) => None,
            Objects::Table(_, table) => Some(table.to_string()),
            Objects::All(..) => Some(ANY.to_owned()),
        };
        let schema = grant.on.schema().map_or(ANY, |schema| schema.as_str());
        Self {
            to: grant.to.to_string(),
            on: grant.on.kind().to_string(),
            schema: (grant.on != Objects::Database).then(|| schema.to_owned()),
            name,
            privileges: texts(grant.privileges.iter().map(|privilege| privilege.as_str())),
        }
    }

    fn parse(&self) -> Result<Grant, NameError> {
        let kind: Kind = self.on.parse()?;
        let schema = match self.schema.as_deref() {
            None | Some(ANY) => None,
            Some(schema) => Some(schema.parse()?),
        };
        let on = match (kind, self.name.as_deref(), schema) {
            (Kind::Database, ..) => Objects::Database,
            (Kind::Schema, _, schema) => Objects::Schema(schema),
            (kind, None | Some(ANY), schema) => Objects::All(kind, schema),
            (Kind::Table, Some(table), Some(schema)) => Objects::Table(schema, table.parse()?),
            (_, Some(name), _) => {
                let help = "name the schema of a table, and say * for all objects of other kinds";
                return Err(NameError::new(
                    "the object",
                    name,
                    "is not said of tables in a schema",
                    help,
                ));
            }
        };
        let privileges = kind.privileges(self.privileges.iter().map(String::as_str))?;
        Ok(Grant {
            to: self.to.parse()?,
            on,
            privileges,
        })
    }
}

fn texts<'text>(texts: impl Iterator<Item = &'text str>) -> Vec<String> {
    texts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(to: &str, on: Objects, words: &[&str]) -> Grant {
        let privileges = on.kind().privileges(words.iter().copied()).unwrap();
        Grant {
            to: to.parse().unwrap(),
            on,
            privileges,
        }
    }

    #[test]
    fn comes_back_as_it_was() {
        let schema = || "Audit log".parse().unwrap();
        let access = DatabaseAccess {
            database: "shop".parse().unwrap(),
            owner: "my_shop".parse().unwrap(),
            access: Access {
                isolate: Some(true),
                levels: vec![Level::Reader, Level::Writer],
                grants: vec![
                    grant("etl", Objects::Database, &["TEMP"]),
                    grant("etl", Objects::Schema(None), &["USAGE"]),
                    grant("etl", Objects::Schema(Some(schema())), &["CREATE"]),
                    grant(
                        "etl",
                        Objects::All(Kind::Table, None),
                        &["SELECT", "INSERT"],
                    ),
                    grant(
                        "etl",
                        Objects::All(Kind::Function, Some(schema())),
                        &["EXECUTE"],
                    ),
                    grant(
                        "etl",
                        Objects::Table(schema(), "User".parse().unwrap()),
                        &["SELECT"],
                    ),
                ],
                revoked: vec!["old".parse().unwrap()],
            },
        };
        let json = access.to_json();
        assert_eq!(
            json,
            r#"{
  "database": "shop",
  "owner": "my_shop",
  "isolate": true,
  "levels": ["reader","writer"],
  "revoked": ["old"],
  "grants": [
    {"to":"etl","on":"database","privileges":["TEMPORARY"]},
    {"to":"etl","on":"schema","schema":"*","privileges":["USAGE"]},
    {"to":"etl","on":"schema","schema":"Audit log","privileges":["CREATE"]},
    {"to":"etl","on":"table","schema":"*","name":"*","privileges":["SELECT","INSERT"]},
    {"to":"etl","on":"function","schema":"Audit log","name":"*","privileges":["EXECUTE"]},
    {"to":"etl","on":"table","schema":"Audit log","name":"User","privileges":["SELECT"]}
  ]
}
"#
        );
        assert_eq!(DatabaseAccess::from_json(&json), Ok(access));
    }

    #[test]
    fn refuses_what_is_no_access() {
        let problem = |grant: &str| {
            let text = format!(r#"{{"database":"d","owner":"o","grants":[{grant}]}}"#);
            DatabaseAccess::from_json(&text).unwrap_err()
        };
        assert_eq!(
            problem(r#"{"to":"public","on":"table","privileges":["SELECT"]}"#),
            r#"the role name "public" is reserved"#
        );
        assert_eq!(
            problem(r#"{"to":"r","on":"view","privileges":["SELECT"]}"#),
            r#"the kind of object "view" has no privileges here"#
        );
        assert_eq!(
            problem(
                r#"{"to":"r","on":"sequence","schema":"s","name":"x","privileges":["SELECT"]}"#
            ),
            r#"the object "x" is not said of tables in a schema"#
        );
        assert!(problem(r#"{"to":"r","onn":"x"}"#).starts_with("unknown field `onn`"));
    }
}
