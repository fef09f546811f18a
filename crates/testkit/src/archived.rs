//! Old events that a test moves into the archive, and partitions that it takes away and brings back.

use crate::TestDatabase;
use event_store::{Archiving, JournalId};

impl TestDatabase {
    /// Moves a journal's events before a position into partitions of so many.
    pub async fn archive(&self, journal: JournalId, before: i64, partition: i64) {
        let mut connection = self.connect().await;
        let mut archiving = Archiving::begin(&mut connection.client, journal, before, partition)
            .await
            .unwrap();
        while archiving.step().await.unwrap() != 0 {}
    }

    /// Detaches the partition that begins at a position.
    pub async fn detach(&self, journal: JournalId, first: i64) {
        let name = name(journal, first);
        let detach = format!("ALTER TABLE archived_events DETACH PARTITION {name}");
        self.sql().batch_execute(&detach).await.unwrap();
    }

    /// Attaches it again; it ends with the position `last`.
    pub async fn attach(&self, journal: JournalId, first: i64, last: i64) {
        let (name, of, end) = (name(journal, first), journal.0, last + 1);
        let attach = format!(
            "ALTER TABLE archived_events ATTACH PARTITION {name}
                 FOR VALUES FROM ({of}, {first}) TO ({of}, {end})"
        );
        self.sql().batch_execute(&attach).await.unwrap();
    }
}

fn name(journal: JournalId, first: i64) -> String {
    format!("archived_events_{}_{first}", journal.0)
}
