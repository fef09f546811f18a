//! Effects: what the world must be told because of an event.
//!
//! Which effects an event causes is said in one place ([`effect_of`]); they are enqueued in the
//! event's transaction ([`Enqueuer`]), so nothing is told that did not happen and nothing that
//! happened is forgotten. One row an event, however many sleepers it wakes.
//!
//! The relay takes them in ([`Intake`]): for built-in tokens a wake, for tokens that were made
//! elsewhere and registered here ([`Registrar`]) a delivery, which the [`Sender`] carries out
//! through a [`WaitpointCompleter`]. Launches are handed to engines ([`take_launches`]) or started as
//! runs elsewhere ([`Starter`]). What became of an effect, and why, is read by `look.rs` and
//! said by `explain.rs`; operators change it by `operate.rs`.
//!
//! Always true: an effect is taken in exactly once and its tokens are completed at least once,
//! whoever dies when; `effects` is only ever inserted into and forgotten.
//!
//! Not here: deciding (`domain`), serving HTTP (`web`), built-in tokens (`waitpoints`).

mod built_in;
mod chance;
mod claim;
mod completer;
mod effect;
mod effect_check;
mod effect_difference;
mod effect_id;
mod enqueue;
mod explain;
mod failure;
mod forget;
mod intake;
mod known_effect;
mod launch;
mod lease;
mod look;
mod operate;
mod outcome;
mod registration;
mod relay;
mod relay_metrics;
mod sender;
mod starter;
mod told;
mod trigger;
mod waiting;

pub use built_in::BuiltIn;
pub use chance::{Chance, Clock};
pub use claim::SLICE_TOKENS_MAX;
pub use completer::{
    Alarm, CompleterState, Completion, CompletionCounts, Fault, Health, Turn, WaitpointCompleter,
};
pub use effect::{Effect, EffectKind, effect_of};
pub use effect_check::{EffectCheck, EffectsChecked};
pub use effect_difference::{EffectDifference, EffectFault};
pub use effect_id::{EffectId, NotAnEffectId};
pub use enqueue::{EffectColumns, Enqueued, Enqueuer};
pub use explain::explain;
pub use failure::RelayFailure;
pub use forget::{KEPT_DAYS, forget};
pub use intake::{INTAKE_EFFECTS_MAX, Intake, Taken};
pub use known_effect::{
    Attempt, Delivery, Dossier, EffectFilter, EffectState, Ended, KnownEffect, LISTED_ATTEMPTS_MAX,
    LISTED_EFFECTS_MAX, Left, find_effect, list_effects, look_into,
};
pub use launch::{
    LAUNCH_LEASE_SECONDS, LAUNCHES_MAX, Launch, LaunchDesk, LaunchId, NotALaunchId,
    WAITING_ENGINES_MAX, Waiting, find_launch, take_launches,
};
pub use lease::{LEASE_SECONDS, SENDING};
pub use look::{JournalLag, LeaseView, Overview, Owed, Rates, StateCount, count_states, look};
pub use operate::{Operated, Operation, RETRIED_MAX, RetriedMany, operate, retry_many};
pub use outcome::{AGE_HOURS_MAX, ATTEMPTS_MAX};
pub use registration::{ForeignToken, REGISTERED_TOKENS_MAX, Registered, Registrar};
pub use relay::{Relay, RelaySettings};
pub use relay_metrics::RelayMetrics;
pub use sender::{Sender, SenderSettings, Sent};
pub use starter::{Dispatched, Starter, StarterSettings};
pub use told::Told;
pub use trigger::{Patience, Surroundings, TriggerDev, TriggerError, TriggerSettings};
pub use waiting::{WaitingEffect, list_of_campaign, list_of_events};
