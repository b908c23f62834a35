//! Looking for a password in everything that a run left, in every form it could take.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::support::Outcome;

/// How many characters in a row are no coincidence.
const WINDOW: usize = 8;

/// All forms in which a password, or a telling part of it, could appear.
fn forms(password: &str) -> BTreeSet<Vec<u8>> {
    let mut forms = BTreeSet::new();
    let reversed: String = password.chars().rev().collect();
    for text in [password, &reversed] {
        let bytes = text.as_bytes();
        forms.extend(bytes.windows(WINDOW).map(<[u8]>::to_vec));
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let upper_hex = hex.to_uppercase();
        let spaced_hex: String = bytes.iter().map(|byte| format!("{byte:02x} ")).collect();
        let all_percent: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
        for encoded in [
            hex,
            upper_hex,
            spaced_hex,
            all_percent,
            percent_encoded(text),
        ] {
            let window = encoded.len() / bytes.len() * WINDOW;
            forms.extend(encoded.as_bytes().windows(window).map(<[u8]>::to_vec));
        }
        // Wherever it stands in what is encoded, one of three alignments fits.
        for start in 0..3 {
            let aligned = &bytes[start..];
            let aligned = &aligned[..aligned.len() / 3 * 3];
            for encoded in [
                STANDARD_NO_PAD.encode(aligned),
                URL_SAFE_NO_PAD.encode(aligned),
            ] {
                forms.extend(encoded.as_bytes().windows(12).map(<[u8]>::to_vec));
            }
        }
    }
    forms
}

/// As RFC 3986 has it: only what is unreserved stands as it is.
pub fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn contains(haystack: &[u8], form: &[u8]) -> bool {
    memchr::memmem::find(haystack, form).is_some()
}

/// Everything that a run left, each with a name for the message.
#[derive(Default)]
pub struct Traces(Vec<(String, Vec<u8>)>);

impl Traces {
    /// Adds something that the run left.
    pub fn add(&mut self, name: impl ToString, bytes: impl Into<Vec<u8>>) {
        self.0.push((name.to_string(), bytes.into()));
    }

    /// Adds what a run printed.
    pub fn add_outcome(&mut self, name: &str, outcome: &Outcome) {
        self.add(format!("{name}: standard output"), outcome.stdout.as_str());
        self.add(format!("{name}: standard error"), outcome.stderr.as_str());
    }

    /// Every file below a folder, `.git` included, by name and content.
    pub fn add_files(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            self.add("a file's name", path.as_os_str().as_encoded_bytes());
            if path.is_dir() {
                self.add_files(&path);
            } else {
                self.add(path.display(), fs::read(&path).unwrap());
            }
        }
    }

    /// No form of the password may be in any of them.
    pub fn assert_hide(&self, password: &str) {
        let forms = forms(password);
        assert!(forms.len() > 50);
        for (name, bytes) in &self.0 {
            for form in &forms {
                assert!(
                    !contains(bytes, form),
                    "{name} holds {:?} of the password:\n{}",
                    String::from_utf8_lossy(form),
                    String::from_utf8_lossy(bytes)
                );
            }
        }
    }
}

const PASSWORD: &str = "zQ7/kW@vX9%uJ2 yH4:fP8+mC6&rT1";

#[test]
fn the_search_finds_what_it_should() {
    let encoded = STANDARD_NO_PAD.encode(format!("x={PASSWORD}"));
    let hidden = [
        PASSWORD.to_owned(),
        PASSWORD[4..14].to_owned(),
        PASSWORD.chars().rev().collect(),
        encoded,
        percent_encoded(PASSWORD),
        PASSWORD.bytes().map(|byte| format!("{byte:02X}")).collect(),
    ];
    let forms = forms(PASSWORD);
    for text in hidden {
        assert!(
            forms.iter().any(|form| contains(text.as_bytes(), form)),
            "{text}"
        );
    }
}
