//! Rows derived from the log: `campaigns` and `prospects`.
//!
//! They are written in the transaction of the event ([`Unit`], [`Rows`]), so a command's answer
//! and the next read agree. Everything in them follows from the log: [`check`] folds the log anew
//! and names the first difference.
//!
//! Always true: a row is at the version of its campaign's latest event; a row that is not where
//! the log says aborts the write (FM003).
//!
//! Not here: deciding (`domain`), the log itself (`event-store`), HTTP.

mod check;
mod read;
mod replayed;
mod row;
mod unit;
mod write;

pub use check::{CheckError, CheckReport, Difference, check};
pub use read::{find_campaign, list_campaigns};
pub use replayed::Replayed;
pub use row::{CampaignRow, ProspectRow, RowError};
pub use unit::Unit;
pub use write::{Moves, Rows};
