//! What a sealed value must look like, told from its text alone: neither decoded as a whole nor opened.

use thiserror::Error;

use super::seal::TAG_BYTES;

/// The bytes in which the length of the RSA part is given.
const LENGTH_BYTES: usize = 2;

/// The least bytes that an RSA part can have: Go refuses keys under 1024 bits.
const LEAST_RSA_BYTES: usize = 128;

/// The most bytes that an RSA part can have: keys of 16384 bits, the largest that openssl takes. Two characters of a text,
/// read as such a length, are always more.
const MOST_RSA_BYTES: usize = 2048;

/// Why a text cannot be a sealed value. It never quotes the text, which may be a password in clear.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ShapeError {
    /// There is nothing.
    #[error("it is empty")]
    Empty,
    /// Not standard base64 with its padding.
    #[error("it is no standard base64")]
    NotBase64,
    /// The first two bytes are the length of no RSA part.
    #[error("it does not begin with the length of an RSA part")]
    NoRsaLength,
    /// Shorter than its own length and AES-GCM's tag demand.
    #[error("it is cut short")]
    Short,
}

/// The bytes of a sealed value's RSA part, which are those of the key's modulus.
///
/// Line breaks are passed over and spare bits at the end may be any, as Go's `base64.StdEncoding` has it.
///
/// # Errors
/// When the text cannot be a sealed value, whatever key opens it.
pub fn rsa_bytes(text: &str) -> Result<usize, ShapeError> {
    let mut digits: usize = 0;
    let mut padding: usize = 0;
    let mut first = [0; 3];
    for byte in text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')) {
        if byte == b'=' {
            padding += 1;
            continue;
        }
        let digit = digit(byte).filter(|_| padding == 0);
        let digit = digit.ok_or(ShapeError::NotBase64)?;
        if let Some(place) = first.get_mut(digits) {
            *place = digit;
        }
        digits += 1;
    }
    if digits + padding == 0 {
        return Err(ShapeError::Empty);
    }
    if padding > 2 || !(digits + padding).is_multiple_of(4) {
        return Err(ShapeError::NotBase64);
    }
    let length = digits * 3 / 4;
    if length < LENGTH_BYTES {
        return Err(ShapeError::Short);
    }
    let [one, two, three] = first;
    let rsa = one << 10 | two << 4 | three >> 2;
    if !(LEAST_RSA_BYTES..=MOST_RSA_BYTES).contains(&rsa) {
        return Err(ShapeError::NoRsaLength);
    }
    if length < LENGTH_BYTES + rsa + TAG_BYTES {
        return Err(ShapeError::Short);
    }
    Ok(rsa)
}

/// The six bits of a character of standard base64 (RFC 4648, section 4).
fn digit(byte: u8) -> Option<usize> {
    let digit = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(usize::from(digit))
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    /// A value of the right shape: this length, then so many bytes.
    fn value(rsa: u16, bytes: usize) -> String {
        let mut value = rsa.to_be_bytes().to_vec();
        value.resize(2 + bytes, 0xa5);
        STANDARD.encode(value)
    }

    #[test]
    fn knows_what_can_be_sealed() {
        let cases = [
            (value(256, 256 + 16), Ok(256)),
            (value(384, 384 + 17), Ok(384)),
            (value(512, 512 + 18), Ok(512)),
            (value(128, 128 + 16), Ok(128)),
            (value(2048, 2048 + 16), Ok(2048)),
            (value(512, 512 + 15), Err(ShapeError::Short)),
            (value(127, 600), Err(ShapeError::NoRsaLength)),
            (value(2049, 3000), Err(ShapeError::NoRsaLength)),
            (String::new(), Err(ShapeError::Empty)),
            ("\r\n".to_owned(), Err(ShapeError::Empty)),
            ("AQ==".to_owned(), Err(ShapeError::Short)),
            ("AQA=".to_owned(), Err(ShapeError::Short)),
            ("AQA".to_owned(), Err(ShapeError::NotBase64)),
            ("A===".to_owned(), Err(ShapeError::NotBase64)),
            ("AQ=A".to_owned(), Err(ShapeError::NotBase64)),
            ("AgB...".to_owned(), Err(ShapeError::NotBase64)),
            ("AQ_-".to_owned(), Err(ShapeError::NotBase64)),
            ("AQBR JGbQ".to_owned(), Err(ShapeError::NotBase64)),
            (STANDARD.encode("hunter2"), Err(ShapeError::NoRsaLength)),
        ];
        for (text, expected) in cases {
            assert_eq!(rsa_bytes(&text), expected, "{text}");
        }
    }

    #[test]
    fn passes_over_line_breaks_as_the_controller_does() {
        let text = value(256, 300);
        let (left, right) = text.split_at(76);
        assert_eq!(rsa_bytes(&format!("{left}\r\n{right}\n")), Ok(256));
    }
}
