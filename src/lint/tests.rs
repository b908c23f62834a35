//! Every rule on its own example, and what holds for all rules.

mod access;
mod cnpg_declarations;
mod cnpg_fields;
mod cnpg_privileges;
mod cnpg_secrets;
pub(super) mod guide;
mod ignoring;
mod kustomizations;
mod messy;
mod names;
mod namespaces;
mod pieces;
mod plaintext;
mod random;
mod reflection;
mod reflection_lists;
mod sealing;
mod waves;

use std::collections::BTreeSet;

use super::fix::plan;
use super::rules::RULES;
use guide::Guide;

#[test]
fn the_guide_has_no_findings() {
    assert_eq!(Guide::new().findings(), [] as [&str; 0]);
}

#[test]
fn each_rule_finds_its_bad_example_and_not_the_good_one() {
    for rule in RULES {
        let bad = Guide::bad(rule).lint();
        let codes: BTreeSet<&str> = bad.findings.iter().map(|finding| finding.code).collect();
        assert_eq!(
            codes,
            BTreeSet::from([rule.code]),
            "the bad example of {}: {bad:#?}",
            rule.code
        );
        let fixable = bad.findings.iter().any(|finding| finding.fix.is_some());
        assert_eq!(
            fixable, rule.is_fixable,
            "whether {} can be mended",
            rule.code
        );
        let good = Guide::good(rule).findings();
        assert_eq!(good, [] as [&str; 0], "the good example of {}", rule.code);
    }
}

#[test]
fn what_is_said_of_the_bad_examples() {
    for rule in RULES {
        let name = format!("{}-{}", rule.code, rule.name);
        insta::assert_snapshot!(name, Guide::bad(rule).findings().join("\n"));
    }
}

#[test]
fn codes_and_names_are_in_order_and_each_once() {
    let codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(codes, sorted);
    let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), RULES.len());
}

#[test]
fn what_is_mended_has_no_findings_any_more() {
    for rule in RULES.iter().filter(|rule| rule.is_fixable) {
        let bad = Guide::bad(rule);
        let report = bad.lint();
        let plan = plan(&report, bad.snapshot());
        assert_eq!(plan.refused, [], "{}", rule.code);
        assert_eq!(plan.mended, report.findings.len(), "{}", rule.code);
        let mended = plan.changes.changes().iter().fold(bad, |guide, change| {
            guide.write(change.path().as_str(), change.after().unwrap())
        });
        assert_eq!(mended.findings(), [] as [&str; 0], "{}", rule.code);
    }
}

#[test]
fn what_is_said_holds_no_control_characters() {
    let name = "\"x\\e[31m\\u202e\\n\\u009b\\ty\"";
    let mut all = Vec::new();
    for path in [guide::CLUSTER, guide::SEALED, guide::DATABASE] {
        for word in [
            "my_shop",
            "my-shop-db-creds",
            "postgres-shared",
            "\"2\"",
            "postgres",
        ] {
            for ends in ["\n", " #\n"] {
                let guide = Guide::new();
                let text = guide.snapshot().text(&path.parse().unwrap()).unwrap();
                let text = text.replace(&format!(": {word}\n"), &format!(": {name}{ends}"));
                all.extend(guide.write(path, &text).lint().findings);
            }
        }
    }
    let mut said = all.iter().flat_map(|finding| {
        let related = finding.related.iter().map(|related| &related.message);
        let fix = finding.fix.iter().map(|fix| &fix.title);
        let help = finding.help.iter();
        related.chain(fix).chain(help).chain([&finding.message])
    });
    assert!(said.clone().any(|text| text.contains("x\\u{1b}[31m")));
    assert_eq!(
        said.find(|text| text.chars().any(|c| c.is_control() || c == '\u{202e}')),
        None
    );
}
