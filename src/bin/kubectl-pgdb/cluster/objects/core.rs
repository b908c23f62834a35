//! Core pods and namespaces.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use pgdb::live::pod::{Namespace, Pod};
use pgdb::live::service::Service;
use serde::Deserialize;

use super::{Condition, Wire, meta};

/// A pod.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PodWire {
    metadata: ObjectMeta,
    status: Option<Status>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Status {
    phase: String,
    conditions: Option<Vec<Condition>>,
}

/// A namespace.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct NamespaceWire {
    metadata: ObjectMeta,
}

/// A Service.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ServiceWire {
    metadata: ObjectMeta,
    #[serde(default)]
    spec: ServiceSpec,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ServiceSpec {
    r#type: String,
    external_name: String,
}

impl Wire for ServiceWire {
    type Object = Service;
    const GROUP: &'static str = "";
    const VERSION: &'static str = "v1";
    const PLURAL: &'static str = "services";

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }

    fn live(self) -> Service {
        Service {
            meta: meta(self.metadata),
            kind: self.spec.r#type,
            external_name: self.spec.external_name,
        }
    }
}

impl Wire for PodWire {
    type Object = Pod;
    const GROUP: &'static str = "";
    const VERSION: &'static str = "v1";
    const PLURAL: &'static str = "pods";

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }

    fn live(self) -> Pod {
        let status = self.status.unwrap_or_default();
        let ready = Condition::find(status.conditions.as_ref(), "Ready");
        Pod {
            meta: meta(self.metadata),
            is_ready: ready.and_then(Condition::holds) == Some(true),
            phase: status.phase,
        }
    }
}

impl Wire for NamespaceWire {
    type Object = Namespace;
    const GROUP: &'static str = "";
    const VERSION: &'static str = "v1";
    const PLURAL: &'static str = "namespaces";

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }

    fn live(self) -> Namespace {
        Namespace {
            meta: meta(self.metadata),
        }
    }
}
