//! The sealed-secrets controller: the Secrets it makes, and what it answers over HTTP.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pgdb::sealing::UnsealingKey;
use serde_json::{Value, json};

use super::super::apiserver::{ApiServer, Reply, now};
use super::super::support::vector_key;
use super::{Cluster, apps, argo, data, place};

/// Where the controller is by default.
pub const NAMESPACE: &str = "kube-system";
pub const SERVICE: &str = "sealed-secrets-controller";

/// What a sealed value holds.
pub enum Opening {
    /// What the key opens.
    Key(Box<UnsealingKey>),
    /// The usernames that the templates name, and made-up passwords.
    Given,
}

impl Opening {
    /// The private key that belongs to the test vectors' certificate.
    pub fn with_the_vectors_key() -> Self {
        let der = STANDARD.decode(vector_key("private_key_pkcs8_der_b64"));
        let key = UnsealingKey::from_der(&der.unwrap()).unwrap();
        Self::Key(Box::new(key))
    }

    /// The values of a SealedSecret; none when one of them does not open.
    fn open(&self, sealed: &Value) -> Option<BTreeMap<String, String>> {
        let values = sealed["spec"]["encryptedData"].as_object()?;
        let Self::Key(key) = self else {
            let username = &sealed["spec"]["template"]["data"]["dbname"];
            let username = username.as_str()?.to_owned();
            let password = apps::password(&place(sealed).1);
            return Some(BTreeMap::from([
                ("username".to_owned(), username),
                ("password".to_owned(), password),
            ]));
        };
        let label = label(sealed);
        let opened = values.iter().map(|(name, value)| {
            let value = key.unseal(value.as_str()?, &label).ok()?;
            Some((name.clone(), String::from_utf8(value.to_vec()).ok()?))
        });
        opened.collect()
    }
}

/// What values are sealed for.
fn label(sealed: &Value) -> String {
    let (namespace, name) = place(sealed);
    let has = |scope: &str| {
        let annotation = format!("sealedsecrets.bitnami.com/{scope}");
        sealed["metadata"]["annotations"][annotation] == "true"
    };
    if has("cluster-wide") {
        String::new()
    } else if has("namespace-wide") {
        namespace
    } else {
        format!("{namespace}/{name}")
    }
}

/// Puts a SealedSecret and the Secret it makes; gives the Secret, and its values in the clear.
pub fn put(
    cluster: &dyn Cluster,
    manifest: &Value,
    opening: &Opening,
) -> (Value, BTreeMap<String, String>) {
    let mut values = opening
        .open(manifest)
        .unwrap_or_else(|| panic!("{:?} is sealed with another key", place(manifest)));
    let mut sealed = argo::tracked(manifest);
    sealed["status"] = json!({
        "observedGeneration": 1,
        "conditions": [{
            "type": "Synced",
            "status": "True",
            "lastUpdateTime": now(),
            "lastTransitionTime": now(),
        }],
    });
    let sealed = cluster.put(sealed);
    let template = &sealed["spec"]["template"];
    for (name, text) in template["data"].as_object().into_iter().flatten() {
        let text = text.as_str().unwrap_or_default();
        let filled = ["username", "password"]
            .iter()
            .fold(text.to_owned(), |text, key| {
                let value = values.get(*key).map_or("", String::as_str);
                text.replace(&format!("{{{{ .{key} }}}}"), value)
            });
        values.insert(name.clone(), filled);
    }
    let mut metadata = template["metadata"].clone();
    metadata["name"] = sealed["metadata"]["name"].clone();
    metadata["namespace"] = sealed["metadata"]["namespace"].clone();
    metadata["ownerReferences"] = json!([{
        "apiVersion": sealed["apiVersion"],
        "kind": "SealedSecret",
        "name": sealed["metadata"]["name"],
        "uid": sealed["metadata"]["uid"],
        "controller": true,
    }]);
    let mut secret = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "type": template["type"],
        "data": data(&values),
    });
    if secret["type"].is_null() {
        secret["type"] = json!("Opaque");
    }
    (cluster.put(secret), values)
}

/// Answers `/v1/cert.pem`, `/v1/verify` and `/healthz` behind the controller's Service.
pub fn serve(server: &ApiServer) {
    let certificate = vector_key("certificate_pem");
    server.serve(NAMESPACE, SERVICE, "/v1/cert.pem", move |_, _| Reply {
        code: 200,
        content_type: "application/x-pem-file",
        body: certificate.clone(),
    });
    let key = Opening::with_the_vectors_key();
    server.serve(NAMESPACE, SERVICE, "/v1/verify", move |_, body| {
        let sealed: Option<Value> = serde_json::from_slice(body).ok();
        match sealed.map(|sealed| key.open(&sealed)) {
            Some(Some(_)) => Reply::text(200, ""),
            Some(None) => Reply::text(409, ""),
            None => Reply::text(500, ""),
        }
    });
    server.serve(NAMESPACE, SERVICE, "/healthz", |_, _| {
        Reply::text(200, "ok\n")
    });
}
