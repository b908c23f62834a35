use rand::SeedableRng;
use rand::rngs::StdRng;
use x509_cert::Certificate;
use x509_cert::der::DecodePem;

use super::*;
use crate::sealing::{CertificateError, SealingKey};

const NOW: UnixTime = UnixTime::new(1_780_272_000);
const YEAR: Duration = Duration::from_secs(365 * 86_400);

fn refusal(bits: usize, now: UnixTime) -> DemoKeyError {
    match DemoKey::generate(bits, &mut StdRng::seed_from_u64(1), now, YEAR) {
        Ok(_) => panic!("a key of {bits} bits was made at {now}"),
        Err(error) => error,
    }
}

#[test]
fn is_a_certificate_as_the_controller_makes() {
    let key = DemoKey::generate(2048, &mut StdRng::seed_from_u64(1), NOW, YEAR).unwrap();
    let sealing_key = SealingKey::from_pem(key.certificate_pem(), NOW).unwrap();
    assert_eq!(sealing_key.bits(), 2048);
    assert_eq!(sealing_key.not_before(), NOW);
    assert_eq!(sealing_key.not_after(), NOW.after(YEAR));

    let certificate = Certificate::from_pem(key.certificate_pem()).unwrap();
    let certificate = certificate.tbs_certificate();
    assert_eq!(certificate.subject().to_string(), "CN=kubectl-pgdb demo");
    assert_eq!(certificate.issuer(), certificate.subject());
    let (critical, usage) = certificate.get_extension::<KeyUsage>().unwrap().unwrap();
    assert!(critical);
    assert_eq!(usage, KeyUsage(FlagSet::from(KeyUsages::EncipherOnly)));
    let (critical, authority) = certificate
        .get_extension::<BasicConstraints>()
        .unwrap()
        .unwrap();
    assert!(critical && authority.ca);
}

#[test]
fn its_private_key_is_refused_as_a_certificate() {
    let key = DemoKey::generate(2048, &mut StdRng::seed_from_u64(2), NOW, YEAR).unwrap();
    assert!(
        key.private_key_pem()
            .starts_with("-----BEGIN PRIVATE KEY-----\n")
    );
    assert!(matches!(
        SealingKey::from_pem(key.private_key_pem(), NOW),
        Err(CertificateError::PrivateKey(_))
    ));
}

#[test]
fn refuses_odd_wishes() {
    let error = refusal(512, NOW);
    assert_eq!(
        error.to_string(),
        "an RSA key of 512 bits could not be made"
    );
    assert_eq!(error.help(), "ask for 2048 or 4096 bits");
    let error = refusal(2048, UnixTime::new(-1));
    assert_eq!(error.to_string(), "a certificate cannot be valid until @-1");
    assert_eq!(error.help(), "is this computer's clock right?");
}
