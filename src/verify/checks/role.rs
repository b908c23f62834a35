//! Role: the login role is declared on the live cluster, and CNPG has made it so.
//!
//! Source: CloudNativePG `internal/management/controller/roles/reconciler.go` and `databaserole_controller.go`.

use super::database::REPLICA;
use super::{Link, SYNC, new_app, unread, waits};
use crate::declared::RoleSource;
use crate::live::cluster::{Cluster, ManagedRole};
use crate::live::database::DatabaseRole;
use crate::live::fact::Fact;
use crate::report::{Check, Subject};
use crate::verify::chain::{Chain, LiveRole};

const LINK: Subject = Subject {
    check: "role",
    title: "Role",
};

/// Looks at the app's login role.
pub(super) fn check(chain: &Chain<'_>) -> Vec<Check> {
    let Some(role) = chain.app.login_role() else {
        return vec![
            LINK.broken(
                "not-declared",
                format!("nothing declares a role for {}", chain.app.app),
            )
            .remedy(new_app(chain)),
        ];
    };
    if chain.app.role_source == Some(RoleSource::Cluster) {
        let evidence = format!("{role:?} is the Cluster's own, from its bootstrap");
        return vec![LINK.skipped("bootstrap", evidence).of(place(chain))];
    }
    let check = match chain.role() {
        Fact::Unreadable(why) => unread(Link::Role, &why).of(place(chain)),
        Fact::Absent => missing(chain, role).of(place(chain)),
        Fact::Present(LiveRole::Managed(cluster, managed)) => {
            let check =
                declared(chain, role, managed).unwrap_or_else(|| in_cluster(chain, role, cluster));
            twice(chain, check).of(chain.place("Cluster", &chain.app.cluster))
        }
        Fact::Present(LiveRole::Object(object)) => {
            let check = declared(chain, role, &object.role)
                .unwrap_or_else(|| in_object(chain, role, object));
            check.of(chain.place("DatabaseRole", &object.meta.name))
        }
    };
    vec![check]
}

/// Where the role is to be declared.
fn place(chain: &Chain<'_>) -> String {
    match chain.app.role_object() {
        Some(name) => chain.place("DatabaseRole", name),
        None => chain.place("Cluster", &chain.app.cluster),
    }
}

fn missing(chain: &Chain<'_>, role: &str) -> Check {
    if matches!(chain.cluster(), Fact::Absent) {
        // The Cluster's own link comes later, and says it; unless that is left out.
        if !chain.skip.contains(&Link::Cluster) {
            return waits(Link::Role, "Cluster");
        }
        return LINK
            .pending("not-declared", "the Cluster is not there")
            .remedy(SYNC);
    }
    if let Some(broken) = chain.broken_before(&[Link::ArgoCd]) {
        return waits(Link::Role, broken);
    }
    let evidence = match chain.app.role_object() {
        Some(_) => format!("no DatabaseRole declares {role:?}"),
        None => format!("spec.managed.roles of the live Cluster has no {role:?}"),
    };
    LINK.pending("not-declared", evidence)
        .remedy("see that the change is merged, and that Argo CD has synced it")
}

/// Warns of a role that both the Cluster and an object declare: the Cluster wins, and the object waits. So it is between the
/// stages of `migrate-roles`.
fn twice(chain: &Chain<'_>, check: Check) -> Check {
    let Some(object) = chain.role_objects().first() else {
        return check;
    };
    let evidence = format!(
        "DatabaseRole {} declares it too, which CNPG refuses as long as the Cluster does",
        object.meta.name
    );
    let remedy =
        "take the role out of spec.managed.roles of the Cluster, or delete the DatabaseRole";
    check.warning("declared-twice", evidence, vec![remedy.to_owned()])
}

