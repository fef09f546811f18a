//! Sender accounts: mailboxes and LinkedIn profiles, kept by whoever owns them.
//!
//! The owning system puts an account under an id of its choosing ([`put`]) and takes it away again
//! ([`remove`]), outside of the lanes. A decision is told how the accounts stand that it asks
//! about ([`Facts`], under the journal's head; [`find_facts`] for a dry run). Answers show them
//! ([`Directory`] remembers them and hears of changes).
//!
//! Always true: an account belongs to one user and one channel, and never changes either; names
//! and addresses are in this crate's table and nowhere in the log; another user's account is not
//! there.
//!
//! Not here: rules (`domain`), how often an account sent (`projector`), HTTP.

mod directory;
mod facts;
mod row;
mod store;

pub use directory::{Directory, Reading, TRUST_SECONDS_MAX};
pub use facts::{Facts, LimitsOfAccounts, find_facts, find_limits};
pub use row::{Limits, Sender, SenderError};
pub use store::{CHANNEL, Put, SENDERS_PER_USER_MAX, Times, find, find_of, list, put, remove};
