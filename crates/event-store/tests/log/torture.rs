//! The torture of readers: writers that roll back and are killed, a transaction that never ends, events
//! that move into the archive meanwhile, and a consumer whose reader dies.

use crate::writer::{Writer, events};
use event_store::{
    Archiving, Claim, ConsumerError, ConsumerName, JournalId, Journals, LeasedReadError,
    LeasedReader, Wakes, connect, find_journal_standing, place_consumer, read_head,
};
use futures_util::future::{join_all, join3};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use testkit::TestDatabase;
use tokio_postgres::Client;
use uuid::Uuid;

const JOURNAL: JournalId = JournalId(1);
const WRITERS: u64 = 64;
const TRANSACTIONS_PER_WRITER: usize = 40;
const CONSUMERS: [&str; 3] = ["steady", "hasty", "killed"];
/// Batches after which the reader of the third consumer is killed, again and again.
const BATCHES_OF_A_LIFE: usize = 5;

/// What a consumer has finished: positions and ids, in the order in which it was handed them.
type Finished = Vec<(i64, Uuid)>;

struct Stage {
    database: TestDatabase,
    wakes: Wakes,
    /// Where the journal ends, once all writers are done.
    total: AtomicI64,
}

#[tokio::test]
async fn every_committed_event_reaches_every_consumer_once_and_in_order_whoever_dies() {
    let stage = Stage {
        database: TestDatabase::create().await.without_rows(),
        wakes: Wakes::new(Journals::DEFAULT),
        total: AtomicI64::new(-1),
    };
    let unrelated = hold_an_unrelated_transaction(&stage.database).await;
    for name in CONSUMERS {
        let name = name.parse().unwrap();
        place_consumer(stage.database.sql(), JOURNAL, &name, None)
            .await
            .unwrap();
    }

    let (killed, finished, moved) = join3(
        stage.write_and_kill(),
        join_all(CONSUMERS.map(|name| stage.consume(name))),
        stage.archive(),
    )
    .await;

    // It is still open: nobody has waited for it.
    unrelated.client.batch_execute("COMMIT").await.unwrap();
    assert!(0 < killed, "nobody was killed");
    assert!(0 < moved, "nothing was archived");
    let log = "SELECT position, event_id FROM all_events WHERE journal = 1 ORDER BY position";
    let rows = stage.database.sql().query(log, &[]).await.unwrap();
    let log: Finished = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let total = stage.total.load(Ordering::Relaxed);
    assert_eq!(i64::try_from(log.len()), Ok(total));
    for (name, finished) in CONSUMERS.iter().zip(&finished) {
        assert!(finished == &log, "{name} was handed something else");
    }
}

/// A transaction that has written and does not end, as a report that somebody forgot.
async fn hold_an_unrelated_transaction(database: &TestDatabase) -> event_store::Connection {
    let connection = database.connect().await;
    let begin = "CREATE TABLE unrelated (id integer); BEGIN; INSERT INTO unrelated VALUES (1)";
    connection.client.batch_execute(begin).await.unwrap();
    connection
}

impl Stage {
    /// Lets all writers write, and kills some of them. How many were.
    async fn write_and_kill(&self) -> i64 {
        let writers = join_all((0..WRITERS).map(|seed| self.write(seed)));
        tokio::pin!(writers);
        let mut killed = 0;
        loop {
            tokio::select! {
                _ = &mut writers => break,
                () = tokio::time::sleep(Duration::from_millis(50)) => {
                    killed += self.database.cut_connections("writer", 16).await;
                }
            }
        }
        let head = read_head(self.database.sql(), JOURNAL).await.unwrap();
        self.total.store(head, Ordering::Relaxed);
        self.wakes.ring(JOURNAL);
        killed
    }

    /// One writer. Who is killed comes again; whether its last transaction committed, the log knows.
    async fn write(&self, seed: u64) {
        let mut random = StdRng::seed_from_u64(seed);
        let mut writer = self.writer().await;
        for _ in 0..TRANSACTIONS_PER_WRITER {
            let fresh = events(random.random_range(1..4));
            let end = if random.random_ratio(1, 4) {
                "ROLLBACK"
            } else {
                "COMMIT"
            };
            let written = async {
                writer.client().batch_execute("BEGIN").await?;
                let head = writer.log.lock(writer.client(), JOURNAL).await?;
                writer.append(head, &fresh).await?;
                // Others run between an append and its end.
                tokio::task::yield_now().await;
                writer.client().batch_execute(end).await
            };
            if written.await.is_err() {
                writer = self.writer().await;
            }
            if random.random_ratio(1, 2) {
                self.wakes.ring(JOURNAL);
            }
        }
    }

    /// A writer's connection. One that was killed while it came is tried again.
    async fn writer(&self) -> Writer {
        loop {
            if let Ok(writer) = Writer::try_open(&self.database, JOURNAL).await {
                return writer;
            }
        }
    }

    /// Reads for a consumer until it has everything, as one process after the other.
    async fn consume(&self, name: &str) -> Finished {
        let mut finished = Finished::new();
        let is_mortal = name == "killed";
        let limit = if name == "hasty" { 500 } else { 17 };
        while !self.has_all(&finished) {
            let connection = connect(self.database.config()).await.unwrap();
            let mut reader = self.claim(&connection.client, name).await;
            let mut batches = 0;
            while !self.has_all(&finished) {
                let patience = Duration::from_secs(1);
                let events = reader.next(&connection.client, limit, patience).await;
                let events = events.unwrap();
                batches += 1;
                if is_mortal && batches % BATCHES_OF_A_LIFE == 0 && !events.is_empty() {
                    // It dies before it commits; it comes to life when somebody else reads.
                    self.die(reader, &connection.client, name).await;
                    break;
                }
                reader.commit(&connection.client).await.unwrap();
                finished.extend(events.iter().map(|it| (it.position, it.event_id)));
            }
        }
        finished
    }

    /// What was handed to this reader is handed to the next one; what it commits late is refused.
    async fn die(&self, dead: LeasedReader, client: &Client, name: &str) {
        let end = "UPDATE consumers SET leased_until = clock_timestamp() WHERE name = $1";
        client.execute(end, &[&name]).await.unwrap();
        let next = self.claim(client, name).await;
        let late = dead.commit(client).await;
        assert!(matches!(late, Err(ConsumerError::LeaseOver)), "{late:?}");
        next.release(client).await.unwrap();
    }

    async fn claim(&self, client: &Client, name: &str) -> LeasedReader {
        let of: ConsumerName = name.parse().unwrap();
        let claim = Claim {
            lease: Uuid::now_v7(),
            seconds: 60,
            holder: name,
        };
        LeasedReader::claim(client, &self.wakes, (JOURNAL, of), claim)
            .await
            .map_err(LeasedReadError::from)
            .unwrap()
    }

    fn has_all(&self, finished: &Finished) -> bool {
        let last = finished.last().map_or(0, |(position, _)| *position);
        last == self.total.load(Ordering::Relaxed)
    }

    /// Moves all but the newest events, again and again, until everything is written. How many.
    async fn archive(&self) -> i64 {
        let mut connection = self.database.connect().await;
        let mut moved = 0;
        while self.total.load(Ordering::Relaxed) < 0 {
            let standing = find_journal_standing(&connection.client, JOURNAL).await;
            let head = standing.unwrap().unwrap().head;
            let before = (head - 20).max(0);
            let client = &mut connection.client;
            let mut archiving = Archiving::begin(client, JOURNAL, before, 300)
                .await
                .unwrap();
            moved += archiving.step().await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        moved
    }
}
