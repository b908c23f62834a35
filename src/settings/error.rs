//! What can be wrong in `.pgdb.yaml`, and with the choice of a target.

use std::fmt;

use thiserror::Error;

use super::FILE;
use super::keys::{KEYS, Place};
use crate::domain::name::{NameError, quoted};
use crate::domain::nearest::nearest;
use crate::domain::password::PasswordLengthError;
use crate::domain::scope::ScopeError;
use crate::domain::target_name::TargetName;
use crate::domain::wave::WavesError;
use crate::repo::path::RepoPathError;

/// Everything that is wrong in a `.pgdb.yaml`, in the order of the text; at least one error.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SettingsErrors(pub(super) Vec<SettingsError>);

/// One thing that is wrong in a `.pgdb.yaml`, and where.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{FILE}:{line}:{column}: {problem}")]
pub struct SettingsError {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What is wrong.
    #[source]
    pub problem: Problem,
}

/// What is wrong at one place of a `.pgdb.yaml`.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Problem {
    /// The text is no YAML; holds what the parser said.
    #[error("this is no YAML: {0}")]
    NotYaml(String),
    /// A second YAML document.
    #[error("a second YAML document begins here")]
    SecondDocument,
    /// An alias, such as `*name`.
    #[error("an alias is not read here")]
    Alias,
    /// The merge key, `<<`.
    #[error("the merge key `<<` is not read here")]
    MergeKey,
    /// A tag, such as `!!str`.
    #[error("a tag is not read here")]
    Tag,
    /// A key that is a collection, or nothing.
    #[error("a key must be a word, not {found}")]
    KeyIsNoWord {
        /// What stands there, in words.
        found: &'static str,
    },
    /// A key that is not known at this place.
    #[error("unknown key {}", quoted(.key))]
    UnknownKey {
        /// The key.
        key: String,
        /// Where it stands.
        place: Place,
    },
    /// A key, or a target, that is there before.
    #[error("the key {} is given twice, first on line {first}", quoted(.key))]
    KeyTwice {
        /// The key.
        key: String,
        /// The line of the first one.
        first: usize,
    },
    /// A key without a value, where one is needed.
    #[error("{key:?} has no value")]
    NoValue {
        /// The key.
        key: &'static str,
        /// A value that it could have.
        example: &'static str,
    },
    /// An entry of a list without a key that it needs.
    #[error("this entry has no {key:?}")]
    KeyMissing {
        /// The key.
        key: &'static str,
        /// A value that it could have.
        example: &'static str,
    },
    /// A value of the wrong kind.
    #[error("{what} takes {takes}, not {found}")]
    Kind {
        /// What it is the value of, in words.
        what: String,
        /// What is taken, in words.
        takes: &'static str,
        /// What stands there, in words or quoted.
        found: String,
        /// What could stand there.
        help: String,
    },
    /// A text that is not what the key's value must be.
    #[error("{key}: {refusal}")]
    Refused {
        /// The key.
        key: &'static str,
        /// Why it is refused.
        #[source]
        refusal: Refusal,
    },
    /// A target whose name is no name.
    #[error(transparent)]
    TargetName(NameError),
    /// A version of the format that is not known.
    #[error("unknown version {}", quoted(.0))]
    Version(String),
    /// A `defaultTarget` that is none of the targets.
    #[error("the default target {:?} is not among the targets", .name.as_str())]
    DefaultTarget {
        /// The name.
        name: TargetName,
        /// The targets that there are.
        targets: Vec<TargetName>,
    },
    /// Waves of one target that do not ascend.
    #[error("{0}")]
    Waves(#[source] WavesError),
}

/// Why the domain refuses a value.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Refusal {
    /// No such name or word.
    #[error(transparent)]
    Name(#[from] NameError),
    /// No path inside the repository.
    #[error(transparent)]
    Path(#[from] RepoPathError),
    /// No scope.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// No password length.
    #[error(transparent)]
    PasswordLength(#[from] PasswordLengthError),
}

/// Why no target could be chosen.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum TargetChoiceError {
    /// A target is asked for by name, and there is no `.pgdb.yaml`.
    #[error("there is no target {}: the repository has no {FILE}", quoted(.wanted))]
    NoFile {
        /// The name that was asked for.
        wanted: String,
    },
    /// A target is asked for by name, and `.pgdb.yaml` has none by name.
    #[error("there is no target {}: {FILE} has no `targets`", quoted(.wanted))]
    NoTargets {
        /// The name that was asked for.
        wanted: String,
    },
    /// A target is asked for that is none of those in `.pgdb.yaml`.
    #[error("there is no target {} in {FILE}, which has {}", quoted(.wanted), listed(.targets))]
    Unknown {
        /// The name that was asked for.
        wanted: String,
        /// Those that there are, in the order of the file.
        targets: Vec<TargetName>,
    },
    /// No target is asked for, and there are several without a `defaultTarget`.
    #[error("{FILE} has several targets, {}, and no `defaultTarget`", listed(.targets))]
    Several {
        /// Those that there are, in the order of the file.
        targets: Vec<TargetName>,
    },
}

impl SettingsErrors {
    /// The errors, in the order of the text.
    pub fn errors(&self) -> &[SettingsError] {
        &self.0
    }
}

impl std::error::Error for SettingsErrors {}

impl fmt::Display for SettingsErrors {
    /// One line an error, without the help.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n")?;
            }
            write!(formatter, "{error}")?;
        }
        Ok(())
    }
}

