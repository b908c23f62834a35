//! What a sealed value looks like, and making one.
//!
//! A sealed value is, in standard base64 (sealed-secrets `pkg/crypto/crypto.go`, `HybridEncrypt`):
//!
//! | bytes | what |
//! |---|---|
//! | 2 | the length of the next part, big-endian |
//! | as said, the modulus's | the session key, by RSA-OAEP with SHA-256 and MGF1 of SHA-256, with the scope's label |
//! | the value's, and 16 | the value by AES-256-GCM with the session key, a nonce of zeros and no additional data |
//!
//! The nonce may be constant because every value has a session key of its own.

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::CryptoRng;
use rsa::Oaep;
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

use super::SealingKey;

/// The bytes of a session key: AES-256.
pub(super) const SESSION_KEY_BYTES: usize = 32;

/// The bytes of AES-GCM's tag.
pub(super) const TAG_BYTES: usize = 16;

/// AES-GCM's nonce: 12 bytes of zeros.
pub(super) const NONCE: [u8; 12] = [0; 12];

/// Why a value could not be sealed; neither is met with a key that was parsed and a value that fits a Secret.
#[derive(Debug, Error)]
pub enum SealError {
    /// RSA refused.
    #[error("the session key could not be encrypted with the sealing certificate's RSA key")]
    SessionKey(#[source] rsa::Error),
    /// AES-GCM refused: more than 64 GiB.
    #[error("a value of {0} bytes is too long to be sealed")]
    ValueTooLong(usize),
}

impl SealError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::SessionKey(_) => "fetch the certificate again with `kubectl pgdb fetch-cert`",
            Self::ValueTooLong(_) => "a Secret holds at most 1 MiB",
        }
    }
}

impl SealingKey {
    /// Seals `value` for the Secrets that `label` stands for: standard base64, as `spec.encryptedData` holds it.
    ///
    /// The label is [`Scope::label`](crate::domain::scope::Scope::label)'s: whoever opens the value must give the
    /// same bytes. `rng` must be the operating system's generator or seeded by it; 32 bytes are drawn for the
    /// session key, then 32 for OAEP's seed. The session key and the buffer are wiped; `value` is the caller's.
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn seal(
        &self,
        value: &[u8],
        label: &str,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<String, SealError> {
        let mut session_key = Zeroizing::new([0; SESSION_KEY_BYTES]);
        rng.fill_bytes(session_key.as_mut());
        let padding = Oaep::<Sha256>::new_with_label(label.as_bytes());
        let wrapped_key = self
            .public_key
            .encrypt(rng, padding, session_key.as_ref())
            .map_err(SealError::SessionKey)?;
        let length = u16::try_from(wrapped_key.len())
            .map_err(|_| SealError::SessionKey(rsa::Error::ModulusTooLarge))?;

        // One buffer of the final size: while the value is in it, it must not move and leave a copy.
        let start = 2 + wrapped_key.len();
        let mut sealed = Zeroizing::new(Vec::with_capacity(start + value.len() + TAG_BYTES));
        sealed.extend_from_slice(&length.to_be_bytes());
        sealed.extend_from_slice(&wrapped_key);
        sealed.extend_from_slice(value);
        let too_long = || SealError::ValueTooLong(value.len());
        let text = sealed.get_mut(start..).ok_or_else(too_long)?;
        let tag = Aes256Gcm::new((&*session_key).into())
            .encrypt_inout_detached(&Nonce::from(NONCE), &[], text.into())
            .map_err(|_| too_long())?;
        sealed.extend_from_slice(&tag);
        Ok(STANDARD.encode(&*sealed))
    }
}

#[cfg(test)]
mod tests;
