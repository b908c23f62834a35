//! Why an edit was refused, where, and what to paste by hand instead.

use thiserror::Error;

use super::step::{Step, shown};

/// Where an edit was refused, and the text that a person may put there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// The line of the text, from 1.
    pub line: usize,
    /// The steps down to the node, such as `spec.managed.roles[0]`; `the top level` for none.
    pub path: Box<str>,
    /// YAML from the document's top level down to what should have been added or set, with `\n` line ends. Of a list on
    /// the path only the items that are meant are there.
    pub snippet: Box<str>,
    /// The paths of what should have been taken out, as `path` is written.
    pub removals: Box<[String]>,
}

/// Why a text was not edited; the message does not say the line, which [`EditError::line`] does.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum EditError {
    /// The text does not parse.
    #[error("this is no valid YAML{}: {problem}", if *template { " but looks like a Helm template" } else { "" })]
    NotYaml {
        /// Where the parser stopped.
        place: Place,
        /// Whether the text holds `{{`, as templates do.
        template: bool,
        /// What the parser said.
        problem: String,
    },
    /// The text has fewer documents.
    #[error("there is no YAML document number {number}: the text has {count}")]
    DocumentOutOfRange {
        /// The text's last line.
        place: Place,
        /// The number asked for, counted from 1.
        number: usize,
        /// How many documents there are.
        count: usize,
    },
    /// A node on the path is an alias such as `*roles`.
    #[error("{} is an alias of a node that is written elsewhere", place.path)]
    Alias {
        /// The alias.
        place: Place,
    },
    /// A node on the path carries an anchor, and an alias repeats it.
    #[error("{} is repeated by the alias on line {alias_line}, which would change with it", place.path)]
    SharedAnchor {
        /// The node with the anchor.
        place: Place,
        /// The line of the first alias to it, from 1.
        alias_line: usize,
    },
    /// A mapping on the path has a merge key.
    #[error("{} has a merge key `<<`, which may bring in keys from elsewhere", place.path)]
    MergeKey {
        /// The merge key.
        place: Place,
    },
    /// A key on the path is there more than once.
    #[error("{} is there twice, first on line {first_line}", place.path)]
    DuplicateKey {
        /// The second of the keys.
        place: Place,
        /// The line of the first of the keys, from 1.
        first_line: usize,
    },
    /// A node on the path is of another kind.
    #[error("{} is {found}, not {needed}", place.path)]
    WrongKind {
        /// The node.
        place: Place,
        /// What it is, such as `a scalar`.
        found: &'static str,
        /// What it would have to be, such as `a list`.
        needed: &'static str,
    },
    /// A key or an item on the path is not there, and not made.
    #[error("{} is not there", place.path)]
    Missing {
        /// What is missing; the line is that of the collection that should hold it.
        place: Place,
    },
    /// The scalar to be set has a tag, which its new text may not fit.
    #[error("{} has the tag {tag}, which says how its text is read", place.path)]
    Tagged {
        /// The scalar.
        place: Place,
        /// The tag, such as `!!int` or `!vault`.
        tag: String,
    },
    /// The key to insert is there already.
    #[error("{} is there already", place.path)]
    KeyExists {
        /// The key.
        place: Place,
    },
    /// What is to be taken out holds an anchor, and an alias that stays repeats it.
    #[error("{} holds an anchor that the alias on line {alias_line} repeats", place.path)]
    AnchorNeeded {
        /// What is to be taken out.
        place: Place,
        /// The line of the first such alias, from 1.
        alias_line: usize,
    },
    /// Two changes are asked for that cannot be made together.
    #[error("{} is to be changed in two ways at once", place.path)]
    Conflict {
        /// The node, or what is nearest to it.
        place: Place,
    },
    /// The text's last value is a block scalar without a line end, and would get one by what follows it.
    #[error("the text ends inside a block scalar without a line end, which new text would change")]
    UnterminatedBlockScalar {
        /// The text's last line.
        place: Place,
    },
    /// The second YAML parser does not read the text as it is, so that it cannot confirm a change of it.
    #[error("a second YAML parser does not accept the text: {problem}")]
    Unconfirmed {
        /// Where the second parser stopped, or the node to be changed.
        place: Place,
        /// What the second parser said.
        problem: String,
    },
    /// The edited text did not pass a check, and was thrown away.
    #[error("the edit of {} was thrown away: {problem}", place.path)]
    CheckFailed {
        /// The node that should have changed.
        place: Place,
        /// What did not hold.
        problem: &'static str,
    },
}

