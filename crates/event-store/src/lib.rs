//! The log: journals of events, appended to, read, and followed.
//!
//! A journal is an ordered partition of the log. Whoever writes to one moves its head in the same
//! transaction, so positions are dense, handed out in commit order, and a reader that remembers
//! its last position misses nothing, whatever else runs in the database.
//!
//! A consumer is a reader that is known by name, with a stored cursor, read by one process at a time
//! under a lease. Old events can be moved into the archive, where every reader still finds them.
//!
//! Always true: an event is never changed or removed (the schema refuses it); `recorded_at` is
//! the database's clock and never goes backwards within a journal; the bytes of payload and
//! metadata are kept as they were written.
//!
//! Not here: deciding (`domain`), rows derived from events (`projector`), effects (`outbox`).

mod append;
mod archive;
mod connect;
mod consumer;
mod facts;
mod follow;
mod journal;
mod leased_reader;
mod listed;
mod listen;
mod log_check;
mod log_fault;
mod metadata;
mod migrate;
mod origin;
mod overview;
mod read;
mod stored;
mod stored_exactly;
mod streams;
mod streams_of;

pub use append::{Appending, Head, Log, NewEvent, is_determinate, lock_journal, lost_the_head};
pub use archive::{
    ArchiveError, Archived, Archiving, MOVED_AT_ONCE, PARTITION_EVENTS_DEFAULT, list_archives,
};
pub use connect::{Connection, connect};
pub use consumer::{
    Claim, Consumer, ConsumerError, ConsumerName, LEASE_SECONDS_MAX, Leased, NotAConsumerName,
    Reading, claim_consumer, commit_cursor, find_consumer, list_consumers, place_consumer,
    release_lease, remove_consumer, renew_lease,
};
pub use facts::{Fact, Moment, read_facts};
pub use follow::{Follower, Wakes};
pub use journal::{BadJournals, JournalId, Journals};
pub use leased_reader::{LeasedReadError, LeasedReader};
pub use listed::{LISTED_MAX, Listed};
pub use listen::{Announcer, KEYS_CHANNEL, SENDERS_CHANNEL, listen};
pub use log_check::{LogCheck, LogLine};
pub use log_fault::LogFault;
pub use metadata::{Actor, Metadata};
pub use migrate::{MigrateError, Migrated, check_schema, find_journals, migrate};
pub use origin::{Origin, read_head, read_origins};
pub use overview::{JournalStanding, find_journal_standing, list_journals};
pub use read::{
    PAGE_MAX, ReadError, Recorded, find_journal, find_place, read_after, read_stream,
    read_stream_back,
};
pub use stored::{Stored, find_recorded_at, read_stored_after, read_stored_stream};
pub use stored_exactly::{find_stored, stream_after};
pub use streams::{StreamPlace, Told, Untold, find_stream_place, read_streams};
pub use streams_of::{Glimpse, read_streams_of};
