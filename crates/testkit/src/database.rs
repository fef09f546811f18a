//! A migrated database of a test's own.

use crate::cluster::{TEMPLATE, cluster};
use crate::elsewhere::elsewhere;
use crate::{TestLanes, Wire, audit, eventually};
use deadpool_postgres::{Manager, Pool};
use domain::{CampaignId, UserId, Version};
use event_store::{Connection, JournalId, Journals, Recorded, connect, find_journal, read_stream};
use outbox::WaitingEffect;
use std::collections::BTreeMap;
use std::thread;
use tokio_postgres::{Client, Config, NoTls};

/// A database that no other test has. Checked, then dropped, when the test is over.
pub struct TestDatabase {
    name: String,
    config: Config,
    connection: Connection,
    /// A process that brings campaigns where tests want them.
    maker: TestLanes,
    pub(crate) last_look: LastLook,
}

/// What is looked at when a test is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LastLook {
    Whole,
    Log,
    Nothing,
}

impl TestDatabase {
    /// Makes the database: migrated, with four journals, otherwise empty.
    pub async fn create() -> Self {
        Self::copy_of(TEMPLATE).await
    }

    /// Makes a database without any table, whose state nobody checks.
    pub async fn create_bare() -> Self {
        Self::copy_of("template0").await.unchecked()
    }

    async fn copy_of(template: &str) -> Self {
        let administrator = connect(cluster())
            .await
            .expect("a connection to the cluster");
        let client = &administrator.client;
        let number: i64 = client
            .query_one("SELECT nextval('tests')", &[])
            .await
            .unwrap()
            .get(0);
        let name = format!("test_{number}");
        let make = format!("CREATE DATABASE {name} TEMPLATE {template}");
        client
            .batch_execute(&make)
            .await
            .expect("a database of the test's own");
        let config = cluster().clone().dbname(&name).clone();
        let connection = connect(&config)
            .await
            .expect("a connection to the test's database");
        let maker = TestLanes::named(&config, "maker");
        Self {
            name,
            config,
            connection,
            maker,
            last_look: LastLook::Whole,
        }
    }

    /// For a test that damages its database on purpose.
    #[must_use]
    pub fn unchecked(mut self) -> Self {
        self.last_look = LastLook::Nothing;
        self
    }

    /// For a test that writes events of its own making, without rows.
    #[must_use]
    pub fn without_rows(mut self) -> Self {
        self.last_look = LastLook::Log;
        self
    }

    /// How to connect.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The journals of the database.
    #[must_use]
    pub fn journals(&self) -> Journals {
        Journals::DEFAULT
    }

    /// The journal of a user's campaigns.
    #[must_use]
    pub fn journal_of(&self, user: UserId) -> JournalId {
        self.journals().of(user)
    }

    /// A client of the test's own, for anything.
    #[must_use]
    pub fn sql(&self) -> &Client {
        &self.connection.client
    }

    /// One more connection, for a test that needs two at once.
    pub async fn connect(&self) -> Connection {
        connect(&self.config)
            .await
            .expect("a connection to the test's database")
    }

    /// A pool of a few connections.
    #[must_use]
    pub fn pool(&self) -> Pool {
        let manager = Manager::new(self.config.clone(), NoTls);
        Pool::builder(manager).max_size(4).build().expect("a pool")
    }

    /// Lanes as another process has them; `process` names their connections.
    #[must_use]
    pub fn lanes(&self, process: &str) -> TestLanes {
        TestLanes::named(&self.config, process)
    }

    /// A way to the database that the test can cut.
    pub async fn wire(&self) -> Wire {
        Wire::lay(&self.config).await
    }

    /// The lanes that make campaigns for tests.
    #[must_use]
    pub fn maker(&self) -> &TestLanes {
        &self.maker
    }

    /// The whole history of a campaign. Empty if there never was one.
    pub async fn events(&self, campaign: CampaignId) -> Vec<Recorded> {
        let Some(journal) = find_journal(self.sql(), campaign).await.unwrap() else {
            return vec![];
        };
        let all = event_store::PAGE_MAX;
        read_stream(self.sql(), journal, campaign, Version::default(), all)
            .await
            .unwrap()
    }

    /// The effects that wait because of a campaign, oldest first.
    pub async fn effects(&self, campaign: CampaignId) -> Vec<WaitingEffect> {
        let Some(journal) = find_journal(self.sql(), campaign).await.unwrap() else {
            return vec![];
        };
        outbox::list_of_campaign(self.sql(), journal, campaign, 0, i64::MAX)
            .await
            .unwrap()
    }

    /// Panics with the first difference between the rows and a replay of the log.
    pub async fn rows_equal_replay(&self) {
        audit::rows_equal_replay(self.sql(), self.journals()).await;
    }

    /// Panics when a journal's positions, a campaign's versions or the times have a gap or go
    /// backwards.
    pub async fn positions_are_dense(&self) {
        audit::positions_are_dense(self.sql(), self.journals()).await;
    }

    /// The tables in which a row holds `phrase`, in whatever case.
    pub async fn tables_with(&self, phrase: &str) -> Vec<String> {
        audit::tables_with(self.sql(), phrase).await
    }

    /// How many people are on file.
    pub async fn people_on_file(&self) -> i64 {
        audit::people_on_file(self.sql()).await
    }

    /// A checksum of every table: of every row, whatever their order.
    pub async fn checksums(&self) -> BTreeMap<String, String> {
        audit::checksums(self.sql()).await
    }

