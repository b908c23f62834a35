//! Checks as the JUnit XML that pipelines read.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Check, Status};

/// One group of checks: an app, or all that `doctor` looked at.
#[derive(Clone, Copy, Debug)]
pub struct Suite<'report> {
    /// The suite's name.
    pub name: &'report str,
    /// Its checks.
    pub checks: &'report [Check],
}

/// The suites as an XML document: a broken check is a failure, an unknown one an error.
///
/// # Errors
/// When the document cannot be put together, which no text of a check can cause.
pub fn junit(name: &str, suites: &[Suite<'_>]) -> Result<String, quick_junit::SerializeError> {
    let mut report = Report::new(name);
    for suite in suites {
        let mut group = TestSuite::new(suite.name);
        group.add_test_cases(suite.checks.iter().map(|check| case(suite.name, check)));
        report.add_test_suite(group);
    }
    report.to_string()
}

fn case(suite: &str, check: &Check) -> TestCase {
    let mut case = TestCase::new(name(check), status(check));
    case.set_classname(suite);
    let warnings = check.warnings.iter();
    let mut said: Vec<String> = warnings
        .map(|warning| format!("warning: {}", warning.evidence))
        .collect();
    if check.status == Status::Pass {
        said.insert(0, check.evidence.clone());
    }
    if !said.is_empty() {
        case.set_system_out(said.join("\n"));
    }
    case
}

fn name(check: &Check) -> String {
    match &check.object {
        Some(object) => format!("{}: {object}", check.title),
        None => check.title.to_owned(),
    }
}

fn status(check: &Check) -> TestCaseStatus {
    let ended = |kind| {
        let mut status = TestCaseStatus::non_success(kind);
        status
            .set_type(check.reason)
            .set_message(check.evidence.as_str());
        if !check.remedies.is_empty() {
            status.set_description(check.remedies.join("\n"));
        }
        status
    };
    match check.status {
        Status::Pass => TestCaseStatus::success(),
        Status::Fail => ended(NonSuccessKind::Failure),
        Status::Unknown => ended(NonSuccessKind::Error),
        Status::Skipped => {
            let mut status = TestCaseStatus::skipped();
            status
                .set_type(check.reason)
                .set_message(check.evidence.as_str());
            status
        }
    }
}
