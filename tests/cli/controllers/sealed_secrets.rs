//! The sealed-secrets controller (`pkg/controller/controller.go`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use pgdb::sealing::SealingKey;
use serde_json::{Map, Value, json};

use super::super::apiserver::{ApiServer, Reply, now};
use super::super::support::vector_keys;
use super::super::world::place;
use super::super::world::sealed_secrets::{self, NAMESPACE, Opening, SERVICE};
use super::objects;

/// The controller with its keys; the last one is the newest.
pub struct SealedSecrets {
    keys: Arc<Mutex<Keys>>,
}

struct Keys {
    opening: Opening,
    sealing: SealingKey,
}

impl Keys {
    /// The first keys of the vectors.
    fn first(number: usize) -> (Self, String) {
        let keys = vector_keys();
        let text = |key: &Value, field: &str| key[field].as_str().unwrap().to_owned();
        let known = &keys[..number];
        let private = known
            .iter()
            .map(|key| text(key, "private_key_pkcs8_der_b64"));
        let opening = Opening::Keys(private.map(|der| sealed_secrets::key(&der)).collect());
        let certificate = text(known.last().unwrap(), "certificate_pem");
        let sealing = SealingKey::of_any_time(&certificate).unwrap();
        (Self { opening, sealing }, certificate)
    }

    /// What `/v1/rotate` answers: the whole Secret, what the template builds included, sealed with the newest key. The
    /// SealedSecret's own metadata has taken the place of the template's, and its own annotations are gone.
    fn rotated(&self, sealed: &Value) -> Option<Value> {
        let mut values = self.opening.open(sealed).ok()?;
        sealed_secrets::secret(sealed, &mut values);
        let label = sealed_secrets::label(sealed);
        let seal = |value: &String| {
            self.sealing
                .seal(value.as_bytes(), &label, &mut rand::rng())
        };
        let data = values
            .iter()
            .map(|(name, value)| Some((name.clone(), json!(seal(value).ok()?))));
        let mut metadata = sealed["metadata"].clone();
        metadata.as_object_mut()?.remove("ownerReferences");
        let scopes = ["cluster-wide", "namespace-wide"]
            .map(|scope| format!("sealedsecrets.bitnami.com/{scope}"));
        let kept: Map<String, Value> = scopes
            .iter()
            .filter_map(|scope| {
                let value = sealed["metadata"]["annotations"].get(scope)?;
                Some((scope.clone(), value.clone()))
            })
            .collect();
        let (namespace, name) = place(sealed);
        Some(json!({
            "kind": "SealedSecret",
            "apiVersion": "bitnami.com/v1alpha1",
            "metadata": {"name": name, "namespace": namespace, "annotations": kept},
            "spec": {
                "template": {"metadata": metadata, "type": sealed["spec"]["template"]["type"]},
                "encryptedData": data.collect::<Option<Map<_, _>>>()?,
            },
        }))
    }
}

impl Default for SealedSecrets {
    fn default() -> Self {
        let (keys, _) = Keys::first(1);
        Self {
            keys: Arc::new(Mutex::new(keys)),
        }
    }
}

impl SealedSecrets {
    /// Answers over HTTP.
    pub fn serve(&self, server: &ApiServer) {
        sealed_secrets::serve(server);
        let keys = Arc::clone(&self.keys);
        server.serve(NAMESPACE, SERVICE, "/v1/verify", move |_, body| {
            let sealed: Option<Value> = serde_json::from_slice(body).ok();
            match sealed.map(|sealed| keys.lock().unwrap().opening.open(&sealed)) {
                Some(Ok(_)) => Reply::text(200, ""),
                Some(Err(_)) => Reply::text(409, ""),
                None => Reply::text(500, ""),
            }
        });
        let keys = Arc::clone(&self.keys);
        server.serve(NAMESPACE, SERVICE, "/v1/rotate", move |_, body| {
            let sealed: Option<Value> = serde_json::from_slice(body).ok();
            let rotated = sealed.and_then(|sealed| keys.lock().unwrap().rotated(&sealed));
            // The header that says JSON is set too late to be sent.
            rotated.map_or_else(
                || Reply::text(500, ""),
                |rotated| Reply::text(200, rotated.to_string()),
            )
        });
    }

    /// The newest key is another one from now on.
    pub fn renew(&self, server: &ApiServer) {
        let (keys, certificate) = Keys::first(2);
        *self.keys.lock().unwrap() = keys;
        sealed_secrets::serve_certificate(server, &certificate);
    }

    /// Makes each SealedSecret's Secret, or says why it cannot; the Secret that is there stays then.
    pub fn reconcile(&self, server: &ApiServer) {
        for sealed in server.all("sealedsecrets") {
            let error = self.unseal(server, &sealed).err();
            report(server, &sealed, error.as_deref());
        }
    }

    fn unseal(&self, server: &ApiServer, sealed: &Value) -> Result<(), String> {
        let opened = self.keys.lock().unwrap().opening.open(sealed);
        let mut values: BTreeMap<String, String> = opened
            .map_err(|closed| format!("no key could decrypt secret ({})", closed.join(", ")))?;
        let secret = sealed_secrets::secret(sealed, &mut values);
        let (namespace, name) = place(sealed);
        if let Some(live) = server.get("secrets", &namespace, &name) {
            let owner = &live["metadata"]["ownerReferences"][0]["uid"];
            let managed = "sealedsecrets.bitnami.com/managed";
            if *owner != sealed["metadata"]["uid"]
                && live["metadata"]["annotations"][managed] != "true"
            {
                return Err(format!(
                    "failed update: Resource {name:?} already exists and is not managed by SealedSecret"
                ));
            }
        }
        server.put(secret);
        Ok(())
    }
}

/// Writes the condition, where it or the generation has changed.
fn report(server: &ApiServer, sealed: &Value, error: Option<&str>) {
    let status = if error.is_none() { "True" } else { "False" };
    let before = &sealed["status"]["conditions"][0];
    let generation = &sealed["metadata"]["generation"];
    let is_same = before["status"] == status;
    if is_same && sealed["status"]["observedGeneration"] == *generation {
        return;
    }
    let mut condition = json!({"type": "Synced", "status": status, "lastUpdateTime": now()});
    condition["lastTransitionTime"] = if is_same {
        before["lastTransitionTime"].clone()
    } else {
        json!(now())
    };
    if let Some(error) = error {
        condition["message"] = json!(error);
    }
    let status = json!({"observedGeneration": generation, "conditions": [condition]});
    objects::set_status(server, sealed, status);
}
