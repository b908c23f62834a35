//! The API's objects as they come over the wire, each converted once into what the library knows as live.
//!
//! Only the fields that are looked at are read, so that what later versions add does no harm, and no value of a Secret
//! is kept.

mod argo_cd;
mod batch;
mod cnpg;
mod core;
mod credential;
mod pooler;
mod sealed_secret;
mod secret;
mod value;

use std::borrow::Cow;
use std::fmt::Debug;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use kube::Resource;
use kube::core::DynamicResourceScope;
use pgdb::domain::time::UnixTime;
use pgdb::live::Live;
use pgdb::live::meta::{Meta, Owner};
use serde::Deserialize;
use serde::de::DeserializeOwned;

pub(crate) use argo_cd::ApplicationWire;
pub(crate) use batch::{CronJobWire, JobWire};
pub(crate) use cnpg::{ClusterWire, DatabaseRoleWire, DatabaseWire};
pub(crate) use core::{NamespaceWire, PodWire, ServiceWire};
pub(crate) use credential::{Credential, CredentialWire};
pub(crate) use pooler::PoolerWire;
pub(crate) use sealed_secret::SealedSecretWire;
pub(crate) use secret::SecretWire;

/// A kind's form on the wire.
pub(crate) trait Wire: Clone + Debug + DeserializeOwned + Send + Sync + 'static {
    /// What the library knows it as.
    type Object: Live + Debug;
    /// The API group; empty for the core.
    const GROUP: &'static str;
    /// The version.
    const VERSION: &'static str;
    /// The name in paths, such as `sealedsecrets`.
    const PLURAL: &'static str;

    /// Its metadata.
    fn metadata(&self) -> &ObjectMeta;
    /// Its metadata, to be changed.
    fn metadata_mut(&mut self) -> &mut ObjectMeta;
    /// The library's object.
    fn live(self) -> Self::Object;
}

/// An object of the API, as kube's client takes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Served<W>(W);

impl<W: Wire> Served<W> {
    /// The library's object.
    pub(crate) fn live(self) -> W::Object {
        self.0.live()
    }
}

impl<W: Wire> Resource for Served<W> {
    type DynamicType = ();
    type Scope = DynamicResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        W::Object::KIND.into()
    }

    fn group((): &()) -> Cow<'_, str> {
        W::GROUP.into()
    }

    fn version((): &()) -> Cow<'_, str> {
        W::VERSION.into()
    }

    fn plural((): &()) -> Cow<'_, str> {
        W::PLURAL.into()
    }

    fn meta(&self) -> &ObjectMeta {
        self.0.metadata()
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        self.0.metadata_mut()
    }
}

/// What is looked at of an object's metadata.
fn meta(wire: ObjectMeta) -> Meta {
    let created = wire.creation_timestamp.as_ref().map(time);
    let writes = wire.managed_fields.iter().flatten();
    let written = writes.filter_map(|fields| fields.time.as_ref()).map(time);
    Meta {
        name: wire.name.unwrap_or_default(),
        namespace: wire.namespace.unwrap_or_default(),
        uid: wire.uid.unwrap_or_default(),
        resource_version: wire.resource_version.unwrap_or_default(),
        generation: wire.generation.unwrap_or_default(),
        created,
        changed: written.max().or(created),
        is_deleted: wire.deletion_timestamp.is_some(),
        labels: wire.labels.unwrap_or_default(),
        annotations: wire.annotations.unwrap_or_default(),
        owners: wire
            .owner_references
            .unwrap_or_default()
            .into_iter()
            .map(|owner| Owner {
                kind: owner.kind,
                name: owner.name,
                uid: owner.uid,
            })
            .collect(),
    }
}

/// A point in time.
fn time(wire: &Time) -> UnixTime {
    UnixTime::new(wire.0.as_second())
}

/// A condition of a status.
///
/// Source: Kubernetes API conventions, "Typical status properties".
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Condition {
    r#type: String,
    status: String,
    reason: Option<String>,
    message: Option<String>,
    last_transition_time: Option<Time>,
}

impl Condition {
    /// The condition of this type.
    fn find<'all>(all: Option<&'all Vec<Self>>, kind: &str) -> Option<&'all Self> {
        all?.iter().find(|condition| condition.r#type == kind)
    }

    /// Whether it holds; none where that is not known.
    fn holds(&self) -> Option<bool> {
        match self.status.as_str() {
            "True" => Some(true),
            "False" => Some(false),
            _ => None,
        }
    }
}

/// A reference to an object of the same namespace.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Reference {
    name: String,
}
