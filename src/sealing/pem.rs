//! Finding the certificate in a PEM text (RFC 7468), as tolerant of what surrounds it as Go and openssl are.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::CertificateError;

/// The label of the blocks that are looked for.
const CERTIFICATE: &str = "CERTIFICATE";

/// The DER bytes of the first certificate of `text`.
///
/// A byte order mark, CRLF, indentation, lines of any length, text around the blocks and further blocks do not
/// matter, except that no block may be a private key.
pub(super) fn first_certificate(text: &str) -> Result<Vec<u8>, CertificateError> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(CertificateError::Empty);
    }
    let labels: Vec<&str> = text.lines().filter_map(begin_label).collect();
    if let Some(label) = labels.iter().find(|label| label.contains("PRIVATE KEY")) {
        return Err(CertificateError::PrivateKey((*label).to_owned()));
    }
    if !labels.contains(&CERTIFICATE) {
        return Err(match labels.first() {
            Some(label) => CertificateError::OtherBlock((*label).to_owned()),
            None => CertificateError::NoPem,
        });
    }
    let body = text
        .lines()
        .skip_while(|line| begin_label(line) != Some(CERTIFICATE))
        .skip(1);
    decode(body)
}

/// The label of a line that begins a block: `CERTIFICATE` for `-----BEGIN CERTIFICATE-----`.
fn begin_label(line: &str) -> Option<&str> {
    boundary_label(line, "-----BEGIN ")
}

/// The label of a boundary line with this `start`.
fn boundary_label<'a>(line: &'a str, start: &str) -> Option<&'a str> {
    line.trim().strip_prefix(start)?.strip_suffix("-----")
}

/// The bytes of the lines up to the end of the block.
fn decode<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<u8>, CertificateError> {
    let mut base64 = String::new();
    for line in lines {
        if boundary_label(line, "-----END ") == Some(CERTIFICATE) {
            return STANDARD.decode(base64).map_err(CertificateError::NotBase64);
        }
        if line.contains("-----") {
            break;
        }
        base64.extend(line.split_whitespace());
    }
    Err(CertificateError::Unfinished)
}
