//! How far a sealed value may travel.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The Secrets that a sealed value may be opened for.
///
/// Source: sealed-secrets `pkg/apis/sealedsecrets/v1alpha1/sealedsecret_expansion.go` (names, annotations) and
/// `EncryptionLabel` beside it.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Scope {
    /// One Secret: this name in this namespace. kubeseal's default.
    #[default]
    Strict,
    /// Any name in this namespace.
    NamespaceWide,
    /// Any name in any namespace of the cluster.
    ClusterWide,
}

/// A text that names no scope.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("there is no sealing scope {0:?}")]
pub struct ScopeError(String);

impl ScopeError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        "the scopes are strict, namespace-wide and cluster-wide"
    }
}

impl Scope {
    /// Every scope, the narrowest first.
    pub const ALL: [Self; 3] = [Self::Strict, Self::NamespaceWide, Self::ClusterWide];

    /// The name as kubeseal's `--scope` takes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::NamespaceWide => "namespace-wide",
            Self::ClusterWide => "cluster-wide",
        }
    }

    /// The label that binds a value sealed in this scope to its Secret: `namespace/name`, `namespace` or empty.
    ///
    /// Both are the Secret's own, as the SealedSecret's `metadata` has them.
    pub fn label(self, namespace: &str, name: &str) -> String {
        match self {
            Self::Strict => format!("{namespace}/{name}"),
            Self::NamespaceWide => namespace.to_owned(),
            Self::ClusterWide => String::new(),
        }
    }

    /// The annotation, as key and value, by which the SealedSecret's own metadata tells the controller the scope.
    ///
    /// None for the strict scope, which is meant where there is no annotation.
    pub fn annotation(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Strict => None,
            Self::NamespaceWide => Some(("sealedsecrets.bitnami.com/namespace-wide", "true")),
            Self::ClusterWide => Some(("sealedsecrets.bitnami.com/cluster-wide", "true")),
        }
    }

    /// The scope that the annotations of a SealedSecret say; the widest, where they say several.
    ///
    /// Source: sealed-secrets `pkg/apis/sealedsecrets/v1alpha1/sealedsecret_expansion.go`, `SecretScope`.
    pub fn of_annotations<'text>(value: impl Fn(&str) -> Option<&'text str>) -> Self {
        let is_set = |scope: &Self| {
            let annotation = scope.annotation();
            annotation.is_some_and(|(key, set)| value(key) == Some(set))
        };
        [Self::ClusterWide, Self::NamespaceWide]
            .into_iter()
            .find(is_set)
            .unwrap_or_default()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| ScopeError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_what_it_displays() {
        for scope in Scope::ALL {
            assert_eq!(scope.to_string().parse(), Ok(scope));
        }
        assert_eq!(Scope::default(), Scope::Strict);
    }

    #[test]
    fn refuses_other_words() {
        let error = "Strict".parse::<Scope>().unwrap_err();
        assert_eq!(error.to_string(), r#"there is no sealing scope "Strict""#);
        assert_eq!(
            error.help(),
            "the scopes are strict, namespace-wide and cluster-wide"
        );
    }

    #[test]
    fn reads_what_the_controller_reads() {
        let of = |found: &[(&str, &'static str)]| {
            Scope::of_annotations(|key| {
                let mut found = found.iter();
                let (_, value) = found.find(|(name, _)| *name == key)?;
                Some(*value)
            })
        };
        let namespace = "sealedsecrets.bitnami.com/namespace-wide";
        let cluster = "sealedsecrets.bitnami.com/cluster-wide";
        assert_eq!(of(&[]), Scope::Strict);
        assert_eq!(
            of(&[(namespace, "false"), (cluster, "True")]),
            Scope::Strict
        );
        assert_eq!(of(&[(namespace, "true")]), Scope::NamespaceWide);
        assert_eq!(
            of(&[(namespace, "true"), (cluster, "true")]),
            Scope::ClusterWide
        );
    }

    #[test]
    fn labels_and_annotations() {
        let of = |scope: Scope| (scope.label("postgres", "shop-db-creds"), scope.annotation());
        assert_eq!(
            of(Scope::Strict),
            ("postgres/shop-db-creds".to_owned(), None)
        );
        assert_eq!(
            of(Scope::NamespaceWide),
            (
                "postgres".to_owned(),
                Some(("sealedsecrets.bitnami.com/namespace-wide", "true"))
            )
        );
        assert_eq!(
            of(Scope::ClusterWide),
            (
                String::new(),
                Some(("sealedsecrets.bitnami.com/cluster-wide", "true"))
            )
        );
    }
}
