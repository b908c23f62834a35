//! A CNPG Cluster as the cluster has it.
//!
//! Source: CloudNativePG `api/v1/cluster_types.go`, `internal/management/controller/roles/`.

use std::collections::{BTreeMap, BTreeSet};

use super::Live;
use super::meta::Meta;
use crate::domain::time::UnixTime;

/// A Cluster.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Cluster {
    /// Its metadata.
    pub meta: Meta,
    /// `spec.instances`.
    pub instances: i64,
    /// `spec.managed.roles`, by name.
    pub roles: BTreeMap<String, ManagedRole>,
    /// Whether it follows another cluster, so that it is read alone.
    pub is_replica: bool,
    /// `status.phase`.
    pub phase: String,
    /// `status.phaseReason`.
    pub phase_reason: String,
    /// The condition `Ready`.
    pub ready: Option<bool>,
    /// `status.readyInstances`.
    pub ready_instances: i64,
    /// `status.currentPrimary`: a pod's name; empty where there is none.
    pub current_primary: String,
    /// `status.targetPrimary`: the pod that is to be the primary.
    pub target_primary: String,
    /// `status.managedRolesStatus`.
    pub role_status: RoleStatus,
}

/// An entry of `spec.managed.roles`, or the specification of a DatabaseRole.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ManagedRole {
    /// Whether it is to be dropped.
    pub is_absent: bool,
    /// Whether it may log in.
    pub login: bool,
    /// The Secret with its password.
    pub password_secret: Option<String>,
    /// When its password ends.
    pub valid_until: Option<UnixTime>,
    /// How many sessions it may have at once; -1 is no limit.
    pub connection_limit: Option<i64>,
}

/// What the instance manager says of the roles.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RoleStatus {
    /// The roles that are as declared.
    pub reconciled: BTreeSet<String>,
    /// The roles that are yet to be changed.
    pub pending: BTreeSet<String>,
    /// Declared roles whose names are reserved.
    pub reserved: BTreeSet<String>,
    /// The messages of roles that PostgreSQL or the operator refuses.
    pub cannot_reconcile: BTreeMap<String, Vec<String>>,
    /// The resourceVersion of the Secret whose password each role has.
    pub passwords: BTreeMap<String, String>,
}

impl Live for Cluster {
    const KIND: &'static str = "Cluster";

    fn meta(&self) -> &Meta {
        &self.meta
    }
}
