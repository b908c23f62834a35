//! The sealing certificate: which are taken, and what is said of the others.

use std::fmt::Write;
use std::os::unix::fs::symlink;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pgdb::domain::time::UnixTime;
use pgdb::sealing::DemoKey;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::support::{CERTIFICATE, Repository, fixture, vector_key};

const DAY: u64 = 86_400;

#[test]
fn certificates_in_any_dress_are_taken() {
    for name in ["valid", "no-subject", "with-text", "crlf", "bom", "chain"] {
        let repository = Repository::guide();
        let path = fixture("certificates").join(format!("{name}.pem"));
        let text = std::fs::read_to_string(path).unwrap();
        repository.write(CERTIFICATE, &text);
        repository.manifests("");
    }
}

#[test]
fn what_cannot_be_sealed_with_is_refused() {
    let mut names: Vec<String> = std::fs::read_dir(fixture("certificates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            let taken = ["valid", "no-subject", "with-text", "crlf", "bom", "chain"];
            name.strip_suffix(".pem")
                .is_some_and(|stem| !taken.contains(&stem))
        })
        .collect();
    names.sort();
    assert_eq!(names.len(), 12);
    let repository = Repository::guide();
    let mut text = String::new();
    for name in names {
        let path = fixture("certificates").join(&name);
        repository.write("cert.pem", &std::fs::read_to_string(path).unwrap());
        let by_flag = repository.refusal("--cert cert.pem");
        repository.write(CERTIFICATE, &repository.read("cert.pem"));
        let by_default = repository.refusal("");
        assert_eq!(
            by_default,
            by_flag.replace("error: cert.pem:", &format!("error: {CERTIFICATE}:"))
        );
        writeln!(text, "{name}\n{by_flag}").unwrap();
    }
    insta::assert_snapshot!("refused_certificates", text);
}

#[test]
fn texts_that_are_no_certificate_are_refused() {
    let pem = vector_key("certificate_pem");
    let lines: Vec<&str> = pem.lines().collect();
    let without_end = lines[..lines.len() - 1].join("\n");
    let damaged = pem.replace(
        "-----BEGIN CERTIFICATE-----\nMII",
        "-----BEGIN CERTIFICATE-----\nAII",
    );
    let cut = format!("{}\n{}\n", lines[..3].join("\n"), lines[lines.len() - 1]);
    let no_base64 = pem.replace('A', "!");
    assert!(damaged != pem);
    let mut text = String::new();
    for (name, content) in [
        ("empty", ""),
        ("white space", " \n\n"),
        ("prose", "see the wiki\n"),
        ("YAML", "apiVersion: v1\nkind: Secret\n"),
        ("without its end", &without_end),
        ("damaged", &damaged),
        ("cut in the middle", &cut),
        ("no base64", &no_base64),
    ] {
        let repository = Repository::guide();
        repository.write(CERTIFICATE, content);
        writeln!(text, "{name}\n{}", repository.refusal("")).unwrap();
    }
    let repository = Repository::guide();
    let der = [0x30, 0x82, 0x03, 0xff, 0xfe];
    std::fs::write(repository.path().join("cert.der"), der).unwrap();
    writeln!(
        text,
        "bytes by flag\n{}",
        repository.refusal("--cert cert.der")
    )
    .unwrap();
    std::fs::write(repository.path().join(CERTIFICATE), der).unwrap();
    writeln!(
        text,
        "bytes at the guide's path\n{}",
        repository.refusal("")
    )
    .unwrap();
    insta::assert_snapshot!("no_certificates", text);
}

#[test]
fn a_certificate_that_is_not_there_is_refused() {
    let repository = Repository::guide();
    repository.remove(CERTIFICATE);
    let mut text = repository.refusal("");
    text.push_str(&repository.refusal("--cert nowhere.pem"));
    text.push_str(&repository.refusal("--cert infra"));
    text.push_str(&repository.refusal("--cert apps/shop/namespace.yaml/cert.pem"));
    repository.write(".pgdb.yaml", "certificate: keys/prod.pem\n");
    text.push_str(&repository.refusal(""));
    repository.write(".pgdb.yaml", "certificate: infra\n");
    text.push_str(&repository.refusal(""));
    repository.write(".pgdb.yaml", "certificate: apps/cert.pem\n");
    symlink("../../cert.pem", repository.path().join("apps/cert.pem")).unwrap();
    text.push_str(&repository.refusal(""));
    insta::assert_snapshot!("absent_certificates", text);
}

/// A certificate that was made a year ago, and that ends so many seconds from now.
fn ending_in(seconds: u64) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let year = 365 * DAY;
    let made = UnixTime::new(i64::try_from(now - year).unwrap());
    let valid_for = Duration::from_secs(year + seconds);
    let key = DemoKey::generate(2048, &mut StdRng::seed_from_u64(7), made, valid_for).unwrap();
    key.certificate_pem().to_owned()
}

#[test]
fn one_that_ends_soon_is_told_also_when_quiet() {
    let repository = Repository::guide();
    repository.write(CERTIFICATE, &ending_in(7 * DAY));
    let outcome = repository.new_app("--quiet --dry-run");
    assert_eq!(outcome.code, 0);
    let (before, after) = outcome.stderr.split_once(" ends on ").unwrap();
    assert_eq!(
        before,
        format!("warning: {CERTIFICATE}: the sealing certificate")
    );
    let (date, after) = after.split_once(';').unwrap();
    assert_eq!(date.len(), "2026-01-01".len(), "{date}");
    assert_eq!(
        after,
        " fetch the controller's newest one with `kubectl pgdb fetch-cert` soon\n"
    );

    repository.write(CERTIFICATE, &ending_in(30 * DAY));
    assert_eq!(repository.new_app("--quiet --dry-run").stderr, "");
}
