//! Operating hours: wall-clock stretches of a week in one time zone.

use crate::cast::{at, office_hours};
use chrono::{DateTime, Duration, Utc};
use domain::{Interval, OperatingHours};

fn hours(json: &str) -> OperatingHours {
    serde_json::from_str(json).expect(json)
}

/// Open on Sundays, when the clocks change, in `time_zone`.
fn sundays(time_zone: &str, stretches: &str) -> OperatingHours {
    hours(&format!(
        r#"{{"time_zone":"{time_zone}","sunday":[{stretches}]}}"#
    ))
}

#[test]
fn hours_are_read_in_their_own_time_zone() {
    let office = office_hours("America/New_York");

    assert!(!office.is_open_at(at("2026-04-20T12:59:59Z")));
    assert!(office.is_open_at(at("2026-04-20T13:00:00Z")));
    assert!(office.is_open_at(at("2026-04-20T20:59:59Z")));
    assert!(!office.is_open_at(at("2026-04-20T21:00:00Z")));
}

#[test]
fn a_weekday_that_is_not_named_is_closed() {
    let office = office_hours("America/New_York");

    assert!(!office.is_open_at(at("2026-04-19T14:00:00Z")));
}

#[test]
fn the_next_opening_is_now_when_it_is_open() {
    let office = office_hours("UTC");
    let noon = at("2026-04-20T12:00:30Z");

    assert_eq!(office.next_opening(noon), Some(noon));
}

#[test]
fn the_next_opening_is_found_a_week_ahead() {
    let mondays =
        hours(r#"{"time_zone":"America/New_York","monday":[{"from":"09:00","to":"17:00"}]}"#);

    let opening = mondays.next_opening(at("2026-04-20T21:00:00Z"));

    assert_eq!(opening, Some(at("2026-04-27T13:00:00Z")));
}

#[test]
fn a_schedule_that_never_opens_has_no_next_opening() {
    let closed = hours(r#"{"time_zone":"UTC"}"#);

    assert_eq!(closed.next_opening(at("2026-04-20T21:00:00Z")), None);
}

#[test]
fn a_stretch_whose_beginning_the_clocks_skip_opens_when_they_change() {
    let sundays = sundays("America/New_York", r#"{"from":"02:30","to":"05:00"}"#);

    let opening = sundays.next_opening(at("2026-03-08T05:00:00Z"));

    assert_eq!(opening, Some(at("2026-03-08T07:00:00Z")));
}

#[test]
fn a_stretch_that_the_clocks_repeat_opens_twice() {
    let sundays = sundays("America/New_York", r#"{"from":"01:30","to":"01:45"}"#);

    let opening = sundays.next_opening(at("2026-11-01T05:50:00Z"));

    assert_eq!(opening, Some(at("2026-11-01T06:30:00Z")));
}

#[test]
fn the_next_opening_is_the_first_open_minute_however_the_clocks_change() {
    let stretches = [
        r#"{"from":"02:30","to":"02:45"}"#,
        r#"{"from":"00:30","to":"01:15"}"#,
        r#"{"from":"00:00","to":"24:00"}"#,
        r#"{"from":"23:10","to":"23:50"},{"from":"00:05","to":"00:10"}"#,
    ];
    // An hour at two, half an hour at two, an hour at midnight.
    let changes = [
        ("America/New_York", "2026-03-08T03:00:00Z"),
        ("America/New_York", "2026-11-01T03:00:00Z"),
        ("Australia/Lord_Howe", "2026-04-04T12:00:00Z"),
        ("Australia/Lord_Howe", "2026-10-03T12:00:00Z"),
        ("America/Santiago", "2026-04-05T02:00:00Z"),
        ("America/Santiago", "2026-09-06T02:00:00Z"),
    ];

    for (zone, start) in changes {
        for sundays in stretches.map(|stretch| sundays(zone, stretch)) {
            first_open_minutes(&sundays, at(start));
        }
    }
}

/// Compares every half hour of two days with what trying each minute finds.
fn first_open_minutes(hours: &OperatingHours, start: DateTime<Utc>) {
    let mut open = None;
    for minute in (0..17 * 24 * 60).rev() {
        let instant = start + Duration::minutes(minute);
        if hours.is_open_at(instant) {
            open = Some(instant);
        }
        if minute < 2 * 24 * 60 && minute % 30 == 0 {
            assert_eq!(hours.next_opening(instant), open, "{hours:?} {instant}");
        }
    }
}

#[test]
fn a_stretch_is_two_times_of_a_day_in_order() {
    for bad in [
        r#"{"from":"17:00","to":"09:00"}"#,
        r#"{"from":"09:00","to":"09:00"}"#,
        r#"{"from":"9:00","to":"10:00"}"#,
        r#"{"from":"+9:00","to":"10:00"}"#,
        r#"{"from":"09:60","to":"11:00"}"#,
        r#"{"from":"09:00","to":"24:01"}"#,
        r#"{"from":"09:00","to":"10:00","every":"hour"}"#,
    ] {
        assert!(serde_json::from_str::<Interval>(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_schedule_is_written_as_it_was_read() {
    let json = concat!(
        r#"{"time_zone":"Europe/Paris","monday":[{"from":"09:05","to":"12:00"},"#,
        r#"{"from":"13:00","to":"24:00"}],"sunday":[{"from":"00:00","to":"01:00"}]}"#,
    );

    assert_eq!(serde_json::to_string(&hours(json)).unwrap(), json);
}
