//! A role as CNPG compares and writes it, whoever asks for it (`internal/management/controller/roles/`).

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use k8s_openapi::jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::super::apiserver::ApiServer;
use super::super::postgres::{Postgres, Refusal};

/// Attributes that are on or off: the field and its keyword, off with `NO` before it.
const FLAGS: [(&str, &str); 7] = [
    ("bypassrls", "BYPASSRLS"),
    ("createdb", "CREATEDB"),
    ("createrole", "CREATEROLE"),
    ("inherit", "INHERIT"),
    ("login", "LOGIN"),
    ("replication", "REPLICATION"),
    ("superuser", "SUPERUSER"),
];

/// The roles of PostgreSQL but its own, as one JSON list, with the fields of a specification.
const LIST: &str = r"SELECT jsonb_agg(jsonb_build_object(
    'name', rolname, 'bypassrls', rolbypassrls, 'createdb', rolcreatedb, 'createrole', rolcreaterole,
    'inherit', rolinherit, 'login', rolcanlogin, 'replication', rolreplication, 'superuser', rolsuper,
    'connectionLimit', rolconnlimit, 'validUntil', (rolvaliduntil AT TIME ZONE 'UTC')::text,
    'comment', coalesce(shobj_description(oid, 'pg_authid'), ''), 'transaction', xmin::text::bigint,
    'inRoles', (SELECT coalesce(jsonb_agg(pg_get_userbyid(roleid)::text ORDER BY pg_get_userbyid(roleid)::text), '[]')
                FROM pg_auth_members WHERE member = pg_authid.oid)))
  FROM pg_authid WHERE rolname NOT LIKE 'pg\_%'";

/// The roles that are there, by name.
pub fn list(postgres: &Postgres) -> BTreeMap<String, Value> {
    let roles: Vec<Value> = serde_json::from_str(&postgres.sql("postgres", LIST)).unwrap();
    let named = roles.into_iter().map(|role| {
        let name = role["name"].as_str().unwrap_or_default().to_owned();
        (name, role)
    });
    named.collect()
}

/// Names that are PostgreSQL's and the operator's (`pkg/postgres/roles.go`).
pub fn is_reserved(name: &str) -> bool {
    matches!(name, "postgres" | "streaming_replica")
        || name.starts_with("pg_")
        || name.starts_with("cnpg_")
}

/// Whether a role has the attributes of a specification; password, comment and memberships aside.
pub fn is_as(there: &Value, spec: &Value) -> bool {
    let flags = FLAGS
        .iter()
        .all(|(field, _)| there[field] == flag(spec, field));
    let until = match (valid_until(spec), there["validUntil"].as_str()) {
        (None, there) => there.is_none_or(|until| until == "infinity"),
        (spec, there) => spec.as_deref() == there,
    };
    flags && until && there["connectionLimit"] == spec["connectionLimit"]
}

pub fn comment(spec: &Value) -> &str {
    spec["comment"].as_str().unwrap_or_default()
}

/// The roles that a specification makes it a member of, sorted.
pub fn in_roles(spec: &Value) -> Vec<String> {
    let roles = spec["inRoles"].as_array().into_iter().flatten();
    let mut roles: Vec<String> = roles.filter_map(Value::as_str).map(str::to_owned).collect();
    roles.sort();
    roles
}

fn flag(spec: &Value, field: &str) -> bool {
    spec[field].as_bool().unwrap_or(field == "inherit")
}

