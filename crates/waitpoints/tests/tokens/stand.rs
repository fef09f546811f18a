//! What the tests stand on: tokens on a database of their own, with a clock that they move.

use crate::relay::Relay;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use deadpool_postgres::{Manager, Pool};
use domain::{CampaignId, Command, TokenKind, UserId};
use event_store::JournalId;
use serde_json::Value;
use std::cell::Cell;
use testkit::{Script, TestDatabase, new_user};
use tokio_postgres::NoTls;
use waitpoints::{
    Created, Hub, NewToken, Output, Registration, Sources, Token, TokenId, TokenStatus, Tokens,
};

thread_local! {
    /// How far the test moved its clock. A test's runtime has one thread.
    static MOVED: Cell<TimeDelta> = const { Cell::new(TimeDelta::zero()) };
}

/// Moves the clock of this test.
pub fn pass(time: TimeDelta) {
    MOVED.set(MOVED.get() + time);
}

/// The time, by the clock of this test.
pub fn now() -> DateTime<Utc> {
    let now = Utc::now() + MOVED.get();
    now.duration_trunc(TimeDelta::microseconds(1)).unwrap()
}

pub struct Stand {
    pub database: TestDatabase,
    pub tokens: Tokens,
    pub user: UserId,
    pub relay: Relay,
}

impl Stand {
    pub async fn new() -> Self {
        let database = TestDatabase::create().await;
        let pool = pool(&database);
        let hub = Hub::new(pool.clone());
        let tokens = tokens(&database, pool, hub);
        let (user, relay) = (new_user(), Relay::default());
        Self {
            database,
            tokens,
            user,
            relay,
        }
    }

    /// The same tokens, as another process or a restarted one has them.
    pub fn elsewhere(&self) -> Tokens {
        let pool = pool(&self.database);
        tokens(&self.database, pool.clone(), Hub::new(pool))
    }

    pub fn journal(&self) -> JournalId {
        self.database.journal_of(self.user)
    }

    pub fn campaign(&self) -> Script<'_> {
        Script::new(self.database.maker(), self.user)
    }

    pub async fn ask(&self, campaign: CampaignId, command: Command) {
        let done = self
            .database
            .maker()
            .ask(self.user, campaign, command)
            .await;
        assert!(
            matches!(
                done,
                Ok(commands::Verdict::Done(_) | commands::Verdict::Deleted)
            ),
            "{done:?}"
        );
    }

    /// Has a command decided, and wakes whom it concerns.
    pub async fn ask_and_wake(&self, campaign: CampaignId, command: Command) {
        self.ask(campaign, command).await;
        self.relay
            .run_once(self.database.sql(), self.journal())
            .await;
    }

    pub async fn create(&self, new: &NewToken) -> Created {
        self.tokens.create(new).await.unwrap()
    }

    /// A token of nobody.
    pub async fn free(&self) -> TokenId {
        self.create(&new_token()).await.id
    }

    pub async fn sleeper(&self, campaign: CampaignId) -> TokenId {
        self.create(&of(campaign, TokenKind::Sleep)).await.id
    }

    pub async fn read(&self, id: &TokenId) -> Token {
        self.tokens.retrieve(id).await.unwrap().unwrap()
    }

    pub async fn status(&self, id: &TokenId) -> TokenStatus {
        self.read(id).await.status
    }

    /// The text of a token's output.
    pub async fn output(&self, id: &TokenId) -> Option<String> {
        self.read(id).await.output.and_then(|output| output.text)
    }
}

pub fn pool(database: &TestDatabase) -> Pool {
    let manager = Manager::new(database.config().clone(), NoTls);
    Pool::builder(manager).max_size(12).build().unwrap()
}

pub fn tokens(database: &TestDatabase, pool: Pool, hub: Hub) -> Tokens {
    let sources = Sources {
        now,
        random: rand::random,
    };
    Tokens::new(pool, database.journals(), sources, hub)
}

pub fn new_token() -> NewToken {
    NewToken {
        created_by: "ik_live_0123456789abcdef".to_owned(),
        ..NewToken::default()
    }
}

/// A token of a campaign, with the tags that say so.
pub fn of(campaign: CampaignId, kind: TokenKind) -> NewToken {
    let tags = vec![
        format!("campaign:{campaign}"),
        format!("kind:{}", kind.as_str()),
    ];
    NewToken {
        registration: Registration::of_tags(&tags).unwrap(),
        tags,
        ..new_token()
    }
}

pub fn data(value: &Value) -> Output {
    Output::of(value)
}
