//! `postgresql.cnpg.io/v1` Poolers.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use pgdb::live::pooler::Pooler;
use pgdb::target::CNPG;
use serde::Deserialize;

use super::{Reference, Wire, meta};

/// A Pooler.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PoolerWire {
    metadata: ObjectMeta,
    #[serde(default)]
    spec: Spec,
    status: Option<Status>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Spec {
    cluster: Reference,
    r#type: Option<String>,
    instances: Option<i64>,
    pgbouncer: PgBouncer,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct PgBouncer {
    paused: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    phase: String,
    phase_reason: String,
}

impl Wire for PoolerWire {
    type Object = Pooler;
    const GROUP: &'static str = CNPG;
    const VERSION: &'static str = "v1";
    const PLURAL: &'static str = "poolers";

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }

    fn live(self) -> Pooler {
        let status = self.status.unwrap_or_default();
        Pooler {
            meta: meta(self.metadata),
            cluster: self.spec.cluster.name,
            // The defaults of the CRD.
            kind: self.spec.r#type.unwrap_or_else(|| "rw".to_owned()),
            instances: self.spec.instances.unwrap_or(1),
            is_paused: self.spec.pgbouncer.paused == Some(true),
            phase: status.phase,
            phase_reason: status.phase_reason,
        }
    }
}
