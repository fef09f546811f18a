//! Effects: what the world must be told because of an event.
//!
//! Which effects an event causes is said in one place ([`effect_of`]); they are enqueued in the
//! event's transaction ([`Enqueuer`]), so nothing is told that did not happen and nothing that
//! happened is forgotten. One row an event, however many sleepers it wakes.
//!
//! Until a relay performs them they wait, visibly: in the history of their campaign, in the
//! metrics and in the table.
//!
//! Not here: deciding (`domain`), serving HTTP (`web`).

mod effect;
mod enqueue;
mod waiting;

pub use effect::{Effect, EffectKind, effect_of};
pub use enqueue::{EffectColumns, Enqueued, Enqueuer};
pub use waiting::{Waiting, WaitingEffect, count_waiting, list_of_campaign};
