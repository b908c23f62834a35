//! Who is allowed something.

use serde::Serialize;
use thiserror::Error;

use super::GROUP;
use crate::domain::kubernetes_name::{Namespace, ObjectName};
use crate::domain::name::NameError;

/// Who is allowed something, as RBAC names them.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_group: Option<&'static str>,
}

/// Why a text names nobody.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum SubjectError {
    /// It is blank, or holds a control character.
    #[error("the name {0:?} is blank or holds a character that is not printed")]
    NotPrinted(String),
    /// It is no namespace and name.
    #[error("{0:?} is not NAMESPACE:NAME")]
    NoPair(String),
    /// A part of it is no name.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl SubjectError {
    /// What would be right.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotPrinted(_) => {
                "give the name as the API server knows it: `kubectl auth whoami` shows one's own"
            }
            Self::NoPair(_) => "name the account's namespace and the account, as in `ci:deployer`",
            Self::Name(error) => error.help(),
        }
    }
}

impl Subject {
    /// A user, as the API server's authentication calls them.
    ///
    /// # Errors
    /// When the name is blank, or holds what is not printed.
    pub fn user(name: &str) -> Result<Self, SubjectError> {
        Self::named("User", name)
    }

    /// A group of users.
    ///
    /// # Errors
    /// When the name is blank, or holds what is not printed.
    pub fn group(name: &str) -> Result<Self, SubjectError> {
        Self::named("Group", name)
    }

    /// A ServiceAccount, given as `namespace:name`.
    ///
    /// # Errors
    /// When it is not that.
    pub fn service_account(text: &str) -> Result<Self, SubjectError> {
        let (namespace, name) = text
            .split_once(':')
            .ok_or_else(|| SubjectError::NoPair(text.to_owned()))?;
        let (namespace, name): (Namespace, ObjectName) = (namespace.parse()?, name.parse()?);
        Ok(Self {
            kind: "ServiceAccount",
            name: name.to_string(),
            namespace: Some(namespace.to_string()),
            api_group: None,
        })
    }

    fn named(kind: &'static str, name: &str) -> Result<Self, SubjectError> {
        if name.trim().is_empty() || name.chars().any(char::is_control) {
            return Err(SubjectError::NotPrinted(name.to_owned()));
        }
        Ok(Self {
            kind,
            name: name.to_owned(),
            namespace: None,
            api_group: Some(GROUP),
        })
    }
}
