use std::error::Error;

use super::*;

/// A text of `tests/fixtures/certificates/`, whose README says what each holds.
macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../tests/fixtures/certificates/", $name))
    };
}

/// 2026-06-01 00:00:00 UTC, inside the validity of all but two fixtures.
const NOW: UnixTime = UnixTime::new(1_780_272_000);

/// 2026-01-01 00:00:00 UTC, when the fixtures begin.
const START: UnixTime = UnixTime::new(1_767_225_600);

/// 2126-01-01 00:00:00 UTC, when they end.
const END: UnixTime = UnixTime::new(4_922_899_200);

/// What `openssl x509 -noout -fingerprint -sha256 -in valid.pem` prints.
const FINGERPRINT: &str = "26:85:90:97:99:43:42:1F:FC:F0:E0:16:21:55:A6:15:0D:D7:62:94:38:44:CE:AE:7F:D7:D4:6A:EA:91:2C:C7";

fn refusal(pem: &str, now: UnixTime) -> CertificateError {
    SealingKey::from_pem(pem, now).unwrap_err()
}

#[test]
fn tells_what_the_certificate_says() {
    let key = SealingKey::from_pem(fixture!("valid.pem"), NOW).unwrap();
    assert_eq!(key.bits(), 2048);
    assert_eq!(key.not_before().to_string(), "2026-01-01 00:00:00 UTC");
    assert_eq!(key.not_after().to_string(), "2126-01-01 00:00:00 UTC");
    assert_eq!(key.fingerprint(), FINGERPRINT);
}

#[test]
fn takes_the_first_certificate_whatever_is_around_it() {
    let valid = fixture!("valid.pem");
    let indented: String = valid.lines().map(|line| format!("  {line}\n")).collect();
    for pem in [
        fixture!("chain.pem"),
        fixture!("with-text.pem"),
        fixture!("crlf.pem"),
        fixture!("bom.pem"),
        valid.trim_end(),
        &indented,
        &format!("{}{valid}", fixture!("public-key.pem")),
        &format!("{valid}-----BEGIN CERTIFICATE-----\ngarbage\n"),
    ] {
        let key = SealingKey::from_pem(pem, NOW).unwrap();
        assert_eq!(key.fingerprint(), FINGERPRINT);
    }
}

#[test]
fn takes_a_certificate_without_subject_as_the_controller_makes_it() {
    let key = SealingKey::from_pem(fixture!("no-subject.pem"), NOW).unwrap();
    assert_eq!(key.bits(), 2048);
}

#[test]
fn refuses_what_is_no_certificate() {
    let cut = fixture!("valid.pem").replace("-----END CERTIFICATE-----", "");
    let joined = format!("{cut}{}", fixture!("no-subject.pem"));
    for (pem, message) in [
        ("", "the sealing certificate is empty"),
        ("\u{feff} \r\n", "the sealing certificate is empty"),
        (
            "apiVersion: v1\n",
            "the sealing certificate is not PEM: no line is `-----BEGIN CERTIFICATE-----`",
        ),
        (
            fixture!("private-key.pem"),
            "the sealing certificate's text holds a private key (`-----BEGIN PRIVATE KEY-----`)",
        ),
        (
            fixture!("certificate-and-private-key.pem"),
            "the sealing certificate's text holds a private key (`-----BEGIN PRIVATE KEY-----`)",
        ),
        (
            "-----BEGIN RSA PRIVATE KEY-----\n",
            "the sealing certificate's text holds a private key (`-----BEGIN RSA PRIVATE KEY-----`)",
        ),
        (
            fixture!("public-key.pem"),
            "the sealing certificate's text holds no certificate, but `-----BEGIN PUBLIC KEY-----`",
        ),
        (
            fixture!("request.pem"),
            "the sealing certificate's text holds no certificate, but `-----BEGIN CERTIFICATE REQUEST-----`",
        ),
        (
            &cut,
            "the sealing certificate is cut short: `-----END CERTIFICATE-----` is missing",
        ),
        (
            &joined,
            "the sealing certificate is cut short: `-----END CERTIFICATE-----` is missing",
        ),
        (
            "-----BEGIN CERTIFICATE-----\nMII*\n-----END CERTIFICATE-----\n",
            "the sealing certificate is not valid base64",
        ),
        (
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
            "the sealing certificate cannot be read as X.509",
        ),
        (
            "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
            "the sealing certificate cannot be read as X.509",
        ),
    ] {
        assert_eq!(refusal(pem, NOW).to_string(), message);
    }
}

