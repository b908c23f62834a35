//! How long ago something is, in the units in which people think of it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

/// The units, each with its seconds. There is none for months and years, whose lengths differ, nor for minutes, whose
/// letter many would read as months.
const UNITS: [(&str, u64); 3] = [("h", 3_600), ("d", 86_400), ("w", 7 * 86_400)];

/// A span of whole hours, days or weeks: `12h`, `90d`, `13w`.
///
/// Displayed as it was written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Period {
    text: String,
    duration: Duration,
}

/// Why a text is no such span.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("the period {0:?} {1}")]
pub struct PeriodError(String, &'static str);

impl PeriodError {
    /// What is allowed.
    pub fn help(&self) -> &'static str {
        "use a whole number with h (hours), d (days) or w (weeks), such as 90d"
    }
}

impl Period {
    /// How long it is.
    pub fn duration(&self) -> Duration {
        self.duration
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(formatter)
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let refuse = |problem| PeriodError(text.chars().take(80).collect(), problem);
        let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = UNITS
            .iter()
            .find(|(unit, _)| text.strip_suffix(unit) == Some(number));
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let (Some((_, seconds)), true) = (unit, is_number) else {
            return Err(refuse("is not understood"));
        };
        let duration = number.parse::<u64>().ok();
        let duration = duration.and_then(|number| number.checked_mul(*seconds));
        // What a signed number of seconds can hold.
        match duration.filter(|seconds| i64::try_from(*seconds).is_ok()) {
            Some(seconds) => Ok(Self {
                text: text.to_owned(),
                duration: Duration::from_secs(seconds),
            }),
            None => Err(refuse("is too long")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_hours_days_and_weeks() {
        for (text, hours) in [
            ("12h", 12),
            ("90d", 2_160),
            ("13w", 2_184),
            ("0d", 0),
            ("007d", 168),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!(period.duration(), Duration::from_secs(hours * 3_600));
            assert_eq!(period.to_string(), text);
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in [
            "", "d", "90", "3m", "1y", "-1d", "1.5d", "1 d", "1d12h", "90D", "٩d",
        ] {
            let error = text.parse::<Period>().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("the period {text:?} is not understood")
            );
        }
        for text in [
            "99999999999999999999d",
            "18446744073709551615h",
            "9223372036854775807h",
        ] {
            let error = text.parse::<Period>().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("the period {text:?} is too long")
            );
            assert_eq!(
                error.help(),
                "use a whole number with h (hours), d (days) or w (weeks), such as 90d"
            );
        }
    }
}
