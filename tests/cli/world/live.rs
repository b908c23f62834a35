//! A cluster that is reached through a kubeconfig, the tests' own or a real one.

use std::path::Path;

use kube::api::{Api, ApiResource, DeleteParams, DynamicObject, GroupVersionKind, PostParams};
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
        self.runtime.block_on(async {
            let api = self.api(version, kind, Some(namespace));
            let mut object = serde_json::to_value(api.get(name).await.unwrap()).unwrap();
            how(&mut object);
            let changed = dynamic(object.clone());
            let replaced = api.replace(name, &PostParams::default(), &changed).await;
            replaced.unwrap();
            set_status(&api, &object).await.unwrap();
        });
    }

    fn api(&self, version: &str, kind: &str, namespace: Option<&str>) -> Api<DynamicObject> {
        let (group, version) = version.split_once('/').unwrap_or(("", version));
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        match namespace {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &resource),
            None => Api::all_with(self.client.clone(), &resource),
        }
    }

    /// Makes an object, anew where it is there: the first generation is the one that its status is of.
    async fn put(&self, mut object: Value) -> kube::Result<Value> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (version, kind) = (text(&object["apiVersion"]), text(&object["kind"]));
        let name = text(&object["metadata"]["name"]);
        let api = self.api(&version, &kind, object["metadata"]["namespace"].as_str());
        // Without their controllers, these are never gone.
        let is_kept = matches!(kind.as_str(), "Application" | "Namespace");
        match api.get_opt(&name).await? {
            Some(old) if is_kept => {
                object["metadata"]["resourceVersion"] = json!(old.metadata.resource_version);
                let object = dynamic(object.clone());
                api.replace(&name, &PostParams::default(), &object).await?;
            }
            old => {
                if old.is_some() {
                    let at_once = DeleteParams::default().grace_period(0);
                    api.delete(&name, &at_once).await?;
                }
                let object = dynamic(object.clone());
                api.create(&PostParams::default(), &object).await?;
            }
        }
        set_status(&api, &object).await?;
        let stored = api.get(&name).await?;
        Ok(serde_json::to_value(stored).unwrap())
    }
}

/// Gives an object that is there the status of this one.
async fn set_status(api: &Api<DynamicObject>, object: &Value) -> kube::Result<()> {
    // An Application's status is part of it; a Namespace's is the server's own.
    let has_none = object["kind"] == "Application" || object["kind"] == "Namespace";
    let Some(status) = object.get("status").filter(|_| !has_none) else {
        return Ok(());
    };
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    let mut current = serde_json::to_value(api.get(name).await?).unwrap();
    current["status"] = status.clone();
    api.replace_status(name, &PostParams::default(), &dynamic(current))
        .await?;
    Ok(())
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
