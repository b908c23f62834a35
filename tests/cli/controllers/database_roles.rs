//! CNPG: DatabaseRole objects (`databaserole_controller.go`, the operator's and the instance manager's).

use serde_json::{Value, json};

use super::super::postgres::Refusal;
use super::super::world::{cnpg, place};
use super::Controllers;
use super::objects;
use super::role::{self, Password};

const FINALIZER: &str = "cnpg.io/deleteRole";
/// The condition by which the operator tells of a new password.
const PASSWORD_CHANGE: &str = "PasswordSecretChange";

/// Brings the role of an object to what is asked for, or drops it with the object where it says so.
pub fn reconcile(controllers: &Controllers, object: Value) {
    let server = &controllers.server;
    let (namespace, _) = place(&object);
    let cluster = object["spec"]["cluster"]["name"].as_str();
    let Some(cluster) = server.get("clusters", &namespace, cluster.unwrap_or_default()) else {
        return;
    };
    let mut object = tell_of_password(controllers, object);
    let name = object["spec"]["name"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let managed = cluster["spec"]["managed"]["roles"].as_array();
    let is_managed = managed
        .into_iter()
        .flatten()
        .any(|role| role["name"] == name.as_str());
    if objects::is_being_deleted(&object) {
        return finish(controllers, &object, is_managed);
    }
    if is_managed {
        let message = "database role is already managed by the CNPG cluster";
        return fail(controllers, &object, message);
    }
    if is_applied(&object) {
        return;
    }
    object = objects::add_finalizer(server, &object, FINALIZER);
    if let Some(other) = other_manager(controllers, &object, "databaseroles") {
        let message = format!("{name:?} is already managed by object {other:?}");
        return fail(controllers, &object, &message);
    }
    match apply(controllers, &object) {
        Ok(version) => {
            let mut status = json!({
                "applied": true,
                "observedGeneration": object["metadata"]["generation"],
            });
            if let Some(conditions) = object["status"].get("conditions") {
                status["conditions"] = conditions.clone();
            }
            if !version.is_empty() {
                status["secretResourceVersion"] = json!(version);
            }
            objects::set_status(server, &object, status);
        }
        Err(message) => fail(controllers, &object, &message),
    }
}

fn fail(controllers: &Controllers, object: &Value, message: &str) {
    let status = role::failed(&object["status"], message);
    objects::set_status(&controllers.server, object, status);
}

/// Writes the Secret's version where the instance manager sees it.
fn tell_of_password(controllers: &Controllers, mut object: Value) -> Value {
    let server = &controllers.server;
    let known = &object["status"]["conditions"][0]["message"];
    let Some(name) = object["spec"]["passwordSecret"]["name"].as_str() else {
        if known.is_null() {
            return object;
        }
        let mut status = object["status"].clone();
        status["conditions"] = json!([]);
        return objects::set_status(server, &object, status);
    };
    let secret = server.get("secrets", &place(&object).0, name);
    let version = secret.map(|secret| secret["metadata"]["resourceVersion"].clone());
    let Some(version) = version.filter(|version| known != version) else {
        return object;
    };
    let version = version.as_str().unwrap_or_default();
    let condition = cnpg::condition(PASSWORD_CHANGE, "ChangeDetected", version);
    if object["status"].is_null() {
        object["status"] = json!({});
    }
    let mut status = object["status"].clone();
    status["conditions"] = json!([condition]);
    objects::set_status(server, &object, status)
}

/// Whether this generation and this password have been applied.
fn is_applied(object: &Value) -> bool {
    let status = &object["status"];
    let has_secret = object["spec"]["passwordSecret"]["name"].is_string();
    let has_password =
        !has_secret || status["secretResourceVersion"] == status["conditions"][0]["message"];
    status["applied"] == true
        && status["observedGeneration"] == object["metadata"]["generation"]
        && has_password
}

/// The name of another object that has applied the same thing before this one did.
pub fn other_manager(controllers: &Controllers, object: &Value, kind: &str) -> Option<String> {
    let has_applied = |object: &Value| object["status"]["observedGeneration"].as_i64() > Some(0);
    if has_applied(object) {
        return None;
    }
    let others = controllers.server.all(kind);
    let other = others.iter().find(|other| {
        place(other).0 == place(object).0
            && place(other).1 != place(object).1
            && other["spec"]["cluster"] == object["spec"]["cluster"]
            && other["spec"]["name"] == object["spec"]["name"]
            && has_applied(other)
    });
    other.map(|other| place(other).1)
}

/// Creates the role or changes it; gives the version of the password's Secret.
fn apply(controllers: &Controllers, object: &Value) -> Result<String, String> {
    let postgres = &controllers.postgres;
    let spec = &object["spec"];
    let name = spec["name"].as_str().unwrap_or_default();
    let (namespace, _) = place(object);
    if let Some(secret) = spec["passwordSecret"]["name"].as_str()
        && controllers
            .server
            .get("secrets", &namespace, secret)
            .is_none()
    {
        return Err(format!("Secret {secret:?} not found"));
    }
    let password = Password::of(&controllers.server, &namespace, spec)
        .map_err(|error| format!("while getting the role password: {error}"))?;
    let explain =
        |doing: &'static str| move |refusal: Refusal| role::wrapped(doing, name, &refusal);
    match role::list(postgres).get(name) {
        None => role::create(postgres, spec, &password).map_err(explain("creating"))?,
        Some(there) => {
            role::set_memberships(postgres, there, spec).map_err(|refusal| {
                let cause = role::wrapped("updating memberships for", name, &refusal);
                format!("while updating membership: {cause}")
            })?;
            role::update(postgres, there, spec, &password).map_err(explain("updating"))?;
            if there["comment"] != role::comment(spec) {
                role::set_comment(postgres, spec).map_err(explain("updating comment for"))?;
            }
        }
    }
    Ok(password.version().to_owned())
}

/// Drops the role of an object that is being deleted, where the object asks for it and has applied it.
fn finish(controllers: &Controllers, object: &Value, is_managed: bool) {
    if !objects::has_finalizer(object, FINALIZER) {
        return;
    }
    let is_dropped = object["spec"]["databaseRoleReclaimPolicy"] == "delete"
        && object["status"]["observedGeneration"].as_i64() > Some(0)
        && !is_managed;
    if is_dropped {
        let name = object["spec"]["name"].as_str().unwrap_or_default();
        if let Err(refusal) = role::drop_role(&controllers.postgres, name) {
            let message = role::wrapped("deleting", name, &refusal);
            return fail(controllers, object, &message);
        }
    }
    objects::remove_finalizer(&controllers.server, object, FINALIZER);
}
