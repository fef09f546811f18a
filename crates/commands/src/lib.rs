//! The lanes: many commands in, one transaction, an answer each.
//!
//! A lane is one task with one connection for one journal. While a batch commits, the next
//! gathers; no timer. A batch is decided in memory by `domain::decide` and written in one round
//! trip: events, rows, effects, stored answers, and the journal's head.
//!
//! Two ways lead to the same commit. When the lane's own memory holds everything that the batch
//! needs, it decides at once and the append proves, by compare-and-set of the journal's head, that
//! nobody wrote in between (`docs/decisions/0006-lanes-remember.md`). Otherwise, and whenever the
//! proof fails, it takes the head first and loads what it needs under it.
//!
//! Always true: nobody is told yes before the commit is known; a rejection touches nobody else; a
//! lost connection leads to "it happened", "it did not", or "unknown", and is never guessed.
//!
//! Not here: HTTP, rules (`domain`), which rows and effects an event has (`projector`, `outbox`).

mod accounts_at_hand;
mod answers;
mod batch;
mod cache;
mod erasing;
mod lane;
mod lanes;
mod load;
mod metrics;
mod pending;
mod portions;
mod preview;
mod queue;
mod recovery;
mod request;
mod senders_at_hand;
mod session;
mod transitions;
mod verdict;
mod write;

pub use answers::{ANSWERS_KEPT_HOURS, forget_answers};
pub use erasing::{EraseError, Erased, erase};
pub use lanes::{Lanes, LanesSettings, Offered, Sources};
pub use metrics::Metrics;
pub use preview::{PREVIEWED_PERMITS_MAX, Preview, PreviewError, preview};
pub use request::{Expected, Origin, Remember, Remembered, Render, Request};
pub use verdict::{Done, Failure, Told, Verdict};
