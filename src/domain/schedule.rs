//! When a CronJob runs.

use std::str::FromStr;

use super::name::{NameError, checked_texts, first_outside};

const SCHEDULE_HELP: &str = "use five fields as cron does, such as \"*/15 * * * *\", or @hourly, @daily, @weekly or @monthly";
const ZONE_HELP: &str = "use a name of the time zone database, such as Europe/Vienna, or Etc/UTC";

/// The words that stand for a whole schedule.
const WORDS: [&str; 7] = [
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@midnight",
    "@hourly",
];
/// The fields: what each is called, its least and its greatest number, and the names that stand for numbers.
const FIELDS: [(&str, u32, u32, &[&str]); 5] = [
    ("minute", 0, 59, &[]),
    ("hour", 0, 23, &[]),
    ("day of the month", 1, 31, &[]),
    ("month", 1, 12, &MONTHS),
    ("day of the week", 0, 6, &DAYS),
];
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// When a CronJob runs: cron's five fields, or a word such as `@hourly`.
///
/// Source: Kubernetes parses it with robfig/cron's standard parser, and refuses a time zone in it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Schedule(String);

/// The name of a time zone, such as `Europe/Vienna`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TimeZone(String);

checked_texts!(Schedule, TimeZone);

impl Default for Schedule {
    /// Four times an hour.
    fn default() -> Self {
        Self("*/15 * * * *".to_owned())
    }
}

impl FromStr for Schedule {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let refuse = |problem: String| NameError::new("the schedule", text, problem, SCHEDULE_HELP);
        if WORDS.contains(&text) {
            return Ok(Self(text.to_owned()));
        }
        let fields: Vec<&str> = text.split(' ').collect();
        if fields.len() != FIELDS.len() {
            return Err(refuse(format!(
                "has {} fields instead of five",
                fields.iter().filter(|field| !field.is_empty()).count()
            )));
        }
        for (field, (name, least, greatest, words)) in fields.iter().zip(FIELDS) {
            let is_right = |part: &str| is_part(part, least, greatest, words);
            if !field.split(',').all(is_right) {
                return Err(refuse(format!("has no {name} in {field:?}")));
            }
        }
        Ok(Self(text.to_owned()))
    }
}

/// Whether this is `*`, a number or a range, with a step or without.
fn is_part(part: &str, least: u32, greatest: u32, words: &[&str]) -> bool {
    let number = |text: &str| {
        let lower = text.to_ascii_lowercase();
        let named = words.iter().position(|word| *word == lower);
        let named = named.and_then(|position| u32::try_from(position).ok());
        let number = named.map(|position| position + least);
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.or_else(|| text.parse().ok().filter(|_| is_plain));
        number.filter(|number| (least..=greatest).contains(number))
    };
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (part, None),
    };
    let is_step = step.is_none_or(|step| {
        step.parse::<u32>()
            .is_ok_and(|step| step > 0 && step <= greatest)
    });
    let is_range = match range.split_once('-') {
        _ if range == "*" || range == "?" => true,
        Some((from, to)) => {
            matches!((number(from), number(to)), (Some(from), Some(to)) if from <= to)
        }
        None => number(range).is_some(),
    };
    is_step && is_range
}

impl FromStr for TimeZone {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let refuse = |problem: String| NameError::new("the time zone", text, problem, ZONE_HELP);
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "/_+-".contains(c);
        if let Some(found) = first_outside(text, is_allowed) {
            return Err(refuse(format!("holds {found}")));
        }
        let is_bad = |part: &str| !part.starts_with(|c: char| c.is_ascii_uppercase());
        if text == "Local" || text.len() > 64 || text.split('/').any(is_bad) {
            // Kubernetes: pkg/apis/batch/validation, `validateTimeZone` refuses `Local`.
            return Err(refuse("is not one".to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_cron_takes() {
        for text in [
            "*/15 * * * *",
            "0 3 * * 1-5",
            "5,35 0-6/2 1 jan,JUL sun",
            "@hourly",
            "0 0 ? * *",
        ] {
            assert_eq!(text.parse::<Schedule>().unwrap().as_str(), text);
        }
        assert_eq!(
            Schedule::default(),
            Schedule::default().as_str().parse().unwrap()
        );
    }

    #[test]
    fn says_what_is_wrong() {
        let problem = |text: &str| text.parse::<Schedule>().unwrap_err().to_string();
        assert_eq!(
            problem("* * * *"),
            r#"the schedule "* * * *" has 4 fields instead of five"#
        );
        assert_eq!(
            problem("60 * * * *"),
            r#"the schedule "60 * * * *" has no minute in "60""#
        );
        assert_eq!(
            problem("0 5-3 * * *"),
            r#"the schedule "0 5-3 * * *" has no hour in "5-3""#
        );
        assert_eq!(
            problem("0 0 * * */0"),
            r#"the schedule "0 0 * * */0" has no day of the week in "*/0""#
        );
        assert_eq!(
            problem("TZ=UTC 0 0 * * *"),
            r#"the schedule "TZ=UTC 0 0 * * *" has 6 fields instead of five"#
        );
        assert_eq!(
            problem("@reboot"),
            r#"the schedule "@reboot" has 1 fields instead of five"#
        );
    }

    #[test]
    fn time_zones_are_names() {
        for text in [
            "Europe/Vienna",
            "Etc/UTC",
            "America/Argentina/Buenos_Aires",
            "UTC",
            "Etc/GMT+3",
        ] {
            assert_eq!(text.parse::<TimeZone>().unwrap().as_str(), text);
        }
        for text in ["", "Local", "europe/vienna", "a b", "../etc"] {
            assert!(text.parse::<TimeZone>().is_err(), "{text:?}");
        }
    }
}
