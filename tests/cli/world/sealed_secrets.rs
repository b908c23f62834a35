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
    /// What one of these keys opens.
    Keys(Vec<UnsealingKey>),
    /// The usernames that the templates name, and made-up passwords.
    Given,
}

impl Opening {
    /// The private key that belongs to the test vectors' certificate.
    pub fn with_the_vectors_key() -> Self {
        Self::Keys(vec![key(&vector_key("private_key_pkcs8_der_b64"))])
    }

    /// The values of a SealedSecret.
    ///
    /// # Errors
    /// The names of those that do not open.
    pub fn open(&self, sealed: &Value) -> Result<BTreeMap<String, String>, Vec<String>> {
        let Self::Keys(keys) = self else {
            let username = &sealed["spec"]["template"]["data"]["dbname"];
            let username = username.as_str().unwrap_or_default().to_owned();
            let password = apps::password(&place(sealed).1);
            return Ok(BTreeMap::from([
                ("username".to_owned(), username),
                ("password".to_owned(), password),
            ]));
        };
        let label = label(sealed);
        let open = |value: &Value| {
            let value = value.as_str()?;
            let opened = keys.iter().find_map(|key| key.unseal(value, &label).ok())?;
            String::from_utf8(opened.to_vec()).ok()
        };
        let mut opened = BTreeMap::new();
        let mut closed = Vec::new();
        let values = sealed["spec"]["encryptedData"].as_object();
        for (name, value) in values.into_iter().flatten() {
            match open(value) {
                Some(value) => drop(opened.insert(name.clone(), value)),
                None => closed.push(name.clone()),
            }
        }
        if closed.is_empty() {
            Ok(opened)
        } else {
            Err(closed)
        }
    }
}

/// A private key of the vectors: DER in base64.
pub fn key(der: &str) -> UnsealingKey {
    UnsealingKey::from_der(&STANDARD.decode(der).unwrap()).unwrap()
}

/// What values are sealed for.
pub fn label(sealed: &Value) -> String {
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
    let mut values = opening.open(manifest).unwrap_or_else(|closed| {
        let place = place(manifest);
        panic!("{place:?} is sealed with another key: {closed:?}")
    });
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
    let secret = secret(&sealed, &mut values);
    (cluster.put(secret), values)
}

/// The Secret that a SealedSecret makes of its values; what its template builds of them is added to them.
pub fn secret(sealed: &Value, values: &mut BTreeMap<String, String>) -> Value {
    let template = &sealed["spec"]["template"];
    let opened = values.clone();
    for (name, text) in template["data"].as_object().into_iter().flatten() {
        let text = text.as_str().unwrap_or_default();
        let filled = opened.iter().fold(text.to_owned(), |text, (key, value)| {
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
        "data": data(values),
    });
    if secret["type"].is_null() {
        secret["type"] = json!("Opaque");
    }
    secret
}

/// Answers `/v1/cert.pem`, `/v1/verify` and `/healthz` behind the controller's Service.
pub fn serve(server: &ApiServer) {
    serve_certificate(server, &vector_key("certificate_pem"));
    let key = Opening::with_the_vectors_key();
    server.serve(NAMESPACE, SERVICE, "/v1/verify", move |_, body| {
        let sealed: Option<Value> = serde_json::from_slice(body).ok();
        match sealed.map(|sealed| key.open(&sealed)) {
            Some(Ok(_)) => Reply::text(200, ""),
            Some(Err(_)) => Reply::text(409, ""),
            None => Reply::text(500, ""),
        }
    });
    server.serve(NAMESPACE, SERVICE, "/healthz", |_, _| {
        Reply::text(200, "ok\n")
    });
}

/// Answers `/v1/cert.pem`.
pub fn serve_certificate(server: &ApiServer, pem: &str) {
    let pem = pem.to_owned();
    server.serve(NAMESPACE, SERVICE, "/v1/cert.pem", move |_, _| Reply {
        code: 200,
        content_type: "application/x-pem-file",
        body: pem.clone(),
    });
}
