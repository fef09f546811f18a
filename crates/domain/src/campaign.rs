//! What a campaign is at one moment: its stage with what only that stage has, and its counters.

use crate::event::SendPermitted;
use crate::{AccountId, Census, Day, Sequence, Settings, Stats, UserId};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A campaign, or the place where one is not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Campaign {
    /// Never created.
    #[default]
    Absent,
    /// There.
    Present(Box<Present>),
    /// Deleted. Its history stays.
    Deleted,
}

/// A campaign that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Whose it is.
    pub user_id: UserId,
    /// What it is told to be.
    pub settings: Arc<Settings>,
    /// Its steps.
    pub sequence: Arc<Sequence>,
    /// Where it stands.
    pub stage: Stage,
    /// How many prospects stand where.
    pub census: Census,
    /// Permits granted on the latest day that had any.
    pub tally: DailyTally,
}

/// Where a campaign stands, with what only that stage has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Stage {
    /// Being prepared.
    Draft,
    /// Handed to the engine, which has not taken it up yet.
    Launching {
        /// When the launch began, by the clock that decided it.
        started_at: DateTime<Utc>,
    },
    /// Sending.
    Active,
    /// Held until resumed.
    Paused {
        /// Who or what paused it.
        cause: PauseCause,
    },
    /// Every prospect is done.
    Completed,
}

/// The documented word for a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Being prepared.
    Draft,
    /// Handed to the engine.
    Launching,
    /// Sending.
    Active,
    /// Held.
    Paused,
    /// Done.
    Completed,
}

/// Who or what paused a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseCause {
    /// Somebody asked for it.
    Requested,
    /// Too many mails came back.
    BounceGuard,
}

/// Permits granted on one day of the campaign.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DailyTally {
    /// The latest day on which one was granted.
    pub day: Option<NaiveDate>,
    /// When that day ends. Absent where the permit did not say: before days kept their end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<DateTime<Utc>>,
    /// How many.
    pub permits: u32,
    /// How many for each sender account that was named.
    #[serde(default)]
    pub by_account: BTreeMap<AccountId, u32>,
}

impl DailyTally {
    /// Permits granted on `day`, which must be a day of this count.
    #[must_use]
    pub fn on(&self, day: Day) -> u32 {
        if self.begins_with(day.date(), Some(day.ends_at())) {
            return 0;
        }
        self.permits
    }

    /// Permits granted on `day` for `account`.
    #[must_use]
    pub fn of_account_on(&self, account: AccountId, day: Day) -> u32 {
        if self.begins_with(day.date(), Some(day.ends_at())) {
            return 0;
        }
        self.by_account.get(&account).copied().unwrap_or(0)
    }

    /// The latest day. One whose end was not recorded ends as the calendar of `zone` has it.
    fn latest(&self, zone: Tz) -> Option<Day> {
        let day = self.day?;
        let recorded = self.ends_at.map(|ends_at| Day::recorded(day, ends_at));
        Some(recorded.unwrap_or_else(|| Day::dated(zone, day)))
    }

    /// Whether a day begins a new count. Days are told apart by their ends: behind a change of the
    /// zone the next one may have the same date. Where an end is not known, a later date does.
    fn begins_with(&self, day: NaiveDate, ends_at: Option<DateTime<Utc>>) -> bool {
        match (self.ends_at, ends_at) {
            (Some(latest), Some(ends_at)) => latest != ends_at,
            _ => self.day.is_none_or(|latest| latest < day),
        }
    }

    pub(crate) fn count(&mut self, permitted: &SendPermitted) {
        let (day, ends_at) = (permitted.day, permitted.day_ends_at);
        if self.begins_with(day, ends_at) {
            *self = Self {
                day: Some(day),
                ..Self::default()
            };
        }
        self.ends_at = self.ends_at.or(ends_at);
        self.permits += 1;
        if let Some(account) = permitted.account_id {
            *self.by_account.entry(account).or_default() += 1;
        }
    }
}

impl Stage {
    /// The documented word.
    #[must_use]
    pub fn status(&self) -> Status {
        match self {
            Self::Draft => Status::Draft,
            Self::Launching { .. } => Status::Launching,
            Self::Active => Status::Active,
            Self::Paused { .. } => Status::Paused,
            Self::Completed => Status::Completed,
        }
    }
}

/// What may be asked of a campaign, by the word of its endpoint. Only what changes something;
/// reading is always allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Hand it to the engine.
    Launch,
    /// Hold it.
    Pause,
    /// Let it go on.
    Resume,
    /// Change its settings, as far as the status lets them through.
    Update,
    /// Change its steps.
    EditSequence,
    /// Add, change and remove its prospects.
    EditLeads,
    /// Remove it.
    Delete,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 7] = [
        Self::Launch,
        Self::Pause,
        Self::Resume,
        Self::Update,
        Self::EditSequence,
        Self::EditLeads,
        Self::Delete,
    ];

    /// The wire's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Launch => "launch",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Update => "update",
            Self::EditSequence => "edit_sequence",
            Self::EditLeads => "edit_leads",
            Self::Delete => "delete",
        }
    }
}

impl Status {
    /// What may be asked of a campaign with this status; a test holds the rules to it. A launch
    /// that is stuck may be asked for again, but that no status tells.
    #[must_use]
    pub fn allowed_actions(self) -> &'static [Action] {
        match self {
            Self::Draft => &[
                Action::Launch,
                Action::Update,
                Action::EditSequence,
                Action::EditLeads,
                Action::Delete,
            ],
            Self::Active => &[Action::Pause, Action::Update, Action::Delete],
            Self::Paused => &[Action::Resume, Action::Update, Action::Delete],
            Self::Launching | Self::Completed => &[Action::Update, Action::Delete],
        }
    }

    /// Every status, in the order of a campaign's life.
    pub const ALL: [Self; 5] = [
        Self::Draft,
        Self::Launching,
        Self::Active,
        Self::Paused,
        Self::Completed,
    ];

    /// The wire's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Launching => "launching",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Completed => "completed",
        }
    }
}

impl Campaign {
    /// The campaign, if it is there.
    #[must_use]
    pub fn present(&self) -> Option<&Present> {
        match self {
            Self::Present(present) => Some(present),
            Self::Absent | Self::Deleted => None,
        }
    }

    /// Where the campaign stands, if it is there.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        self.present().map(|present| present.stage.status())
    }
}

impl Present {
    /// The day that a permit at `now` counts for, by the zone of the operating hours, or else by
    /// UTC.
    #[must_use]
    pub fn day_at(&self, now: DateTime<Utc>) -> Day {
        let hours = self.settings.operating_hours.as_ref();
        let zone = hours.map_or(Tz::UTC, |hours| hours.time_zone);
        Day::at(zone, now, self.tally.latest(zone))
    }

    /// The documented counters: none on a draft (campaign API, section 1.1).
    #[must_use]
    pub fn stats(&self) -> Option<Stats> {
        match self.stage {
            Stage::Draft => None,
            Stage::Launching { .. } | Stage::Active | Stage::Paused { .. } | Stage::Completed => {
                Some(self.census.stats(self.settings.channel.kind()))
            }
        }
    }
}
