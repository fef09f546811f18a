//! The campaign state machine: what may happen to a campaign, and what is true afterwards.
//!
//! Three functions carry it. [`decide()`] says which events a command causes, or why it is refused.
//! [`evolve()`] says what is true after an event. [`replay`] folds a history. All rules of the
//! service stand in `decide`; nothing above this crate repeats one.
//!
//! Always true: whatever `decide` answers, `evolve` accepts; an event that cannot follow is
//! corruption and is said so; counters never disagree with the prospects they count.
//!
//! Not here: a clock (`now` is an argument), randomness (ids arrive in commands), I/O, SQL, HTTP.
//! Prospects appear by id alone: names and addresses never enter the log.

mod campaign;
mod census;
mod command;
mod day;
mod decide;
pub mod event;
mod evolve;
mod hours;
mod identity;
mod known_people;
mod limits;
mod moves;
mod payload;
mod prospect;
mod readiness;
mod rejection;
mod sender;
mod sequence;
mod settings;
mod text;
mod waiting;

pub use campaign::{Action, Campaign, DailyTally, PauseCause, Present, Stage, Status};
pub use census::{Census, Reached, Stats};
pub use command::{Command, Known, Progress};
pub use day::{DAY_HOURS_MIN, Day, WEEK_DAYS};
pub use decide::decide;
pub use event::{Event, EventType, LaunchFailure, SendFailure};
pub use evolve::{BrokenHistory, State, evolve, replay};
pub use hours::{BadHours, Interval, OperatingHours};
pub use identity::{AccountId, CampaignId, NodeId, PermitId, ProspectId, UserId, Version};
pub use known_people::KnownPeople;
pub use limits::{
    AccountPermits, LimitInForce, LimitName, OwnLimits, SendingAccount, binding_limit, limits_on,
};
pub use moves::{MOVES, moved_to};
pub use payload::{UnreadableEvent, parse_event};
pub use prospect::{Permit, PermitState, Prospect, ProspectStatus, Roster, SendKind};
pub use readiness::{LaunchWarning, Readiness, readiness};
pub use rejection::{LaunchBlocker, PermitRefusal, Rejection, RejectionCode};
pub use sender::{MailboxStatus, ProfileStatus, SenderFacts, SenderLack, Senders};
pub use sequence::{BadSequence, Content, Delay, Node, NodeKind, NodePatch, Sequence};
pub use settings::{
    AccountLimit, BadSettings, Channel, ChannelKind, DailyLimit, EmailSettings, LinkedInSettings,
    Name, Settings, SettingsPatch,
};
pub use text::{find_invisible, is_line, is_shapeless, is_text};
pub use waiting::{TokenKind, Wake, wake_at_registration};

/// The share of bounced prospects at which the guard pauses an email campaign, in percent
/// (campaign API, section 1.11).
pub const BOUNCE_GUARD_PERCENT: u64 = 5;
/// The guard stays silent below this many sent prospects (campaign API, section 1.11).
pub const BOUNCE_GUARD_SENT_MIN: u64 = 100;
/// A launch that has not become active after this many seconds is stuck (campaign API,
/// section 1.7): the next launch recovers it.
pub const LAUNCH_STUCK_SECONDS: i64 = 120;
/// Prospects that one command may add (campaign API, section 1.12).
pub const PROSPECTS_ADDED_MAX: usize = 1_000;
/// Prospects that one command may remove by id (campaign API, section 1.12).
pub const PROSPECTS_REMOVED_MAX: usize = 500;
/// Prospects that one `ProspectsSkipped` names.
pub const PROSPECTS_SKIPPED_MAX: usize = 1_000;
