//! Durations and dates as task code writes them (the wire contract, "create" and "list query").
//!
//! Trigger.dev is lenient where a mistake costs: a timeout that it cannot read, or that is past, is
//! no timeout, and a key's lifetime that it cannot read never ends. Task code that runs on both
//! must find the same here. What a list is filtered by is strict, and says so.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SubsecRound, TimeDelta, Utc};

/// The farthest that anything may be ahead. What is farther is as good as never.
const AHEAD_DAYS_MAX: i64 = 36_525;
const DAY_SECONDS: i64 = 86_400;

/// Units of a duration that is joined of parts, the longer names first.
const UNITS: [(&str, i64); 6] = [
    ("w", 7 * DAY_SECONDS),
    ("d", DAY_SECONDS),
    ("hr", 3_600),
    ("h", 3_600),
    ("m", 60),
    ("s", 1),
];

/// Units of a lifetime of a key.
const LIFETIME_UNITS: [&str; 4] = ["s", "m", "h", "d"];

/// When a token's time runs out: an ISO date in the future, or a duration from now. `None`: never.
pub(crate) fn timeout(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let at = match date(text) {
        Some(at) => Some(at).filter(|at| now < *at),
        None => duration(text).and_then(|length| now.checked_add_signed(length)),
    };
    at.filter(|at| is_near(*at, now)).map(to_the_millisecond)
}

/// The same for a date as a number: milliseconds since the epoch.
pub(crate) fn timeout_at(milliseconds: f64, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let at = whole(milliseconds).and_then(DateTime::from_timestamp_millis)?;
    Some(at).filter(|at| now < *at && is_near(*at, now))
}

/// When a key's lifetime ends: one number with one of `s`, `m`, `h`, `d`. `None`: never.
pub(crate) fn key_expiry(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let (_, unit) = split_number(text)?;
    let length = duration(text).filter(|_| LIFETIME_UNITS.contains(&unit))?;
    let at = now.checked_add_signed(length)?;
    is_near(at, now).then(|| to_the_millisecond(at))
}

/// When a period that ends now began, as in `24h` or `7d`.
pub(crate) fn period_start(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    now.checked_sub_signed(duration(text)?)
}

/// An instant of a filter: milliseconds since the epoch, or an ISO date.
pub(crate) fn instant(text: &str) -> Option<DateTime<Utc>> {
    match text.parse() {
        Ok(milliseconds) => DateTime::from_timestamp_millis(milliseconds),
        Err(_) => date(text),
    }
}

/// How long a public token lives, in the spelling of the package `jose`: one number, perhaps a
/// space, and a unit or its long name.
pub(crate) fn spelled_out(text: &str) -> Option<TimeDelta> {
    let text = text.trim().to_ascii_lowercase();
    let (number, unit) = split_number(text.strip_prefix('+').unwrap_or(&text).trim_start())?;
    let seconds = match unit.trim_start() {
        "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600,
        "d" | "day" | "days" => DAY_SECONDS,
        "w" | "week" | "weeks" => 7 * DAY_SECONDS,
        "y" | "yr" | "yrs" | "year" | "years" => AHEAD_DAYS_MAX * DAY_SECONDS / 100,
        _ => return None,
    };
    TimeDelta::try_seconds(number.checked_mul(seconds)?)
}

/// The sum of one or more parts such as `1w2d3h`.
fn duration(text: &str) -> Option<TimeDelta> {
    let mut rest = text;
    let mut seconds = 0_i64;
    while !rest.is_empty() {
        let (number, after) = split_number(rest)?;
        let (unit, length) = UNITS.iter().find(|(unit, _)| after.starts_with(unit))?;
        seconds = seconds.checked_add(number.checked_mul(*length)?)?;
        rest = after.strip_prefix(unit)?;
    }
    if text.is_empty() {
        return None;
    }
    TimeDelta::try_seconds(seconds)
}

fn split_number(text: &str) -> Option<(i64, &str)> {
    let end = text
        .find(|next: char| !next.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, rest))
}

/// An ISO date, with a time or without; without a zone it is UTC.
fn date(text: &str) -> Option<DateTime<Utc>> {
    let zoned = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    let unzoned = || text.parse::<NaiveDateTime>().map(|at| at.and_utc());
    let day = || text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0);
    zoned
        .or_else(|_| unzoned())
        .ok()
        .or_else(|| day().map(|at| at.and_utc()))
}

fn is_near(at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    at - now <= TimeDelta::days(AHEAD_DAYS_MAX)
}

