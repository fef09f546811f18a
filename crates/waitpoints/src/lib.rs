//! The built-in waitpoint tokens, with Trigger.dev's semantics.
//!
//! A token is a row that says what it waits for; whether it still waits is computed. It is settled
//! when somebody completed it or its time ran out, and otherwise completed by the first **wake** of
//! its campaign and kind whose position lies behind the position at which the token was registered.
//! A wake is one row for all tokens, so a million sleepers wake by one insert, and a token that was
//! registered while a pause committed is placed before or after it by its position, whichever
//! transaction ended first: no lost wake-up, and no lock.
//!
//! Making and finding tokens is in [`Tokens`], waking them is [`insert_wakes`], waiting for them is
//! the [`Hub`], and [`Timers`] and [`Housekeeping`] are what a process runs beside. Whoever settles
//! tokens and whoever wakes them are put in one order by the waking lock ([`lock_waking`]).
//!
//! Always true: the first completion wins, and what a reader was told once never changes.
//!
//! Not here: HTTP (`web`), when to wake (`outbox`), tokens that live on Trigger.dev (`outbox`).

mod asking;
mod create;
mod housekeeping;
mod hub;
mod list;
mod output;
mod registration;
mod room;
mod search;
mod settle;
mod timers;
mod token;
mod token_id;
mod tokens;
mod waking;

pub use asking::{ANSWER_SECONDS_MAX, Failure};
pub use create::{CreateError, Created, IdempotencyKey, NewToken};
pub use housekeeping::{Housekeeping, REMOVED_AT_ONCE_MAX, Removed, TOKENS_KEPT_DAYS};
pub use hub::{Hub, TICK_MILLISECONDS};
pub use list::{Cursor, Filter, LOOKED_AT_MAX, Page};
pub use output::{Output, OutputType};
pub use registration::{BadTags, Registration};
pub use settle::{COMPLETED_AT_ONCE_MAX, Settled, SettledPage};
pub use timers::{TIMED_OUT_AT_ONCE_MAX, Timers, TimersStep};
pub use token::{Token, TokenStatus};
pub use token_id::{BadTokenId, TokenId};
pub use tokens::{Sources, Tokens};
pub use waking::{WakeRow, WakingLock, insert_wakes, lock_waking};
