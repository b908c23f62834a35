//! Sealed values and certificates as real repositories have them.

use super::guide::{CLUSTER, Guide, KUSTOMIZATION, SEALED};
use crate::domain::scope::Scope;
use crate::domain::time::UnixTime;
use crate::lint::finding::Finding;
use crate::settings::{Ignore, TargetSettings};

const CERTIFICATE: &str = "infra/sealed-secrets/pub-cert.pem";
const VALID: &str = include_str!("../../../tests/fixtures/certificates/valid.pem");
const LARGER: &str = include_str!("../rules/certificate_not_in_use/bad.pem");
const NONE: [&str; 0] = [];

/// The guide's SealedSecret without its sealed values.
fn head_and_template() -> (String, String) {
    let guide = Guide::new();
    let text = guide.snapshot().text(&SEALED.parse().unwrap()).unwrap();
    let (head, rest) = text.split_once("  encryptedData:\n").unwrap();
    let (_, template) = rest.split_once("  template:\n").unwrap();
    (head.to_owned(), format!("  template:\n{template}"))
}

/// What is found with these lines in place of the guide's `encryptedData`.
fn with_values(lines: &str) -> Vec<String> {
    let (head, template) = head_and_template();
    Guide::new()
        .write(SEALED, &format!("{head}{lines}{template}"))
        .findings()
}

/// A value of the guide's SealedSecret.
fn value(key: &str) -> String {
    let guide = Guide::new();
    let text = guide.snapshot().text(&SEALED.parse().unwrap()).unwrap();
    let mut lines = text.lines().filter_map(|line| line.trim().split_once(": "));
    lines.find(|(name, _)| *name == key).unwrap().1.to_owned()
}

#[test]
fn values_that_nobody_sealed() {
    let (username, password) = (value("username"), value("password"));
    assert_eq!(
        with_values(&format!(
            "  encryptedData:\n    username: hunter2\n    password: {}\n",
            &password[..200]
        )),
        [
            "PGDB501 error my-shop-secrets-sealed.yaml:13:15 the value of \"username\" is not sealed: it is no standard base64 \
             (seal the value; if it is a password in clear, change that password too)",
            "PGDB501 error my-shop-secrets-sealed.yaml:14:15 the value of \"password\" is not sealed: it is cut short (copy the \
             whole sealed value)",
        ]
    );
    assert_eq!(
        with_values(&format!(
            "  encryptedData:\n    username: {username}\n    password: \"\"\n"
        )),
        [
            "PGDB501 error my-shop-secrets-sealed.yaml:14:15 the value of \"password\" is not sealed: it is empty (seal the \
             value, or remove the key)"
        ]
    );
}

#[test]
fn values_that_are_still_to_be_filled_in_or_are_not_here() {
    let username = value("username");
    for lines in [
        format!("  encryptedData:\n    username: {username}\n    password: ${{SEALED_PASSWORD}}\n"),
        format!(
            "  encryptedData:\n    username: {username}\n    password: \"{{{{ .sealed }}}}\"\n"
        ),
        format!("  encryptedData:\n    username: &a {username}\n    password: *a\n"),
        format!("  encryptedData:\n    username: {username}\n    <<: {{}}\n"),
    ] {
        assert_eq!(with_values(&lines), NONE, "{lines}");
    }
}

#[test]
fn values_over_several_lines() {
    let (username, password) = (value("username"), value("password"));
    let (left, right) = password.split_at(76);
    let block = format!(
        "  encryptedData:\n    username: {username}\n    password: |\n      {left}\n      {right}\n"
    );
    assert_eq!(with_values(&block), NONE);
    // A folded one has spaces, which the controller does not take.
    let folded = block.replace('|', ">-");
    assert_eq!(
        with_values(&folded),
        [
            "PGDB501 error my-shop-secrets-sealed.yaml:15:7 the value of \"password\" is not sealed: it is no standard base64 \
             (seal the value; if it is a password in clear, change that password too)"
        ]
    );
}

#[test]
fn no_values_at_all() {
    assert_eq!(
        with_values(""),
        ["PGDB501 error my-shop-secrets-sealed.yaml:4:9 the SealedSecret has no `encryptedData`"]
    );
    assert_eq!(
        with_values("  encryptedData:\n"),
        ["PGDB501 error my-shop-secrets-sealed.yaml:4:9 the SealedSecret has no `encryptedData`"]
    );
    // The template gives the Secret keys of its own.
    assert_eq!(with_values("  encryptedData: {}\n"), NONE);
    let (head, template) = head_and_template();
    let template = template.split("    data:\n").next().unwrap().to_owned();
    let bare = Guide::new().write(SEALED, &format!("{head}  encryptedData: {{}}\n{template}"));
    assert_eq!(
        bare.findings(),
        ["PGDB501 error my-shop-secrets-sealed.yaml:12:18 there is no sealed value"]
    );
    // The older form has all values in one.
    assert_eq!(with_values("  data: AgB\n"), NONE);
}