impl SettingsError {
    /// What to do about it.
    pub fn help(&self) -> String {
        self.problem.help()
    }
}

impl Problem {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::NotYaml(_) => {
                "mend that line, or the one before it; a value with `: ` or ` #` in it needs quotes"
                    .to_owned()
            }
            Self::SecondDocument => {
                "the settings are one document: remove the `---` or what follows it".to_owned()
            }
            Self::Alias | Self::MergeKey => {
                "write the value out; what holds for every target can stand at the top level"
                    .to_owned()
            }
            Self::Tag => "remove the tag: every value is read as its key needs it".to_owned(),
            Self::KeyIsNoWord { .. } => "write `key: value`".to_owned(),
            Self::UnknownKey { key, place } => unknown_key_help(key, *place),
            Self::KeyTwice { .. } => "keep one of them".to_owned(),
            Self::NoValue { key, example } => {
                format!("write a value, such as `{key}: {example}`, or remove the key")
            }
            Self::KeyMissing { key, example } => format!("add `{key}: {example}`"),
            Self::Kind { help, .. } => help.clone(),
            Self::Refused { refusal, .. } => refusal.help().to_owned(),
            Self::TargetName(error) => error.help().to_owned(),
            Self::Version(_) => "write `version: 1`, or use a newer kubectl-pgdb".to_owned(),
            Self::DefaultTarget { name, targets } => target_help(name.as_str(), targets),
            Self::Waves(error) => error.help().to_owned(),
        }
    }
}

impl Refusal {
    /// What is allowed.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Name(error) => error.help(),
            Self::Path(error) => error.help(),
            Self::Scope(error) => error.help(),
            Self::PasswordLength(error) => error.help(),
        }
    }
}

impl TargetChoiceError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::NoFile { .. } => {
                "leave --target out, or run `kubectl pgdb init` and name the targets there"
                    .to_owned()
            }
            Self::NoTargets { .. } => {
                format!("leave --target out, or name the targets in {FILE} below `targets`")
            }
            Self::Unknown { wanted, targets } => target_help(wanted, targets),
            Self::Several { .. } => {
                format!("choose one with --target, or set `defaultTarget` in {FILE}")
            }
        }
    }

    /// The targets that can be chosen from, in the order of the file.
    pub fn targets(&self) -> &[TargetName] {
        match self {
            Self::NoFile { .. } | Self::NoTargets { .. } => &[],
            Self::Unknown { targets, .. } | Self::Several { targets } => targets,
        }
    }
}

fn unknown_key_help(key: &str, place: Place) -> String {
    if let Some(known) = KEYS.iter().find(|known| known.name == key) {
        let right = match known.place {
            Place::File => "stands at the top level alone",
            Place::Target => "stands in a target or at the top level",
            Place::Waves => "stands below `waves`",
            Place::Lint => "stands below `lint`",
            Place::Ignored => "stands in an entry of `ignore`",
        };
        return format!("{key:?} {right}");
    }
    let names = || place.keys().map(|known| known.name);
    match nearest(key, names()) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!(
            "the keys here are {}",
            names().collect::<Vec<_>>().join(", ")
        ),
    }
}

fn target_help(name: &str, targets: &[TargetName]) -> String {
    match nearest(name, targets.iter().map(TargetName::as_str)) {
        Some(near) => format!("did you mean {near:?}?"),
        None if targets.is_empty() => "there are no targets: add it below `targets`".to_owned(),
        None => format!("use one of {}", listed(targets)),
    }
}

fn listed(targets: &[TargetName]) -> String {
    let names: Vec<&str> = targets.iter().map(TargetName::as_str).collect();
    names.join(", ")
}
