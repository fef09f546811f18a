//! A lane's connection with its prepared statements.

use crate::answers::Answers;
use crate::transitions::Transitions;
use event_store::{Connection, Log, connect};
use outbox::Enqueuer;
use people::PeopleRows;
use projector::Rows;
use senders::Facts;
use tokio_postgres::{Client, Config, Error};

/// Every statement of a lane finds its rows by key. The planner is told so, because a plan made
/// while a table was small would otherwise be kept when it has grown. A lane that hangs must not
/// hold a journal's head for ever.
const SETTINGS: &str = "SET enable_seqscan = off; SET enable_hashjoin = off; \
     SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan; SET jit = off; \
     SET lock_timeout = '5s'; SET statement_timeout = '10s'; \
     SET idle_in_transaction_session_timeout = '10s'";

/// Begins a lane's transaction. Who takes tables and heads takes tables first, as a statement that is a
/// transaction by itself does: then nobody who holds a head waits for a rebuild that holds the tables.
pub(crate) const BEGIN: &str = "BEGIN; LOCK TABLE campaigns IN ROW EXCLUSIVE MODE";

pub(crate) struct Session {
    pub connection: Connection,
    pub log: Log,
    pub rows: Rows,
    pub senders: Facts,
    pub people: PeopleRows,
    pub enqueuer: Enqueuer,
    pub answers: Answers,
    pub transitions: Transitions,
}

impl Session {
    pub async fn open(config: &Config) -> Result<Self, Error> {
        let connection = connect(config).await?;
        let client = &connection.client;
        client.batch_execute(SETTINGS).await?;
        Ok(Self {
            log: Log::prepare(client).await?,
            rows: Rows::prepare(client).await?,
            senders: Facts::prepare(client).await?,
            people: PeopleRows::prepare(client).await?,
            enqueuer: Enqueuer::prepare(client).await?,
            answers: Answers::prepare(client).await?,
            transitions: Transitions::prepare(client).await?,
            connection,
        })
    }

    pub fn client(&self) -> &Client {
        &self.connection.client
    }

    pub fn is_broken(&self) -> bool {
        self.connection.client.is_closed()
    }
}
