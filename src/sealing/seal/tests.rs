use std::sync::OnceLock;
use std::time::Duration;

use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::domain::scope::Scope;
use crate::domain::time::UnixTime;
use crate::sealing::{DemoKey, SealingKey, UnsealError, UnsealingKey};

/// One key pair for all tests here: making one takes longer than all of them.
fn keys() -> &'static (SealingKey, UnsealingKey) {
    static KEYS: OnceLock<(SealingKey, UnsealingKey)> = OnceLock::new();
    KEYS.get_or_init(|| {
        let now = UnixTime::new(1_780_272_000);
        let mut rng = StdRng::seed_from_u64(1);
        let key = DemoKey::generate(2048, &mut rng, now, Duration::from_secs(3600)).unwrap();
        (
            SealingKey::from_pem(key.certificate_pem(), now).unwrap(),
            UnsealingKey::from_pem(key.private_key_pem()).unwrap(),
        )
    })
}

fn seal(value: &[u8], label: &str, seed: u64) -> String {
    let mut rng = StdRng::seed_from_u64(seed);
    keys().0.seal(value, label, &mut rng).unwrap()
}

#[test]
fn two_seals_of_one_value_have_nothing_in_common() {
    let (first, second) = (seal(b"value", "a/b", 1), seal(b"value", "a/b", 2));
    // The length of the RSA part is the same: 0x0100.
    assert!(first.starts_with("AQ") && second.starts_with("AQ"));
    assert_eq!(first.len(), 372);
    assert_eq!(second.len(), 372);
    assert_ne!(first.get(4..), second.get(4..));
    assert_ne!(first.get(348..), second.get(348..));
}

#[test]
fn a_value_opens_in_its_scope_alone() {
    for sealed_for in Scope::ALL {
        let sealed = seal(b"value", &sealed_for.label("postgres", "shop"), 1);
        for opened_for in Scope::ALL {
            let opened = keys()
                .1
                .unseal(&sealed, &opened_for.label("postgres", "shop"));
            match opened {
                Ok(value) => {
                    assert_eq!(sealed_for, opened_for);
                    assert_eq!(value.as_slice(), b"value");
                }
                Err(error) => {
                    assert_ne!(sealed_for, opened_for);
                    assert_eq!(
                        error.to_string(),
                        "the sealed value was made for another key, or for another name, namespace or scope"
                    );
                }
            }
        }
    }
}

#[test]
fn refuses_what_is_no_sealed_value() {
    let sealed = seal(b"value", "", 1);
    let shorter = sealed.get(..100).unwrap().to_owned();
    for (text, message) in [
        ("*", "the sealed value is not valid base64"),
        ("", "the sealed value is cut short"),
        ("AQAA", "the sealed value is cut short"),
        (shorter.as_str(), "the sealed value is cut short"),
    ] {
        let error = keys().1.unseal(text, "").unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(error.help(), "seal the value again");
    }
}

#[test]
fn refuses_what_is_no_private_key() {
    let Err(error) = UnsealingKey::from_pem(keys().0.fingerprint()) else {
        panic!("a fingerprint was taken for a key");
    };
    assert_eq!(
        error.to_string(),
        "the private key is not an RSA key in PKCS #8"
    );
    assert!(UnsealingKey::from_der(b"").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_value_comes_back(
        value in proptest::collection::vec(any::<u8>(), 0..2000),
        label in any::<String>(),
        seed: u64,
    ) {
        let opened = keys().1.unseal(&seal(&value, &label, seed), &label).unwrap();
        prop_assert_eq!(&*opened, &value);
    }

    #[test]
    fn no_other_label_opens(label in any::<String>(), other in any::<String>(), seed: u64) {
        prop_assume!(label != other);
        let opened = keys().1.unseal(&seal(b"value", &label, seed), &other);
        prop_assert!(matches!(opened, Err(UnsealError::OtherKeyOrLabel)));
    }

    #[test]
    fn no_changed_byte_opens(position in 0_usize..279, bit in 0_u8..8, seed: u64) {
        use base64::Engine;
        use base64::engine::general_purpose::STANDARD;
        let mut sealed = STANDARD.decode(seal(b"value", "a/b", seed)).unwrap();
        prop_assert_eq!(sealed.len(), 279);
        sealed[position] ^= 1 << bit;
        prop_assert!(keys().1.unseal(&STANDARD.encode(sealed), "a/b").is_err());
    }
}
