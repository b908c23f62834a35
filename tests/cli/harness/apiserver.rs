//! The server, asked by kube's own client.

mod access;
mod faults;
mod forwarding;
mod listing;
mod watches;
mod writing;

use std::future::Future;
use std::path::Path;

use kube::api::{ApiResource, DynamicObject, GroupVersionKind};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};
use serde_json::{Value, json};

use crate::apiserver::ApiServer;

/// Runs a future to its end.
fn run<Output>(future: impl Future<Output = Output>) -> Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

async fn client(server: &ApiServer) -> Client {
    client_of(&server.kubeconfig()).await
}

/// A client that does not ask again by itself what a server was too busy for.
async fn client_of(kubeconfig: &Path) -> Client {
    let kubeconfig = Kubeconfig::read_from(kubeconfig).unwrap();
    let options = KubeConfigOptions::default();
    let config = Config::from_custom_kubeconfig(kubeconfig, &options);
    let mut config = config.await.unwrap();
    config.default_retry = false;
    Client::try_from(config).unwrap()
}

async fn secrets(server: &ApiServer) -> Api<DynamicObject> {
    Api::all_with(client(server).await, &resource("", "v1", "Secret"))
}

fn resource(group: &str, version: &str, kind: &str) -> ApiResource {
    ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind))
}

fn secret(name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": {"namespace": "shop", "name": name, "labels": {"name": name}},
    })
}

/// The names of objects.
fn names(objects: &[DynamicObject]) -> Vec<&str> {
    let names = objects.iter().map(|object| object.metadata.name.as_deref());
    names.map(Option::unwrap_or_default).collect()
}

/// What a `Status` says: its code, reason and message.
fn refusal<T>(result: kube::Result<T>) -> (u16, String, String) {
    match result {
        Err(kube::Error::Api(status)) => (status.code, status.reason, status.message),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was not refused"),
    }
}
