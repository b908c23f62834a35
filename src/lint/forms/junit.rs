//! A report as the JUnit XML that pipelines read: a rule without findings is a passing test.

use quick_junit::{NonSuccessKind, Report as Suites, TestCase, TestCaseStatus, TestSuite};

use crate::lint::Report;
use crate::lint::finding::{Finding, Severity};
use crate::lint::rule::Rule;

/// The report of these rules as an XML document. A finding at or over the threshold is a failure, another one is told by a
/// passing test.
///
/// # Errors
/// When the document cannot be put together, which no text of a finding can cause.
pub fn junit(
    report: &Report,
    rules: &[&Rule],
    threshold: Option<Severity>,
) -> Result<String, quick_junit::SerializeError> {
    let mut suite = TestSuite::new("lint");
    for rule in rules {
        let found = report.findings.iter();
        let found: Vec<&Finding> = found.filter(|finding| finding.code == rule.code).collect();
        if found.is_empty() {
            let title = format!("{} {}", rule.code, rule.name);
            suite.add_test_case(case(title, TestCaseStatus::success()));
        }
        for finding in found {
            suite.add_test_case(case_of(finding, threshold));
        }
    }
    let mut suites = Suites::new("kubectl pgdb lint");
    suites.add_test_suite(suite);
    suites.to_string()
}

fn case(name: String, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname("lint");
    case
}

fn case_of(finding: &Finding, threshold: Option<Severity>) -> TestCase {
    let place = &finding.place;
    let place = format!("{}:{}:{}", place.path, place.start.line, place.start.column);
    let name = format!("{} {} {place}", finding.code, finding.rule);
    let message = format!("{}: {}", finding.severity.as_str(), finding.message);
    let said = match &finding.help {
        Some(help) => format!("{place}: {message}\n{help}"),
        None => format!("{place}: {message}"),
    };
    if threshold.is_none_or(|threshold| finding.severity < threshold) {
        let mut passed = case(name, TestCaseStatus::success());
        passed.set_system_out(said);
        return passed;
    }
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status
        .set_type(finding.rule)
        .set_message(message)
        .set_description(said);
    case(name, status)
}
