//! How much an account and a campaign may send: which limits there are, what counts against them,
//! and when they let through again.
//!
//! Permits are asked of the same function ([`binding_limit`]) as what is shown, so what is shown is
//! what holds. A limit counts permits that were granted, the failed ones too: a failure may have cost
//! the provider's patience. An account's limits count the permits that named it, over all campaigns
//! of its user, by days of UTC; a campaign's count its own permits, by its own days
//! ([`Day`](crate::Day)). Of those that are reached, the one that lets through again last binds.

use crate::day::Day;
use crate::{AccountId, Channel, ChannelKind, Present, SendKind, WEEK_DAYS};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Mails a day of an account that has no limit of its own (campaign API, section 1.14).
const DAILY_DEFAULT: u32 = 30;
/// Invitations a week of a free and of a premium profile.
const WEEKLY_CONNECTIONS_DEFAULT: (u32, u32) = (80, 100);
/// LinkedIn messages a week of a free and of a premium profile.
const WEEKLY_MESSAGES_DEFAULT: (u32, u32) = (100, 150);

/// The limits that an account has of its own. Where one is absent the documented default holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OwnLimits {
    /// Sends a day.
    pub daily: Option<u32>,
    /// Invitations a week.
    pub weekly_connections: Option<u32>,
    /// Mails or LinkedIn messages a week.
    pub weekly_messages: Option<u32>,
    /// Whether it is a premium profile.
    pub is_premium: bool,
}

impl OwnLimits {
    /// Sends a day; no limit on LinkedIn unless the account has one.
    #[must_use]
    pub fn daily_on(self, channel: ChannelKind) -> Option<u32> {
        match channel {
            ChannelKind::Email => self.daily.or(Some(DAILY_DEFAULT)),
            ChannelKind::Linkedin => self.daily,
        }
    }

    /// Invitations a week; no limit on email unless the account has one.
    #[must_use]
    pub fn weekly_connections_on(self, channel: ChannelKind) -> Option<u32> {
        self.weekly(channel, self.weekly_connections, WEEKLY_CONNECTIONS_DEFAULT)
    }

    /// Messages a week; no limit on email unless the account has one.
    #[must_use]
    pub fn weekly_messages_on(self, channel: ChannelKind) -> Option<u32> {
        self.weekly(channel, self.weekly_messages, WEEKLY_MESSAGES_DEFAULT)
    }

    fn weekly(
        self,
        channel: ChannelKind,
        own: Option<u32>,
        (free, premium): (u32, u32),
    ) -> Option<u32> {
        let default = match channel {
            ChannelKind::Email => None,
            ChannelKind::Linkedin if self.is_premium => Some(premium),
            ChannelKind::Linkedin => Some(free),
        };
        own.or(default)
    }
}

/// Permits that were granted for one account over all campaigns of its user, by day of UTC and by
/// what they send; at least those of the latest [`WEEK_DAYS`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountPermits(BTreeMap<(NaiveDate, SendKind), u32>);

impl AccountPermits {
    /// Counts permits of a day.
    pub fn count(&mut self, day: NaiveDate, kind: SendKind, permits: u32) {
        let count = self.0.entry((day, kind)).or_default();
        *count = count.saturating_add(permits);
    }

    /// Forgets days that no limit looks back to any more.
    pub fn forget_before(&mut self, day: NaiveDate) {
        self.0.retain(|(counted, _), _| day <= *counted);
    }

    /// The day of UTC that a permit at `now` counts for.
    #[must_use]
    pub fn day_at(&self, now: DateTime<Utc>) -> Day {
        let latest = self.0.keys().next_back();
        Day::at(
            Tz::UTC,
            now,
            latest.map(|(day, _)| Day::dated(Tz::UTC, *day)),
        )
    }

    fn on(&self, day: Day) -> u32 {
        self.between(day.date(), day.date(), |_| true)
    }

    fn in_week_to(&self, day: Day, is_counted: impl Fn(SendKind) -> bool) -> u32 {
        self.between(day.week_begins_on(), day.date(), is_counted)
    }

    fn between(
        &self,
        first: NaiveDate,
        last: NaiveDate,
        is_counted: impl Fn(SendKind) -> bool,
    ) -> u32 {
        let counts = self
            .0
            .iter()
            .filter(|((day, kind), _)| (first..=last).contains(day) && is_counted(*kind));
        counts.fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }
}

/// What a decision looks at of a sender account that a permit names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SendingAccount {
    /// Its own limits. None are set of an account that was removed: the defaults hold.
    pub own: OwnLimits,
    /// What was granted for it.
    pub permits: AccountPermits,
}

/// An account without limits of its own.
pub(crate) static NOTHING_KNOWN: SendingAccount = SendingAccount {
    own: OwnLimits {
        daily: None,
        weekly_connections: None,
        weekly_messages: None,
        is_premium: false,
    },
    permits: AccountPermits(BTreeMap::new()),
};

/// Which limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitName {
    /// The campaign's `daily_limit`, over all its senders.
    CampaignDaily,
    /// The campaign's `account_limits`, of the account.
    CampaignAccount,
    /// The account's own, a day.
    AccountDaily,
    /// The account's own invitations a week.
    AccountWeeklyConnections,
    /// The account's own messages a week.
    AccountWeeklyMessages,
}

