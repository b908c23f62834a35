//! A key pair such as the controller makes, for `demo` and tests alone.

use std::str::FromStr;
use std::time::Duration;

use rand::CryptoRng;
use rsa::pkcs1v15::{Signature, SigningKey};
use rsa::pkcs8::{self, EncodePrivateKey, LineEnding};
use rsa::{RsaPrivateKey, RsaPublicKey};
use sha2::Sha256;
use thiserror::Error;
use x509_cert::TbsCertificate;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{self, Builder, CertificateBuilder};
use x509_cert::der::flagset::FlagSet;
use x509_cert::der::{self, EncodePem};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages};
use x509_cert::ext::{Extension, ToExtension};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};
use x509_cert::time::{Time, Validity};
use zeroize::Zeroizing;

use crate::domain::time::UnixTime;

/// Who the certificate says it is for and by; the controller leaves both empty unless told.
const SUBJECT: &str = "CN=kubectl-pgdb demo";

/// A private key with its self-signed certificate: the `demo` command's own, never a cluster's.
///
/// No `Debug`, and the private key's text is wiped when dropped.
pub struct DemoKey {
    certificate_pem: String,
    private_key_pem: Zeroizing<String>,
}

/// Why no demo key could be made.
#[derive(Debug, Error)]
pub enum DemoKeyError {
    /// The bits are fewer than 1024, or RSA refused them.
    #[error("an RSA key of {bits} bits could not be made")]
    Generate {
        /// How many were asked for.
        bits: usize,
        /// What RSA said.
        source: rsa::Error,
    },
    /// `now`, or the end of the validity, is outside the years 1970 to 9999.
    #[error("a certificate cannot be valid until {0}")]
    Validity(UnixTime),
    /// The certificate could not be put together or signed.
    #[error("the demo's certificate could not be signed")]
    Sign(#[source] builder::Error),
    /// The private key could not be written as PKCS #8.
    #[error("the demo's private key could not be written as PKCS #8")]
    Encode(#[source] pkcs8::Error),
}

impl DemoKeyError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Generate { .. } => "ask for 2048 or 4096 bits",
            Self::Validity(_) => "is this computer's clock right?",
            Self::Sign(_) | Self::Encode(_) => "this is a fault of the program; please report it",
        }
    }
}

impl From<der::Error> for DemoKeyError {
    fn from(error: der::Error) -> Self {
        Self::Sign(error.into())
    }
}

impl DemoKey {
    /// A new RSA key of `bits` and a certificate for it, valid from `now` for `valid_for`.
    ///
    /// The certificate is as the controller's (sealed-secrets `pkg/crypto/keys.go`): a CA's that may only encipher,
    /// signed by its own key with SHA-256. `rng` must be the operating system's generator or seeded by it.
    ///
    /// # Errors
    /// See [`DemoKeyError`].
    pub fn generate(
        bits: usize,
        rng: &mut (impl CryptoRng + ?Sized),
        now: UnixTime,
        valid_for: Duration,
    ) -> Result<Self, DemoKeyError> {
        let private_key = RsaPrivateKey::new(rng, bits)
            .map_err(|source| DemoKeyError::Generate { bits, source })?;
        let private_key_pem = private_key
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(DemoKeyError::Encode)?;
        let validity = Validity::new(x509_time(now)?, x509_time(now.after(valid_for))?);
        let certificate_pem = certificate(private_key, SerialNumber::generate(rng), validity)?;
        Ok(Self {
            certificate_pem,
            private_key_pem,
        })
    }

    /// The certificate as PEM, as [`SealingKey::from_pem`](super::SealingKey::from_pem) takes it.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The private key as PKCS #8 PEM, for [`UnsealingKey`](super::UnsealingKey) and `kubeseal --recovery-unseal`.
    pub fn private_key_pem(&self) -> &str {
        &self.private_key_pem
    }
}

/// What the controller puts into its certificates.
struct ControllerProfile {
    subject: Name,
}

impl BuilderProfile for ControllerProfile {
    fn get_issuer(&self, subject: &Name) -> Name {
        subject.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        _: SubjectPublicKeyInfoRef<'_>,
        _: SubjectPublicKeyInfoRef<'_>,
        certificate: &TbsCertificate,
    ) -> builder::Result<Vec<Extension>> {
        let authority = BasicConstraints {
            ca: true,
            path_len_constraint: None,
        };
        let usage = KeyUsage(FlagSet::from(KeyUsages::EncipherOnly));
        Ok(vec![
            authority.to_extension(certificate.subject(), &[])?,
            usage.to_extension(certificate.subject(), &[])?,
        ])
    }
}

/// The self-signed certificate of `private_key`, as PEM.
fn certificate(
    private_key: RsaPrivateKey,
    serial_number: SerialNumber,
    validity: Validity,
) -> Result<String, DemoKeyError> {
    let profile = ControllerProfile {
        subject: Name::from_str(SUBJECT)?,
    };
    let public_key = SubjectPublicKeyInfoOwned::from_key(&RsaPublicKey::from(&private_key))
        .map_err(|error| DemoKeyError::Sign(error.into()))?;
    let certificate = CertificateBuilder::new(profile, serial_number, validity, public_key)
        .and_then(|builder| builder.build::<_, Signature>(&SigningKey::<Sha256>::new(private_key)))
        .map_err(DemoKeyError::Sign)?;
    Ok(certificate.to_pem(der::pem::LineEnding::LF)?)
}

/// `time` as certificates write it.
fn x509_time(time: UnixTime) -> Result<Time, DemoKeyError> {
    match time.calendar() {
        Some(calendar) => Ok(Time::from(calendar)),
        None => Err(DemoKeyError::Validity(time)),
    }
}

#[cfg(test)]
mod tests;
