//! How long a generated password is.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The number of characters of a generated password: 22 to 256, by default 32.
///
/// 22 is the least that gives 128 bits; [`Password::generate`](super::Password::generate) has the arithmetic.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PasswordLength(usize);

/// Why a text or a number is no password length.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum PasswordLengthError {
    /// Not a whole number.
    #[error("the password length {0:?} is not a whole number")]
    NotANumber(String),
    /// Under 22 or over 256.
    #[error(
        "the password length {0} is outside {MIN} to {MAX}",
        MIN = PasswordLength::MIN,
        MAX = PasswordLength::MAX
    )]
    OutOfRange(usize),
}

impl PasswordLengthError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        "give a number of characters from 22 (128 bits) to 256; 32 is the default"
    }
}

impl PasswordLength {
    /// The least number of characters.
    pub const MIN: usize = 22;
    /// The greatest number of characters.
    pub const MAX: usize = 256;

    /// The length of `characters`.
    ///
    /// # Errors
    /// When that is under 22 or over 256.
    pub fn new(characters: usize) -> Result<Self, PasswordLengthError> {
        if (Self::MIN..=Self::MAX).contains(&characters) {
            Ok(Self(characters))
        } else {
            Err(PasswordLengthError::OutOfRange(characters))
        }
    }

    /// The number of characters.
    pub fn get(self) -> usize {
        self.0
    }
}

impl Default for PasswordLength {
    fn default() -> Self {
        Self(32)
    }
}

impl fmt::Display for PasswordLength {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for PasswordLength {
    type Err = PasswordLengthError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(characters) => Self::new(characters),
            Err(_) => Err(PasswordLengthError::NotANumber(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_22_to_256() {
        for (text, characters) in [("22", 22), ("32", 32), ("256", 256)] {
            let length: PasswordLength = text.parse().unwrap();
            assert_eq!(length.get(), characters);
            assert_eq!(length.to_string(), text);
        }
        assert_eq!(PasswordLength::default().get(), 32);
    }

    #[test]
    fn refuses_the_rest() {
        for (text, message) in [
            ("21", "the password length 21 is outside 22 to 256"),
            ("257", "the password length 257 is outside 22 to 256"),
            ("0", "the password length 0 is outside 22 to 256"),
            ("-1", r#"the password length "-1" is not a whole number"#),
            ("", r#"the password length "" is not a whole number"#),
            ("3 2", r#"the password length "3 2" is not a whole number"#),
        ] {
            let error = text.parse::<PasswordLength>().unwrap_err();
            assert_eq!(error.to_string(), message);
            assert_eq!(
                error.help(),
                "give a number of characters from 22 (128 bits) to 256; 32 is the default"
            );
        }
    }
}
