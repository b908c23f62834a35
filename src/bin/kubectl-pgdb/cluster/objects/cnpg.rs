//! `postgresql.cnpg.io/v1` Clusters, Databases and DatabaseRoles.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use pgdb::live::cluster::{Cluster, ManagedRole, RoleStatus};
use pgdb::live::database::{Applied, Database, DatabaseRole, Part};
use pgdb::target::CNPG;
use serde::Deserialize;

use super::{Condition, Reference, Wire, meta, time};

/// What is not to be there is declared with this word.
const ABSENT: &str = "absent";
/// The reclaim policy by which the thing in PostgreSQL goes with its object.
const DELETE: &str = "delete";

/// A Cluster.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ClusterWire {
    metadata: ObjectMeta,
    #[serde(default)]
    spec: ClusterSpec,
    status: Option<ClusterStatus>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ClusterSpec {
    instances: i64,
    managed: Option<Managed>,
    replica: Option<Replica>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Managed {
    roles: Option<Vec<RoleEntry>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Replica {
    enabled: Option<bool>,
    primary: Option<String>,
    #[serde(rename = "self")]
    own_name: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RoleEntry {
    name: String,
    #[serde(flatten)]
    role: RoleWire,
}

/// What an entry of the Cluster and a DatabaseRole have in common.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RoleWire {
    ensure: String,
    login: bool,
    password_secret: Option<Reference>,
    valid_until: Option<Time>,
    connection_limit: Option<i64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ClusterStatus {
    phase: String,
    phase_reason: String,
    ready_instances: i64,
    current_primary: String,
    target_primary: String,
    conditions: Option<Vec<Condition>>,
    managed_roles_status: Option<ManagedRolesStatus>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ManagedRolesStatus {
    by_status: Option<BTreeMap<String, Option<Vec<String>>>>,
    cannot_reconcile: Option<BTreeMap<String, Option<Vec<String>>>>,
    password_status: Option<BTreeMap<String, PasswordState>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PasswordState {
    resource_version: String,
}

/// A Database.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct DatabaseWire {
    metadata: ObjectMeta,
    #[serde(default)]
    spec: DatabaseSpec,
    status: Option<DatabaseStatus>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct DatabaseSpec {
    name: String,
    owner: String,
    ensure: String,
    database_reclaim_policy: String,
    cluster: Reference,
    extensions: Option<Vec<Entry>>,
    schemas: Option<Vec<Entry>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Entry {
    name: String,
    ensure: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct DatabaseStatus {
    observed_generation: i64,
    applied: Option<bool>,
    message: String,
    extensions: Option<Vec<PartWire>>,
    schemas: Option<Vec<PartWire>>,
    secret_resource_version: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct PartWire {
    name: String,
    applied: bool,
    message: String,
}

/// A DatabaseRole.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct DatabaseRoleWire {
    metadata: ObjectMeta,
    #[serde(default)]
    spec: DatabaseRoleSpec,
    status: Option<DatabaseStatus>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct DatabaseRoleSpec {
    cluster: Reference,
    name: String,
    database_role_reclaim_policy: String,
    #[serde(flatten)]
    role: RoleWire,
}

impl Wire for ClusterWire {
    type Object = Cluster;
    const GROUP: &'static str = CNPG;
    const VERSION: &'static str = "v1";
    const PLURAL: &'static str = "clusters";

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }

    fn live(self) -> Cluster {
        let status = self.status.unwrap_or_default();
        let managed = self.spec.managed.unwrap_or_default();
        let roles = managed.roles.unwrap_or_default().into_iter();
        let ready = Condition::find(status.conditions.as_ref(), "Ready");
        let name = self.metadata.name.clone().unwrap_or_default();
        Cluster {
            meta: meta(self.metadata),
            instances: self.spec.instances,
            roles: roles.map(|entry| (entry.name, entry.role.live())).collect(),
            is_replica: self
                .spec
                .replica
                .is_some_and(|replica| replica.is_one(&name)),
            ready: ready.and_then(Condition::holds),
            phase: status.phase,
            phase_reason: status.phase_reason,
            ready_instances: status.ready_instances,
            current_primary: status.current_primary,
            target_primary: status.target_primary,
            role_status: role_status(status.managed_roles_status.unwrap_or_default()),
        }
    }
}

impl RoleWire {
    fn live(self) -> ManagedRole {
        ManagedRole {
            is_absent: self.ensure == ABSENT,
            login: self.login,
            password_secret: self.password_secret.map(|secret| secret.name),
            valid_until: self.valid_until.as_ref().map(time),
            connection_limit: self.connection_limit,
        }
    }
}

impl Replica {
    /// Whether the Cluster of this name follows another one: by `enabled`, or because the primary of the distributed
    /// topology is another one.
    fn is_one(&self, name: &str) -> bool {
        if let Some(enabled) = self.enabled {
            return enabled;
        }
        let own = self.own_name.as_deref().unwrap_or(name);
        self.primary
            .as_deref()
            .is_some_and(|primary| primary != own)
    }
}

fn role_status(wire: ManagedRolesStatus) -> RoleStatus {
    let mut by_status = wire.by_status.unwrap_or_default();
    let mut of = |status: &str| {
        let names = by_status.remove(status).flatten().unwrap_or_default();
        names.into_iter().collect()
    };
    let refused = wire.cannot_reconcile.unwrap_or_default().into_iter();
    let passwords = wire.password_status.unwrap_or_default().into_iter();
    RoleStatus {
        reconciled: of("reconciled"),
        pending: of("pending-reconciliation"),
        reserved: of("reserved"),
        cannot_reconcile: refused
            .map(|(role, messages)| (role, messages.unwrap_or_default()))
            .collect(),
        passwords: passwords
            .map(|(role, state)| (role, state.resource_version))
            .collect(),
    }
}

impl Wire for DatabaseWire {
    type Object = Database;
    const GROUP: &'static str = CNPG;
    const VERSION: &'static str = "v1";
    const PLURAL: &'static str = "databases";

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }

    fn live(self) -> Database {
        let status = self.status.unwrap_or_default();
        Database {
            meta: meta(self.metadata),
            name: self.spec.name,
            owner: self.spec.owner,
            cluster: self.spec.cluster.name,
            is_absent: self.spec.ensure == ABSENT,
            drops_when_deleted: self.spec.database_reclaim_policy == DELETE,
            extensions: wanted(self.spec.extensions),
            schemas: wanted(self.spec.schemas),
            extension_status: parts(status.extensions),
            schema_status: parts(status.schemas),
            applied: Applied {
                applied: status.applied,
                message: status.message,
                observed_generation: status.observed_generation,
            },
        }
    }
}

/// The names of what is to be there.
fn wanted(entries: Option<Vec<Entry>>) -> Vec<String> {
    let entries = entries.unwrap_or_default().into_iter();
    let wanted = entries.filter(|entry| entry.ensure != ABSENT);
    wanted.map(|entry| entry.name).collect()
}

fn parts(wire: Option<Vec<PartWire>>) -> Vec<Part> {
    let part = |part: PartWire| Part {
        name: part.name,
        applied: part.applied,
        message: part.message,
    };
    wire.unwrap_or_default().into_iter().map(part).collect()
}

impl Wire for DatabaseRoleWire {
    type Object = DatabaseRole;
    const GROUP: &'static str = CNPG;
    const VERSION: &'static str = "v1";
    const PLURAL: &'static str = "databaseroles";

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }

    fn live(self) -> DatabaseRole {
        let status = self.status.unwrap_or_default();
        let spec = self.spec;
        DatabaseRole {
            meta: meta(self.metadata),
            name: spec.name,
            cluster: spec.cluster.name,
            role: spec.role.live(),
            drops_when_deleted: spec.database_role_reclaim_policy == DELETE,
            applied: Applied {
                applied: status.applied,
                message: status.message,
                observed_generation: status.observed_generation,
            },
            password_version: status.secret_resource_version,
        }
    }
}
