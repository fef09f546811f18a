//! A database with campaigns of every kind, and who rebuilds its rows.

use domain::{CampaignId, UserId};
use projector::{Asked, Ended, Phase, Projection, Rebuilder, ask_for_rebuild, find_rebuild};
use std::num::NonZeroUsize;
use testkit::{Script, TestDatabase, eventually, new_user};

pub struct World {
    pub database: TestDatabase,
    pub users: Vec<UserId>,
    pub campaigns: Vec<CampaignId>,
}

impl World {
    pub async fn populated() -> Self {
        let database = TestDatabase::create().await;
        let users: Vec<UserId> = (0..3).map(|_| new_user()).collect();
        let mut campaigns = Vec::new();
        for user in &users {
            let script = || Script::new(database.maker(), *user);
            campaigns.extend([
                script().draft().await,
                script().linkedin().launching().await,
                script().prospects(9).sent(5).replied(2).active().await,
                script().two_mails().sent(2).paused().await,
                script().sent(3).completed().await,
            ]);
        }
        Self {
            database,
            users,
            campaigns,
        }
    }

    /// In steps so small that every journal takes many.
    pub fn rebuilder(&self) -> Rebuilder {
        let at_once = NonZeroUsize::new(2).unwrap();
        let config = self.database.config().clone();
        Rebuilder::new(config, self.database.journals(), at_once).in_pages_of(7)
    }

    pub async fn ask(&self, projections: &[Projection]) -> Asked {
        let client = self.database.sql();
        ask_for_rebuild(client, projections).await.unwrap()
    }

    pub async fn rebuild(&self, projections: &[Projection]) -> Option<Ended> {
        self.ask(projections).await;
        self.rebuilder().run_once().await.unwrap()
    }

    /// Has a rebuild that was asked for go on until everything is loaded, and no further.
    pub async fn break_off_while_indexing(&self) {
        let rebuilder = self.rebuilder();
        let rebuilding = tokio::spawn(async move { rebuilder.run_once().await });
        // Who reads keeps it from its end, which is behind the indexes.
        let reader = self.database.connect().await;
        let read = "BEGIN; LOCK TABLE campaigns IN ACCESS SHARE MODE";
        reader.client.batch_execute(read).await.unwrap();
        let is_loaded = async || {
            let found = find_rebuild(self.database.sql()).await.unwrap();
            let phase = found.map(|rebuild| rebuild.phase);
            matches!(phase, Some(Phase::Indexing | Phase::CatchingUp)).then_some(())
        };
        eventually("everything is loaded", is_loaded).await;
        rebuilding.abort();
        assert!(rebuilding.await.is_err(), "it was not over");
        reader.client.batch_execute("ROLLBACK").await.unwrap();
        self.until_nobody_rebuilds().await;
    }

    /// Waits until the server has noticed that a rebuilder's connections are gone: its lock is, then.
    pub async fn until_nobody_rebuilds(&self) {
        let is_free = async || {
            let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'";
            (self.number(locks).await == 0).then_some(())
        };
        eventually("nobody rebuilds", is_free).await;
    }

    /// What the latest rebuild is at.
    pub async fn phase(&self) -> Phase {
        let found = find_rebuild(self.database.sql()).await.unwrap();
        found.unwrap().phase
    }

    pub async fn execute(&self, statement: &str) {
        self.database.sql().batch_execute(statement).await.unwrap();
    }

    pub async fn number(&self, question: &str) -> i64 {
        let row = self.database.sql().query_one(question, &[]).await;
        row.unwrap().get(0)
    }
}
