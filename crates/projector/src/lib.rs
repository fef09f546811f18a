//! Rows derived from the log: `campaigns`, `prospects`, `permits`, `permits_of_accounts` and `sends`.
//!
//! They are written in the transaction of the event ([`Unit`], [`Rows`]), so a command's answer
//! and the next read agree. Everything in them follows from the log: [`Check`] folds the log anew
//! and names what differs.
//!
//! Always true: a row is at the version of its campaign's latest event; a row that is not where
//! the log says aborts the write (FM003).
//!
//! Not here: deciding (`domain`), the log itself (`event-store`), HTTP.

mod activities;
mod check;
mod granted;
mod past;
mod place;
mod read;
mod rebuild;
mod replay;
mod replayed;
mod row;
mod running;
mod sends;
mod unit;
mod write;

pub use activities::{Activity, ActivityCursor, Feed, Send, list_activities};
pub use check::{CHECK_PAGE, Check, CheckError, CheckReport, Checked, Difference, Miscount, check};
pub use granted::{GrantedPermits, granted_since};
pub use past::{Past, PastError, read_past};
pub use place::{Owner, find_journal, find_missing, find_owners, find_place};
pub use read::{
    PermitPlace, find_campaign, find_permits, list_campaigns, list_open_permits,
    list_open_permits_at, list_permits_of_prospects, list_sending,
};
pub use rebuild::*;
pub use replay::{Broken, Folded, REPLAY_PAGE, Replay, ReplayError};
pub use replayed::Replayed;
pub use row::{Added, CampaignRow, PermitRow, ProspectRow, RowError};
pub use running::{RUNNING, Whom, find_any_campaign, list_running, page_prospects};
pub use sends::{Sent, count_open_permits, sends_of_campaign, usage};
pub use unit::Unit;
pub use write::{Moves, Rows};
