//! What is said of a chain of checks: each passes, fails, is unknown or is skipped, with the evidence and the remedy.

mod junit;

use serde::Serialize;

pub use junit::{Suite, junit};

/// The version of the structures that `-o json` and `-o yaml` print; a change that could break a reader changes it.
pub const REPORT_VERSION: &str = "pgdb/v1";

/// How a check ended.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It was looked at, and is right.
    Pass,
    /// It was not looked at, since it was not asked for, does not apply, or waits for a link before it that is broken.
    Skipped,
    /// It could not be looked at, so nothing is known; never taken for a pass.
    Unknown,
    /// It was looked at, and is broken.
    Fail,
}

/// One check of one object, and how it ended.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// What was checked, as a word for programs, such as `mirror`.
    pub check: &'static str,
    /// The same for people, such as `Mirror`.
    #[serde(skip)]
    pub title: &'static str,
    /// The object that was looked at, as `Kind namespace/name`; none where there is no single one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// How it ended.
    pub status: Status,
    /// Why, as a word for programs, such as `foreign-secret`; `ok` for a pass.
    pub reason: &'static str,
    /// What was seen, in one sentence. It never holds a value of a Secret.
    pub evidence: String,
    /// What to do, one step each: a command to run or an advice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<String>,
    /// What is right but should not stay so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// Whether waiting may mend it; only said of what does not pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_helps: Option<bool>,
}

/// Something that works and should not stay as it is.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    /// Why, as a word for programs.
    pub reason: &'static str,
    /// What was seen.
    pub evidence: String,
    /// What to do, one step each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<String>,
}

/// What is checked: the word for programs and the title for people.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Subject {
    /// The word for programs.
    pub check: &'static str,
    /// The title for people.
    pub title: &'static str,
}

/// How many characters of what was seen are told: some controllers pass whole queries on.
const LONGEST: usize = 1_000;

/// The text, cut where it is too long to be read.
fn bounded(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
    }
}

impl Subject {
    /// It was looked at, and is right.
    pub fn pass(self, evidence: impl Into<String>) -> Check {
        self.ended(Status::Pass, "ok", evidence, None)
    }

    /// It was not looked at.
    pub fn skipped(self, reason: &'static str, evidence: impl Into<String>) -> Check {
        self.ended(Status::Skipped, reason, evidence, None)
    }

    /// It could not be looked at; waiting may help, as after a time-out.
    pub fn unknown(self, reason: &'static str, evidence: impl Into<String>) -> Check {
        self.ended(Status::Unknown, reason, evidence, Some(true))
    }

    /// It is broken, and a controller may yet mend it.
    pub fn pending(self, reason: &'static str, evidence: impl Into<String>) -> Check {
        self.ended(Status::Fail, reason, evidence, Some(true))
    }

    /// It is broken, and stays so until somebody changes something.
    pub fn broken(self, reason: &'static str, evidence: impl Into<String>) -> Check {
        self.ended(Status::Fail, reason, evidence, Some(false))
    }

    fn ended(
        self,
        status: Status,
        reason: &'static str,
        evidence: impl Into<String>,
        waiting_helps: Option<bool>,
    ) -> Check {
        Check {
            check: self.check,
            title: self.title,
            object: None,
            status,
            reason,
            evidence: bounded(evidence.into()),
            remedies: Vec::new(),
            warnings: Vec::new(),
            waiting_helps,
        }
    }
}

impl Check {
    /// The same check, of this object: `Kind namespace/name`.
    #[must_use]
    pub fn of(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// The same check with one more step to take.
    #[must_use]
    pub fn remedy(mut self, step: impl Into<String>) -> Self {
        self.remedies.push(step.into());
        self
    }

    /// The same check with a warning.
    #[must_use]
    pub fn warning(
        mut self,
        reason: &'static str,
        evidence: impl Into<String>,
        remedies: Vec<String>,
    ) -> Self {
        self.warnings.push(Warning {
            reason,
            evidence: evidence.into(),
            remedies,
        });
        self
    }

    /// The same check, of which waiting may or may not mend what is wrong.
    #[must_use]
    pub fn waiting(mut self, helps: bool) -> Self {
        self.waiting_helps = Some(helps);
        self
    }
}

/// How several checks ended together: a failure outweighs what is unknown, and that outweighs a pass.
pub fn overall<'checks>(checks: impl IntoIterator<Item = &'checks Check>) -> Status {
    let worst = checks.into_iter().map(|check| check.status).max();
    match worst {
        Some(status @ (Status::Unknown | Status::Fail)) => status,
        _ => Status::Pass,
    }
}