#[test]
fn a_part_of_a_sealed_secret_need_not_have_values() {
    let patch = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: my-shop-db-creds\n  namespace: postgres\n\
                 spec:\n  template:\n    metadata:\n      labels:\n        team: shop\n";
    let guide = Guide::new()
        .write("prod/patch.yaml", patch)
        .write(
            "prod/kustomization.yaml",
            "resources:\n- ../infra/databases/postgres\npatches:\n- path: patch.yaml\n",
        )
        .findings();
    let own: Vec<&String> = guide
        .iter()
        .filter(|found| found.starts_with("PGDB5"))
        .collect();
    assert_eq!(own, Vec::<&String>::new());
}

#[test]
fn secrets_of_others_are_left_alone() {
    let other = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: github-token\n  namespace: ci\n  annotations:\n\
                 \x20   sealedsecrets.bitnami.com/cluster-wide: \"true\"\nspec:\n  encryptedData:\n    token: AgB...\n";
    let guide = Guide::new().write("ci/token.yaml", other);
    assert_eq!(guide.findings(), NONE);
}

/// Replaces the sync-wave of the guide's SealedSecret by that and a scope annotation.
fn scoped(scope: Scope) -> Guide {
    let (key, value) = scope.annotation().unwrap();
    Guide::new().replace(
        SEALED,
        "    argocd.argoproj.io/sync-wave: \"0\"\nspec:",
        &format!("    argocd.argoproj.io/sync-wave: \"0\"\n    {key}: \"{value}\"\nspec:"),
    )
}

#[test]
fn scopes_that_the_settings_ask_for() {
    let settings = |scope| TargetSettings {
        scope: Some(scope),
        ..TargetSettings::default()
    };
    let found = |scope, asked| {
        let targets = vec![settings(Scope::Strict), settings(asked)];
        scoped(scope).settings(targets).findings()
    };
    let wide = "PGDB503 warning my-shop-secrets-sealed.yaml:11:5 the sealed values can be opened for any Secret of any namespace";
    assert_eq!(found(Scope::NamespaceWide, Scope::NamespaceWide), NONE);
    assert_eq!(found(Scope::NamespaceWide, Scope::ClusterWide), NONE);
    assert_eq!(found(Scope::ClusterWide, Scope::ClusterWide), NONE);
    assert_eq!(found(Scope::ClusterWide, Scope::NamespaceWide), [wide]);
    // The settings of a target elsewhere say nothing here.
    let elsewhere = TargetSettings {
        namespace: Some("other".parse().unwrap()),
        ..settings(Scope::ClusterWide)
    };
    assert_eq!(
        scoped(Scope::ClusterWide)
            .settings(vec![elsewhere])
            .findings(),
        [wide]
    );
}

#[test]
fn an_annotation_that_does_not_count() {
    let guide = scoped(Scope::NamespaceWide).replace(
        SEALED,
        "namespace-wide: \"true\"",
        "namespace-wide: \"false\"",
    );
    assert_eq!(guide.findings(), NONE);
}

#[test]
fn certificates_that_cannot_be_used() {
    let found = |pem: &str| Guide::new().write(CERTIFICATE, pem).findings();
    let place = "PGDB504 error infra/sealed-secrets/pub-cert.pem";
    let fetch = "(fetch it again with `kubectl pgdb fetch-cert`)";
    assert_eq!(
        found(""),
        [format!(
            "{place}:1:1 the sealing certificate is empty {fetch}"
        )]
    );
    assert_eq!(
        found("\n\nnothing\n"),
        [format!(
            "{place}:3:1 the sealing certificate is not PEM: no line is `-----BEGIN CERTIFICATE-----` {fetch}"
        )]
    );
    let future = include_str!("../../../tests/fixtures/certificates/future.pem");
    assert_eq!(
        found(future),
        [format!(
            "{place}:1:1 the sealing certificate is not valid before 2099-01-01 00:00:00 UTC (is this computer's clock right?)"
        )]
    );
    let both = include_str!("../../../tests/fixtures/certificates/certificate-and-private-key.pem");
    let report = Guide::new().write(CERTIFICATE, both).lint();
    assert_eq!(report.findings.len(), 1);
    assert_eq!(
        report.findings[0].message,
        "the sealing certificate's text holds a private key (`-----BEGIN PRIVATE KEY-----`)"
    );
    assert!(
        report
            .findings
            .iter()
            .all(|finding: &Finding| finding.is_secret)
    );
}

