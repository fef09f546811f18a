//! A database with campaigns of every kind, and who rebuilds its rows.

use domain::{CampaignId, UserId};
use projector::{Asked, Ended, Projection, Rebuilder, ask_for_rebuild};
use std::num::NonZeroUsize;
use testkit::{Script, TestDatabase, new_user};

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

    pub async fn execute(&self, statement: &str) {
        self.database.sql().batch_execute(statement).await.unwrap();
    }

    pub async fn number(&self, question: &str) -> i64 {
        let row = self.database.sql().query_one(question, &[]).await;
        row.unwrap().get(0)
    }
}
