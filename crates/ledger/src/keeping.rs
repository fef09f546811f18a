//! The part that needs a database: sealing what is in it, proving from it, auditing it.
//!
//! | Question | Module |
//! |---|---|
//! | how is a journal sealed and signed? | `sealer`, `growing`, `signing` |
//! | how does it reach the published directory? | `publishing` |
//! | how is an event proven? | `proving` |
//! | is a database what was signed? | `auditing` |
//! | what is in the tables? | `rows` |

mod auditing;
mod growing;
mod metrics;
mod proving;
mod publishing;
mod rows;
mod sealer;
mod signing;

pub use auditing::{AuditError, audit_journal};
pub use metrics::LedgerMetrics;
pub use proving::{ConsistencyProof, ProveError, prove_consistency, prove_event, prove_position};
pub use rows::{StoredCheckpoint, StoredKey, find_checkpoint, list_keys};
pub use sealer::{REST_SECONDS, STEP_EVENTS_MAX, SealError, Sealer, SealerSettings, Step};
