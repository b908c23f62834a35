//! The controller's sealing certificate, and what it changes in the repository.

#[cfg(test)]
mod tests;

use thiserror::Error;

use crate::domain::time::UnixTime;
use crate::repo::change_set::ChangeSet;
use crate::repo::path::RepoPath;
use crate::sealing::{CertificateError, ENDS_SOON_DAYS, SealingKey};

/// The newest certificate of a controller.
#[derive(Clone, Debug)]
pub struct Fetched {
    origin: String,
    pem: String,
    key: SealingKey,
}

/// How a certificate begins (RFC 7468, section 5).
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

/// Why an answer is no certificate that values may be sealed to.
#[derive(Debug, Error)]
pub enum FetchError {
    /// Another HTTP status than 200.
    #[error("the Service {origin} answered {status} when it was asked for the certificate")]
    Status {
        /// The Service: `namespace/name`.
        origin: String,
        /// The status.
        status: u16,
    },
    /// Not a certificate, or not a usable one.
    #[error("the answer of the Service {origin} is refused: {source}")]
    NotUsable {
        /// The Service: `namespace/name`.
        origin: String,
        /// Why.
        source: CertificateError,
    },
    /// What is at the path is something else, which nobody wants to lose.
    #[error("{path} is there and holds no certificate: it is not replaced")]
    Foreign {
        /// The file.
        path: RepoPath,
    },
}

impl FetchError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotUsable {
                source: CertificateError::Expired(_),
                ..
            } => "the controller makes no new keys: see its option --key-renew-period",
            Self::NotUsable {
                source:
                    source @ (CertificateError::NotYetValid(_)
                    | CertificateError::TooSmall(_)
                    | CertificateError::TooLarge(_)),
                ..
            } => source.help(),
            Self::NotUsable {
                source: CertificateError::PrivateKey(_),
                ..
            } => {
                "this is no Sealed Secrets controller: whatever answers there gives private keys away"
            }
            Self::Foreign { .. } => {
                "name another file with --output-file, or remove this one first"
            }
            Self::Status { .. } | Self::NotUsable { .. } => {
                "is it the controller's Service? Name it with --controller-name and --controller-namespace; or does a \
                 proxy on the way answer instead?"
            }
        }
    }
}

/// What the certificate changes.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The file to write; nothing where it holds this certificate already.
    pub changes: ChangeSet,
    /// What should be looked at before it is used.
    pub warnings: Vec<String>,
    /// What was at the path before, in a few words; none where nothing was.
    before: Option<String>,
}

impl Fetched {
    /// Takes a controller's answer for its certificate; `origin` is its Service, `namespace/name`.
    ///
    /// # Errors
    /// When it is none that values may be sealed to at the time `now`, such as the page of a proxy.
    pub fn read(origin: &str, status: u16, text: &str, now: UnixTime) -> Result<Self, FetchError> {
        let origin = origin.to_owned();
        if status != 200 {
            return Err(FetchError::Status { origin, status });
        }
        match SealingKey::from_pem(text, now) {
            Ok(key) => Ok(Self {
                origin,
                pem: format!("{}\n", text.trim()),
                key,
            }),
            Err(source) => Err(FetchError::NotUsable { origin, source }),
        }
    }

    /// The controller's Service: `namespace/name`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The certificate as PEM, with one final line end.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The key for sealing.
    pub fn key(&self) -> &SealingKey {
        &self.key
    }

    /// What the certificate is, in a few words: `valid until 2027-01-31, SHA-256 26:85:...`.
    pub fn description(&self) -> String {
        described(&self.key)
    }

    /// What it changes, given the text at `path` now.
    ///
    /// A file with the same first certificate is left as it is, whatever stands around it.
    ///
    /// # Errors
    /// When the file holds something that is no certificate.
    pub fn plan(
        &self,
        path: &RepoPath,
        before: Option<&str>,
        now: UnixTime,
    ) -> Result<Plan, FetchError> {
        if before.is_some_and(|text| !text.trim().is_empty() && !text.contains(BEGIN)) {
            return Err(FetchError::Foreign { path: path.clone() });
        }
        let mut changes = ChangeSet::default();
        let mut warnings = Vec::new();
        let old = before.map(SealingKey::of_any_time);
        let is_same = matches!(&old, Some(Ok(old)) if old.fingerprint() == self.key.fingerprint());
        if !is_same {
            changes.write(path.clone(), before, self.pem.clone());
        }
        match &old {
            Some(Ok(old)) if old.not_before() > self.key.not_before() => warnings.push(format!(
                "the controller's newest certificate is from {}, that in {path} is from {}: is this the cluster that \
                 the repository is for?",
                self.key.not_before().date(),
                old.not_before().date()
            )),
            Some(Err(error @ CertificateError::PrivateKey(_))) => {
                warnings.push(format!("{path}: {error}: {}", error.help()));
            }
            _ => {}
        }
        if self.key.expires_within(now, ENDS_SOON_DAYS) {
            warnings.push(format!(
                "the controller's newest certificate ends on {}; it should make a new one by then",
                self.key.not_after().date()
            ));
        }
        Ok(Plan {
            changes,
            warnings,
            before: old.map(|old| match old {
                Ok(key) => described(&key),
                Err(error) => format!("not usable: {error}"),
            }),
        })
    }
}

impl Plan {
    /// What was, or would be, done.
    pub fn summary(&self, fetched: &Fetched, path: &RepoPath, dry_run: bool) -> String {
        let origin = &fetched.origin;
        let new = fetched.description();
        if self.changes.is_empty() {
            return format!(
                "{path} holds the newest certificate of {origin}: nothing to write.\n  {new}"
            );
        }
        let verb = if dry_run { "Would write" } else { "Wrote" };
        let old = self.before.as_deref().unwrap_or("none");
        format!("{verb} the newest certificate of {origin} to {path}:\n  old: {old}\n  new: {new}")
    }
}

fn described(key: &SealingKey) -> String {
    format!(
        "valid until {}, SHA-256 {}",
        key.not_after().date(),
        key.fingerprint()
    )
}
