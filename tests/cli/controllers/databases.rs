//! CNPG: Database objects (`database_controller.go`, `database_controller_sql.go`, `database_objects.go`).

use serde_json::{Value, json};

use super::super::postgres::Refusal;
use super::super::world::cnpg::OBJECTS_IN_DATABASES;
use super::super::world::place;
use super::role::{failed, identifier};
use super::{Controllers, database_roles, objects};

const FINALIZER: &str = "cnpg.io/deleteDatabase";

/// Brings the database of an object to what is asked for, or drops it with the object where it says so.
pub fn reconcile(controllers: &Controllers, object: &Value) {
    let server = &controllers.server;
    let (namespace, _) = place(object);
    let cluster = object["spec"]["cluster"]["name"].as_str();
    if server
        .get("clusters", &namespace, cluster.unwrap_or_default())
        .is_none()
    {
        return;
    }
    if objects::is_being_deleted(object) {
        return finish(controllers, object);
    }
    let generation = &object["metadata"]["generation"];
    let status = &object["status"];
    if status["applied"] == true && status["observedGeneration"] == *generation {
        return;
    }
    let object = objects::add_finalizer(server, object, FINALIZER);
    let mut status = object["status"].clone();
    let name = object["spec"]["name"].as_str().unwrap_or_default();
    let outcome = match database_roles::other_manager(controllers, &object, "databases") {
        Some(other) => Err(format!("{name:?} is already managed by object {other:?}")),
        None => apply(controllers, &object, &mut status),
    };
    let status = match outcome {
        Ok(()) => {
            let mut applied = json!({"applied": true, "observedGeneration": generation});
            for list in OBJECTS_IN_DATABASES {
                if let Some(entries) = status.get(list) {
                    applied[list] = entries.clone();
                }
            }
            applied
        }
        Err(message) => failed(&status, &message),
    };
    objects::set_status(server, &object, status);
}

fn apply(controllers: &Controllers, object: &Value, status: &mut Value) -> Result<(), String> {
    let postgres = &controllers.postgres;
    let spec = &object["spec"];
    let name = spec["name"].as_str().unwrap_or_default();
    if spec["ensure"] == "absent" {
        return drop_database(controllers, name);
    }
    let there = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
    let (database, owner) = (
        identifier(name),
        identifier(spec["owner"].as_str().unwrap_or_default()),
    );
    if postgres.sql("postgres", &there) == "0" {
        let statement = format!("CREATE DATABASE {database} OWNER {owner}{}", options(spec));
        postgres
            .try_sql("postgres", &statement)
            .map_err(|refusal| format!("while creating database {name:?}: {refusal}"))?;
    } else {
        if let Some(limit) = spec["connectionLimit"].as_i64() {
            let statement = format!("ALTER DATABASE {database} WITH CONNECTION LIMIT {limit}");
            postgres.sql("postgres", &statement);
        }
        let statement = format!("ALTER DATABASE {database} OWNER TO {owner}");
        postgres
            .try_sql("postgres", &statement)
            .map_err(|refusal| {
                let owner = spec["owner"].as_str().unwrap_or_default();
                format!("while altering database {name:?} owner to {owner}: {refusal}")
            })?;
    }
    let mut is_applied = true;
    for (list, word) in [("schemas", "SCHEMA"), ("extensions", "EXTENSION")] {
        let Some(entries) = spec[list].as_array() else {
            continue;
        };
        let states = entries.iter().map(|entry| {
            let done = postgres.try_sql(name, &statement(word, entry));
            is_applied &= done.is_ok();
            state(entry, done.err())
        });
        status[list] = states.collect();
    }
    if is_applied {
        Ok(())
    } else {
        Err("database object reconciliation failed".to_owned())
    }
}

fn options(spec: &Value) -> String {
    let mut options = String::new();
    if let Some(limit) = spec["connectionLimit"].as_i64() {
        options += &format!(" CONNECTION LIMIT {limit}");
    }
    for (field, keyword) in [
        ("template", "TEMPLATE"),
        ("encoding", "ENCODING"),
        ("locale", "LOCALE"),
        ("localeProvider", "LOCALE_PROVIDER"),
        ("localeCollate", "LC_COLLATE"),
        ("localeCType", "LC_CTYPE"),
        ("icuLocale", "ICU_LOCALE"),
        ("builtinLocale", "BUILTIN_LOCALE"),
    ] {
        if let Some(value) = spec[field].as_str() {
            options += &format!(" {keyword} {}", identifier(value));
        }
    }
    options
}

/// What makes or removes a schema or an extension.
fn statement(word: &str, entry: &Value) -> String {
    let name = identifier(entry["name"].as_str().unwrap_or_default());
    if entry["ensure"] == "absent" {
        return format!("DROP {word} IF EXISTS {name}");
    }
    let mut statement = format!("CREATE {word} IF NOT EXISTS {name}");
    for (field, keyword) in [
        ("owner", "AUTHORIZATION"),
        ("schema", "SCHEMA"),
        ("version", "VERSION"),
    ] {
        if let Some(value) = entry[field].as_str() {
            statement += &format!(" {keyword} {}", identifier(value));
        }
    }
    statement
}

fn state(entry: &Value, refusal: Option<Refusal>) -> Value {
    match refusal {
        None => json!({"name": entry["name"], "applied": true}),
        Some(refusal) => {
            json!({"name": entry["name"], "applied": false, "message": refusal.to_string()})
        }
    }
}

fn drop_database(controllers: &Controllers, name: &str) -> Result<(), String> {
    if let Some(message) = controllers.refused.borrow().get(name) {
        return Err(message.clone());
    }
    let statement = format!("DROP DATABASE IF EXISTS {}", identifier(name));
    let done = controllers.postgres.try_sql("postgres", &statement);
    done.map(drop).map_err(|refusal| {
        let message = format!("while dropping database {name:?}: {refusal}");
        let mut refused = controllers.refused.borrow_mut();
        refused.insert(name.to_owned(), message.clone());
        message
    })
}

/// Drops the database of an object that is being deleted, where the object asks for it and has applied it. What is
/// refused stands in the operator's log alone, and the object stays.
fn finish(controllers: &Controllers, object: &Value) {
    if !objects::has_finalizer(object, FINALIZER) {
        return;
    }
    let is_dropped = object["spec"]["databaseReclaimPolicy"] == "delete"
        && object["status"]["observedGeneration"].as_i64() > Some(0);
    let name = object["spec"]["name"].as_str().unwrap_or_default();
    if !is_dropped || drop_database(controllers, name).is_ok() {
        objects::remove_finalizer(&controllers.server, object, FINALIZER);
    }
}
