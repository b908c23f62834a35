//! Findings that a comment or `.pgdb.yaml` leaves out, and those that only seem to be.

use super::guide::{DATABASE, Guide};
use crate::settings::Ignore;

/// The guide's repository whose Database belongs to nobody, with this behind the owner.
fn unknown_owner(behind: &str) -> Guide {
    Guide::new().replace(
        DATABASE,
        "owner: my_shop\n",
        &format!("owner: nobody{behind}\n"),
    )
}

/// The codes of what is found, and how much is ignored.
fn codes(guide: &Guide) -> (Vec<&'static str>, usize) {
    let report = guide.lint();
    let codes = report.findings.iter().map(|finding| finding.code);
    (codes.collect(), report.ignored)
}

#[test]
fn comments_that_ignore() {
    for behind in [
        " # pgdb:ignore PGDB201 made by hand",
        " # pgdb:ignore pgdb201 made by hand",
        " # pgdb:ignore: PGDB201 made by hand",
        " # pgdb:ignore unknown-owner made by hand",
        " #pgdb:ignore PGDB201,PGDB202 made by hand",
        " # pgdb:ignore PGDB202, unknown-owner, PGDB203 made by hand",
        " # pgdb:ignore PGDB201 made by hand, unlike PGDB202",
        " # pgdb:ignore PGDB201 made by hand\r",
    ] {
        let (left, ignored) = codes(&unknown_owner(behind));
        assert!(!left.contains(&"PGDB201"), "{behind}: {left:?}");
        assert!(!left.contains(&"PGDB002"), "{behind}: {left:?}");
        assert!(ignored >= 1, "{behind}");
    }
}

#[test]
fn comments_that_ignore_nothing_are_told() {
    for (behind, problem) in [
        (" # pgdb:ignore", "since it names no rule"),
        (" # pgdb:ignore PGDB201", "since it gives no reason"),
        (
            " # pgdb:ignore PGDB201 PGDB202 by hand",
            "since it has codes without a comma between them",
        ),
        (
            " # pgdb:ignore PGDB201, PGDB209 by hand",
            "there is no rule \"PGDB209\"",
        ),
        (" # pgdb:ignore by hand", "there is no rule \"by\""),
    ] {
        let guide = unknown_owner(behind);
        let report = guide.lint();
        let found = report.findings.iter();
        let codes: Vec<&str> = found.clone().map(|finding| finding.code).collect();
        assert!(codes.contains(&"PGDB201"), "{behind}: {codes:?}");
        let told = found.filter(|finding| finding.code == "PGDB002");
        let told: Vec<&str> = told.map(|finding| finding.message.as_str()).collect();
        assert!(
            told.len() == 1 && told[0].contains(problem),
            "{behind}: {told:?}"
        );
        assert_eq!(report.ignored, 0, "{behind}");
    }
}

#[test]
fn a_mark_in_a_string_is_no_comment() {
    for text in [
        "  comment: \"# pgdb:ignore PGDB201 x\"\n  owner: nobody\n",
        "  comment: |\n    # pgdb:ignore PGDB201 x\n  owner: nobody\n",
        "  comment: |\n    -- pgdb:ignore\n  owner: nobody\n",
        "  comment: '#\n    # pgdb:ignore PGDB201 x'\n  owner: nobody\n",
        "  owner: nobody #no pgdb:ignore PGDB201 x\n",
    ] {
        let guide = Guide::new().replace(DATABASE, "  owner: my_shop\n", text);
        let (left, ignored) = codes(&guide);
        assert!(left.contains(&"PGDB201"), "{text}: {left:?}");
        assert!(!left.contains(&"PGDB002"), "{text}: {left:?}");
        assert_eq!(ignored, 0, "{text}");
    }
}

#[test]
fn settings_name_a_rule_in_either_case_and_count_what_they_ignore() {
    let all = codes(&unknown_owner("")).0.len();
    for rule in ["PGDB201", "pgdb201", "unknown-owner"] {
        let ignore = Ignore {
            rule: rule.to_owned(),
            paths: vec!["infra".parse().unwrap()],
            reason: "made by hand".to_owned(),
        };
        let (left, ignored) = codes(&unknown_owner("").ignore(ignore));
        assert!(!left.contains(&"PGDB201"), "{rule}: {left:?}");
        assert_eq!(left.len() + ignored, all, "{rule}");
        assert_eq!(ignored, 1, "{rule}");
    }
}

#[test]
fn what_is_found_twice_is_not_counted_as_ignored() {
    let generator = "\nsecretGenerator:\n  - name: my-shop-db-creds\n    envs: [db.env]\n";
    let listed = "infra/databases/postgres/kustomization.yaml";
    let guide = Guide::new();
    let text = guide.snapshot().text(&listed.parse().unwrap()).unwrap();
    let text = text.to_owned() + generator;
    let guide = guide.write(listed, &text).write(
        "infra/databases/postgres/db.env",
        "PGPASSWORD=a1\nPGPASSWORD=b2\n",
    );
    let report = guide.lint();
    let of_generator = report.findings.iter();
    let of_generator = of_generator.filter(|finding| finding.code == "PGDB402");
    assert_eq!((of_generator.count(), report.ignored), (1, 0));
}
