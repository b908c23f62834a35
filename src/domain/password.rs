//! The password of an app's login role.

mod length;

use rand::CryptoRng;
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

pub use length::{PasswordLength, PasswordLengthError};

/// What generated passwords are made of: 64 symbols, so that six bits of a random byte choose one without bias.
///
/// All are in RFC 3986's unreserved set (section 2.3), so a URI takes them as they are; a YAML scalar, a shell
/// word and a `.pgpass` line do too.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The most bytes that a given password may have.
const MAX_BYTES: usize = 4096;

/// A login role's password, in memory alone: wiped when dropped, and neither shown, copied nor serialised.
///
/// It has no `Debug`, `Display`, `Serialize` or `Clone` on purpose; [`reveal`](Self::reveal) is the one way to
/// read it, so that a search for that word finds every use.
pub struct Password {
    text: Zeroizing<String>,
}

/// Why bytes are no password that the app, CNPG and PostgreSQL would read alike; it holds no part of them.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum PasswordError {
    /// Nothing but perhaps a line end.
    #[error("the password is empty")]
    Empty,
    /// More than 4 KiB, the final line end not counted.
    #[error("the password has more than {MAX_BYTES} bytes")]
    TooLong,
    /// Not UTF-8.
    #[error("the password is not valid UTF-8")]
    NotUtf8,
    /// It begins with U+FEFF.
    #[error("the password begins with a byte order mark (U+FEFF)")]
    ByteOrderMark,
    /// CNPG trims white space (`strings.TrimSpace` in `internal/management/controller/roles/`), the app does not.
    #[error("the password begins or ends with white space")]
    OuterWhiteSpace,
    /// NUL, a line end in the middle, or another control character.
    #[error("the password holds a control character")]
    ControlCharacter,
    /// PostgreSQL stores such a text as it is (`get_password_type` in `src/backend/libpq/crypt.c`).
    #[error("the password looks like a stored {kind} verifier")]
    Verifier {
        /// Which kind: `SCRAM-SHA-256` or `MD5`.
        kind: &'static str,
    },
}

impl PasswordError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Empty => {
                "put the password on standard input, or leave the option out to have one generated"
            }
            Self::TooLong => "is the right file on standard input?",
            Self::NotUtf8 => {
                "PostgreSQL and the app would read other bytes differently; write it in UTF-8"
            }
            Self::ByteOrderMark => "write it as UTF-8 without a byte order mark",
            Self::OuterWhiteSpace => {
                "CloudNativePG trims it, so the app's password and PostgreSQL's would differ; one final line end is \
                 dropped, anything else must go"
            }
            Self::ControlCharacter => "give one line of printable text",
            Self::Verifier { .. } => {
                "PostgreSQL would take it for an already hashed password, and the app could not log in with it; give \
                 the password itself"
            }
        }
    }
}

impl Password {
    /// A new password from `rng`, which must be the operating system's generator or seeded by it.
    ///
    /// Every symbol is one of `A-Z a-z 0-9 - _`, the first and the last a letter or digit, so that no program
    /// takes it for an option. Entropy: 6 bits a symbol, 5.95 for those two; 191.9 bits at the default length of
    /// 32, 131.9 at the least of 22.
    pub fn generate(length: PasswordLength, rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut random = Zeroizing::new(vec![0; length.get()]);
        rng.fill_bytes(&mut random);
        let last = length.get() - 1;
        for position in [0, last] {
            if let Some(byte) = random.get_mut(position) {
                while !symbol(*byte).is_ascii_alphanumeric() {
                    rng.fill_bytes(std::slice::from_mut(byte));
                }
            }
        }
        // As large as it will get, because a string that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(length.get()));
        text.extend(random.iter().map(|byte| symbol(*byte)));
        Self { text }
    }

    /// The password that somebody gave, as read from standard input or a file descriptor.
    ///
    /// One final line end (`\n` or `\r\n`) is dropped, as `docker login --password-stdin` does. The bytes are
    /// taken over, not copied. The reader must not leave copies either: its buffer should not have grown.
    ///
    /// # Errors
    /// When the rest is not what the app, CNPG and PostgreSQL would all read as the same password.
    pub fn from_bytes(mut bytes: Zeroizing<Vec<u8>>) -> Result<Self, PasswordError> {
        let length = without_line_end(&bytes).len();
        bytes.truncate(length);
        let text = std::str::from_utf8(&bytes).map_err(|_| PasswordError::NotUtf8);
        check(bytes.len(), text)?;
        match String::from_utf8(std::mem::take(&mut *bytes)) {
            Ok(text) => Ok(Self {
                text: Zeroizing::new(text),
            }),
            Err(error) => {
                error.into_bytes().zeroize();
                Err(PasswordError::NotUtf8)
            }
        }
    }

    /// The password itself: the only way to read it, for sealing and for logging in.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// Whether every character is in RFC 3986's unreserved set (section 2.3), so that a URI takes it unescaped.
    pub fn is_uri_unreserved(&self) -> bool {
        self.text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
    }
}

/// The symbol that the low six bits of `byte` choose.
fn symbol(byte: u8) -> char {
    // The index is below 64 whatever the byte: the fallback is never taken.
    char::from(*ALPHABET.get(usize::from(byte & 63)).unwrap_or(&b'A'))
}

/// `bytes` without one final `\n` or `\r\n`.
fn without_line_end(bytes: &[u8]) -> &[u8] {
    match bytes.strip_suffix(b"\n") {
        Some(rest) => rest.strip_suffix(b"\r").unwrap_or(rest),
        None => bytes,
    }
}

/// The rules for a given password of `length` bytes, in the order in which a person would want to be told.
fn check(length: usize, text: Result<&str, PasswordError>) -> Result<(), PasswordError> {
    if length == 0 {
        return Err(PasswordError::Empty);
    }
    if length > MAX_BYTES {
        return Err(PasswordError::TooLong);
    }
    let text = text?;
    if text.starts_with('\u{feff}') {
        return Err(PasswordError::ByteOrderMark);
    }
    if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
        return Err(PasswordError::OuterWhiteSpace);
    }
    if text.contains(char::is_control) {
        return Err(PasswordError::ControlCharacter);
    }
    match verifier_kind(text) {
        Some(kind) => Err(PasswordError::Verifier { kind }),
        None => Ok(()),
    }
}

/// The kind of stored verifier that PostgreSQL or CNPG might take `text` for; wider than their own tests.
fn verifier_kind(text: &str) -> Option<&'static str> {
    if text.starts_with("SCRAM-SHA-256$") {
        return Some("SCRAM-SHA-256");
    }
    let hash = text.strip_prefix("md5")?;
    (hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some("MD5")
}

#[cfg(test)]
mod tests;
