//! Opening sealed values, as the controller does.
//!
//! For `demo` and tests alone: outside the cluster nobody holds the controller's private key, and the product
//! never asks for it.

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce, Tag};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs8::{self, DecodePrivateKey};
use rsa::{Oaep, RsaPrivateKey};
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

use super::seal::{NONCE, SESSION_KEY_BYTES, TAG_BYTES};

/// A private key that opens sealed values; no `Debug`, and wiped when dropped.
///
/// RSA is computed without blinding here, so nobody may measure its time (RUSTSEC-2023-0071): good for a demo's
/// throw-away key and tests, not for a service.
pub struct UnsealingKey {
    private_key: RsaPrivateKey,
}

/// Why a sealed value, or the key for it, is refused.
#[derive(Debug, Error)]
pub enum UnsealError {
    /// The private key cannot be read.
    #[error("the private key is not an RSA key in PKCS #8")]
    NotAKey(#[source] pkcs8::Error),
    /// The sealed value is not standard base64.
    #[error("the sealed value is not valid base64")]
    NotBase64(#[source] base64::DecodeError),
    /// Shorter than its parts.
    #[error("the sealed value is cut short")]
    Short,
    /// Another private key, another label, or changed.
    #[error("the sealed value was made for another key, or for another name, namespace or scope")]
    OtherKeyOrLabel,
    /// The session key fits, the rest does not.
    #[error("the sealed value was changed after it was made")]
    Changed,
}

impl UnsealError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotAKey(_) => "give the key as PEM (`-----BEGIN PRIVATE KEY-----`)",
            Self::NotBase64(_) | Self::Short | Self::Changed => "seal the value again",
            Self::OtherKeyOrLabel => {
                "compare the SealedSecret's name, namespace and scope annotations with those it was sealed for, or \
                 seal the value again"
            }
        }
    }
}

impl UnsealingKey {
    /// The key of a PKCS #8 PEM text (`-----BEGIN PRIVATE KEY-----`).
    ///
    /// # Errors
    /// [`UnsealError::NotAKey`].
    pub fn from_pem(pem: &str) -> Result<Self, UnsealError> {
        let private_key = RsaPrivateKey::from_pkcs8_pem(pem).map_err(UnsealError::NotAKey)?;
        Ok(Self { private_key })
    }

    /// The key of PKCS #8 DER bytes.
    ///
    /// # Errors
    /// [`UnsealError::NotAKey`].
    pub fn from_der(der: &[u8]) -> Result<Self, UnsealError> {
        let private_key = RsaPrivateKey::from_pkcs8_der(der).map_err(UnsealError::NotAKey)?;
        Ok(Self { private_key })
    }

    /// The value that was sealed, if this is its key and `label` its label.
    ///
    /// # Errors
    /// When `sealed` is not whole, or not made for this key and label.
    pub fn unseal(&self, sealed: &str, label: &str) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        let sealed = STANDARD.decode(sealed).map_err(UnsealError::NotBase64)?;
        let (length, rest) = sealed.split_first_chunk().ok_or(UnsealError::Short)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (wrapped_key, rest) = rest.split_at_checked(length).ok_or(UnsealError::Short)?;
        let (text, tag) = rest
            .split_last_chunk::<TAG_BYTES>()
            .ok_or(UnsealError::Short)?;

        let session_key = self.session_key(wrapped_key, label)?;
        let mut value = Zeroizing::new(text.to_vec());
        Aes256Gcm::new((&*session_key).into())
            .decrypt_inout_detached(
                &Nonce::from(NONCE),
                &[],
                value.as_mut_slice().into(),
                &Tag::from(*tag),
            )
            .map_err(|_| UnsealError::Changed)?;
        Ok(value)
    }

    /// The session key that was encrypted to this key with `label`.
    fn session_key(
        &self,
        wrapped_key: &[u8],
        label: &str,
    ) -> Result<Zeroizing<[u8; SESSION_KEY_BYTES]>, UnsealError> {
        let padding = Oaep::<Sha256>::new_with_label(label.as_bytes());
        let bytes = self
            .private_key
            .decrypt(padding, wrapped_key)
            .map(Zeroizing::new)
            .map_err(|_| UnsealError::OtherKeyOrLabel)?;
        let mut session_key = Zeroizing::new([0; SESSION_KEY_BYTES]);
        if bytes.len() != SESSION_KEY_BYTES {
            return Err(UnsealError::OtherKeyOrLabel);
        }
        session_key.copy_from_slice(&bytes);
        Ok(session_key)
    }
}
