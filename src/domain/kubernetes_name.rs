//! Names that Kubernetes gives to objects and namespaces (RFC 1123).

use std::str::FromStr;

use super::name::{NameError, checked_texts, first_outside};

const LABEL_HELP: &str = "use at most 63 lower-case letters, digits and `-`, beginning and ending with a letter or digit";
const SUBDOMAIN_HELP: &str = "use at most 253 lower-case letters, digits, `-` and `.`, each part beginning and ending with a letter or digit";
const CLUSTER_HELP: &str = "use at most 50 lower-case letters, digits, `-` and `.`, beginning and ending with a letter or digit";

const SERVICE_HELP: &str = "use at most 63 lower-case letters, digits and `-`, beginning with a letter and ending with a letter or digit";

/// The name of an app, from which all other names are derived: an RFC 1123 label of at most 63 characters.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AppName(String);

/// The name of a namespace: an RFC 1123 label of at most 63 characters.
///
/// Reflector reads the namespaces in its annotations as regular expressions; a label holds none of their characters.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Namespace(String);

/// The name of an object: an RFC 1123 subdomain of at most 253 characters.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ObjectName(String);

/// The name of a CNPG Cluster: an RFC 1123 subdomain of at most 50 characters.
///
/// Source of the limit: CloudNativePG `internal/webhook/v1/cluster_webhook.go`, which leaves room for the suffixes of Services.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ClusterName(String);

/// The name of a Service: an RFC 1035 label of at most 63 characters. A Pooler is named like its Service.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ServiceName(String);

checked_texts!(AppName, Namespace, ObjectName, ClusterName, ServiceName);

impl ObjectName {
    /// The name of an app's object: the app's name with a suffix of the product.
    pub fn of_app(app: &AppName, suffix: &'static str) -> Self {
        Self(format!("{app}{suffix}"))
    }
}

impl FromStr for AppName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        check_label("the app name", text)?;
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for Namespace {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        check_label("the namespace", text)?;
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for ObjectName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        check_subdomain("the object name", text, 253, SUBDOMAIN_HELP)?;
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for ServiceName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let what = "the Service name";
        check(what, text, 63, SERVICE_HELP, |c| c == '-')?;
        if !text.starts_with(|c: char| c.is_ascii_lowercase()) || text.ends_with('-') {
            let problem = "does not begin with a letter, or ends with `-`";
            return Err(NameError::new(what, text, problem, SERVICE_HELP));
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for ClusterName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        check_subdomain("the cluster name", text, 50, CLUSTER_HELP)?;
        Ok(Self(text.to_owned()))
    }
}

pub(super) fn check_label(what: &'static str, text: &str) -> Result<(), NameError> {
    check(what, text, 63, LABEL_HELP, |c| c == '-')?;
    if text.starts_with('-') || text.ends_with('-') {
        return Err(NameError::new(
            what,
            text,
            "begins or ends with `-`",
            LABEL_HELP,
        ));
    }
    Ok(())
}

fn check_subdomain(
    what: &'static str,
    text: &str,
    limit: usize,
    help: &'static str,
) -> Result<(), NameError> {
    check(what, text, limit, help, |c| c == '-' || c == '.')?;
    for part in text.split('.') {
        if part.is_empty() || part.starts_with('-') || part.ends_with('-') {
            let problem = "has a part that is empty, or begins or ends with `-`";
            return Err(NameError::new(what, text, problem, help));
        }
    }
    Ok(())
}

fn check(
    what: &'static str,
    text: &str,
    limit: usize,
    help: &'static str,
    punctuation: impl Fn(char) -> bool,
) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::new(what, text, "is empty", help));
    }
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || punctuation(c);
    if let Some(found) = first_outside(text, allowed) {
        return Err(NameError::new(what, text, format!("holds {found}"), help));
    }
    if text.len() > limit {
        let problem = format!("has {} characters", text.len());
        return Err(NameError::new(what, text, problem, help));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem<T: FromStr<Err = NameError>>(text: &str) -> String {
        match text.parse::<T>() {
            Ok(_) => panic!("{text:?} was taken"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_service_is_named_by_an_rfc_1035_label() {
        for text in ["a", "my-db-1", &"x".repeat(63)] {
            assert_eq!(text.parse::<ServiceName>().unwrap().as_str(), text);
        }
        let edges = "does not begin with a letter, or ends with `-`";
        for (text, said) in [
            ("", "is empty"),
            ("1st", edges),
            ("-a", edges),
            ("a-", edges),
            ("a.b", "holds the character '.'"),
            (&"x".repeat(64), "has 64 characters"),
        ] {
            assert_eq!(
                problem::<ServiceName>(text),
                format!("the Service name {text:?} {said}")
            );
        }
    }

    #[test]
    fn takes_what_kubernetes_takes() {
        for text in ["a", "my-shop", "0", "1st-shop", &"x".repeat(63)] {
            assert_eq!(text.parse::<AppName>().unwrap().as_str(), text);
            assert_eq!(text.parse::<Namespace>().unwrap().as_str(), text);
        }
        assert_eq!("a.b-c.d".parse::<ObjectName>().unwrap().as_str(), "a.b-c.d");
        assert_eq!(
            "pg".repeat(25)
                .parse::<ClusterName>()
                .unwrap()
                .as_str()
                .len(),
            50
        );
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(problem::<AppName>(""), r#"the app name "" is empty"#);
        assert_eq!(
            problem::<AppName>("My-shop"),
            r#"the app name "My-shop" holds the capital letter 'M'"#
        );
        assert_eq!(
            problem::<AppName>("-shop"),
            r#"the app name "-shop" begins or ends with `-`"#
        );
        assert_eq!(
            problem::<AppName>("../shop"),
            r#"the app name "../shop" holds the character '.'"#
        );
        assert_eq!(
            problem::<Namespace>("shop.*"),
            r#"the namespace "shop.*" holds the character '.'"#
        );
        assert_eq!(
            problem::<Namespace>("shop\u{202e}"),
            r#"the namespace "shop\u{202e}" holds the character U+202E"#
        );
        assert_eq!(
            problem::<ObjectName>("a..b"),
            r#"the object name "a..b" has a part that is empty, or begins or ends with `-`"#
        );
        assert_eq!(
            problem::<ObjectName>("a\nb: c"),
            r#"the object name "a\nb: c" holds a line end"#
        );
        assert_eq!(
            problem::<AppName>(&"x".repeat(100)),
            format!("the app name {:?}... has 100 characters", "x".repeat(80))
        );
        assert_eq!(
            problem::<ClusterName>(&"x".repeat(51)),
            format!("the cluster name {:?} has 51 characters", "x".repeat(51))
        );
    }
}
