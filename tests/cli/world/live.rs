//! A cluster that is reached through a kubeconfig, the tests' own or a real one.

use std::path::Path;

use kube::api::{
    Api, ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams, PostParams,
};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::sealed_secrets::Opening;
use super::{Cluster, World, manifests};

/// The clients of a cluster.
pub struct LiveCluster {
    runtime: Runtime,
    client: Client,
}

impl LiveCluster {
    /// The cluster of a kubeconfig's current context.
    pub fn of(kubeconfig: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let client = runtime.block_on(async {
            let kubeconfig = Kubeconfig::read_from(kubeconfig).unwrap();
            let options = KubeConfigOptions::default();
            let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
            Client::try_from(config.unwrap()).unwrap()
        });
        Self { runtime, client }
    }

    /// Puts all that the manifests below a folder ask for. The kinds' definitions must be there, the controllers need not.
    pub fn deploy(&self, root: &Path) -> World {
        let opening = Opening::with_the_vectors_key();
        World::deploy(self, &manifests::read(root), &opening)
    }

    /// Changes an object that is there. `version` is as in `apiVersion`.
    pub fn edit(
        &self,
        (version, kind): (&str, &str),
        (namespace, name): (&str, &str),
        how: impl FnOnce(&mut Value),
    ) {
        let (group, version) = version.split_once('/').unwrap_or(("", version));
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        let api: Api<DynamicObject> =
            Api::namespaced_with(self.client.clone(), namespace, &resource);
        let object = self.runtime.block_on(api.get(name)).unwrap();
        let mut object = serde_json::to_value(object).unwrap();
        how(&mut object);
        Cluster::put(self, object);
    }

    async fn put(&self, mut object: Value) -> kube::Result<Value> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (version, kind) = (text(&object["apiVersion"]), text(&object["kind"]));
        let (group, version) = version.split_once('/').unwrap_or(("", &version));
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, &kind));
        let name = text(&object["metadata"]["name"]);
        let api: Api<DynamicObject> = match object["metadata"]["namespace"].as_str() {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &resource),
            None => Api::all_with(self.client.clone(), &resource),
        };
        let status = object.get("status").cloned();
        if let Some(old) = api.get_opt(&name).await? {
            object["metadata"]["resourceVersion"] = json!(old.metadata.resource_version);
            api.replace(&name, &PostParams::default(), &dynamic(object))
                .await?;
        } else {
            api.create(&PostParams::default(), &dynamic(object)).await?;
        }
        // An Application's status is part of it; a Namespace's is the server's own.
        if let Some(status) =
            status.filter(|_| !matches!(kind.as_str(), "Application" | "Namespace"))
        {
            let patch = Patch::Merge(json!({"status": status}));
            api.patch_status(&name, &PatchParams::default(), &patch)
                .await?;
        }
        let stored = api.get(&name).await?;
        Ok(serde_json::to_value(stored).unwrap())
    }
}

impl Cluster for LiveCluster {
    fn put(&self, object: Value) -> Value {
        let shown = format!("{} {}", object["kind"], object["metadata"]["name"]);
        let stored = self.runtime.block_on(self.put(object));
        stored.unwrap_or_else(|error| panic!("{shown}: {error}"))
    }
}

fn dynamic(object: Value) -> DynamicObject {
    serde_json::from_value(object).unwrap()
}
