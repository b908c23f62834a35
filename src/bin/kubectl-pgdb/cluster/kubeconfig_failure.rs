//! What is wrong with a kubeconfig, or with the credential that it names.
//!
//! Neither its text nor what a credential plugin printed is quoted: both hold secrets.

use kube::client::AuthError;
use kube::config::KubeconfigError;

use super::error_chain::{find, root};
use super::kubeconfig::{Origin, Plugin};
use crate::failure::Failure;

/// Nothing says which cluster is meant.
pub(super) fn no_kubeconfig() -> Failure {
    Failure::unknown(
        "nothing says which cluster is meant: there is no kubeconfig, and this is no pod with a service account",
        "name a file with --kubeconfig or in KUBECONFIG, or put one at ~/.kube/config",
    )
}

/// A kubeconfig that cannot be used.
pub(super) fn unusable(place: &str, error: &KubeconfigError) -> Failure {
    match error {
        KubeconfigError::ReadConfig(error, _) => Failure::unknown(
            format!("the kubeconfig {place} cannot be read: {error}"),
            "check the path and its permissions",
        ),
        KubeconfigError::Parse(error) => {
            let position = match error.location() {
                Some(location) => format!(":{}:{}", location.line(), location.column()),
                None => String::new(),
            };
            Failure::usage(
                format!("{place}{position}: this is no kubeconfig: it cannot be read as one here"),
                "`kubectl config view` says what is wrong",
            )
        }
        other => Failure::usage(
            format!("{place}: {other}"),
            "mend the kubeconfig, or name another one with --kubeconfig",
        ),
    }
}

impl Origin {
    /// The failure of a kubeconfig that was read.
    pub(super) fn kubeconfig_failure(&self, error: &KubeconfigError) -> Failure {
        unusable(&self.place, error)
    }

    /// The failure of a configuration with which no client can be made.
    pub(super) fn failure(&self, error: &kube::Error) -> Failure {
        if let Some(error) = find::<AuthError>(error) {
            return self.credential_failure(error);
        }
        if let Some(error) = find::<KubeconfigError>(error) {
            return self.kubeconfig_failure(error);
        }
        match error {
            kube::Error::ProxyProtocolUnsupported { .. }
            | kube::Error::ProxyProtocolDisabled { .. } => Failure::usage(
                format!("{}: a proxy of this kind cannot be used", self.place),
                "name an http:// or https:// proxy",
            ),
            error => Failure::usage(
                format!(
                    "{}: the cluster's or the user's certificates cannot be used: {}",
                    self.place,
                    root(error)
                ),
                "check certificate-authority, client-certificate and client-key in it",
            ),
        }
    }

    /// The failure of a credential.
    fn credential_failure(&self, error: &AuthError) -> Failure {
        let place = &self.place;
        match (error, &self.plugin) {
            (AuthError::AuthExecStart(error), Some(Plugin { command, hint })) => {
                let hint = hint.clone().unwrap_or_else(|| {
                    format!("install {command}, or mend the command in the kubeconfig")
                });
                Failure::unknown(
                    format!("{place}: the credential plugin {command:?} cannot be run: {error}"),
                    hint,
                )
            }
            (AuthError::AuthExecRun { out, .. }, Some(Plugin { command, .. })) => Failure::unknown(
                format!(
                    "{place}: the credential plugin {command:?} failed: {}",
                    out.status
                ),
                "log in again as it asks; `kubectl auth whoami` runs it too",
            ),
            (AuthError::ReadTokenFile(error, path), _) => Failure::unknown(
                format!(
                    "{place}: the token in {} cannot be read: {error}",
                    path.display()
                ),
                "check the path and its permissions",
            ),
            (_, Some(Plugin { command, .. })) => Failure::unknown(
                format!(
                    "{place}: the credential plugin {command:?} gave no credential that can be used"
                ),
                "it has to print an ExecCredential with a status; `kubectl auth whoami` runs it too",
            ),
            (_, None) => Failure::unknown(
                format!("{place}: the user's credential cannot be used"),
                "`kubectl auth whoami` says whether kubectl can use it",
            ),
        }
    }
}
