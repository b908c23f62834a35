use std::fmt::{Debug, Display};

use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;

fn given(bytes: &[u8]) -> Result<Password, PasswordError> {
    Password::from_bytes(Zeroizing::new(bytes.to_vec()))
}

/// The error, which `unwrap_err` cannot give because a password has no `Debug`.
fn refusal(bytes: &[u8]) -> PasswordError {
    match given(bytes) {
        Ok(_) => panic!("{bytes:?} was taken"),
        Err(error) => error,
    }
}

#[test]
fn generates_a_known_value_from_a_known_seed() {
    let mut rng = StdRng::seed_from_u64(1);
    let password = Password::generate(PasswordLength::default(), &mut rng);
    assert_eq!(password.reveal(), "hYwTkao5KpNMlR0waJIyaBPtTlk3X1zs");
}

/// Pearson's statistic of `counts` against equal shares.
fn chi_square(counts: &[u32]) -> f64 {
    let expected = f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
    counts
        .iter()
        .map(|count| (f64::from(*count) - expected).powi(2) / expected)
        .sum()
}

#[test]
fn generates_every_symbol_equally_often() {
    let mut rng = StdRng::seed_from_u64(2);
    let mut inner = [0_u32; 64];
    let mut ends = [0_u32; 64];
    for _ in 0..20_000 {
        let password = Password::generate(PasswordLength::default(), &mut rng);
        let symbols = password.reveal().as_bytes();
        assert_eq!(symbols.len(), 32);
        for (position, symbol) in symbols.iter().enumerate() {
            let index = ALPHABET.iter().position(|known| known == symbol).unwrap();
            let counts = if position == 0 || position == 31 {
                &mut ends
            } else {
                &mut inner
            };
            counts[index] += 1;
        }
    }
    // The 0.1 % points of chi-square are 103.4 at 63 degrees of freedom and 100.9 at 61.
    assert!(chi_square(&inner) < 103.4, "{}", chi_square(&inner));
    assert!(chi_square(&ends[..62]) < 100.9, "{}", chi_square(&ends));
    assert_eq!(ends[62..], [0, 0]);
}

#[test]
fn generates_the_length_asked_for_without_growing() {
    let mut rng = StdRng::seed_from_u64(3);
    for characters in PasswordLength::MIN..=PasswordLength::MAX {
        let length = PasswordLength::new(characters).unwrap();
        let password = Password::generate(length, &mut rng);
        assert_eq!(password.reveal().len(), characters);
        assert_eq!(password.text.capacity(), characters);
        assert!(password.is_uri_unreserved());
    }
}

#[test]
fn drops_one_final_line_end() {
    for bytes in [&b"s3cret"[..], b"s3cret\n", b"s3cret\r\n"] {
        assert_eq!(given(bytes).ok().unwrap().reveal(), "s3cret");
    }
    assert_eq!(refusal(b"s3cret\n\n"), PasswordError::OuterWhiteSpace);
    assert_eq!(refusal(b"s3cret\r"), PasswordError::OuterWhiteSpace);
}

#[test]
fn takes_the_bytes_over() {
    let bytes = Zeroizing::new(b"s3cret\n".to_vec());
    let address = bytes.as_ptr();
    let password = Password::from_bytes(bytes).ok().unwrap();
    assert_eq!(password.reveal().as_ptr(), address);
}

#[test]
fn takes_what_all_read_alike() {
    for text in [
        "x",
        "correct horse battery staple",
        "pä§§wörd€",
        "md5 is not a hash",
        "md5e10adc3949ba59abbe56e057f20f883",
        "md5e10adc3949ba59abbe56e057f20f883g",
        "SCRAM-SHA-256",
        "{{ .password }}",
        "$(id) `id` ' \" \\",
    ] {
        assert_eq!(given(text.as_bytes()).ok().unwrap().reveal(), text);
    }
    let longest = "x".repeat(4096);
    assert_eq!(given(longest.as_bytes()).ok().unwrap().reveal(), longest);
}

#[test]
fn refuses_with_a_reason() {
    let white = "the password begins or ends with white space";
    let control = "the password holds a control character";
    for (bytes, message) in [
        (&b""[..], "the password is empty"),
        (b"\n", "the password is empty"),
        (b"\r\n", "the password is empty"),
        (b" \n", white),
        (b" s3cret", white),
        (b"s3cret\t", white),
        ("s3cret\u{a0}".as_bytes(), white),
        ("\u{2003}s3cret".as_bytes(), white),
        ("s3cret\u{85}".as_bytes(), white),
        (b"s3\0cret", control),
        (b"s3\ncret", control),
        (b"s3\tcret", control),
        (b"s3\x7fcret", control),
        ("s3\u{9b}cret".as_bytes(), control),
        (b"s3\xffcret", "the password is not valid UTF-8"),
        (
            "\u{feff}s3cret".as_bytes(),
            "the password begins with a byte order mark (U+FEFF)",
        ),
        (
            b"SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy",
            "the password looks like a stored SCRAM-SHA-256 verifier",
        ),
        (
            b"md5e10adc3949ba59abbe56e057f20f883e",
            "the password looks like a stored MD5 verifier",
        ),
        (
            b"md5E10ADC3949BA59ABBE56E057F20F883E",
            "the password looks like a stored MD5 verifier",
        ),
        (&[b'x'; 4097], "the password has more than 4096 bytes"),
        (&[0xff; 5000], "the password has more than 4096 bytes"),
    ] {
        let error = refusal(bytes);
        assert_eq!(error.to_string(), message);
        assert!(!error.help().is_empty());
        assert!(!format!("{error:?} {error} {}", error.help()).contains("cret"));
    }
}

#[test]
fn knows_what_a_uri_takes_unescaped() {
    for (text, answer) in [
        ("AZaz09-._~", true),
        ("a b", false),
        ("a:b", false),
        ("a%41", false),
        ("ä", false),
    ] {
        assert_eq!(
            given(text.as_bytes()).ok().unwrap().is_uri_unreserved(),
            answer
        );
    }
}

/// Fails to compile, as ambiguous, when `Password` implements one of the traits: only one impl may fit.
#[test]
fn cannot_be_shown_copied_or_serialised() {
    trait Lacks<Marker> {
        fn holds() {}
    }
    struct Shown;
    struct Printed;
    struct Copied;
    struct Written;
    impl<T> Lacks<()> for T {}
    impl<T: Debug> Lacks<Shown> for T {}
    impl<T: Display> Lacks<Printed> for T {}
    impl<T: Clone> Lacks<Copied> for T {}
    impl<T: serde::Serialize> Lacks<Written> for T {}
    <Password as Lacks<_>>::holds();
}

proptest! {
    #[test]
    fn any_bytes_are_kept_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(password) = given(&bytes) {
            let kept = password.reveal().as_bytes();
            prop_assert_eq!(kept, without_line_end(&bytes));
            prop_assert_eq!(password.reveal().trim(), password.reveal());
        }
    }
}