/// The failure of a role that is declared otherwise than the app needs it.
fn declared(chain: &Chain<'_>, role: &str, declared: &ManagedRole) -> Option<Check> {
    if declared.is_absent {
        let evidence = format!("{role:?} is declared with `ensure: absent`, so CNPG drops it");
        return Some(
            LINK.broken("ensure-absent", evidence)
                .remedy("take `ensure: absent` out of the role's manifest"),
        );
    }
    if !declared.login {
        let evidence = format!("{role:?} may not log in");
        return Some(
            LINK.broken("no-login", evidence)
                .remedy("set `login: true` in the role's manifest"),
        );
    }
    if let Some(end) = declared.valid_until.filter(|end| *end <= chain.facts.now) {
        let evidence = format!("the password of {role:?} is valid until {end}, which is over");
        let check = LINK.broken("expired", evidence);
        return Some(
            check.remedy("set a later `validUntil` in the role's manifest, or take it out"),
        );
    }
    if declared.connection_limit == Some(0) {
        let evidence = format!("{role:?} may have no session: its connectionLimit is 0");
        let check = LINK.broken("no-login", evidence);
        return Some(
            check.remedy("raise `connectionLimit` in the role's manifest, or take it out"),
        );
    }
    let wanted = chain.app.secret.as_deref()?;
    let evidence = match declared.password_secret.as_deref() {
        Some(found) if found == wanted => return None,
        Some(found) => {
            format!("{role:?} takes its password from the Secret {found}, not from {wanted}")
        }
        None => format!("{role:?} has no passwordSecret, so no password"),
    };
    let remedy = format!("set `passwordSecret.name: {wanted}` in the role's manifest");
    Some(LINK.broken("other-secret", evidence).remedy(remedy))
}

/// What the Cluster's status says of the role.
fn in_cluster(chain: &Chain<'_>, role: &str, cluster: &Cluster) -> Check {
    let status = &cluster.role_status;
    let describe = format!(
        "kubectl get clusters.postgresql.cnpg.io {} --namespace {} --output jsonpath={{.status.managedRolesStatus}}",
        cluster.meta.name, cluster.meta.namespace
    );
    if let Some(messages) = status.cannot_reconcile.get(role) {
        return refused(chain, role, &messages.join("; ")).remedy(describe);
    }
    if status.reserved.contains(role) {
        let evidence = format!("{role:?} is a name that CNPG reserves");
        return LINK
            .broken("reserved", evidence)
            .remedy("give the app another role: kubectl pgdb new-app --user ROLE");
    }
    if status.reconciled.contains(role) {
        return LINK.pass(format!("{role:?} is reconciled"));
    }
    let check = if status.pending.contains(role) {
        LINK.pending(
            "pending",
            format!("{role:?} is pending: CNPG is about to change it"),
        )
    } else {
        LINK.pending(
            "not-observed",
            format!("CNPG has not looked at {role:?} yet"),
        )
    };
    check.remedy(describe)
}

/// What a DatabaseRole's status says.
fn in_object(chain: &Chain<'_>, role: &str, object: &DatabaseRole) -> Check {
    if object.meta.is_deleted {
        return LINK.broken("deleting", "it is being deleted");
    }
    let status = &object.applied;
    let generation = object.meta.generation;
    let describe = format!(
        "kubectl describe databaseroles.postgresql.cnpg.io {} --namespace {}",
        object.meta.name, object.meta.namespace
    );
    match status.applied {
        Some(true) if status.observed_generation == generation => {
            LINK.pass(format!("{role:?} is applied at generation {generation}"))
        }
        Some(true) => {
            let evidence = format!(
                "generation {} of {role:?} is applied, and this is generation {generation}",
                status.observed_generation
            );
            LINK.pending("outdated", evidence).remedy(describe)
        }
        Some(false) => refused(chain, role, &status.message).remedy(describe),
        None if status.message.contains(REPLICA) => {
            let evidence = format!("CNPG does not apply {role:?}: {}", status.message);
            LINK.broken("replica-cluster", evidence).remedy(describe)
        }
        None => LINK
            .pending(
                "not-observed",
                format!("CNPG has not looked at {role:?} yet"),
            )
            .remedy(describe),
    }
}

/// The failure that CNPG tells of.
fn refused(chain: &Chain<'_>, role: &str, message: &str) -> Check {
    let evidence = format!("CNPG cannot reconcile {role:?}: {message}");
    let is_twice = [
        "already managed by the CNPG cluster",
        "is already managed by object",
    ]
    .iter()
    .any(|words| message.contains(words));
    if is_twice {
        return LINK.broken("declared-twice", evidence).remedy(
            "take the role out of spec.managed.roles of the Cluster, or delete one of the DatabaseRoles",
        );
    }
    // CNPG tries again once the Secret is there.
    let secret_came_late = message.contains("failed to get password secret")
        || message.contains("secrets \"") && message.contains("not found")
        || matches!(chain.secret(), Fact::Absent);
    if secret_came_late {
        return LINK.pending("retrying", format!("the Secret came late: {evidence}"));
    }
    LINK.broken("cannot-reconcile", evidence)
}
