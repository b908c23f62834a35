//! Why an app's password is not changed here, and what changes it.

use std::fmt;

use thiserror::Error;

use crate::declared::{CredentialSource, Place};
use crate::repo::path::RepoPath;

/// An app whose password is not changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// The app.
    pub app: String,
    /// Where the cause stands.
    pub place: Option<Place>,
    /// The cause.
    pub reason: Reason,
}

/// Why an app's password is not changed.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Reason {
    /// Its role or database is to go.
    #[error("it is declared as absent")]
    Leaving,
    /// No role of the repository takes its password from the credential.
    #[error("no role of the repository takes its password from the Secret {secret}")]
    NoRole {
        /// The Secret.
        secret: String,
    },
    /// `disablePassword`.
    #[error("the role {role} has no password: it has disablePassword")]
    PasswordDisabled {
        /// The role.
        role: String,
    },
    /// No `passwordSecret`.
    #[error("the role {role} names no passwordSecret")]
    NoPasswordSecret {
        /// The role.
        role: String,
    },
    /// CNPG makes the Secret.
    #[error("CNPG makes the Secret {secret} of the role {role} itself")]
    MadeByCnpg {
        /// The role.
        role: String,
        /// The Secret.
        secret: String,
    },
    /// The repository says that the Secret is made outside of it.
    #[error("the Secret {secret} of the role {role} is made outside of this repository")]
    MadeElsewhere {
        /// The role.
        role: String,
        /// The Secret.
        secret: String,
    },
    /// Nothing in the repository makes the Secret.
    #[error(
        "the role {role} takes its password from the Secret {secret}, which nothing in the repository makes"
    )]
    NotDeclared {
        /// The role.
        role: String,
        /// The Secret.
        secret: String,
    },
    /// Something else than a SealedSecret makes the Secret.
    #[error("{} makes the Secret {secret}", maker(*.made_by))]
    OtherMaker {
        /// The Secret.
        secret: String,
        /// What makes it.
        made_by: CredentialSource,
    },
    /// Several objects make the Secret.
    #[error("the Secret {secret} is made again at {}", list(.again))]
    Again {
        /// The Secret.
        secret: String,
        /// Where else.
        again: Vec<Place>,
    },
    /// The older form with all values in one.
    #[error(
        "its values are sealed all in one, as spec.data, the form that kubeseal wrote before version 0.6"
    )]
    OldForm,
    /// Aliases, merge keys, or values that are no texts.
    #[error("an alias, a merge key or a value that is no text hides what is sealed")]
    HidesValues,
    /// There is no sealed password.
    #[error("spec.encryptedData has no password")]
    NoPassword,
    /// The template has a password of its own.
    #[error("spec.template.data.password takes the place of the sealed password")]
    TemplatesPassword,
    /// `immutable`.
    #[error("the Secret is immutable, so the controller cannot give it another password")]
    Immutable,
    /// The template's name is another one.
    #[error(
        "its template has the name {template:?}: the values may have been sealed for that name"
    )]
    OtherTemplateName {
        /// The template's name.
        template: String,
    },
    /// The template's namespace is another one.
    #[error(
        "its template has the namespace {template:?}: the values may have been sealed for that namespace"
    )]
    OtherTemplateNamespace {
        /// The template's namespace.
        template: String,
    },
    /// A kustomization changes the name.
    #[error("{kustomization} puts a prefix or suffix on its name, for which nothing can be sealed")]
    Renamed {
        /// The kustomization.
        kustomization: RepoPath,
    },
    /// Sealed keys of which nothing is known.
    #[error("{} may hold the password too, and cannot be read", quoted(.keys))]
    UnknownKeys {
        /// The keys.
        keys: Vec<String>,
    },
    /// Sealed forms of the connection that cannot be written anew.
    #[error("{} would have to be sealed anew, but {problem}", quoted(.keys))]
    UnknownConnection {
        /// The keys.
        keys: Vec<String>,
        /// What is not known.
        problem: String,
    },
}

