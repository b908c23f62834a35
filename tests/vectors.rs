//! Sealed values that other programs made are opened or refused, and made again byte for byte.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::convert::Infallible;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pgdb::domain::scope::Scope;
use pgdb::domain::time::UnixTime;
use pgdb::sealing::{SealingKey, UnsealingKey};
use rand::{TryCryptoRng, TryRng};
use serde::Deserialize;

/// 2026-12-01 00:00:00 UTC, inside the validity of both certificates.
const NOW: UnixTime = UnixTime::new(1_796_083_200);

#[derive(Deserialize)]
struct File {
    keys: Vec<Key>,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Key {
    id: String,
    bits: usize,
    certificate_pem: String,
    private_key_pkcs8_der_b64: String,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    key: String,
    scope: String,
    label: String,
    plaintext_b64: String,
    sealed_b64: String,
    expect: String,
    session_key_hex: Option<String>,
    oaep_seed_hex: Option<String>,
}

/// The file, parsed.
fn file() -> File {
    serde_json::from_str(include_str!("vectors/vectors.json")).unwrap()
}

/// Gives out known bytes, and fails the test when it is asked for more.
struct KnownBytes(Vec<u8>);

impl TryRng for KnownBytes {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        panic!("sealing asks for bytes, not for numbers");
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        panic!("sealing asks for bytes, not for numbers");
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        let rest = self.0.split_off(bytes.len());
        bytes.copy_from_slice(&std::mem::replace(&mut self.0, rest));
        Ok(())
    }
}

impl TryCryptoRng for KnownBytes {}

fn from_hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

#[test]
fn certificates_parse() {
    for key in file().keys {
        let sealing_key = SealingKey::from_pem(&key.certificate_pem, NOW).unwrap();
        assert_eq!(sealing_key.bits(), key.bits, "{}", key.id);
    }
}

#[test]
fn right_values_open_and_wrong_ones_do_not() {
    let File { keys, vectors } = file();
    let keys: BTreeMap<_, _> = keys
        .into_iter()
        .map(|key| {
            let der = STANDARD.decode(key.private_key_pkcs8_der_b64).unwrap();
            (key.id, UnsealingKey::from_der(&der).unwrap())
        })
        .collect();
    let mut counts = BTreeMap::new();
    for vector in vectors {
        let opened = keys[&vector.key].unseal(&vector.sealed_b64, &vector.label);
        match vector.expect.as_str() {
            "ok" => {
                let opened = opened.unwrap_or_else(|error| panic!("{}: {error}", vector.id));
                let plaintext = STANDARD.decode(&vector.plaintext_b64).unwrap();
                assert_eq!(*opened, plaintext, "{}", vector.id);
            }
            "error" => assert!(opened.is_err(), "{} was opened", vector.id),
            other => panic!("{}: {other}", vector.id),
        }
        *counts.entry(vector.expect).or_insert(0) += 1;
    }
    assert_eq!(
        counts,
        BTreeMap::from([("error".to_owned(), 13), ("ok".to_owned(), 157)])
    );
}

#[test]
fn known_randomness_gives_the_known_sealed_value() {
    let File { keys, vectors } = file();
    let keys: BTreeMap<_, _> = keys
        .into_iter()
        .map(|key| {
            let sealing_key = SealingKey::from_pem(&key.certificate_pem, NOW).unwrap();
            (key.id, sealing_key)
        })
        .collect();
    let mut count = 0;
    for vector in vectors {
        let (Some(session_key), Some(seed)) = (&vector.session_key_hex, &vector.oaep_seed_hex)
        else {
            continue;
        };
        let mut rng = KnownBytes(from_hex(&format!("{session_key}{seed}")));
        let plaintext = STANDARD.decode(&vector.plaintext_b64).unwrap();
        let sealed = keys[&vector.key]
            .seal(&plaintext, &vector.label, &mut rng)
            .unwrap();
        assert_eq!(sealed, vector.sealed_b64, "{}", vector.id);
        assert!(rng.0.is_empty(), "{}: randomness was left over", vector.id);
        count += 1;
    }
    assert_eq!(count, 6);
}

#[test]
fn labels_follow_from_the_scope() {
    let mut count = 0;
    for vector in file().vectors {
        let scope: Scope = vector.scope.parse().unwrap();
        let (namespace, name) = vector
            .label
            .split_once('/')
            .unwrap_or((vector.label.as_str(), "any"));
        if vector.expect == "ok" {
            assert_eq!(scope.label(namespace, name), vector.label, "{}", vector.id);
            count += 1;
        }
    }
    assert_eq!(count, 157);
}
