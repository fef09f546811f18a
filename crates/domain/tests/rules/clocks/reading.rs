//! The independent reading: wall clocks a quarter of an hour at a time, and counting.

use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;
use std::collections::BTreeSet;

/// Minutes since 1970 when 2026 begins, and as many as two years and a half have: nothing is asked
/// in the last two months, so that what follows can be looked up.
pub const BEGINNING: i64 = 29_453_760;
pub const MINUTES: i64 = 730 * 1_440;
const LOOKED_UP: i64 = MINUTES + 60 * 1_440;
const QUARTER: i64 = 15;

pub const ZONES: [Tz; 30] = [
    Tz::UTC,
    Tz::Europe__Paris,
    Tz::Europe__London,
    Tz::America__New_York,
    Tz::America__Los_Angeles,
    Tz::America__Sao_Paulo,
    Tz::America__Santiago,
    Tz::America__Havana,
    Tz::America__Asuncion,
    Tz::America__St_Johns,
    Tz::America__Nuuk,
    Tz::America__Scoresbysund,
    Tz::Atlantic__Azores,
    Tz::Africa__Casablanca,
    Tz::Africa__Cairo,
    Tz::Asia__Beirut,
    Tz::Asia__Gaza,
    Tz::Asia__Tehran,
    Tz::Asia__Kolkata,
    Tz::Asia__Kathmandu,
    Tz::Australia__Lord_Howe,
    Tz::Australia__Sydney,
    Tz::Australia__Eucla,
    Tz::Antarctica__Troll,
    Tz::Pacific__Chatham,
    Tz::Pacific__Auckland,
    Tz::Pacific__Apia,
    Tz::Pacific__Kiritimati,
    Tz::Pacific__Pago_Pago,
    Tz::Pacific__Marquesas,
];

/// A zone's wall clock.
pub struct Zone {
    pub name: &'static str,
    /// At each quarter: the weekday from Sunday, and the minute of the day.
    shown: Vec<(u32, u32)>,
    /// The minutes at which a new date is shown.
    midnights: Vec<i64>,
    /// The minutes at which the clock jumps.
    changes: Vec<i64>,
}

impl Zone {
    pub fn new(zone: Tz) -> Self {
        let (mut shown, mut midnights, mut changes) = (vec![], vec![], vec![]);
        let mut latest = None;
        let mut before: Option<i64> = None;
        for minute in (0..LOOKED_UP).step_by(usize::try_from(QUARTER).unwrap()) {
            let instant = DateTime::from_timestamp((BEGINNING + minute) * 60, 0).unwrap();
            let wall = instant.with_timezone(&zone).naive_local();
            shown.push((
                wall.weekday().num_days_from_sunday(),
                wall.hour() * 60 + wall.minute(),
            ));
            if latest.is_some_and(|latest| latest < wall.date()) {
                midnights.push(minute);
            }
            latest = latest.max(Some(wall.date()));
            let reads = wall.and_utc().timestamp() / 60;
            if before.is_some_and(|before| before + QUARTER != reads) {
                changes.push(minute);
            }
            before = Some(reads);
        }
        Self {
            name: zone.name(),
            shown,
            midnights,
            changes,
        }
    }

    /// Around the changes of the clock every minute, at every change of day, and in between.
    pub fn interesting(&self) -> BTreeSet<i64> {
        let around = |reach: i64| move |minute: &i64| (minute - reach)..=(minute + reach);
        let changes = self.changes.iter().flat_map(around(75));
        let midnights = self
            .midnights
            .iter()
            .flat_map(|minute| [minute - 1, *minute]);
        let between = (0..MINUTES).step_by(611);
        let all = changes.chain(midnights).chain(between);
        all.filter(|minute| (0..MINUTES).contains(minute)).collect()
    }

    fn is_open(&self, minute: i64, hours: &[(u32, u32)]) -> bool {
        let quarter = usize::try_from(minute / QUARTER).unwrap();
        let (weekday, shown) = self.shown[quarter];
        let shown = shown + u32::try_from(minute % QUARTER).unwrap();
        weekday <= 4 && hours.iter().any(|(from, to)| (*from..*to).contains(&shown))
    }

    fn first_midnight(&self, is_wanted: impl Fn(i64) -> bool) -> i64 {
        let mut midnights = self.midnights.iter().copied();
        midnights.find(|midnight| is_wanted(*midnight)).unwrap()
    }
}

#[derive(Debug)]
pub enum Asked {
    Granted,
    Refused { closed: bool, again: Option<i64> },
}

/// What an attentive person would note: when the day ends that was last counted for, how often was
/// sent in it, and on which days of UTC.
pub struct Reading<'a> {
    pub zone: &'a Zone,
    pub hours: Option<&'static [(u32, u32)]>,
    /// The account's limits, a day and a week.
    pub own: (u32, u32),
    day_ends: Option<i64>,
    sent_in_day: u32,
    sent_on: Vec<i64>,
}

const CAMPAIGN_DAILY: u32 = 2;

impl<'a> Reading<'a> {
    pub fn new(zone: &'a Zone) -> Self {
        Self {
            zone,
            hours: None,
            own: (0, 0),
            day_ends: None,
            sent_in_day: 0,
            sent_on: vec![],
        }
    }

    pub fn ask(&self, minute: i64) -> Asked {
        let closed = !self.is_open(minute);
        let free = self.free_from(minute);
        if !closed && free == minute {
            return Asked::Granted;
        }
        let mut again = free;
        while !self.is_open(again) {
            again += QUARTER - again % QUARTER;
        }
        Asked::Refused {
            closed,
            again: Some(again),
        }
    }

    pub fn grant(&mut self, minute: i64) {
        if self.day_ends.is_none_or(|ends| ends <= minute) {
            self.day_ends = Some(self.end_of_day(minute));
            self.sent_in_day = 0;
        }
        self.sent_in_day += 1;
        self.sent_on.push(minute / 1_440);
    }

    fn is_open(&self, minute: i64) -> bool {
        self.hours
            .is_none_or(|hours| self.zone.is_open(minute, hours))
    }

    /// Of a day that begins to count at `minute`.
    fn end_of_day(&self, minute: i64) -> i64 {
        let following = self
            .day_ends
            .map(|ends| self.zone.first_midnight(|it| ends + 720 <= it));
        following
            .filter(|following| minute < *following)
            .unwrap_or_else(|| self.zone.first_midnight(|it| minute < it))
    }

    /// When no limit is in the way if nothing else is sent.
    pub fn free_from(&self, minute: i64) -> i64 {
        let under_way = self.day_ends.filter(|ends| minute < *ends);
        let reached = CAMPAIGN_DAILY <= self.sent_in_day;
        let campaign = under_way.filter(|_| reached).unwrap_or(minute);
        let today = minute / 1_440;
        let sent = |first: i64, last: i64| {
            let days = self.sent_on.iter().rev().take(200);
            let sent = days.filter(|day| (first..=last).contains(*day)).count();
            u32::try_from(sent).unwrap()
        };
        let lets_through =
            |day: &i64| sent(*day, *day) < self.own.0 && sent(*day - 6, *day) < self.own.1;
        let day = (today..today + 9).find(lets_through).unwrap();
        campaign.max(minute).max(day * 1_440)
    }
}
