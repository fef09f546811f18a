//! What a day is: the one rule, for limits of campaigns and of accounts, for usage, and for when to
//! ask again (`docs/decisions/0033-a-day-keeps-its-end.md`).
//!
//! A day of a zone begins at the first instant that shows its date, and ends where the next one
//! begins. A day under way keeps the end that was recorded with what it counted, whatever becomes
//! of the zone. The day behind it lasts to the first midnight of the zone of then that is
//! [`DAY_HOURS_MIN`] hours or more away. So two changes of day are never close together, and a
//! limit cannot be had again within moments.
//!
//! Always true: of two days of one count the later one has the later end; without a change of the
//! zone a day is the calendar's.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// How long a day behind a change of the zone is at least. Half a day: whichever midnight is the
/// nearer one, the day is as near to a whole one as it can be.
pub const DAY_HOURS_MIN: i64 = 12;
/// A recorded day that ends later than this was recorded by a clock that was wrong by days. It
/// does not hold.
const DAY_HOURS_MAX: i64 = 72;
/// Days that usage and weekly limits look back over, today among them (campaign API, section
/// 1.14).
pub const WEEK_DAYS: u64 = 7;
/// No two places are further apart in time, by far.
const OFFSET_HOURS_MAX: i64 = 36;

/// A day that sends are counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    date: NaiveDate,
    ends_at: DateTime<Utc>,
}

impl Day {
    /// The day of a count at `now`. `latest` is the latest day that it has counted anything for.
    #[must_use]
    pub fn at(zone: Tz, now: DateTime<Utc>, latest: Option<Self>) -> Self {
        if let Some(latest) = latest {
            let is_under_way = now < latest.ends_at;
            if is_under_way && latest.ends_at - now <= TimeDelta::hours(DAY_HOURS_MAX) {
                return latest;
            }
            let following = Self::behind(zone, latest.ends_at);
            if !is_under_way && now < following.ends_at {
                return following;
            }
        }
        Self::of_calendar(zone, now)
    }

    /// The day of UTC at `now`, for usage: accounts are shared by campaigns of many zones.
    #[must_use]
    pub fn of_utc(now: DateTime<Utc>) -> Self {
        Self::at(Tz::UTC, now, None)
    }

    /// The day of the calendar that is `date` in `zone`.
    #[must_use]
    pub fn dated(zone: Tz, date: NaiveDate) -> Self {
        let ends_at = date.checked_add_days(Days::new(1)).map(beginning(zone));
        Self {
            date,
            ends_at: ends_at.unwrap_or(DateTime::<Utc>::MAX_UTC),
        }
    }

    /// A day as it was recorded.
    #[must_use]
    pub fn recorded(date: NaiveDate, ends_at: DateTime<Utc>) -> Self {
        Self { date, ends_at }
    }

    /// Its date. Of a day behind a change of the zone: that on which it ends.
    #[must_use]
    pub fn date(self) -> NaiveDate {
        self.date
    }

    /// When the next one begins.
    #[must_use]
    pub fn ends_at(self) -> DateTime<Utc> {
        self.ends_at
    }

    /// The first of the days of a week that ends with this one.
    #[must_use]
    pub fn week_begins_on(self) -> NaiveDate {
        let back = self.date.checked_sub_days(Days::new(WEEK_DAYS - 1));
        back.unwrap_or(NaiveDate::MIN)
    }

    fn of_calendar(zone: Tz, now: DateTime<Utc>) -> Self {
        let shown = now.with_timezone(&zone).date_naive();
        // Clocks that go back over midnight show a date again that is over.
        let next = shown.checked_add_days(Days::new(1));
        let begun = next.filter(|next| beginning(zone)(*next) <= now);
        Self::dated(zone, begun.unwrap_or(shown))
    }

    /// The day that begins at `from`, where another one ended.
    fn behind(zone: Tz, from: DateTime<Utc>) -> Self {
        let long_enough = from.checked_add_signed(TimeDelta::hours(DAY_HOURS_MIN));
        let mut day = Self::of_calendar(zone, from);
        while long_enough.is_some_and(|end| day.ends_at < end)
            && let Some(next) = day.date.checked_add_days(Days::new(1))
        {
            day = Self::dated(zone, next);
        }
        day
    }
}

/// The first instant at which `zone` shows a date or, where the clocks skip it, a later one.
fn beginning(zone: Tz) -> impl Fn(NaiveDate) -> DateTime<Utc> {
    move |date| {
        let midnight = date.and_time(NaiveTime::MIN);
        match zone.from_local_datetime(&midnight).earliest() {
            Some(shown) => shown.with_timezone(&Utc),
            None => end_of_gap(zone, date),
        }
    }
}

/// The end of the gap that `date` begins in, to the second.
fn end_of_gap(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    let midnight = date.and_time(NaiveTime::MIN).and_utc().timestamp();
    let reach = OFFSET_HOURS_MAX * 3_600;
    let (mut before, mut after) = (midnight - reach, midnight + reach);
    let instant = |second| DateTime::from_timestamp(second, 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
    while before + 1 < after {
        let middle = before.midpoint(after);
        if instant(middle).with_timezone(&zone).date_naive() < date {
            before = middle;
        } else {
            after = middle;
        }
    }
    instant(after)
}
