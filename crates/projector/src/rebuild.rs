//! Rebuilding rows from the log while the service runs.
//!
//! Into shadow tables of the same shape, in a schema of their own: loaded in bulk, campaign by
//! campaign, up to where each journal had come (`loading`); given keys and indexes (`indexing`); caught
//! up by the statements that write live rows (`looker`, `catching_up`); and, under the locks of all tables and
//! journals, put in the place of the live ones (`switching`). Commands and reads go on meanwhile;
//! they wait for the last step, which is as long as a few hundred events take.
//!
//! Always true: how far it has come is written in the transaction of the rows that it tells of, so it
//! may be killed anywhere and goes on from there, by whichever process is next; one process at a time
//! is at it; nobody sees a shadow before it equals the log.
//!
//! Not here: the fold itself ([`Replay`](crate::Replay)), when to rebuild (`cli`).

mod catching_up;
mod columns;
mod failing;
mod indexing;
mod loading;
mod looker;
mod projection;
mod rebuilder;
mod standing;
mod switching;

pub use failing::RebuildError;
pub use projection::Projection;
pub use rebuilder::{Ended, Rebuilder};
pub use standing::{
    Asked, Phase, ProjectionStanding, RebuildStanding, ask_for_rebuild, cancel_rebuild,
    find_rebuild, is_rebuild_due, list_projections, outdated,
};
