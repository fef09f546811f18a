//! Enqueueing effects inside the transaction of their events.

use crate::Effect;
use domain::CampaignId;
use event_store::JournalId;
use tokio_postgres::{Client, Error, Statement};
use uuid::Uuid;

/// An effect with the event that caused it.
#[derive(Debug, Clone)]
pub struct Enqueued {
    /// The event's position.
    pub position: i64,
    /// The campaign.
    pub campaign_id: CampaignId,
    /// What is to be told.
    pub effect: Effect,
}

/// The prepared statement of a writer, for one connection.
pub struct Enqueuer {
    enqueue: Statement,
}

impl Enqueuer {
    /// Prepares the statement on `client`.
    ///
    /// # Errors
    /// When the database cannot.
    pub async fn prepare(client: &Client) -> Result<Self, Error> {
        Ok(Self {
            enqueue: client.prepare(include_str!("../sql/enqueue.sql")).await?,
        })
    }

    /// Enqueues `effects`; sends nothing when there are none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn enqueue(
        &self,
        client: &Client,
        journal: JournalId,
        effects: &[Enqueued],
    ) -> Result<(), Error> {
        if effects.is_empty() {
            return Ok(());
        }
        let positions: Vec<i64> = effects.iter().map(|enqueued| enqueued.position).collect();
        let campaigns: Vec<Uuid> = effects
            .iter()
            .map(|enqueued| enqueued.campaign_id.0)
            .collect();
        let kinds: Vec<&str> = effects
            .iter()
            .map(|enqueued| enqueued.effect.kind())
            .collect();
        let details: Vec<String> = effects.iter().map(detail).collect();
        let binds: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
            [&journal.0, &positions, &campaigns, &kinds, &details];
        client.execute(&self.enqueue, &binds).await.map(|_| ())
    }
}

/// An effect always has a JSON: its keys are text.
fn detail(enqueued: &Enqueued) -> String {
    serde_json::to_string(&enqueued.effect).unwrap_or_else(|_| String::from("{}"))
}
