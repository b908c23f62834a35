//! The controller's certificate, and the key for sealing that it carries.

use rsa::RsaPublicKey;
use rsa::pkcs1::RsaPublicKeyRef;
use sha2::{Digest, Sha256};
use thiserror::Error;
use x509_cert::Certificate;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::referenced::OwnedToRef;
use x509_cert::der::{self, Decode};
use x509_cert::spki::{self, SubjectPublicKeyInfoOwned};
use x509_cert::time::Time;

use super::pem::first_certificate;
use crate::domain::time::UnixTime;

/// The least bits of a modulus that are taken: NIST SP 800-57 part 1 has 2048 as the least for new data.
const MIN_BITS: usize = 2048;

/// The most bits of a modulus that the `rsa` crate takes.
const MAX_BITS: usize = RsaPublicKey::MAX_SIZE;

/// How far a clock may be behind the controller's: a certificate is often fetched seconds after it was made.
const CLOCK_SKEW_SECONDS: i64 = 300;

/// A certificate that ends within so many days is worth a warning; the controller makes a new one every 30 days.
pub const ENDS_SOON_DAYS: u32 = 14;

/// `rsaEncryption`, the only algorithm that Go reads as an RSA key for encrypting (RFC 8017, appendix A.1).
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// The names of the other algorithms that certificates have: RFC 5480, 8410, 4055 and 3279.
const OTHER_ALGORITHMS: [(&str, &str); 5] = [
    ("1.2.840.10045.2.1", "elliptic curve (EC)"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
    ("1.2.840.113549.1.1.10", "RSASSA-PSS, which only signs"),
    ("1.2.840.10040.4.1", "DSA"),
];

/// The public key that values are sealed to, with what its certificate says about it.
///
/// It is parsed once and then seals any number of values; see [`seal`](Self::seal).
#[derive(Clone, Debug)]
pub struct SealingKey {
    pub(super) public_key: RsaPublicKey,
    bits: usize,
    not_before: UnixTime,
    not_after: UnixTime,
    fingerprint: String,
}

/// Why a text is no certificate that values may be sealed to.
#[derive(Debug, Error)]
pub enum CertificateError {
    /// Nothing but white space.
    #[error("the sealing certificate is empty")]
    Empty,
    /// No line begins a PEM block.
    #[error("the sealing certificate is not PEM: no line is `-----BEGIN CERTIFICATE-----`")]
    NoPem,
    /// A block with this label, whether or not a certificate is there too.
    #[error("the sealing certificate's text holds a private key (`-----BEGIN {0}-----`)")]
    PrivateKey(String),
    /// The first block has this label, and none is a certificate.
    #[error("the sealing certificate's text holds no certificate, but `-----BEGIN {0}-----`")]
    OtherBlock(String),
    /// The block does not end.
    #[error("the sealing certificate is cut short: `-----END CERTIFICATE-----` is missing")]
    Unfinished,
    /// What is between the block's boundaries is not base64.
    #[error("the sealing certificate is not valid base64")]
    NotBase64(#[source] base64::DecodeError),
    /// The block is not an X.509 certificate in DER.
    #[error("the sealing certificate cannot be read as X.509")]
    NotX509(#[source] der::Error),
    /// A key of another kind.
    #[error("the sealing certificate's key is not RSA but {0}")]
    NotRsa(String),
    /// An RSA key whose numbers cannot be right, such as an even modulus.
    #[error("the sealing certificate's RSA key cannot be used")]
    BadKey(#[source] spki::Error),
    /// A modulus under 2048 bits.
    #[error("the sealing certificate's RSA key has {0} bits; at least {MIN_BITS} are needed")]
    TooSmall(usize),
    /// A modulus over 8192 bits.
    #[error("the sealing certificate's RSA key has {0} bits; at most {MAX_BITS} are supported")]
    TooLarge(usize),
    /// It ended before now.
    #[error("the sealing certificate expired on {0}")]
    Expired(UnixTime),
    /// It begins more than five minutes from now.
    #[error("the sealing certificate is not valid before {0}")]
    NotYetValid(UnixTime),
}

impl CertificateError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Empty
            | Self::NoPem
            | Self::Unfinished
            | Self::NotBase64(_)
            | Self::NotX509(_) => "fetch it again with `kubectl pgdb fetch-cert`",
            Self::PrivateKey(_) => {
                "a private key must never be in the repository: whoever reads it can open every sealed value; remove \
                 it from the history too, let the controller make a new key, rotate the passwords, and put the \
                 certificate alone here"
            }
            Self::OtherBlock(_) => {
                "the controller gives a certificate, not a bare key or a request; fetch it with `kubectl pgdb fetch-cert`"
            }
            Self::NotRsa(_) | Self::BadKey(_) => {
                "Sealed Secrets works with RSA keys alone; is this the controller's certificate? `kubectl pgdb fetch-cert` fetches it"
            }
            Self::TooSmall(_) | Self::TooLarge(_) => {
                "the controller makes 4096 bits by default; see its option --key-size, then fetch the new certificate \
                 with `kubectl pgdb fetch-cert`"
            }
            Self::Expired(_) => {
                "the controller has made a newer key meanwhile; fetch its certificate with `kubectl pgdb fetch-cert`"
            }
            Self::NotYetValid(_) => "is this computer's clock right?",
        }
    }
}

impl SealingKey {
    /// The key of the first certificate in `pem`, if values may be sealed to it at the time `now`.
    ///
    /// Text around it, further certificates, CRLF and a byte order mark are tolerated. That the first one counts
    /// and that an expired one is refused is as in kubeseal (`pkg/kubeseal/kubeseal.go`); the signature is not
    /// checked, since the controller's certificates are self-signed.
    ///
    /// # Errors
    /// When there is no certificate, it cannot be read, its key is not RSA of 2048 to 8192 bits, or it is not valid
    /// at `now`; and when the text holds a private key.
    pub fn from_pem(pem: &str, now: UnixTime) -> Result<Self, CertificateError> {
        let key = Self::of_any_time(pem)?;
        if now > key.not_after {
            return Err(CertificateError::Expired(key.not_after));
        }
        if now.seconds().saturating_add(CLOCK_SKEW_SECONDS) < key.not_before.seconds() {
            return Err(CertificateError::NotYetValid(key.not_before));
        }
        Ok(key)
    }

    /// The key of the first certificate in `pem`, whether or not it is valid now: to say what a file holds, or to ask
    /// the controller whether it still has the key. Nothing that is to be kept may be sealed to it.
    ///
    /// # Errors
    /// As [`from_pem`](Self::from_pem), but for the time.
    pub fn of_any_time(pem: &str) -> Result<Self, CertificateError> {
        let der = first_certificate(pem)?;
        let certificate = Certificate::from_der(&der).map_err(CertificateError::NotX509)?;
        let certificate = certificate.tbs_certificate();
        let (public_key, bits) = rsa_key(certificate.subject_public_key_info())?;
        Ok(Self {
            public_key,
            bits,
            not_before: unix_time(certificate.validity().not_before),
            not_after: unix_time(certificate.validity().not_after),
            fingerprint: fingerprint(&der),
        })
    }

    /// The bits of the modulus: 2048 to 8192.
    pub fn bits(&self) -> usize {
        self.bits
    }

    /// The first second of the certificate's validity.
    pub fn not_before(&self) -> UnixTime {
        self.not_before
    }

    /// The last second of the certificate's validity.
    pub fn not_after(&self) -> UnixTime {
        self.not_after
    }

    /// The certificate's SHA-256 fingerprint, as `openssl x509 -fingerprint -sha256` prints it: `26:85:90:...`.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Whether the certificate has ended `days` times 24 hours after `now`, which is worth a warning.
    pub fn expires_within(&self, now: UnixTime, days: u32) -> bool {
        self.not_after < now.after_days(days)
    }
}

/// The RSA key of `info`, and its bits.
fn rsa_key(info: &SubjectPublicKeyInfoOwned) -> Result<(RsaPublicKey, usize), CertificateError> {
    let info = info.owned_to_ref();
    if info.algorithm.oid != RSA_ENCRYPTION {
        return Err(CertificateError::NotRsa(algorithm_name(info.algorithm.oid)));
    }
    let bytes = info.subject_public_key.raw_bytes();
    let numbers = RsaPublicKeyRef::from_der(bytes).map_err(CertificateError::NotX509)?;
    let modulus = numbers.modulus.as_bytes();
    let unused = modulus
        .first()
        .map_or(0, |byte| byte.leading_zeros() as usize);
    match modulus.len() * 8 - unused {
        bits if bits < MIN_BITS => Err(CertificateError::TooSmall(bits)),
        bits if bits > MAX_BITS => Err(CertificateError::TooLarge(bits)),
        bits => Ok((
            RsaPublicKey::try_from(info).map_err(CertificateError::BadKey)?,
            bits,
        )),
    }
}

/// What people call the algorithm, or its object identifier.
fn algorithm_name(algorithm: ObjectIdentifier) -> String {
    let number = algorithm.to_string();
    match OTHER_ALGORITHMS.iter().find(|(known, _)| *known == number) {
        Some((_, name)) => (*name).to_owned(),
        None => format!("the algorithm {number}"),
    }
}

/// An X.509 time, which lies in the years 1970 to 9999.
fn unix_time(time: Time) -> UnixTime {
    UnixTime::new(0).after(time.to_unix_duration())
}

/// The SHA-256 of `der`, in upper-case hexadecimal with a colon between the bytes.
fn fingerprint(der: &[u8]) -> String {
    let bytes: Vec<String> = Sha256::digest(der)
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    bytes.join(":")
}

#[cfg(test)]
mod tests;
