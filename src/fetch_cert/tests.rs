use super::*;
use crate::repo::change_set::Change;

/// A text of `tests/fixtures/certificates/`, whose README says what each holds.
macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../tests/fixtures/certificates/", $name))
    };
}

/// 2026-06-01 00:00:00 UTC, inside the validity of all but two fixtures.
const NOW: UnixTime = UnixTime::new(1_780_272_000);

/// 2126-01-01 00:00:00 UTC, when the fixtures end.
const END: i64 = 4_922_899_200;

const VALID: &str = "valid until 2126-01-01, SHA-256 26:85:90:97:99:43:42:1F:FC:F0:E0:16:21:55:A6:15:0D:D7:62:94:38:44:CE:AE:7F:D7:D4:6A:EA:91:2C:C7";

fn fetched(text: &str, now: UnixTime) -> Result<Fetched, FetchError> {
    Fetched::read("kube-system/sealed-secrets-controller", 200, text, now)
}

fn path() -> RepoPath {
    "keys/cert.pem".parse().unwrap()
}

/// The description of the certificate in a file, which is fetched or there before.
fn description(pem: &str) -> String {
    described(&SealingKey::of_any_time(pem).unwrap())
}

#[test]
fn is_written_where_there_is_none() {
    let text = format!("\n{}\n\n", fixture!("valid.pem"));
    let fetched = fetched(&text, NOW).unwrap();
    assert_eq!(fetched.pem(), fixture!("valid.pem"));
    assert_eq!(fetched.description(), VALID);
    let plan = fetched.plan(&path(), None, NOW).unwrap();
    assert_eq!(
        plan.changes.changes(),
        [Change::Create {
            path: path(),
            after: fixture!("valid.pem").to_owned(),
        }]
    );
    assert_eq!(plan.warnings, [""; 0]);
    assert_eq!(
        plan.summary(&fetched, &path(), false),
        format!(
            "Wrote the newest certificate of kube-system/sealed-secrets-controller to keys/cert.pem:\n  old: none\n  \
             new: {VALID}"
        )
    );
}

#[test]
fn is_not_written_where_it_is_there_in_other_words() {
    let fetched = fetched(fixture!("valid.pem"), NOW).unwrap();
    for before in [
        fixture!("valid.pem"),
        fixture!("with-text.pem"),
        fixture!("crlf.pem"),
        fixture!("chain.pem"),
    ] {
        let plan = fetched.plan(&path(), Some(before), NOW).unwrap();
        assert!(plan.changes.is_empty());
        assert_eq!(
            plan.summary(&fetched, &path(), true),
            format!(
                "keys/cert.pem holds the newest certificate of kube-system/sealed-secrets-controller: nothing to \
                 write.\n  {VALID}"
            )
        );
    }
}

#[test]
fn tells_what_was_there_also_when_it_expired() {
    let fetched = fetched(fixture!("valid.pem"), NOW).unwrap();
    for (before, old) in [
        (fixture!("expired.pem"), description(fixture!("expired.pem"))),
        (
            fixture!("no-subject.pem"),
            description(fixture!("no-subject.pem")),
        ),
        (
            fixture!("valid.pem").get(..600).unwrap(),
            "not usable: the sealing certificate is cut short: `-----END CERTIFICATE-----` is missing"
                .to_owned(),
        ),
        ("", "not usable: the sealing certificate is empty".to_owned()),
    ] {
        let plan = fetched.plan(&path(), Some(before), NOW).unwrap();
        assert_eq!(plan.warnings, [""; 0]);
        assert_eq!(
            plan.changes.changes(),
            [Change::Edit {
                path: path(),
                before: before.to_owned(),
                after: fixture!("valid.pem").to_owned(),
            }]
        );
        assert_eq!(
            plan.summary(&fetched, &path(), true),
            format!(
                "Would write the newest certificate of kube-system/sealed-secrets-controller to keys/cert.pem:\n  old: \
                 {old}\n  new: {VALID}"
            )
        );
    }
}