impl EditError {
    /// Where it was refused.
    pub fn place(&self) -> &Place {
        match self {
            Self::NotYaml { place, .. }
            | Self::DocumentOutOfRange { place, .. }
            | Self::Alias { place }
            | Self::SharedAnchor { place, .. }
            | Self::MergeKey { place }
            | Self::DuplicateKey { place, .. }
            | Self::WrongKind { place, .. }
            | Self::Missing { place }
            | Self::Tagged { place, .. }
            | Self::KeyExists { place }
            | Self::AnchorNeeded { place, .. }
            | Self::Conflict { place }
            | Self::UnterminatedBlockScalar { place }
            | Self::Unconfirmed { place, .. }
            | Self::CheckFailed { place, .. } => place,
        }
    }

    /// The line where it was refused, from 1.
    pub fn line(&self) -> usize {
        self.place().line
    }

    /// The YAML to put into the document by hand, from its top level down; none where there is nothing to add.
    pub fn snippet(&self) -> Option<&str> {
        Some(self.place().snippet.as_ref()).filter(|snippet| !snippet.is_empty())
    }

    /// The paths of what to take out of the document by hand; none where nothing was to go.
    pub fn removals(&self) -> &[String] {
        &self.place().removals
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotYaml { template: true, .. } => {
                "a template is not edited: make the change by hand, or render the template into a plain manifest"
            }
            Self::NotYaml { .. } => "correct the YAML at that line, then run this again",
            Self::DocumentOutOfRange { .. } => {
                "name a document that the file has, or make the change by hand"
            }
            Self::Alias { .. } => {
                "write the value out in place of the alias, or make the change by hand where the anchor is"
            }
            Self::SharedAnchor { .. } => {
                "write the value out in place of the alias, or make the change by hand if both are to have it"
            }
            Self::MergeKey { .. } => {
                "write the merged keys out in place of `<<`, or make the change by hand"
            }
            Self::DuplicateKey { .. } => "remove one of the two keys, then run this again",
            Self::WrongKind { .. } => "correct the value at that line, or make the change by hand",
            Self::Missing { .. } => "add it by hand, or correct the path",
            Self::Tagged { .. } => "remove the tag, or change the value by hand",
            Self::KeyExists { .. } => "change the value by hand if it is not the one you want",
            Self::AnchorNeeded { .. } => {
                "write the value out in place of the alias, then run this again"
            }
            Self::Conflict { .. } => "nothing was changed: ask for one change after the other",
            Self::UnterminatedBlockScalar { .. } => {
                "end the file with a line end, then run this again"
            }
            Self::Unconfirmed { .. } => {
                "correct what the parser names, then run this again, or make the change by hand"
            }
            Self::CheckFailed { .. } => {
                "nothing was changed: make the change by hand, and please report the file's layout"
            }
        }
    }

    /// What to do about it, with what to put in or take out by hand.
    pub fn remedy(&self) -> String {
        let mut lines = vec![self.help().to_owned()];
        if !self.removals().is_empty() {
            lines.push(format!("take out: {}", self.removals().join(", ")));
        }
        lines.extend(self.snippet().map(str::to_owned));
        lines.join("\n")
    }

    /// The same error with the YAML to add by hand, and the paths of what to take out.
    pub(super) fn with_snippet(mut self, snippet: String, removals: Vec<String>) -> Self {
        let place = match &mut self {
            Self::NotYaml { place, .. }
            | Self::DocumentOutOfRange { place, .. }
            | Self::Alias { place }
            | Self::SharedAnchor { place, .. }
            | Self::MergeKey { place }
            | Self::DuplicateKey { place, .. }
            | Self::WrongKind { place, .. }
            | Self::Missing { place }
            | Self::Tagged { place, .. }
            | Self::KeyExists { place }
            | Self::AnchorNeeded { place, .. }
            | Self::Conflict { place }
            | Self::UnterminatedBlockScalar { place }
            | Self::Unconfirmed { place, .. }
            | Self::CheckFailed { place, .. } => place,
        };
        place.snippet = snippet.into();
        place.removals = removals.into();
        self
    }
}

impl Place {
    /// A place whose snippet is filled in later.
    pub(super) fn new(line: usize, path: &[Step<'_>]) -> Self {
        Self {
            line,
            path: shown(path).into(),
            snippet: Box::default(),
            removals: Box::default(),
        }
    }
}