#[test]
fn refuses_keys_that_do_not_fit() {
    for (pem, message) in [
        (
            fixture!("ec.pem"),
            "the sealing certificate's key is not RSA but elliptic curve (EC)",
        ),
        (
            fixture!("ed25519.pem"),
            "the sealing certificate's key is not RSA but Ed25519",
        ),
        (
            fixture!("rsa-pss.pem"),
            "the sealing certificate's key is not RSA but RSASSA-PSS, which only signs",
        ),
        (
            fixture!("rsa-1024.pem"),
            "the sealing certificate's RSA key has 1024 bits; at least 2048 are needed",
        ),
        (
            fixture!("rsa-2047.pem"),
            "the sealing certificate's RSA key has 2047 bits; at least 2048 are needed",
        ),
        (
            fixture!("rsa-8200.pem"),
            "the sealing certificate's RSA key has 8200 bits; at most 8192 are supported",
        ),
    ] {
        assert_eq!(refusal(pem, NOW).to_string(), message);
    }
    let unknown = ObjectIdentifier::new_unwrap("1.2.3");
    assert_eq!(algorithm_name(unknown), "the algorithm 1.2.3");
}

#[test]
fn refuses_outside_the_validity() {
    assert_eq!(
        refusal(fixture!("expired.pem"), NOW).to_string(),
        "the sealing certificate expired on 2024-01-01 00:00:00 UTC"
    );
    assert_eq!(
        refusal(fixture!("future.pem"), NOW).to_string(),
        "the sealing certificate is not valid before 2099-01-01 00:00:00 UTC"
    );
    let valid = fixture!("valid.pem");
    let at = |start: UnixTime, seconds| UnixTime::new(start.seconds() + seconds);
    for now in [at(START, -300), START, END] {
        assert!(SealingKey::from_pem(valid, now).is_ok());
    }
    assert!(matches!(
        refusal(valid, at(START, -301)),
        CertificateError::NotYetValid(START)
    ));
    assert!(matches!(
        refusal(valid, at(END, 1)),
        CertificateError::Expired(END)
    ));
}

#[test]
fn tells_when_it_ends_soon() {
    let key = SealingKey::from_pem(fixture!("valid.pem"), NOW).unwrap();
    let before_end = |seconds| UnixTime::new(END.seconds() - seconds);
    assert!(!key.expires_within(before_end(7 * 86_400), 7));
    assert!(key.expires_within(before_end(7 * 86_400 - 1), 7));
    assert!(!key.expires_within(NOW, 30));
}

#[test]
fn helps() {
    let fetch = "fetch it again with `kubectl pgdb fetch-cert`";
    assert_eq!(refusal("", NOW).help(), fetch);
    assert_eq!(
        refusal(fixture!("private-key.pem"), NOW).help(),
        "a private key must never be in the repository: whoever reads it can open every sealed value; remove it from \
         the history too, let the controller make a new key, rotate the passwords, and put the certificate alone here"
    );
    assert_eq!(
        refusal(fixture!("request.pem"), NOW).help(),
        "the controller gives a certificate, not a bare key or a request; fetch it with `kubectl pgdb fetch-cert`"
    );
    assert_eq!(
        refusal(fixture!("ec.pem"), NOW).help(),
        "Sealed Secrets works with RSA keys alone; is this the controller's certificate? `kubectl pgdb fetch-cert` \
         fetches it"
    );
    assert_eq!(
        refusal(fixture!("expired.pem"), NOW).help(),
        "the controller has made a newer key meanwhile; fetch its certificate with `kubectl pgdb fetch-cert`"
    );
    assert_eq!(
        refusal(fixture!("future.pem"), NOW).help(),
        "is this computer's clock right?"
    );
}

#[test]
fn keeps_the_source() {
    let error = refusal(
        "-----BEGIN CERTIFICATE-----\nMII*\n-----END CERTIFICATE-----\n",
        NOW,
    );
    assert_eq!(
        error.source().unwrap().to_string(),
        "Invalid symbol 42, offset 3."
    );
}
