//! `argoproj.io/v1alpha1` Applications.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use pgdb::live::application::{Application, Held, Hook, Operation};
use serde::Deserialize;

use super::{Condition, Wire, meta};

/// The address by which Argo CD calls the cluster that it runs in.
const IN_CLUSTER: &str = "https://kubernetes.default.svc";
/// The name by which it does.
const IN_CLUSTER_NAME: &str = "in-cluster";

/// An Application.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ApplicationWire {
    metadata: ObjectMeta,
    #[serde(default)]
    spec: Spec,
    status: Option<Status>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Spec {
    destination: Destination,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Destination {
    server: String,
    name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    sync: Sync,
    operation_state: Option<OperationState>,
    conditions: Option<Vec<Condition>>,
    resources: Option<Vec<HeldWire>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Sync {
    status: String,
    revision: String,
    revisions: Option<Vec<String>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct OperationState {
    phase: String,
    message: String,
    sync_result: Option<SyncResult>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct SyncResult {
    resources: Option<Vec<ResultWire>>,
}

/// What a sync did with an object; hooks alone have a type.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ResultWire {
    kind: String,
    namespace: String,
    name: String,
    message: String,
    hook_type: String,
    hook_phase: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct HeldWire {
    group: String,
    kind: String,
    namespace: String,
    name: String,
    status: String,
}

impl Wire for ApplicationWire {
    type Object = Application;
    const GROUP: &'static str = "argoproj.io";
    const VERSION: &'static str = "v1alpha1";
    const PLURAL: &'static str = "applications";

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }

    fn live(self) -> Application {
        let status = self.status.unwrap_or_default();
        let destination = self.spec.destination;
        let mut revisions = status.sync.revisions.unwrap_or_default();
        if revisions.is_empty() && !status.sync.revision.is_empty() {
            revisions.push(status.sync.revision);
        }
        let conditions = status.conditions.unwrap_or_default().into_iter();
        Application {
            meta: meta(self.metadata),
            is_local: destination.server == IN_CLUSTER || destination.name == IN_CLUSTER_NAME,
            sync: status.sync.status,
            revisions,
            operation: status.operation_state.map(OperationState::live),
            errors: conditions
                .filter(|condition| condition.r#type.ends_with("Error"))
                .filter_map(|condition| condition.message)
                .collect(),
            resources: status
                .resources
                .unwrap_or_default()
                .into_iter()
                .map(|held| Held {
                    group: held.group,
                    kind: held.kind,
                    namespace: held.namespace,
                    name: held.name,
                    sync: held.status,
                })
                .collect(),
        }
    }
}

impl OperationState {
    fn live(self) -> Operation {
        let results = self.sync_result.and_then(|result| result.resources);
        let hooks = results.unwrap_or_default().into_iter();
        Operation {
            phase: self.phase,
            message: self.message,
            hooks: hooks
                .filter(|result| !result.hook_type.is_empty())
                .map(|result| Hook {
                    kind: result.kind,
                    namespace: result.namespace,
                    name: result.name,
                    phase: result.hook_phase,
                    message: result.message,
                })
                .collect(),
        }
    }
}