#[test]
fn a_certificate_is_told_two_weeks_before_its_end() {
    let soon = include_str!("../rules/certificate_ends_soon/bad.pem");
    let end: i64 = 1_800_403_200;
    let found = |before: i64| {
        Guide::new()
            .write(CERTIFICATE, soon)
            .at(UnixTime::new(end - before))
            .findings()
    };
    assert_eq!(found(14 * 86_400), NONE);
    let warning = "PGDB505 warning infra/sealed-secrets/pub-cert.pem:1:1 the sealing certificate ends on 2027-01-20";
    assert_eq!(found(14 * 86_400 - 1), [warning]);
    assert_eq!(found(0), [warning]);
    let expired = "PGDB504 error infra/sealed-secrets/pub-cert.pem:1:1 the sealing certificate expired on 2027-01-20 00:00:00 UTC \
                   (the controller has made a newer key meanwhile; fetch its certificate with `kubectl pgdb fetch-cert`)";
    assert_eq!(found(-1), [expired]);
}

#[test]
fn a_finding_in_a_certificate_can_be_ignored_by_a_comment() {
    let expired = include_str!("../../../tests/fixtures/certificates/expired.pem");
    let text = format!("# pgdb:ignore PGDB504 the old cluster's, kept for reference\n{expired}");
    let guide = Guide::new().write(CERTIFICATE, &text);
    assert_eq!(guide.findings(), NONE);
    let settings = Ignore {
        rule: "PGDB504".to_owned(),
        paths: vec![CERTIFICATE.parse().unwrap()],
        reason: "kept for reference".to_owned(),
    };
    let guide = Guide::new().write(CERTIFICATE, expired).ignore(settings);
    assert_eq!((guide.findings(), guide.lint().ignored), (vec![], 1));
}

#[test]
fn half_of_the_values_say_nothing_about_the_certificate() {
    let (username, larger) = (value("username"), larger_value());
    let (head, template) = head_and_template();
    let half = format!(
        "{head}  encryptedData:\n    username: {username}\n    password: {larger}\n{template}"
    );
    for certificate in [VALID, LARGER] {
        let guide = Guide::new()
            .write(CERTIFICATE, certificate)
            .write(SEALED, &half);
        assert_eq!(guide.findings(), NONE);
    }
}

#[test]
fn each_target_has_its_own_certificate() {
    let target = |folder: &str, certificate: &str| TargetSettings {
        directory: Some(folder.parse().unwrap()),
        certificate: Some(certificate.parse().unwrap()),
        ..TargetSettings::default()
    };
    let guide = Guide::new()
        .write(CERTIFICATE, VALID)
        .write("prod/cert.pem", LARGER);
    let right = vec![
        target("infra/databases/postgres", CERTIFICATE),
        target("prod", "prod/cert.pem"),
    ];
    assert_eq!(guide.settings(right).findings(), NONE);
    let guide = Guide::new()
        .write(CERTIFICATE, VALID)
        .write("prod/cert.pem", LARGER);
    let wrong = vec![
        target("infra/databases/postgres", "prod/cert.pem"),
        target("prod", CERTIFICATE),
    ];
    assert_eq!(
        guide.settings(wrong).findings(),
        [
            "PGDB506 warning prod/cert.pem:1:1 2 of 2 values are sealed with another key than this one of 4096 bits"
        ]
    );
    // Nothing tells to which of two certificates the values belong.
    let guide = Guide::new()
        .write(CERTIFICATE, VALID)
        .write("prod/cert.pem", LARGER);
    assert_eq!(guide.findings(), NONE);
}

/// A value that is sealed with a key of 4096 bits.
fn larger_value() -> String {
    let text = include_str!("../rules/other_key_size/bad.yaml");
    let line = text
        .lines()
        .find(|line| line.starts_with("    uri: "))
        .unwrap();
    line.trim_start_matches("    uri: ").to_owned()
}

#[test]
fn sealed_secrets_in_lists_and_other_line_ends() {
    let guide = Guide::new();
    let snapshot = guide.snapshot();
    let text = snapshot.text(&SEALED.parse().unwrap()).unwrap();
    let broken = text.replace(&value("password"), "hunter2");
    let crlf = Guide::new().write(SEALED, &broken.replace('\n', "\r\n"));
    let place = |line: usize, column: usize| {
        format!(
            "PGDB501 error my-shop-secrets-sealed.yaml:{line}:{column} the value of \"password\" is not sealed: it is no standard \
             base64 (seal the value; if it is a password in clear, change that password too)"
        )
    };
    assert_eq!(crlf.findings(), [place(14, 15)]);
    let items: String = broken.lines().map(|line| format!("    {line}\n")).collect();
    let list = format!("apiVersion: v1\nkind: List\nitems:\n  -\n{items}");
    assert_eq!(
        Guide::new().write(SEALED, &list).findings(),
        [place(18, 19)]
    );
    assert!(snapshot.text(&CLUSTER.parse().unwrap()).is_some());
    assert!(snapshot.text(&KUSTOMIZATION.parse().unwrap()).is_some());
}
