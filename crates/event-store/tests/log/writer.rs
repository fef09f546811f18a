//! A writer with a connection of its own, as a lane is one.

use chrono::{DateTime, Utc};
use domain::event::Nothing;
use domain::{Event, Version};
use event_store::{
    Actor, Appending, Connection, Head, JournalId, Log, Metadata, NewEvent, connect,
};
use testkit::{TestDatabase, new_campaign_id};
use tokio_postgres::{Client, Error};
use uuid::Uuid;

pub struct Writer {
    pub log: Log,
    pub journal: JournalId,
    connection: Connection,
}

impl Writer {
    pub async fn open(database: &TestDatabase, journal: JournalId) -> Self {
        Self::try_open(database, journal).await.unwrap()
    }

    /// For where connections are cut.
    pub async fn try_open(database: &TestDatabase, journal: JournalId) -> Result<Self, Error> {
        let config = database.config().clone().application_name("writer").clone();
        let connection = connect(&config).await?;
        Ok(Self {
            log: Log::prepare(&connection.client).await?,
            journal,
            connection,
        })
    }

    pub fn client(&self) -> &Client {
        &self.connection.client
    }

    pub async fn run(&self, statement: &str) {
        self.client().batch_execute(statement).await.unwrap();
    }

    /// The head, taken in a transaction that is left open.
    pub async fn begin(&self) -> Head {
        self.run("BEGIN").await;
        self.log.lock(self.client(), self.journal).await.unwrap()
    }

    /// Appends behind `head`, in whatever transaction there is.
    pub async fn append(&self, head: Head, events: &[NewEvent]) -> Result<DateTime<Utc>, Error> {
        self.append_at(head, events, None).await
    }

    /// Appends behind `head`, recorded at a time.
    pub async fn append_at(
        &self,
        head: Head,
        events: &[NewEvent],
        recorded_at: Option<DateTime<Utc>>,
    ) -> Result<DateTime<Utc>, Error> {
        let appending = Appending::new(events, recorded_at).unwrap();
        self.log
            .append(self.client(), self.journal, head, &appending)
            .await
    }

    /// Appends a few events in a transaction of their own.
    pub async fn write(&self, count: usize) -> DateTime<Utc> {
        let head = self.begin().await;
        let recorded_at = self.append(head, &events(count)).await.unwrap();
        self.run("COMMIT").await;
        recorded_at
    }

    /// Where the head stands, without taking it.
    pub async fn head(&self) -> Head {
        let head = self.begin().await;
        self.run("ROLLBACK").await;
        head
    }
}

/// Events, each of a campaign of its own.
pub fn events(count: usize) -> Vec<NewEvent> {
    std::iter::repeat_with(event).take(count).collect()
}

fn event() -> NewEvent {
    let metadata = Metadata {
        command_id: Uuid::now_v7(),
        actor: Actor::Operator {
            name: "test".to_owned(),
        },
        reason: None,
        correlation_id: None,
        causation_id: None,
        traceparent: None,
    };
    NewEvent {
        event_id: Uuid::now_v7(),
        campaign_id: new_campaign_id(),
        version: Version(1),
        event: Event::CampaignResumed(Nothing {}),
        metadata,
    }
}

/// How many events a journal has.
pub async fn count(database: &TestDatabase, journal: JournalId) -> i64 {
    let count = "SELECT count(*) FROM events WHERE journal = $1";
    database
        .sql()
        .query_one(count, &[&journal.0])
        .await
        .unwrap()
        .get(0)
}
