//! The values of flags, parsed into the library's types.

use std::fmt::Display;
use std::str::FromStr;

use pgdb::domain::name::NameError;
use pgdb::domain::password::PasswordLengthError;
use pgdb::domain::period::PeriodError;
use pgdb::domain::scope::ScopeError;
use pgdb::repo::path::RepoPathError;

use crate::failure::Failure;

/// An error that can say what is allowed.
pub(crate) trait Helpful: Display {
    /// What is allowed.
    fn helps(&self) -> String;
}

impl Helpful for NameError {
    fn helps(&self) -> String {
        self.help().to_owned()
    }
}

impl Helpful for RepoPathError {
    fn helps(&self) -> String {
        self.help().to_owned()
    }
}

impl Helpful for ScopeError {
    fn helps(&self) -> String {
        self.help().to_owned()
    }
}

impl Helpful for PeriodError {
    fn helps(&self) -> String {
        self.help().to_owned()
    }
}

impl Helpful for PasswordLengthError {
    fn helps(&self) -> String {
        self.help().to_owned()
    }
}

/// The value of a flag, where one is given.
///
/// # Errors
/// When it is refused: the flag, the value, and what is allowed.
pub(crate) fn one<T>(flag: &str, text: Option<&str>) -> Result<Option<T>, Failure>
where
    T: FromStr,
    T::Err: Helpful,
{
    let parse = |text: &str| {
        text.parse()
            .map_err(|error: T::Err| Failure::usage(format!("{flag}: {error}"), error.helps()))
    };
    text.map(parse).transpose()
}

/// The values of a flag that may be given several times.
///
/// # Errors
/// The first value that is refused.
pub(crate) fn list<T>(flag: &str, texts: &[String]) -> Result<Vec<T>, Failure>
where
    T: FromStr,
    T::Err: Helpful,
{
    let mut values = Vec::new();
    for text in texts {
        values.extend(one(flag, Some(text))?);
    }
    Ok(values)
}
