//! The log: journals of events, appended to, read, and followed.
//!
//! A journal is an ordered partition of the log. Whoever writes to one moves its head in the same
//! transaction, so positions are dense, handed out in commit order, and a reader that remembers
//! its last position misses nothing, whatever else runs in the database.
//!
//! Always true: an event is never changed or removed (the schema refuses it); `recorded_at` is
//! the database's clock and never goes backwards within a journal; the bytes of payload and
//! metadata are kept as they were written.
//!
//! Not here: deciding (`domain`), rows derived from events (`projector`), effects (`outbox`).

mod append;
mod connect;
mod follow;
mod journal;
mod listen;
mod metadata;
mod migrate;
mod origin;
mod read;

pub use append::{Appending, Head, Log, NewEvent, is_determinate, lost_the_head};
pub use connect::{Connection, connect};
pub use follow::{Follower, Wakes};
pub use journal::{BadJournals, JournalId, Journals};
pub use listen::{Announcer, KEYS_CHANNEL, SENDERS_CHANNEL, listen};
pub use metadata::{Actor, Metadata};
pub use migrate::{MigrateError, Migrated, find_journals, migrate, pending_migrations};
pub use origin::{Origin, read_head, read_origins};
pub use read::{PAGE_MAX, ReadError, Recorded, find_journal, find_place, read_after, read_stream};
