//! What the API server refuses: CNPG's webhook for Clusters, and the rules in the CRDs of Databases and DatabaseRoles.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::world;

/// Checks an object before it takes the place of the live one.
///
/// # Errors
/// The refusal.
pub fn check(object: &Value, live: Option<&Value>) -> Result<(), String> {
    let reasons = match object["kind"].as_str() {
        Some("Cluster") => roles(object),
        Some("Database") => immutable(object, live, &["name", "cluster", "template", "encoding"]),
        Some("DatabaseRole") => {
            let mut reasons = immutable(object, live, &["name", "cluster"]);
            if object["spec"]["ensure"] == "absent" {
                reasons.push(
                    "ensure: absent is not supported for DatabaseRole; delete the resource with databaseRoleReclaimPolicy: \
                     delete instead"
                        .to_owned(),
                );
            }
            if has_two_passwords(&object["spec"]) {
                reasons
                    .push("passwordSecret and disablePassword are mutually exclusive".to_owned());
            }
            reasons
        }
        _ => Vec::new(),
    };
    if reasons.is_empty() {
        return Ok(());
    }
    let (kind, (_, name)) = (object["kind"].as_str(), world::place(object));
    let kind = kind.unwrap_or_default();
    Err(format!(
        "{kind} {name:?} is invalid: {}",
        reasons.join(", ")
    ))
}

fn has_two_passwords(role: &Value) -> bool {
    role["disablePassword"] == true && !role["passwordSecret"].is_null()
}

/// `validateManagedRoles` of `internal/webhook/v1/cluster_webhook.go`.
fn roles(cluster: &Value) -> Vec<String> {
    let mut reasons = Vec::new();
    let mut names = BTreeSet::new();
    let roles = cluster["spec"]["managed"]["roles"].as_array();
    for role in roles.into_iter().flatten() {
        let name = role["name"].as_str().unwrap_or_default();
        let mut refuse = |reason: &str| {
            reasons.push(format!(
                "spec.managed.roles: Invalid value: {name:?}: {reason}"
            ));
        };
        if !names.insert(name) {
            refuse("Role name is duplicate of another");
        }
        if super::role::is_reserved(name) {
            refuse("This role is reserved for operator use");
        }
        if has_two_passwords(role) {
            refuse("This role both sets and disables a password");
        }
    }
    reasons
}

/// The fields that never change.
fn immutable(object: &Value, live: Option<&Value>, fields: &[&str]) -> Vec<String> {
    let Some(live) = live else {
        return Vec::new();
    };
    let changed = fields
        .iter()
        .filter(|field| object["spec"][**field] != live["spec"][**field]);
    changed
        .map(|field| format!("{field} is immutable"))
        .collect()
}
