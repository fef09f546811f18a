//! Operating hours: when a campaign may send.
//!
//! A week of half-open intervals in one IANA time zone. On the wire:
//! `{"time_zone": "Europe/Paris", "monday": [{"from": "09:00", "to": "17:30"}], …}`; a weekday
//! that is not named is closed, `24:00` closes at midnight. Local times that a change of clocks
//! skips or repeats are read by the wall clock: an hour that occurs twice is open twice.

use chrono::{
    DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, Offset, TimeZone, Timelike, Utc,
    Weekday,
};
use chrono_tz::Tz;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

const MINUTES_A_DAY: u16 = 24 * 60;
/// Today and two weeks: a stretch that the clocks skip comes again a week later.
const DAYS_SEARCHED_MAX: u64 = 15;

/// An open stretch of one day, in minutes after local midnight, `from` included, `to` not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WireInterval", into = "WireInterval")]
pub struct Interval {
    from: u16,
    to: u16,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireInterval {
    from: String,
    to: String,
}

/// Why a schedule is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadHours {
    /// Not `HH:MM` between 00:00 and 24:00.
    #[error("from and to must be times between 00:00 and 24:00, written HH:MM")]
    Time,
    /// No zone of the IANA database.
    #[error("time_zone must be the name of an IANA time zone, such as Europe/Paris")]
    TimeZone,
    /// An interval that ends before it begins.
    #[error("an interval must end after it begins")]
    Order,
}

impl Interval {
    /// From `from` to `to`, in minutes after midnight.
    ///
    /// # Errors
    /// When the interval is empty or leaves the day.
    pub fn new(from: u16, to: u16) -> Result<Self, BadHours> {
        if from < to && to <= MINUTES_A_DAY {
            Ok(Self { from, to })
        } else {
            Err(BadHours::Order)
        }
    }

    fn holds(self, minute: u16) -> bool {
        self.from <= minute && minute < self.to
    }
}

impl TryFrom<WireInterval> for Interval {
    type Error = BadHours;

    fn try_from(wire: WireInterval) -> Result<Self, BadHours> {
        Self::new(minutes(&wire.from)?, minutes(&wire.to)?)
    }
}

impl From<Interval> for WireInterval {
    fn from(interval: Interval) -> Self {
        let wall = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        Self {
            from: wall(interval.from),
            to: wall(interval.to),
        }
    }
}

fn minutes(text: &str) -> Result<u16, BadHours> {
    let bad = || BadHours::Time;
    let (hours, minutes) = text.split_once(':').ok_or_else(bad)?;
    let two_digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !two_digits(hours) || !two_digits(minutes) {
        return Err(bad());
    }
    let hours: u16 = hours.parse().map_err(|_| bad())?;
    let minutes: u16 = minutes.parse().map_err(|_| bad())?;
    let total = hours * 60 + minutes;
    if minutes < 60 && total <= MINUTES_A_DAY {
        Ok(total)
    } else {
        Err(bad())
    }
}

/// A week's schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatingHours {
    /// The zone that the times are read in.
    #[serde(deserialize_with = "time_zone")]
    pub time_zone: Tz,
    /// Open stretches of Mondays, and so on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub monday: Vec<Interval>,
    /// Tuesdays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tuesday: Vec<Interval>,
    /// Wednesdays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wednesday: Vec<Interval>,
    /// Thursdays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thursday: Vec<Interval>,
    /// Fridays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub friday: Vec<Interval>,
    /// Saturdays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub saturday: Vec<Interval>,
    /// Sundays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sunday: Vec<Interval>,
}

/// Reads a zone by its name. chrono-tz's own error repeats what was sent.
fn time_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse()
        .map_err(|_| D::Error::custom(BadHours::TimeZone))
}

impl OperatingHours {
    /// Stretches that one day may have.
    pub const INTERVALS_A_DAY_MAX: usize = 24;

    /// Stretches of the day that has most.
    #[must_use]
    pub fn intervals_a_day(&self) -> usize {
        let weekdays = [
            Weekday::Mon,
            Weekday::Tue,
            Weekday::Wed,
            Weekday::Thu,
            Weekday::Fri,
            Weekday::Sat,
            Weekday::Sun,
        ];
        let most = weekdays.into_iter().map(|day| self.on(day).len()).max();
        most.unwrap_or(0)
    }

    /// Whether sends may go out at `instant`.
    #[must_use]
    pub fn is_open_at(&self, instant: DateTime<Utc>) -> bool {
        let local = instant.with_timezone(&self.time_zone);
        let minute = u16::try_from(local.hour() * 60 + local.minute()).unwrap_or(MINUTES_A_DAY);
        self.on(local.weekday())
            .iter()
            .any(|interval| interval.holds(minute))
    }

    /// The first instant at or after `instant` when sends may go out. `None` when the schedule
    /// never opens.
    #[must_use]
    pub fn next_opening(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.is_open_at(instant) {
            return Some(instant);
        }
        let zone = self.time_zone;
        let today = local_day(zone, instant);
        (0..DAYS_SEARCHED_MAX)
            .filter_map(|days| today.checked_add_days(Days::new(days)))
            .flat_map(|day| {
                self.on(day.weekday())
                    .iter()
                    .map(move |open| (day, open.from))
            })
            .flat_map(|(day, minute)| wall_instants(zone, day, minute))
            .chain(clock_change(zone, instant))
            .filter(|opening| instant < *opening && self.is_open_at(*opening))
            .min()
    }

    fn on(&self, weekday: Weekday) -> &[Interval] {
        match weekday {
            Weekday::Mon => &self.monday,
            Weekday::Tue => &self.tuesday,
            Weekday::Wed => &self.wednesday,
            Weekday::Thu => &self.thursday,
            Weekday::Fri => &self.friday,
            Weekday::Sat => &self.saturday,
            Weekday::Sun => &self.sunday,
        }
    }
}

/// The date that `zone` shows at `instant`.
fn local_day(zone: Tz, instant: DateTime<Utc>) -> NaiveDate {
    instant.with_timezone(&zone).date_naive()
}

/// The instants at which the wall clock of `zone` shows `minute` of `day`: one, none when the
/// clocks skip it, two when they repeat it.
fn wall_instants(zone: Tz, day: NaiveDate, minute: u16) -> impl Iterator<Item = DateTime<Utc>> {
    let wall = day.and_time(NaiveTime::MIN) + Duration::minutes(i64::from(minute));
    let found = zone.from_local_datetime(&wall);
    let second = found
        .latest()
        .filter(|latest| found.earliest() != Some(*latest));
    found
        .earliest()
        .into_iter()
        .chain(second)
        .map(|local| local.with_timezone(&Utc))
}

/// When the clocks of `zone` change within the days searched: a stretch that is under way by the
/// new wall clock opens there.
fn clock_change(zone: Tz, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let until = from.checked_add_days(Days::new(DAYS_SEARCHED_MAX))?;
    let offset = |second| {
        let instant = DateTime::from_timestamp(second, 0)?;
        Some(zone.offset_from_utc_datetime(&instant.naive_utc()).fix())
    };
    let (mut before, mut after) = (from.timestamp(), until.timestamp());
    let old = offset(before)?;
    if offset(after)? == old {
        return None;
    }
    while before + 1 < after {
        let middle = before.midpoint(after);
        if offset(middle)? == old {
            before = middle;
        } else {
            after = middle;
        }
    }
    DateTime::from_timestamp(after, 0)
}