/// A limit in force, and how far it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitInForce {
    /// Which.
    pub name: LimitName,
    /// Permits that it lets through.
    pub sends_max: u32,
    /// Permits that count against it now.
    pub granted: u32,
    /// When it lets one through again if nothing else is granted until then. Of a limit that is
    /// reached; never, when absent.
    pub frees_at: Option<DateTime<Utc>>,
}

impl LimitInForce {
    /// Whether it lets nothing through now. One that was lowered may be exceeded.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.left() == 0
    }

    /// How many permits it still lets through.
    fn left(&self) -> u32 {
        self.sends_max.saturating_sub(self.granted)
    }

    /// Of two limits the lesser one binds: fewer permits are left, or it lets through again later.
    fn looseness(&self) -> impl Ord + use<> {
        let is_for_ever = self.is_reached() && self.frees_at.is_none();
        (self.left(), Reverse((is_for_ever, self.frees_at)))
    }

    fn new(name: LimitName, sends_max: u32, granted: u32) -> Self {
        Self {
            name,
            sends_max,
            granted,
            frees_at: None,
        }
    }

    /// A limit of one day lets through again when the day is over.
    fn of_day(name: LimitName, sends_max: u32, (granted, day): (u32, Day)) -> Self {
        let limit = Self::new(name, sends_max, granted);
        let frees_at = (limit.is_reached() && 0 < sends_max).then_some(day.ends_at());
        Self { frees_at, ..limit }
    }

    /// A limit of a week lets through again at the first change of day behind which less is counted.
    fn of_week(
        name: LimitName,
        sends_max: u32,
        granted_to: impl Fn(Day) -> u32,
        today: Day,
    ) -> Self {
        let limit = Self::new(name, sends_max, granted_to(today));
        if !limit.is_reached() {
            return limit;
        }
        let following = |day: &Day| Some(Day::at(Tz::UTC, day.ends_at(), Some(*day)));
        let days = std::iter::successors(following(&today), following);
        let week = days.take(usize::try_from(WEEK_DAYS).unwrap_or(usize::MAX));
        let mut ends = std::iter::once(today).chain(week.clone()).zip(week);
        let free = ends.find(|(_, day)| granted_to(*day) < sends_max);
        Self {
            frees_at: free.map(|(before, _)| before.ends_at()),
            ..limit
        }
    }
}

/// The limit that binds, if there is any: of those that are reached the one that lets through again
/// last, so that a permit is granted at its time; while none is reached, the one that leaves the
/// fewest permits. Of equal ones the first of [`limits_on`].
#[must_use]
pub fn binding_limit(
    campaign: &Present,
    kind: SendKind,
    account: Option<(AccountId, &SendingAccount)>,
    now: DateTime<Utc>,
) -> Option<LimitInForce> {
    let limits = limits_on(campaign, kind, account, now);
    limits.into_iter().min_by_key(LimitInForce::looseness)
}

/// The limits on what `campaign` sends of `kind` at `now`, for the account that the permit names,
/// if it names one.
#[must_use]
pub fn limits_on(
    campaign: &Present,
    kind: SendKind,
    account: Option<(AccountId, &SendingAccount)>,
    now: DateTime<Utc>,
) -> Vec<LimitInForce> {
    let mut limits = Vec::with_capacity(4);
    of_campaign(campaign, account.map(|(id, _)| id), now, &mut limits);
    if let Some((_, account)) = account {
        of_account(
            campaign.settings.channel.kind(),
            kind,
            (account, now),
            &mut limits,
        );
    }
    limits
}

fn of_campaign(
    campaign: &Present,
    account: Option<AccountId>,
    now: DateTime<Utc>,
    limits: &mut Vec<LimitInForce>,
) {
    let Channel::Email(email) = &campaign.settings.channel else {
        return;
    };
    let (day, tally) = (campaign.day_at(now), &campaign.tally);
    if let Some(limit) = email.daily_limit {
        let granted = (tally.on(day), day);
        let name = LimitName::CampaignDaily;
        limits.push(LimitInForce::of_day(name, limit.sends(), granted));
    }
    let mut own = email.account_limits.iter();
    if let Some(limit) = own.find(|limit| Some(limit.account_id) == account) {
        let granted = (tally.of_account_on(limit.account_id, day), day);
        let name = LimitName::CampaignAccount;
        limits.push(LimitInForce::of_day(
            name,
            limit.daily_limit.sends(),
            granted,
        ));
    }
}

fn of_account(
    channel: ChannelKind,
    kind: SendKind,
    (account, now): (&SendingAccount, DateTime<Utc>),
    limits: &mut Vec<LimitInForce>,
) {
    let (own, permits) = (account.own, &account.permits);
    let day = permits.day_at(now);
    if let Some(limit) = own.daily_on(channel) {
        let name = LimitName::AccountDaily;
        limits.push(LimitInForce::of_day(name, limit, (permits.on(day), day)));
    }
    let is_connection = |kind| kind == SendKind::ConnectionRequest;
    let (name, limit) = if is_connection(kind) {
        let limit = own.weekly_connections_on(channel);
        (LimitName::AccountWeeklyConnections, limit)
    } else {
        let limit = own.weekly_messages_on(channel);
        (LimitName::AccountWeeklyMessages, limit)
    };
    if let Some(limit) = limit {
        let alike = |other| is_connection(other) == is_connection(kind);
        let granted_to = |day| permits.in_week_to(day, alike);
        limits.push(LimitInForce::of_week(name, limit, granted_to, day));
    }
}