/// JavaScript's dates have no finer parts.
fn to_the_millisecond(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(3)
}

/// A number of JavaScript as the whole number below it, if it is one that a date can be.
fn whole(number: f64) -> Option<i64> {
    // The largest date of JavaScript, which is far inside of what both numbers hold exactly.
    const DATE_MILLISECONDS_MAX: f64 = 8.64e15;
    let fits = (-DATE_MILLISECONDS_MAX..=DATE_MILLISECONDS_MAX).contains(&number);
    fits.then(|| format!("{:.0}", number.floor()).parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-25T12:00:00.123456Z".parse().unwrap()
    }

    /// The seconds until the timeout, if there is one.
    fn ahead(text: &str) -> Option<i64> {
        let from = now().trunc_subsecs(3);
        timeout(text, now()).map(|at| (at - from).num_seconds())
    }

    #[test]
    fn a_timeout_is_one_or_more_parts_joined() {
        for (text, seconds) in [
            ("30s", 30),
            ("1m", 60),
            ("2h", 7_200),
            ("2hr", 7_200),
            ("3d", 259_200),
            ("4w", 2_419_200),
            ("1d12h", 129_600),
            ("1w2d3hr4h5m6s", 803_106),
        ] {
            assert_eq!(ahead(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn a_timeout_may_be_a_date_in_the_future() {
        assert_eq!(ahead("2026-11-25T12:00:10.123Z"), Some(10));
        assert_eq!(ahead("2026-11-25T13:00:10.123+01:00"), Some(10));
        assert_eq!(ahead("2026-11-25T12:00:10.123"), Some(10));
        assert_eq!(ahead("2026-11-26"), Some(43_199));

        let at = now().timestamp_millis() + 10_000;
        let number: f64 = at.to_string().parse().unwrap();
        assert_eq!(timeout_at(number, now()).unwrap().timestamp_millis(), at);
    }

    #[test]
    fn a_past_date_and_nonsense_are_no_timeout() {
        for text in [
            "2026-11-25T11:59:59Z",
            "1970-01-01",
            "",
            "10",
            "m",
            "1 m",
            "1h 30m",
            "-5m",
            "1.5h",
            "5x",
            "5hrs",
            "tomorrow",
            "99999999999999999999s",
            "9223372036854775807w",
            "40000d",
        ] {
            assert_eq!(ahead(text), None, "{text}");
        }
        for number in [0.0, -1.0, f64::NAN, f64::INFINITY, 9e15] {
            assert_eq!(timeout_at(number, now()), None, "{number}");
        }
    }

    #[test]
    fn a_timeout_has_no_finer_parts_than_milliseconds() {
        assert_eq!(
            timeout("1s", now()).unwrap().to_rfc3339(),
            "2026-11-25T12:00:01.123+00:00"
        );
    }

    #[test]
    fn a_keys_lifetime_is_one_number_with_one_unit() {
        for (text, seconds) in [("30s", 30), ("5m", 300), ("2h", 7_200), ("3d", 259_200)] {
            let at = key_expiry(text, now()).unwrap();
            let from = now().trunc_subsecs(3);
            assert_eq!((at - from).num_seconds(), seconds, "{text}");
        }
        for text in ["", "5", "1w", "1hr", "1h30m", "2026-12-01", "60", "h"] {
            assert_eq!(key_expiry(text, now()), None, "{text}");
        }
    }

    #[test]
    fn a_list_is_filtered_by_periods_milliseconds_and_dates() {
        assert_eq!(
            period_start("24h", now()),
            Some(now() - TimeDelta::hours(24))
        );
        assert_eq!(period_start("7d", now()), Some(now() - TimeDelta::days(7)));
        assert_eq!(period_start("yesterday", now()), None);

        let at: DateTime<Utc> = "2026-01-02T03:04:05Z".parse().unwrap();
        assert_eq!(instant("1767323045000"), Some(at));
        assert_eq!(instant("2026-01-02T03:04:05Z"), Some(at));
        assert_eq!(instant("then"), None);
    }

    #[test]
    fn a_public_tokens_lifetime_may_be_spelled_out() {
        for (text, seconds) in [
            ("15m", 900),
            ("1 hour", 3_600),
            ("2 Days", 172_800),
            ("+ 10 secs", 10),
            ("1y", 31_557_600),
        ] {
            assert_eq!(spelled_out(text), TimeDelta::try_seconds(seconds), "{text}");
        }
        for text in ["", "soon", "15", "1 fortnight", "-5m", "1h30m"] {
            assert_eq!(spelled_out(text), None, "{text}");
        }
    }
}
