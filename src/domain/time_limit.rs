//! How long something may take.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

/// The longest limit: a year, in seconds.
const LONGEST: u64 = 366 * 24 * 60 * 60;

/// The units of a text, each with its milliseconds; `ms` before `m`, since that is how it begins.
const UNITS: [(&str, u64); 4] = [("ms", 1), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];

/// How long something may take at most, or that there is no limit.
///
/// Written as kubectl's `--request-timeout`: `10s`, `1m30s`, `500ms`, a plain number of seconds, `0` for no limit.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct TimeLimit(Option<Duration>);

/// Why a text is no time limit.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("the time limit {0:?} {1}")]
pub struct TimeLimitError(String, &'static str);

impl TimeLimitError {
    /// What is allowed.
    pub fn help(&self) -> &'static str {
        "use whole numbers with h, m, s or ms, such as 15s, 1m30s or 500ms; a plain number is seconds, and 0 is no limit"
    }
}

impl TimeLimit {
    /// At most so many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Some(Duration::from_secs(seconds)))
    }

    /// The limit; none where there is none.
    pub fn get(self) -> Option<Duration> {
        self.0
    }
}

impl fmt::Display for TimeLimit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = self.0.map_or(0, |limit| limit.as_millis());
        match (milliseconds / 60_000, milliseconds % 60_000) {
            (0, 0) => formatter.write_str("0"),
            (0, rest) if rest % 1_000 == 0 => write!(formatter, "{}s", rest / 1_000),
            (minutes, 0) => write!(formatter, "{minutes}m"),
            (minutes, rest) if rest % 1_000 == 0 => {
                write!(formatter, "{minutes}m{}s", rest / 1_000)
            }
            _ => write!(formatter, "{milliseconds}ms"),
        }
    }
}

impl FromStr for TimeLimit {
    type Err = TimeLimitError;

    fn from_str(text: &str) -> Result<Self, TimeLimitError> {
        let refuse = |problem| TimeLimitError(text.chars().take(80).collect(), problem);
        let milliseconds = match text.parse::<u64>() {
            Ok(seconds) => seconds.checked_mul(1_000),
            Err(_) => sum(text).ok_or_else(|| refuse("is not understood"))?,
        };
        match milliseconds {
            Some(0) => Ok(Self(None)),
            Some(limit) if limit <= LONGEST * 1_000 => Ok(Self(Some(Duration::from_millis(limit)))),
            _ => Err(refuse("is over a year")),
        }
    }
}

/// The milliseconds of a text such as `1m30s`: none where it is no such text, none within where they are too many.
fn sum(text: &str) -> Option<Option<u64>> {
    let mut rest = text;
    let mut total = Some(0_u64);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let (digits, behind) = rest.split_at(end);
        if digits.is_empty() {
            return None;
        }
        let (after, each) = UNITS
            .iter()
            .find_map(|(unit, each)| Some((behind.strip_prefix(unit)?, *each)))?;
        let number = digits.parse::<u64>().ok();
        total = number
            .and_then(|number| number.checked_mul(each))
            .zip(total)
            .and_then(|(more, total)| total.checked_add(more));
        rest = after;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_kubectl_takes() {
        for (text, milliseconds, written) in [
            ("15s", 15_000, "15s"),
            ("15", 15_000, "15s"),
            ("1m", 60_000, "1m"),
            ("1m30s", 90_000, "1m30s"),
            ("90s", 90_000, "1m30s"),
            ("1h", 3_600_000, "60m"),
            ("500ms", 500, "500ms"),
            ("1s500ms", 1_500, "1500ms"),
        ] {
            let limit: TimeLimit = text.parse().unwrap();
            assert_eq!(limit.get(), Some(Duration::from_millis(milliseconds)));
            assert_eq!(limit.to_string(), written);
        }
        for text in ["0", "0s", "0ms"] {
            assert_eq!(text.parse::<TimeLimit>().unwrap().get(), None);
        }
        assert_eq!("0".parse::<TimeLimit>().unwrap().to_string(), "0");
        assert_eq!(TimeLimit::seconds(15).to_string(), "15s");
    }

    #[test]
    fn refuses_the_rest() {
        for text in ["", "s", "1x", "-1s", "1 s", "1.5s", "10s5", "m5", "١s"] {
            let error = text.parse::<TimeLimit>().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("the time limit {text:?} is not understood")
            );
        }
        for text in ["9000h", "99999999999999999999s", "18446744073709551615"] {
            let error = text.parse::<TimeLimit>().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("the time limit {text:?} is over a year")
            );
        }
    }
}