    /// Makes PostgreSQL refuse every event of one campaign.
    pub async fn poison(&self, campaign: CampaignId) {
        let statements = format!(
            "CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE EXCEPTION 'poison'; END $$;
             CREATE TRIGGER poison BEFORE INSERT ON events FOR EACH ROW
                 WHEN (NEW.campaign_id = '{campaign}') EXECUTE FUNCTION refuse_poison();"
        );
        self.sql().batch_execute(&statements).await.unwrap();
    }

    /// Ends connections of the lanes of `process`, each with a chance of one in `one_in`.
    /// Returns how many.
    pub async fn cut_connections(&self, process: &str, one_in: i32) -> i64 {
        let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                   WHERE datname = current_database() AND application_name = $1
                     AND random() * $2::integer < 1";
        self.sql()
            .query_one(cut, &[&process, &one_in])
            .await
            .unwrap()
            .get(0)
    }

    /// Ends every connection but the test's own, and lets nobody in until [`Self::open_doors`].
    pub async fn close_doors(&self) {
        self.let_in(false).await;
        let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        self.sql().query_one(end, &[]).await.unwrap();
    }

    /// Lets everybody in again.
    pub async fn open_doors(&self) {
        self.let_in(true).await;
    }

    async fn let_in(&self, open: bool) {
        let administrator = connect(cluster())
            .await
            .expect("a connection to the cluster");
        let statement = format!("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {open}", self.name);
        administrator
            .client
            .batch_execute(&statement)
            .await
            .unwrap();
    }

    /// Takes a journal's head on a connection of its own, until the holder is dropped.
    pub async fn hold_head(&self, journal: JournalId) -> HeldHead {
        let connection = self.connect().await;
        connection.client.batch_execute("BEGIN").await.unwrap();
        let lock = "SELECT head FROM journals WHERE id = $1 FOR UPDATE";
        connection
            .client
            .query_one(lock, &[&journal.0])
            .await
            .unwrap();
        HeldHead { connection }
    }

    /// Waits until `count` backends of other connections wait for a lock.
    pub async fn lock_waiters(&self, count: i64) {
        let waiting = "SELECT count(*) FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        eventually("backends that wait for a lock", async || {
            let found: i64 = self.sql().query_one(waiting, &[]).await.unwrap().get(0);
            (count <= found).then_some(())
        })
        .await;
    }

    /// Rows of a projection are said to be of a program that made others of the log.
    pub async fn let_rows_be_of_an_older_program(&self, projection: &str) {
        let older = "UPDATE projections SET version = 0 WHERE name = $1";
        self.sql()
            .execute(older, &[&projection])
            .await
            .expect("a projection");
    }

    /// Time passes: whoever reads for a consumer has given no sign of life for long enough.
    pub async fn let_leases_end(&self) {
        let end = "UPDATE consumers SET leased_until = clock_timestamp()";
        self.sql().batch_execute(end).await.unwrap();
    }

    /// Waits until a relay has taken in every effect.
    pub async fn taken_in(&self) {
        let behind = "SELECT count(*) FROM effects
                      LEFT JOIN relay_cursors ON relay_cursors.journal = effects.journal
                      WHERE effects.position > coalesce(relay_cursors.position, 0)";
        self.none_left("a relay that has taken everything in", behind)
            .await;
    }

    /// Waits until a relay has begun: it has a place in every journal.
    pub async fn relayed(&self) {
        let missing = "SELECT count(*) FROM journals
                       LEFT JOIN relay_cursors ON relay_cursors.journal = journals.id
                       WHERE relay_cursors.journal IS NULL";
        self.none_left("a relay that has begun", missing).await;
    }

    /// Waits until a relay has completed every token that can be completed now.
    pub async fn sent(&self) {
        let due = "SELECT (SELECT count(*) FROM deliveries
                           WHERE state = 'due' AND kind <> 'start_run' AND due_at <= now())
                        + (SELECT count(*) FROM tokens
                           WHERE owed IS NOT NULL AND NOT parked AND due_at <= now())";
        self.none_left("a relay that has sent everything", due)
            .await;
    }

    async fn none_left(&self, what: &str, count: &str) {
        eventually(what, async || {
            let found: i64 = self.sql().query_one(count, &[]).await.unwrap().get(0);
            (found == 0).then_some(())
        })
        .await;
    }

    /// Waits until nothing moves: no backend of this database is at work or in a transaction.
    /// Commands are done when they are answered, so there is nothing else to wait for.
    pub async fn settle(&self) {
        let busy = "SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND backend_type = 'client backend'
                      AND pid <> pg_backend_pid() AND state <> 'idle'";
        eventually("a database in which nothing moves", async || {
            let found: i64 = self.sql().query_one(busy, &[]).await.unwrap().get(0);
            (found == 0).then_some(())
        })
        .await;
    }
}

impl TestDatabase {
    async fn look_once_more(&self) {
        if self.last_look == LastLook::Nothing {
            return;
        }
        let look = connect(&self.config).await.expect("a last look");
        audit::positions_are_dense(&look.client, Journals::DEFAULT).await;
        if self.last_look == LastLook::Whole {
            audit::rows_equal_replay(&look.client, Journals::DEFAULT).await;
        }
    }
}

/// A journal's head in the hands of somebody else.
pub struct HeldHead {
    connection: Connection,
}

impl HeldHead {
    /// Lets go of it.
    pub async fn release(self) {
        self.connection
            .client
            .batch_execute("ROLLBACK")
            .await
            .unwrap();
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        elsewhere(async {
            self.look_once_more().await;
            let administrator = connect(cluster())
                .await
                .expect("a connection to the cluster");
            let remove = format!("DROP DATABASE {} WITH (FORCE)", self.name);
            administrator
                .client
                .batch_execute(&remove)
                .await
                .expect("the database is dropped");
        });
    }
}
