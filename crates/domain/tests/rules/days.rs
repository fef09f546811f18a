//! What a day is: whole by the calendar, and never short behind a change of the time zone.
//!
//! The same by an independent reading, for two years of many zones: `clocks`.

use crate::cast::at;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::{DAY_HOURS_MIN, Day};
use proptest::prelude::*;

fn date(text: &str) -> NaiveDate {
    text.parse().expect(text)
}

fn day(zone: Tz, now: &str, latest: Option<Day>) -> (NaiveDate, DateTime<Utc>) {
    let day = Day::at(zone, at(now), latest);
    (day.date(), day.ends_at())
}

fn until(ends_at: &str) -> Option<Day> {
    Some(Day::recorded(date("2026-12-01"), at(ends_at)))
}

#[test]
fn a_day_is_the_calendars_in_its_zone() {
    let kiritimati = day(Tz::Pacific__Kiritimati, "2026-12-01T11:00:00Z", None);
    let utc = day(Tz::UTC, "2026-12-01T11:00:00Z", None);

    assert_eq!(kiritimati, (date("2026-12-02"), at("2026-12-02T10:00:00Z")));
    assert_eq!(utc, (date("2026-12-01"), at("2026-12-02T00:00:00Z")));
}

#[test]
fn a_day_under_way_keeps_its_end_when_the_zone_changes() {
    let under_way = until("2026-12-02T10:00:00Z");

    for zone in [Tz::Pacific__Pago_Pago, Tz::UTC, Tz::Asia__Kathmandu] {
        let day = day(zone, "2026-12-02T09:59:59Z", under_way);

        assert_eq!(day.1, at("2026-12-02T10:00:00Z"), "{zone}");
    }
}

#[test]
fn the_day_behind_a_change_of_the_zone_ends_at_the_first_midnight_half_a_day_away() {
    let over = until("2026-12-02T10:00:00Z");

    // 23:00 there: one hour would be left.
    let west = day(Tz::Pacific__Pago_Pago, "2026-12-02T10:00:00Z", over);
    // 10:00 there: fourteen hours are left.
    let utc = day(Tz::UTC, "2026-12-02T10:00:00Z", over);
    // 15:00 there: nine would be left.
    let karachi = day(Tz::Asia__Karachi, "2026-12-02T10:00:00Z", over);
    let unchanged = day(Tz::Pacific__Kiritimati, "2026-12-02T10:00:00Z", over);

    assert_eq!(west, (date("2026-12-02"), at("2026-12-03T11:00:00Z")));
    assert_eq!(utc, (date("2026-12-02"), at("2026-12-03T00:00:00Z")));
    assert_eq!(karachi, (date("2026-12-03"), at("2026-12-03T19:00:00Z")));
    assert_eq!(unchanged, (date("2026-12-03"), at("2026-12-03T10:00:00Z")));
}

#[test]
fn long_behind_a_change_of_the_zone_days_are_the_calendars_again() {
    let over = until("2026-12-02T10:00:00Z");

    let before = day(Tz::Pacific__Pago_Pago, "2026-12-03T10:59:59Z", over);
    let after = day(Tz::Pacific__Pago_Pago, "2026-12-03T11:00:00Z", over);

    assert_eq!(before.1, at("2026-12-03T11:00:00Z"));
    assert_eq!(after, (date("2026-12-03"), at("2026-12-04T11:00:00Z")));
}

#[test]
fn a_date_that_the_calendar_skips_is_no_day() {
    let last = day(Tz::Pacific__Apia, "2011-12-30T09:59:59Z", None);
    let next = day(Tz::Pacific__Apia, "2011-12-30T10:00:00Z", None);

    assert_eq!(last, (date("2011-12-29"), at("2011-12-30T10:00:00Z")));
    assert_eq!(next, (date("2011-12-31"), at("2011-12-31T10:00:00Z")));
}

#[test]
fn a_midnight_that_the_clocks_skip_begins_the_day_when_they_are_put_forward() {
    let saturday = day(Tz::America__Santiago, "2026-09-06T03:59:59Z", None);
    let sunday = day(Tz::America__Santiago, "2026-09-06T04:00:00Z", None);

    assert_eq!(saturday.1, at("2026-09-06T04:00:00Z"));
    assert_eq!(sunday, (date("2026-09-06"), at("2026-09-07T03:00:00Z")));
}

#[test]
fn a_midnight_that_comes_twice_begins_one_day() {
    // In Havana one o'clock becomes midnight again.
    let first = day(Tz::America__Havana, "2026-11-01T04:00:00Z", None);
    let second = day(Tz::America__Havana, "2026-11-01T05:00:00Z", None);
    // In Saint John's a minute past midnight became a minute past eleven.
    let begun = day(Tz::America__St_Johns, "2010-11-07T02:30:00Z", None);
    let shown_again = day(Tz::America__St_Johns, "2010-11-07T03:00:00Z", None);

    assert_eq!(first, (date("2026-11-01"), at("2026-11-02T05:00:00Z")));
    assert_eq!(second, first);
    assert_eq!(begun, (date("2010-11-07"), at("2010-11-08T03:30:00Z")));
    assert_eq!(shown_again, begun);
}

#[test]
fn a_day_that_a_wrong_clock_recorded_does_not_hold() {
    let of_next_year = Some(Day::recorded(
        date("2027-12-01"),
        at("2027-12-02T00:00:00Z"),
    ));

    let day = day(Tz::UTC, "2026-12-01T11:00:00Z", of_next_year);

    assert_eq!(day, (date("2026-12-01"), at("2026-12-02T00:00:00Z")));
}

fn zones() -> impl Strategy<Value = Tz> {
    proptest::sample::select(chrono_tz::TZ_VARIANTS.to_vec())
}

proptest! {
    /// However often the zone changes: a day ends after the one before, half a day later at least,
    /// and at no instant is there more than one.
    #[test]
    fn two_changes_of_day_are_never_close(
        begins in 1_700_000_000_i64..1_900_000_000,
        steps in prop::collection::vec((zones(), 1_i64..200_000), 1..40),
    ) {
        let (mut now, mut latest) = (begins, None::<Day>);
        for (zone, seconds) in steps {
            now += seconds;
            let instant = DateTime::from_timestamp(now, 0).unwrap();
            let day = Day::at(zone, instant, latest);

            prop_assert!(instant < day.ends_at());
            if let Some(before) = latest.filter(|before| *before != day) {
                prop_assert!(before.ends_at() <= instant);
                let apart = day.ends_at() - before.ends_at();
                prop_assert!(TimeDelta::hours(DAY_HOURS_MIN) <= apart, "{before:?} {day:?}");
            }
            // Asked again for the same count, it is the same day to the end.
            let last = day.ends_at() - TimeDelta::seconds(1);
            prop_assert_eq!(Day::at(zone, last, Some(day)), day);
            latest = Some(day);
        }
    }
}
