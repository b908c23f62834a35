//! The Sealed Secrets controller, and whether the repository's certificate is one of its keys.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::CryptoRng;
use serde_json::json;

use super::unread;
use crate::domain::time::UnixTime;
use crate::live::controller::{ControllerError, Service};
use crate::live::fact::{Fact, Unreadable};
use crate::repo::path::RepoPath;
use crate::report::{Check, Subject};
use crate::sealing::{SealError, SealingKey};

pub(super) const SEALED_SECRETS: Subject = Subject {
    check: "sealed-secrets",
    title: "Sealed Secrets",
};
pub(super) const CERTIFICATE: Subject = Subject {
    check: "certificate",
    title: "Certificate",
};

/// The command that mends what is wrong with the certificate.
const FETCH: &str = "kubectl pgdb fetch-cert";
/// The name of the trial's SealedSecret, which is sent to the controller and kept nowhere.
const TRIAL: &str = "pgdb-trial";
/// How many random bytes are sealed for trial.
const TRIAL_BYTES: usize = 16;

/// The Sealed Secrets controller.
#[derive(Clone, Debug)]
pub enum Controller {
    /// Its Service was not found.
    Unknown(ControllerError),
    /// Its Service, and the HTTP status of its health.
    Found {
        /// The Service.
        service: Service,
        /// The status.
        health: Fact<u16>,
    },
}

/// The repository's certificate.
#[derive(Clone, Debug)]
pub enum Certificate {
    /// There is no repository.
    NoRepository,
    /// There is none at this path.
    Missing(RepoPath),
    /// What is there is no certificate: the path, and why.
    NotUsable(RepoPath, String),
    /// It is there.
    Known(Box<Known>),
}

/// A certificate of the repository, and what the controller says of it.
#[derive(Clone, Debug)]
pub struct Known {
    /// Where it is.
    pub path: RepoPath,
    /// Its key.
    pub key: SealingKey,
    /// The time.
    pub now: UnixTime,
    /// The controller's newest certificate; none where there is no controller to ask.
    pub newest: Option<Fact<SealingKey>>,
    /// Whether the controller can open what is sealed with it; none where that was not asked.
    pub trial: Option<Trial>,
}

/// What became of a value that was sealed with the repository's certificate.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Trial {
    /// The controller can open it.
    Opens,
    /// It cannot.
    DoesNotOpen,
    /// It answered with another HTTP status.
    Answered(u16),
    /// It could not be asked.
    Unreadable(Unreadable),
}

impl Trial {
    /// What the controller's answer to `/v1/verify` says (sealed-secrets `pkg/controller/server.go`).
    pub fn of_status(status: u16) -> Self {
        match status {
            200 => Self::Opens,
            409 => Self::DoesNotOpen,
            other => Self::Answered(other),
        }
    }
}

/// A SealedSecret for trial, as JSON: a random value that nobody keeps, sealed for this namespace.
///
/// # Errors
/// See [`SealError`].
pub fn trial(
    key: &SealingKey,
    namespace: &str,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<String, SealError> {
    let mut value = [0; TRIAL_BYTES];
    rng.fill_bytes(&mut value);
    let label = format!("{namespace}/{TRIAL}");
    let sealed = key.seal(STANDARD.encode(value).as_bytes(), &label, rng)?;
    Ok(json!({
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": {"name": TRIAL, "namespace": namespace},
        "spec": {"encryptedData": {"trial": sealed}},
    })
    .to_string())
}

/// The controller is there, and well.
pub(super) fn sealed_secrets(controller: &Controller) -> Check {
    let (service, health) = match controller {
        Controller::Unknown(ControllerError::Unreadable(why)) => {
            return unread(SEALED_SECRETS, why);
        }
        Controller::Unknown(error) => {
            return SEALED_SECRETS
                .broken(error.reason(), error.to_string())
                .remedy(error.help());
        }
        Controller::Found { service, health } => (service, health),
    };
    let check = match health {
        Fact::Present(200) => SEALED_SECRETS.pass("the controller answers and is well"),
        Fact::Present(status) => SEALED_SECRETS
            .pending(
                "not-healthy",
                format!("the controller answered {status} when it was asked how it is"),
            )
            .remedy(format!(
                "kubectl describe pods --selector app.kubernetes.io/name=sealed-secrets --namespace {}",
                service.namespace
            )),
        Fact::Absent => SEALED_SECRETS.pending("went-away", "the Service went away meanwhile"),
        Fact::Unreadable(why) => unread(SEALED_SECRETS, why),
    };
    check.of(format!("Service {}", service.place()))
}

/// What is sealed with the repository's certificate, the controller can open.
pub(super) fn certificate(certificate: &Certificate) -> Check {
    match certificate {
        Certificate::NoRepository => CERTIFICATE.skipped(
            "no-repository",
            "there is no repository here, and so no certificate; name one with --repo",
        ),
        Certificate::Missing(path) => CERTIFICATE
            .broken("missing", format!("{path} is not there"))
            .remedy(FETCH),
        Certificate::NotUsable(path, why) => CERTIFICATE
            .broken("not-usable", format!("{path}: {why}"))
            .remedy(FETCH),
        Certificate::Known(known) => compared(known),
    }
}

fn compared(known: &Known) -> Check {
    let Known { path, key, now, .. } = known;
    let ends = key.not_after().date();
    if *now > key.not_after() {
        return CERTIFICATE
            .broken("expired", format!("{path} ended on {ends}"))
            .remedy(FETCH);
    }
    let newest = match &known.newest {
        None => return CERTIFICATE.skipped("waits", "waits for Sealed Secrets"),
        Some(Fact::Unreadable(why)) => return unread(CERTIFICATE, why),
        Some(Fact::Absent) => return CERTIFICATE.skipped("waits", "waits for Sealed Secrets"),
        Some(Fact::Present(newest)) => newest,
    };
    if newest.fingerprint() == key.fingerprint() {
        return CERTIFICATE.pass(format!(
            "{path} is the controller's newest one, valid until {ends}"
        ));
    }
    match &known.trial {
        Some(Trial::Opens) => CERTIFICATE
            .pass(format!(
                "{path} is one of the controller's, valid until {ends}"
            ))
            .warning(
                "newer-certificate",
                format!(
                    "the controller has a newer one, valid until {}",
                    newest.not_after().date()
                ),
                vec![FETCH.to_owned()],
            ),
        Some(Trial::DoesNotOpen) => CERTIFICATE
            .broken(
                "wrong-key",
                format!("the controller cannot open what is sealed with {path}: it is another cluster's, or its key was deleted"),
            )
            .remedy(FETCH),
        Some(Trial::Answered(status)) => CERTIFICATE
            .unknown(
                "trial-failed",
                format!("the controller answered {status} when it was asked whether it can open what is sealed with {path}"),
            )
            .remedy(FETCH),
        Some(Trial::Unreadable(why)) => unread(CERTIFICATE, why),
        None => CERTIFICATE
            .unknown(
                "trial-failed",
                format!("{path} is not the controller's newest one, and could not be tried"),
            )
            .remedy(FETCH),
    }
}
