//! The same passwords, sealed again with the newest key: by the controller, which alone can open them.
//!
//! What it is asked (sealed-secrets `pkg/controller/controller.go`, `Rotate`): a SealedSecret, of which it needs the name,
//! the namespace, the scope and the values. It writes the scope into the template's metadata and seals what it made of the
//! template's `data` too, which is why neither is sent, and why of its answer nothing but the sealed values is taken.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::selection::{Credential, Selection};
use super::{Edits, Inputs, Plan, RotateError, rotation};
use crate::declared::Place;
use crate::domain::kubernetes_name::Namespace;
use crate::sealing::shape::{ShapeError, rsa_bytes};

/// Where the controller seals again (sealed-secrets `pkg/controller/server.go`).
pub const RESEAL_PATH: &str = "/v1/rotate";

/// What is sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'credential> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata<'credential>,
    spec: Spec<'credential>,
}

#[derive(Clone, Debug, Serialize)]
struct Metadata<'credential> {
    name: &'credential str,
    namespace: &'credential str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<&'static str, &'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec<'credential> {
    encrypted_data: BTreeMap<&'credential str, &'credential str>,
    template: Template<'credential>,
}

#[derive(Debug, Serialize)]
struct Template<'credential> {
    metadata: Metadata<'credential>,
}

/// What is looked at of the answer.
#[derive(Debug, Deserialize)]
struct Answer {
    kind: String,
    spec: AnsweredSpec,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredSpec {
    encrypted_data: BTreeMap<String, String>,
}

/// The values of a credential, sealed again, with their keys.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Resealed(BTreeMap<String, String>);

/// Why a credential was not sealed again. No answer is quoted.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ResealError {
    /// The controller cannot open it: 500, or 409.
    #[error("{place}: the controller cannot open the values of {secret} ({status})")]
    CannotOpen {
        /// The SealedSecret.
        place: Place,
        /// Its name.
        secret: String,
        /// The HTTP status.
        status: u16,
    },
    /// It takes no more requests for now: 429.
    #[error("the controller takes no more requests for now (429); {secret} was not sealed again")]
    TooManyRequests {
        /// The SealedSecret's name.
        secret: String,
    },
    /// It may not be asked: 401 or 403 by something in between.
    #[error("the controller may not be asked to seal {secret} again ({status})")]
    Forbidden {
        /// The SealedSecret's name.
        secret: String,
        /// The HTTP status.
        status: u16,
    },
    /// Something that is no such controller answered.
    #[error("the answer of the controller on {secret} {problem}")]
    Foreign {
        /// The SealedSecret's name.
        secret: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The keys of the answer are other ones.
    #[error("the controller's answer on {secret} has other keys than it: {}", .keys.join(", "))]
    OtherKeys {
        /// The SealedSecret's name.
        secret: String,
        /// The keys that are on one side alone.
        keys: Vec<String>,
    },
    /// A value of the answer cannot be a sealed one.
    #[error(
        "the controller's answer on {secret} has a value of {key} that is not sealed: {problem}"
    )]
    NotSealed {
        /// The SealedSecret's name.
        secret: String,
        /// The key.
        key: String,
        /// Why.
        problem: ShapeError,
    },
}

impl ResealError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::CannotOpen { .. } => {
                "is this the context of the cluster for which it was sealed? The controller's log says why; `kubectl pgdb \
                 rotate` without --reseal gives a new password"
            }
            Self::TooManyRequests { .. } => "try again later",
            Self::Forbidden { .. } => {
                "ask for the right to create services/proxy in the controller's namespace"
            }
            Self::Foreign { .. } | Self::OtherKeys { .. } | Self::NotSealed { .. } => {
                "is it the controller's Service? Name it with --controller-name and --controller-namespace; or does a proxy \
                 on the way answer instead?"
            }
        }
    }
}

/// The body of the request by which the controller seals a credential again.
pub fn question(credential: &Credential, namespace: &Namespace) -> String {
    let sealed = &credential.sealed;
    let metadata = Metadata {
        name: &sealed.name,
        namespace: namespace.as_str(),
        annotations: sealed.scope.annotation().into_iter().collect(),
    };
    let values = sealed.encrypted.iter();
    let question = Question {
        api_version: "bitnami.com/v1alpha1",
        kind: "SealedSecret",
        metadata: metadata.clone(),
        spec: Spec {
            encrypted_data: values
                .map(|(key, value)| (key.as_str(), value.as_str()))
                .collect(),
            template: Template { metadata },
        },
    };
    // Texts in maps of texts: there is nothing that JSON could not say.
    serde_json::to_string(&question).unwrap_or_default()
}

/// Reads the controller's answer on a credential.
///
/// # Errors
/// When it did not seal it again, or the answer is none of a controller.
pub fn answer(credential: &Credential, status: u16, text: &str) -> Result<Resealed, ResealError> {
    let secret = || credential.secret().to_owned();
    let foreign = |problem: &str| ResealError::Foreign {
        secret: secret(),
        problem: problem.to_owned(),
    };
    match status {
        200 => {}
        409 | 500 => {
            return Err(ResealError::CannotOpen {
                place: credential.sealed.place.clone(),
                secret: secret(),
                status,
            });
        }
        429 => return Err(ResealError::TooManyRequests { secret: secret() }),
        401 | 403 => {
            return Err(ResealError::Forbidden {
                secret: secret(),
                status,
            });
        }
        other => return Err(foreign(&format!("has the status {other}"))),
    }
    let answer: Answer =
        serde_json::from_str(text).map_err(|_| foreign("is no SealedSecret in JSON"))?;
    if answer.kind != "SealedSecret" {
        return Err(foreign("is no SealedSecret"));
    }
    let values = answer.spec.encrypted_data;
    let own = credential.sealed.encrypted.iter().map(|(key, _)| key);
    let missing = own.filter(|key| !values.contains_key(*key));
    let strange = values.keys().filter(|key| !credential.sealed.seals(key));
    let keys: Vec<String> = missing.chain(strange).cloned().collect();
    if !keys.is_empty() {
        return Err(ResealError::OtherKeys {
            secret: secret(),
            keys,
        });
    }
    for (key, value) in &values {
        if let Err(problem) = rsa_bytes(value) {
            return Err(ResealError::NotSealed {
                secret: secret(),
                key: key.clone(),
                problem,
            });
        }
    }
    Ok(Resealed(values))
}

/// Plans the same passwords, sealed again; the answers are those on the selection's credentials, in their order.
///
/// # Errors
/// When a file cannot be edited safely. Nothing is to be written then.
pub fn plan(
    inputs: &Inputs<'_>,
    selection: &Selection,
    answers: Vec<Resealed>,
) -> Result<Plan, RotateError> {
    let mut edits = Edits::default();
    let mut plan = Plan::default();
    for (credential, Resealed(mut values)) in selection.credentials.iter().zip(answers) {
        let sealed = credential.sealed.encrypted.iter();
        let changed = sealed.filter_map(|(key, before)| {
            let (key, value) = values.remove_entry(key)?;
            (value != *before).then_some((key, value))
        });
        let changed: Vec<(String, String)> = changed.collect();
        if !changed.is_empty() {
            plan.rotations.push(rotation(credential, &changed));
            edits.set_values(credential, changed);
        }
    }
    plan.changes = edits.made(inputs.snapshot)?;
    Ok(plan)
}