#[test]
fn warns_of_one_that_is_older_or_ends_soon() {
    let fetched = fetched(fixture!("valid.pem"), NOW).unwrap();
    let plan = fetched
        .plan(&path(), Some(fixture!("future.pem")), NOW)
        .unwrap();
    assert_eq!(
        plan.warnings,
        [
            "the controller's newest certificate is from 2026-01-01, that in keys/cert.pem is from 2099-01-01: is this \
          the cluster that the repository is for?"
        ]
    );
    assert_eq!(plan.changes.changes().len(), 1);
    let soon = UnixTime::new(END - 13 * 86_400);
    assert_eq!(
        fetched.plan(&path(), None, soon).unwrap().warnings,
        [
            "the controller's newest certificate ends on 2126-01-01; it should make a new one by then"
        ]
    );
    let later = UnixTime::new(END - 14 * 86_400);
    assert_eq!(
        fetched.plan(&path(), None, later).unwrap().warnings,
        [""; 0]
    );
}

#[test]
fn warns_of_a_private_key_that_was_there() {
    let fetched = fetched(fixture!("valid.pem"), NOW).unwrap();
    let plan = fetched.plan(
        &path(),
        Some(fixture!("certificate-and-private-key.pem")),
        NOW,
    );
    let plan = plan.unwrap();
    let [warning] = plan.warnings.as_slice() else {
        panic!("{:?}", plan.warnings);
    };
    assert!(warning.starts_with(
        "keys/cert.pem: the sealing certificate's text holds a private key (`-----BEGIN PRIVATE KEY-----`): a private \
         key must never be in the repository"
    ));
}

#[test]
fn does_not_replace_what_is_no_certificate() {
    let fetched = fetched(fixture!("valid.pem"), NOW).unwrap();
    let manifest = "apiVersion: postgresql.cnpg.io/v1\nkind: Database\n";
    let error = fetched.plan(&path(), Some(manifest), NOW).unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.help()),
        (
            "keys/cert.pem is there and holds no certificate: it is not replaced",
            "name another file with --output-file, or remove this one first"
        )
    );
    let plan = fetched.plan(&path(), Some(" \n"), NOW).unwrap();
    assert_eq!(plan.changes.changes().len(), 1);
}

#[test]
fn refuses_what_is_no_certificate() {
    let elsewhere = "is it the controller's Service? Name it with --controller-name and --controller-namespace; or \
                     does a proxy on the way answer instead?";
    for (text, problem, help) in [
        (
            "<!DOCTYPE html>\n<title>Log in</title>",
            "the sealing certificate is not PEM: no line is `-----BEGIN CERTIFICATE-----`",
            elsewhere,
        ),
        ("", "the sealing certificate is empty", elsewhere),
        (
            fixture!("valid.pem").get(..600).unwrap(),
            "the sealing certificate is cut short: `-----END CERTIFICATE-----` is missing",
            elsewhere,
        ),
        (
            fixture!("ec.pem"),
            "the sealing certificate's key is not RSA but elliptic curve (EC)",
            elsewhere,
        ),
        (
            fixture!("expired.pem"),
            "the sealing certificate expired on 2024-01-01 00:00:00 UTC",
            "the controller makes no new keys: see its option --key-renew-period",
        ),
        (
            fixture!("future.pem"),
            "the sealing certificate is not valid before 2099-01-01 00:00:00 UTC",
            "is this computer's clock right?",
        ),
        (
            fixture!("certificate-and-private-key.pem"),
            "the sealing certificate's text holds a private key (`-----BEGIN PRIVATE KEY-----`)",
            "this is no Sealed Secrets controller: whatever answers there gives private keys away",
        ),
    ] {
        let error = fetched(text, NOW).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "the answer of the Service kube-system/sealed-secrets-controller is refused: {problem}"
            )
        );
        assert_eq!(error.help(), help);
    }
    let error = Fetched::read("a/b", 404, fixture!("valid.pem"), NOW).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the Service a/b answered 404 when it was asked for the certificate"
    );
    assert_eq!(error.help(), elsewhere);
}
