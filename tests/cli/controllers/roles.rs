//! CNPG: a Cluster's instances and its `managed.roles` (`internal/management/controller/roles/`).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::postgres::Refusal;
use super::super::world::{cnpg, place};
use super::Controllers;
use super::objects;
use super::role::{self, Password};

/// What a role needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Action {
    Create,
    Update,
    SetComment,
    UpdateMemberships,
    Delete,
    Nothing,
}

impl Action {
    /// As CNPG names it in messages.
    fn name(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::SetComment => "SET_COMMENT",
            Self::UpdateMemberships => "UPDATE_MEMBERSHIPS",
            Self::Delete => "DELETE",
            Self::Nothing => "RECONCILED",
        }
    }
}

/// Brings a new Cluster up, then its roles to what is asked for.
pub fn reconcile(controllers: &Controllers, mut cluster: Value) {
    let server = &controllers.server;
    if cluster["status"].is_null() {
        let mut status = cnpg::status(&cluster, &BTreeMap::new());
        status["managedRolesStatus"] = json!({});
        cluster = objects::set_status(server, &cluster, status);
        cnpg::put_instances(server, &cluster);
        let (namespace, name) = place(&cluster);
        let primary = format!("{name}-1");
        server.forward(&namespace, &primary, 5432, controllers.postgres.address());
    }
    let roles = cluster["spec"]["managed"]["roles"].as_array();
    let roles = roles.cloned().unwrap_or_default();
    // The status is then as it was.
    if !roles.is_empty() {
        let status = managed_roles(controllers, &cluster, &roles);
        server.edit("clusters", &place(&cluster).0, &place(&cluster).1, |live| {
            live["status"]["managedRolesStatus"] = status;
        });
    }
}

/// Does what the roles need, and gives `status.managedRolesStatus`: how it was before, and what failed.
fn managed_roles(controllers: &Controllers, cluster: &Value, roles: &[Value]) -> Value {
    let (namespace, _) = place(cluster);
    let before = &cluster["status"]["managedRolesStatus"];
    let there = role::list(&controllers.postgres);
    let mut by_status: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in there.keys() {
        let is_managed = roles.iter().any(|spec| spec["name"] == name.as_str());
        if role::is_reserved(name) {
            by_status.entry("reserved").or_default().push(name);
        } else if !is_managed {
            by_status.entry("not-managed").or_default().push(name);
        }
    }
    let mut passwords = before["passwordStatus"].as_object().cloned();
    let mut cannot_reconcile = Map::new();
    for spec in roles {
        let name = spec["name"].as_str().unwrap_or_default();
        let password = Password::of(&controllers.server, &namespace, spec);
        let known = &before["passwordStatus"][name];
        let action = action(there.get(name), spec, &password, known);
        let status = match action {
            Action::Nothing => "reconciled",
            _ => "pending-reconciliation",
        };
        by_status.entry(status).or_default().push(name);
        match act(controllers, action, there.get(name), spec, password) {
            Ok(Some(state)) => {
                let states = passwords.get_or_insert_default();
                states.insert(name.to_owned(), state);
            }
            Ok(None) => {}
            Err(message) => {
                cannot_reconcile.insert(name.to_owned(), json!([message]));
            }
        }
    }
    by_status
        .values_mut()
        .for_each(|names| names.sort_unstable());
    let mut status = json!({"byStatus": by_status});
    if let Some(passwords) = passwords {
        status["passwordStatus"] = json!(passwords);
    }
    if !cannot_reconcile.is_empty() {
        status["cannotReconcile"] = json!(cannot_reconcile);
    }
    status
}

/// What a role needs, `evaluateNextRoleActions`; `known` is what was last written of its password.
fn action(
    there: Option<&Value>,
    spec: &Value,
    password: &Result<Password, String>,
    known: &Value,
) -> Action {
    let is_absent = spec["ensure"] == "absent";
    let Some(there) = there else {
        return if is_absent {
            Action::Nothing
        } else {
            Action::Create
        };
    };
    let version = password.as_ref().map_or("", Password::version);
    let has_password = known["resourceVersion"].as_str().unwrap_or_default() == version
        && known["transactionID"] == there["transaction"];
    if is_absent {
        Action::Delete
    } else if !role::is_as(there, spec) || !has_password || password.is_err() {
        Action::Update
    } else if there["comment"] != role::comment(spec) {
        Action::SetComment
    } else if role::in_roles(there) != role::in_roles(spec) {
        Action::UpdateMemberships
    } else {
        Action::Nothing
    }
}

/// Does it; gives the state of the password where that was written.
fn act(
    controllers: &Controllers,
    action: Action,
    there: Option<&Value>,
    spec: &Value,
    password: Result<Password, String>,
) -> Result<Option<Value>, String> {
    let postgres = &controllers.postgres;
    let name = spec["name"].as_str().unwrap_or_default();
    let absent = Value::Null;
    let there = there.unwrap_or(&absent);
    let explain =
        |doing: &'static str| move |refusal: Refusal| explained(action, doing, name, &refusal);
    match action {
        Action::Nothing => return Ok(None),
        Action::SetComment => {
            let done = role::set_comment(postgres, spec);
            return done.map(|()| None).map_err(explain("updating comment for"));
        }
        Action::UpdateMemberships => {
            let done = role::set_memberships(postgres, there, spec);
            return done
                .map(|()| None)
                .map_err(explain("updating memberships for"));
        }
        Action::Delete => {
            let done = role::drop_role(postgres, name);
            return done.map(|()| None).map_err(explain("deleting"));
        }
        Action::Create => {
            role::create(postgres, spec, password.as_ref()?).map_err(explain("creating"))?;
        }
        Action::Update => {
            role::update(postgres, there, spec, password.as_ref()?).map_err(explain("updating"))?;
        }
    }
    let written = role::list(postgres);
    let mut state = json!({"transactionID": written[name]["transaction"]});
    let version = password?.version().to_owned();
    if !version.is_empty() {
        state["resourceVersion"] = json!(version);
    }
    Ok(Some(state))
}

/// The text in `cannotReconcile` (`postgres_errors.go`): of errors that are to be expected, the cause alone.
fn explained(action: Action, doing: &str, role: &str, refusal: &Refusal) -> String {
    let cause = match refusal.code.as_str() {
        "2BP01" => &refusal.detail,
        "42704" | "0LP01" => &refusal.message,
        _ => return role::wrapped(doing, role, refusal),
    };
    let action = action.name();
    format!("could not perform {action} on role {role}: {cause}")
}
