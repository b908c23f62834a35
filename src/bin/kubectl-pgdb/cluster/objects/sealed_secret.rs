//! `bitnami.com/v1alpha1` SealedSecrets.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use pgdb::live::sealed_secret::SealedSecret;
use serde::Deserialize;

use super::{Condition, Wire, meta};

/// A SealedSecret.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct SealedSecretWire {
    metadata: ObjectMeta,
    #[serde(default)]
    spec: Spec,
    status: Option<Status>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    encrypted_data: Option<BTreeMap<String, String>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    observed_generation: i64,
    conditions: Option<Vec<Condition>>,
}

impl Wire for SealedSecretWire {
    type Object = SealedSecret;
    const GROUP: &'static str = "bitnami.com";
    const VERSION: &'static str = "v1alpha1";
    const PLURAL: &'static str = "sealedsecrets";

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }

    fn live(self) -> SealedSecret {
        let status = self.status.unwrap_or_default();
        let synced = Condition::find(status.conditions.as_ref(), "Synced");
        SealedSecret {
            meta: meta(self.metadata),
            encrypted: self.spec.encrypted_data.unwrap_or_default(),
            observed_generation: status.observed_generation,
            synced: synced.and_then(Condition::holds),
            message: synced
                .and_then(|synced| synced.message.clone())
                .unwrap_or_default(),
        }
    }
}