impl Refusal {
    /// What to do about it.
    pub fn help(&self) -> String {
        match &self.reason {
            Reason::Leaving => "it needs no new password".to_owned(),
            Reason::NoRole { .. } => {
                "name the Secret as the role's passwordSecret; else PostgreSQL would keep the old password".to_owned()
            }
            Reason::PasswordDisabled { .. } => {
                "take disablePassword away and name a passwordSecret, or leave it as it is".to_owned()
            }
            Reason::NoPasswordSecret { .. } => {
                "where a password was set by hand, change it by hand".to_owned()
            }
            Reason::MadeByCnpg { secret, .. } => format!(
                "change the value `password` in the Secret on the cluster: `kubectl edit secret {secret}`"
            ),
            Reason::MadeElsewhere { .. } => {
                "change the password where the Secret comes from: with the label cnpg.io/reload on the Secret, CNPG gives it \
                 to PostgreSQL at once"
                    .to_owned()
            }
            Reason::NotDeclared { .. } => {
                "change it where the Secret comes from, or correct the name".to_owned()
            }
            Reason::OtherMaker { secret, made_by } => other_maker(secret, *made_by),
            Reason::Again { .. } => "take one of them away".to_owned(),
            Reason::OldForm | Reason::OtherTemplateName { .. } | Reason::OtherTemplateNamespace { .. } => {
                "seal the whole Secret again with kubeseal".to_owned()
            }
            Reason::HidesValues => "write the values out as texts, then run this again".to_owned(),
            Reason::NoPassword | Reason::TemplatesPassword => {
                "CNPG takes the password from the key `password`: it has to be a sealed value alone".to_owned()
            }
            Reason::Immutable => {
                "take `immutable` away, and delete the Secret on the cluster once, so that the controller makes it anew"
                    .to_owned()
            }
            Reason::Renamed { .. } => {
                "give these manifests a kustomization without namePrefix and nameSuffix".to_owned()
            }
            Reason::UnknownKeys { keys } => format!(
                "where it does not hold the password, say so: {}",
                flags(keys)
            ),
            Reason::UnknownConnection { .. } => {
                "write them as templates into spec.template.data instead, such as \
                 `uri: postgresql://{{ .username }}:{{ .password }}@HOST:5432/DATABASE`, or keep them with --keep"
                    .to_owned()
            }
        }
    }

    /// Whether the password is simply not this repository's to change, which is no mistake: such an app is passed over
    /// where all are asked for.
    pub(super) fn is_elsewhere(&self) -> bool {
        matches!(
            self.reason,
            Reason::Leaving
                | Reason::NoRole { .. }
                | Reason::PasswordDisabled { .. }
                | Reason::NoPasswordSecret { .. }
                | Reason::MadeByCnpg { .. }
                | Reason::NotDeclared { .. }
                | Reason::OtherMaker { .. }
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.app)?;
        if let Some(place) = &self.place {
            write!(formatter, "{place}: ")?;
        }
        self.reason.fmt(formatter)
    }
}

fn maker(source: CredentialSource) -> &'static str {
    match source {
        CredentialSource::SealedSecret => "a SealedSecret",
        CredentialSource::ExternalSecret => "an ExternalSecret",
        CredentialSource::StringSecret => "a StringSecret",
        CredentialSource::Secret => "a manifest in clear",
    }
}

fn other_maker(secret: &str, source: CredentialSource) -> String {
    match source {
        CredentialSource::SealedSecret => String::new(),
        CredentialSource::ExternalSecret => format!(
            "change the password in the store that the ExternalSecret reads, then have it read again: `kubectl annotate \
             externalsecret ... force-sync=$(date +%s) --overwrite`, and see the Secret {secret} change"
        ),
        CredentialSource::StringSecret => "let the generator make a new one: put the annotation \
             secret-generator.v1.mittwald.de/regenerate: \"password\" on the Secret"
            .to_owned(),
        CredentialSource::Secret => {
            "the repository's history holds this password in clear: seal a new one with kubeseal, and put the SealedSecret \
             in the manifest's place"
                .to_owned()
        }
    }
}

fn list(places: &[Place]) -> String {
    let places: Vec<String> = places.iter().map(ToString::to_string).collect();
    places.join(", ")
}

fn quoted(keys: &[String]) -> String {
    let keys: Vec<String> = keys
        .iter()
        .map(|key| format!("the sealed `{key}`"))
        .collect();
    keys.join(" and ")
}

fn flags(keys: &[String]) -> String {
    let flags: Vec<String> = keys.iter().map(|key| format!("--keep {key}")).collect();
    flags.join(" ")
}
