//! Points in time, which come in as arguments because the library reads no clock.

use std::fmt;
use std::time::Duration;

use x509_cert::der::DateTime;

/// Seconds in a day, leap seconds left out as in POSIX time.
const SECONDS_PER_DAY: i64 = 86_400;

/// A point in time, in whole seconds since 1970-01-01 00:00:00 UTC (negative before it), leap seconds not counted.
///
/// Displayed as `2026-01-31 12:00:00 UTC`, and as `@-5` (seconds, as in `date -d`) outside the years 1970 to 9999.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UnixTime(i64);

impl UnixTime {
    /// The point `seconds` after the epoch.
    pub const fn new(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Whole seconds since the epoch.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// The point `duration` later, in whole seconds; the last representable one where there is none.
    pub fn after(self, duration: Duration) -> Self {
        let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(seconds))
    }

    /// The point `days` times 24 hours later; the last representable one where there is none.
    pub const fn after_days(self, days: u32) -> Self {
        Self(self.0.saturating_add(days as i64 * SECONDS_PER_DAY))
    }

    /// How long after `earlier` it is; nothing where it is not.
    pub fn since(self, earlier: Self) -> Duration {
        let seconds = self.0.saturating_sub(earlier.0);
        Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
    }

    /// The beginning of a day in UTC, written as `2026-01-31`; what follows it behind a `T`, as in RFC 3339, does not count.
    /// None where that is no day of the years 1970 to 9999.
    pub fn of_date(text: &str) -> Option<Self> {
        let date = text.split_once('T').map_or(text, |(date, _)| date);
        let mut parts = date.split('-');
        let mut part = |digits: usize| {
            let part = parts.next()?;
            let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u16>().ok().filter(|_| is_number)
        };
        let (year, month, day) = (part(4)?, part(2)?, part(2)?);
        if parts.next().is_some() {
            return None;
        }
        let month = u8::try_from(month).ok()?;
        let day = u8::try_from(day).ok()?;
        let date = DateTime::new(year, month, day, 0, 0, 0).ok()?;
        Some(Self::new(0).after(date.unix_duration()))
    }

    /// The day in UTC, as `2026-01-31`; as [`Display`](fmt::Display) where the calendar used here ends.
    pub fn date(self) -> String {
        match self.calendar() {
            Some(at) => format!("{:04}-{:02}-{:02}", at.year(), at.month(), at.day()),
            None => self.to_string(),
        }
    }

    /// The calendar's view of it; none outside the years 1970 to 9999, the range of X.509 times that are supported.
    pub(crate) fn calendar(self) -> Option<DateTime> {
        let seconds = u64::try_from(self.0).ok()?;
        DateTime::from_unix_duration(Duration::from_secs(seconds)).ok()
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(at) = self.calendar() else {
            return write!(formatter, "@{}", self.0);
        };
        write!(
            formatter,
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC",
            at.year(),
            at.month(),
            at.day(),
            at.hour(),
            at.minutes(),
            at.seconds()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displays_dates() {
        for (seconds, text, date) in [
            (0, "1970-01-01 00:00:00 UTC", "1970-01-01"),
            (951_782_400, "2000-02-29 00:00:00 UTC", "2000-02-29"),
            (1_767_225_599, "2025-12-31 23:59:59 UTC", "2025-12-31"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC", "2100-03-01"),
            (253_402_300_799, "9999-12-31 23:59:59 UTC", "9999-12-31"),
            (253_402_300_800, "@253402300800", "@253402300800"),
            (-5, "@-5", "@-5"),
            (i64::MIN, "@-9223372036854775808", "@-9223372036854775808"),
        ] {
            assert_eq!(UnixTime::new(seconds).to_string(), text);
            assert_eq!(UnixTime::new(seconds).date(), date);
        }
    }

    #[test]
    fn reads_the_dates_that_it_displays() {
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("2000-02-29", 951_782_400),
            ("2100-03-01", 4_107_542_400),
            ("2000-02-29T23:59:59Z", 951_782_400),
        ] {
            assert_eq!(UnixTime::of_date(text), Some(UnixTime::new(seconds)));
        }
        for text in [
            "",
            "2026",
            "2026-1-01",
            "2026-13-01",
            "2026-02-30",
            "2026-01-01-01",
            "2026-01-01 12:00",
            "01.02.2026",
            "1969-12-31",
            "+026-01-01",
            "today",
        ] {
            assert_eq!(UnixTime::of_date(text), None, "{text}");
        }
    }

    #[test]
    fn adds_and_stays_in_range() {
        let start = UnixTime::new(100);
        assert_eq!(start.after_days(2), UnixTime::new(172_900));
        assert_eq!(
            start.after(Duration::from_millis(1_999)),
            UnixTime::new(101)
        );
        assert_eq!(start.after(Duration::MAX), UnixTime::new(i64::MAX));
        let last = UnixTime::new(i64::MAX - 1);
        assert_eq!(last.after_days(1), UnixTime::new(i64::MAX));
        assert_eq!(last.seconds(), i64::MAX - 1);
    }
}