/// The end of the password's validity as PostgreSQL writes it in UTC.
fn valid_until(spec: &Value) -> Option<String> {
    let until: Timestamp = spec["validUntil"].as_str()?.parse().unwrap();
    let until = until.to_zoned(TimeZone::UTC);
    Some(until.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// What becomes of a role's password.
pub enum Password {
    /// It stays as it is.
    Ignored,
    /// It has none.
    Disabled,
    /// What the Secret holds, and the Secret's version.
    Given(String, String),
}

impl Password {
    /// What a specification says.
    ///
    /// # Errors
    /// CNPG's, where the Secret is not there or not of this role.
    pub fn of(server: &ApiServer, namespace: &str, spec: &Value) -> Result<Self, String> {
        let Some(name) = spec["passwordSecret"]["name"].as_str() else {
            let is_disabled = spec["disablePassword"] == true;
            return Ok(if is_disabled {
                Self::Disabled
            } else {
                Self::Ignored
            });
        };
        let secret = server.get("secrets", namespace, name).ok_or_else(|| {
            format!("failed to get password secret {name}: Secret {name:?} not found")
        })?;
        let value = |key: &str| {
            let value = STANDARD.decode(secret["data"][key].as_str()?).ok()?;
            Some(String::from_utf8(value).ok()?.trim().to_owned())
        };
        let missing = |key: &str| format!("{key} key doesn't exist inside the secret");
        let username = value("username").ok_or_else(|| missing("username"))?;
        let password = value("password").ok_or_else(|| missing("password"))?;
        let role = spec["name"].as_str().unwrap_or_default();
        if username != role.trim() {
            return Err(format!(
                "the username in secret {name:?} does not match role {role:?}"
            ));
        }
        let version = secret["metadata"]["resourceVersion"].as_str();
        Ok(Self::Given(
            password,
            version.unwrap_or_default().to_owned(),
        ))
    }

    /// The version of the Secret; empty where there is none.
    pub fn version(&self) -> &str {
        match self {
            Self::Given(_, version) => version,
            Self::Ignored | Self::Disabled => "",
        }
    }
}

/// Creates a role, with its comment.
pub fn create(postgres: &Postgres, spec: &Value, password: &Password) -> Result<(), Refusal> {
    let name = identifier(spec["name"].as_str().unwrap_or_default());
    let mut statement = format!("CREATE ROLE {name}{}", options(spec));
    let roles: Vec<String> = in_roles(spec).iter().map(|role| identifier(role)).collect();
    if !roles.is_empty() {
        statement += &format!(" IN ROLE {}", roles.join(","));
    }
    statement += &secret_options(spec, password, false);
    postgres.try_sql("postgres", &statement)?;
    if comment(spec).is_empty() {
        return Ok(());
    }
    set_comment(postgres, spec)
}

/// Gives a role that is there its attributes and its password.
pub fn update(
    postgres: &Postgres,
    there: &Value,
    spec: &Value,
    password: &Password,
) -> Result<(), Refusal> {
    let name = identifier(spec["name"].as_str().unwrap_or_default());
    // PostgreSQL takes an end once given back in no other way.
    let had_end = there["validUntil"].is_string();
    let secret = secret_options(spec, password, had_end);
    let statement = format!("ALTER ROLE {name}{}{secret}", options(spec));
    postgres.try_sql("postgres", &statement).map(drop)
}

pub fn set_comment(postgres: &Postgres, spec: &Value) -> Result<(), Refusal> {
    let name = identifier(spec["name"].as_str().unwrap_or_default());
    let comment = literal(comment(spec));
    let statement = format!("COMMENT ON ROLE {name} IS {comment}");
    postgres.try_sql("postgres", &statement).map(drop)
}

/// Grants the memberships that are missing and revokes the others, all or none.
pub fn set_memberships(postgres: &Postgres, there: &Value, spec: &Value) -> Result<(), Refusal> {
    let name = identifier(spec["name"].as_str().unwrap_or_default());
    let (wanted, has) = (in_roles(spec), in_roles(there));
    let missing = wanted.iter().filter(|role| !has.contains(role));
    let grants = missing.map(|role| format!("GRANT {} TO {name};", identifier(role)));
    let others = has.iter().filter(|role| !wanted.contains(role));
    let revokes = others.map(|role| format!("REVOKE {} FROM {name};", identifier(role)));
    let statements: Vec<String> = grants.chain(revokes).collect();
    let transaction = format!("BEGIN;{}COMMIT;", statements.join("\n"));
    postgres.try_sql("postgres", &transaction).map(drop)
}

pub fn drop_role(postgres: &Postgres, name: &str) -> Result<(), Refusal> {
    let statement = format!("DROP ROLE IF EXISTS {}", identifier(name));
    postgres.try_sql("postgres", &statement).map(drop)
}

fn options(spec: &Value) -> String {
    let flags = FLAGS.iter().map(|(field, keyword)| {
        let no = if flag(spec, field) { "" } else { "NO" };
        format!(" {no}{keyword}")
    });
    let limit = spec["connectionLimit"].as_i64().unwrap_or(-1);
    format!("{} CONNECTION LIMIT {limit}", flags.collect::<String>())
}

fn secret_options(spec: &Value, password: &Password, had_end: bool) -> String {
    let password = match password {
        Password::Ignored => String::new(),
        Password::Disabled => " PASSWORD NULL".to_owned(),
        Password::Given(password, _) => format!(" PASSWORD {}", literal(password)),
    };
    let until = valid_until(spec).map(|until| format!("{until}+00"));
    match until.or_else(|| had_end.then(|| "infinity".to_owned())) {
        Some(until) => format!("{password} VALID UNTIL {}", literal(&until)),
        None => password,
    }
}

/// A name in SQL.
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\'', "''");
    format!("E'{escaped}'")
}

/// A change of a role that failed, as CNPG wraps it.
pub fn wrapped(doing: &str, role: &str, refusal: &Refusal) -> String {
    format!("while {doing} role {role} with role reconciler: {refusal}")
}

/// The status that an object has when its role or database was not applied; what else it says stays.
pub fn failed(status: &Value, message: &str) -> Value {
    let mut status = match status {
        Value::Object(_) => status.clone(),
        _ => json!({}),
    };
    status["applied"] = json!(false);
    status["message"] = json!(message);
    status
}
