//! The controller, and the repository's certificate.

use super::*;
use crate::live::controller::ControllerError;

#[test]
fn the_controller() {
    assert_eq!(
        broken(|facts| {
            facts.controller = Controller::Unknown(ControllerError::NotFound {
                wanted: "a/b".to_owned(),
            });
            facts.certificate = known(VALID, None, None);
        }),
        (
            Status::Fail,
            vec![
                "sealed-secrets Fail no-controller: no Sealed Secrets controller was found: there is no Service a/b, \
                 and no other that looks like it"
                    .to_owned(),
                "certificate Skipped waits: waits for Sealed Secrets".to_owned(),
            ]
        )
    );
    assert_eq!(
        broken(|facts| facts.controller = controller(Fact::Present(500))),
        one(
            Status::Fail,
            "sealed-secrets Fail not-healthy: the controller answered 500 when it was asked how it is"
        )
    );
    assert_eq!(
        broken(|facts| facts.controller = controller(Fact::Absent)),
        one(
            Status::Fail,
            "sealed-secrets Fail went-away: the Service went away meanwhile"
        )
    );
    assert_eq!(
        broken(|facts| facts.controller = controller(unreadable(Cause::Unavailable))),
        one(
            Status::Unknown,
            "sealed-secrets Unknown unavailable: no answer"
        )
    );
}

#[test]
fn the_certificate() {
    let other = || Some(Fact::Present(key(NO_SUBJECT)));
    for (certificate, status, line) in [
        (
            Certificate::NoRepository,
            Status::Pass,
            "certificate Skipped no-repository: there is no repository here, and so no certificate; name one with --repo",
        ),
        (
            Certificate::Missing("cert.pem".parse().unwrap()),
            Status::Fail,
            "certificate Fail missing: cert.pem is not there",
        ),
        (
            Certificate::NotUsable("cert.pem".parse().unwrap(), "it is a poem".to_owned()),
            Status::Fail,
            "certificate Fail not-usable: cert.pem: it is a poem",
        ),
        (
            known(EXPIRED, other(), Some(Trial::Opens)),
            Status::Fail,
            "certificate Fail expired: cert.pem ended on 2024-01-01",
        ),
        (
            known(VALID, Some(unreadable(Cause::Forbidden)), None),
            Status::Unknown,
            "certificate Unknown forbidden: no answer",
        ),
        (
            known(VALID, Some(Fact::Absent), None),
            Status::Pass,
            "certificate Skipped waits: waits for Sealed Secrets",
        ),
        (
            known(VALID, other(), Some(Trial::Opens)),
            Status::Pass,
            "certificate Pass ok+newer-certificate: cert.pem is one of the controller's, valid until 2126-01-01",
        ),
        (
            known(VALID, other(), Some(Trial::DoesNotOpen)),
            Status::Fail,
            "certificate Fail wrong-key: the controller cannot open what is sealed with cert.pem: it is another \
             cluster's, or its key was deleted",
        ),
        (
            known(VALID, other(), Some(Trial::Answered(500))),
            Status::Unknown,
            "certificate Unknown trial-failed: the controller answered 500 when it was asked whether it can open what \
             is sealed with cert.pem",
        ),
        (
            known(
                VALID,
                other(),
                Some(Trial::Unreadable(Unreadable::new(
                    Cause::TooManyRequests,
                    "too many",
                    "wait",
                ))),
            ),
            Status::Unknown,
            "certificate Unknown too-many-requests: too many",
        ),
        (
            known(VALID, other(), None),
            Status::Unknown,
            "certificate Unknown trial-failed: cert.pem is not the controller's newest one, and could not be tried",
        ),
    ] {
        assert_eq!(
            broken(|facts| facts.certificate = certificate),
            one(status, line)
        );
    }
}

#[test]
fn a_trial_holds_a_sealed_value_alone() {
    use rand::SeedableRng;
    let mut rng = rand::rngs::StdRng::seed_from_u64(1);
    let text = trial(&key(VALID), "postgres", &mut rng).unwrap();
    let mut object: serde_json::Value = serde_json::from_str(&text).unwrap();
    let sealed = object["spec"]["encryptedData"]["trial"].take();
    // The length, the session key, 24 letters of base64, the tag.
    assert_eq!(
        sealed.as_str().unwrap().len(),
        (2 + 256 + 24 + 16_usize).div_ceil(3) * 4
    );
    assert_eq!(
        object,
        serde_json::json!({
            "apiVersion": "bitnami.com/v1alpha1",
            "kind": "SealedSecret",
            "metadata": {"name": "pgdb-trial", "namespace": "postgres"},
            "spec": {"encryptedData": {"trial": null}},
        })
    );
}
