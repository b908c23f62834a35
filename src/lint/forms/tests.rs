//! One report in every form.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::Value;

use super::github::annotations;
use super::json::Document;
use super::junit::junit;
use super::sarif::Log;
use crate::lint::Report;
use crate::lint::finding::{Finding, Place, Position, Related, Severity};
use crate::lint::repository::word::Span;
use crate::lint::rule::Rule;
use crate::lint::rules::rule;

/// A place with all that a form may trip over in its path.
fn place(path: &str, start: (usize, usize), end: (usize, usize)) -> Place {
    let position = |(line, column)| Position { line, column };
    Place {
        path: path.parse().unwrap(),
        span: Span::default(),
        start: position(start),
        end: position(end),
    }
}

fn finding(rule: &'static Rule, severity: Severity, place: Place, message: &str) -> Finding {
    Finding {
        code: rule.code,
        rule: rule.name,
        severity,
        place,
        message: message.to_owned(),
        help: None,
        related: Vec::new(),
        is_secret: false,
        fix: None,
    }
}

/// Three findings of two rules, of all severities.
fn report() -> Report {
    let (yaml, owner) = (rule("PGDB001").unwrap(), rule("PGDB201").unwrap());
    let strange = place("a b/ö,c:d%.yaml", (3, 5), (3, 9));
    let mut first = finding(
        owner,
        Severity::Error,
        strange,
        "no role \"x\", 100% <sure>",
    );
    first.help = Some("did you mean: y?\nor z".to_owned());
    first.related.push(Related {
        place: place("other.yaml", (1, 1), (1, 2)),
        message: "this & that".to_owned(),
    });
    let several = place("db.yaml", (2, 3), (7, 1));
    let nowhere = place("z.yaml", (4, 1), (4, 1));
    Report {
        findings: vec![
            first,
            finding(owner, Severity::Info, several, "not known"),
            finding(yaml, Severity::Warning, nowhere, "no YAML"),
        ],
        ignored: 2,
        manifests: 12,
        templates: vec!["chart/templates/x.yaml".parse().unwrap()],
        confidential: BTreeSet::new(),
    }
}

fn rules() -> [&'static Rule; 3] {
    ["PGDB001", "PGDB002", "PGDB201"].map(|code| rule(code).unwrap())
}

#[test]
fn json() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&Document::of(&report())).unwrap());
}

#[test]
fn github() {
    insta::assert_snapshot!(annotations(&report()));
}

#[test]
fn junit_by_threshold() {
    let by = |threshold| junit(&report(), &rules(), threshold).unwrap();
    insta::assert_snapshot!(by(Some(Severity::Warning)));
    assert_eq!(by(Some(Severity::Error)).matches("<failure").count(), 1);
    assert_eq!(by(Some(Severity::Info)).matches("<failure").count(), 3);
    assert_eq!(by(None).matches("<failure").count(), 0);
}

#[test]
fn sarif_is_as_its_schema_says() {
    let schema = include_str!("../../../tests/fixtures/sarif/sarif-schema-2.1.0.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator: Validator = jsonschema::validator_for(&schema).unwrap();
    for report in [report(), Report::default()] {
        let log = serde_json::to_value(Log::of(&report, &rules())).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&log)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, [] as [&str; 0]);
        let mut wrong = log.clone();
        wrong["runs"][0]["columnKind"] = "bytes".into();
        assert!(!validator.is_valid(&wrong));
    }
    let mut log = serde_json::to_value(Log::of(&report(), &rules())).unwrap();
    log["runs"][0]["tool"]["driver"]["version"] = "VERSION".into();
    insta::assert_snapshot!(serde_json::to_string_pretty(&log).unwrap());
}
