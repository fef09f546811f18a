//! A database with a journal of as many events as a test wants, and its sealer.

use event_store::{Connection, JournalId, stream_after};
use futures_util::TryStreamExt;
use ledger::{
    Checkpoint, Directory, Entry, LedgerMetrics, Sealer, SealerSettings, SigningKey, Step, Trust,
    VerifyingKey,
};
use std::pin::pin;
use std::time::Duration;
use tempfile::TempDir;
use testkit::TestDatabase;

pub const JOURNAL: JournalId = JournalId(1);

/// Events of one campaign for each hundred positions, written as no service would.
const WRITE: &str = "
    WITH written AS (
        INSERT INTO events (journal, position, campaign_id, version, event_id, schema_version,
                            recorded_at, type, payload, metadata)
        SELECT 1, position, gen_random_uuid(), 1, gen_random_uuid(), 1, clock_timestamp(),
               'CampaignPaused', json_build_object('sends_in_flight', position),
               json_build_object('command_id', gen_random_uuid())
        FROM journals, generate_series(head + 1, head + $1::bigint) AS position
        WHERE id = 1
    )
    UPDATE journals SET head = head + $1::bigint WHERE id = 1";

pub struct Place {
    pub database: TestDatabase,
    pub connection: Connection,
    directory: TempDir,
}

impl Place {
    /// A database whose journal 1 has so many events.
    pub async fn with(events: i64) -> Self {
        let database = TestDatabase::create().await.unchecked();
        let connection = database.connect().await;
        let place = Self {
            database,
            connection,
            directory: tempfile::tempdir().unwrap(),
        };
        place.write(events).await;
        place
    }

    pub async fn write(&self, events: i64) {
        self.database
            .sql()
            .execute(WRITE, &[&events])
            .await
            .unwrap();
    }

    /// What the owner of the database can do to it, triggers or not.
    pub async fn tamper(&self, statement: &str) {
        let tables = "events, ledger_tiles, ledger_checkpoints";
        for table in tables.split(", ") {
            let off = format!("ALTER TABLE {table} DISABLE TRIGGER USER");
            self.database.sql().batch_execute(&off).await.unwrap();
        }
        self.database.sql().batch_execute(statement).await.unwrap();
    }

    pub fn directory(&self) -> Directory {
        Directory::at(self.directory.path())
    }

    pub fn path(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// Takes steps until there is nothing more to do.
    pub async fn seal(&mut self, sealer: &mut Sealer) -> Step {
        loop {
            let step = sealer.run_once(&mut self.connection.client, JOURNAL).await;
            let step = step.unwrap();
            if !step.more {
                return step;
            }
        }
    }

    /// One look of the sealer at everything.
    pub async fn look(&mut self, sealer: &mut Sealer) {
        sealer.look(&mut self.connection.client).await.unwrap();
    }

    /// The latest checkpoint, whose signature holds.
    pub async fn checkpoint(&self) -> Checkpoint {
        let found = ledger::find_checkpoint(self.database.sql(), JOURNAL, u64::MAX).await;
        trust().open(&found.unwrap().unwrap().note).unwrap()
    }

    pub async fn entries(&self) -> Vec<Entry> {
        let events = stream_after(self.database.sql(), JOURNAL, 0, i64::MAX);
        let events = pin!(events.await.unwrap());
        events.map_ok(Entry::from).try_collect().await.unwrap()
    }

    pub async fn count(&self, table: &str) -> i64 {
        let count = format!("SELECT count(*) FROM {table}");
        self.database
            .sql()
            .query_one(&count, &[])
            .await
            .unwrap()
            .get(0)
    }
}

pub fn key(number: u8) -> SigningKey {
    SigningKey::generate("fermata.example/ledger", [number; 32])
        .unwrap()
        .0
}

/// In the first two keys.
pub fn trust() -> Trust {
    let public = |number| -> VerifyingKey { key(number).public().clone() };
    Trust::of(vec![public(1), public(2)])
}

pub fn settings(place: &Place) -> SealerSettings {
    SealerSettings {
        journals: place.database.journals(),
        key: key(1),
        trust: trust(),
        directory: None,
        rest: Duration::ZERO,
        step_events_max: 1_000,
        metrics: LedgerMetrics::default(),
    }
}

pub fn sealer(place: &Place) -> Sealer {
    Sealer::new(settings(place))
}

/// One that publishes.
pub fn publisher(place: &Place) -> Sealer {
    Sealer::new(SealerSettings {
        directory: Some(place.directory()),
        ..settings(place)
    })
}
