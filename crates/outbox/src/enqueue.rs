//! Enqueueing effects inside the transaction of their events.

use crate::Effect;
use domain::CampaignId;
use event_store::JournalId;
use tokio_postgres::types::ToSql;
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
        let columns = EffectColumns::of(effects);
        let binds: [&(dyn ToSql + Sync); 5] = [
            &journal.0,
            &columns.positions,
            &columns.campaign_ids,
            &columns.kinds,
            &columns.details,
        ];
        client.execute(&self.enqueue, &binds).await.map(|_| ())
    }
}

/// Effects as columns: one array a bind.
#[derive(Debug)]
pub struct EffectColumns {
    /// The positions of the events that caused them.
    pub positions: Vec<i64>,
    /// The campaigns.
    pub campaign_ids: Vec<Uuid>,
    /// The kinds, as stored.
    pub kinds: Vec<&'static str>,
    /// What is to be told, as JSON.
    pub details: Vec<String>,
}

impl EffectColumns {
    /// The columns of `effects`.
    #[must_use]
    pub fn of(effects: &[Enqueued]) -> Self {
        let campaign = |enqueued: &Enqueued| enqueued.campaign_id.0;
        Self {
            positions: effects.iter().map(|enqueued| enqueued.position).collect(),
            campaign_ids: effects.iter().map(campaign).collect(),
            kinds: effects
                .iter()
                .map(|enqueued| enqueued.effect.kind())
                .collect(),
            details: effects.iter().map(detail).collect(),
        }
    }
}

/// An effect always has a JSON: its keys are text.
fn detail(enqueued: &Enqueued) -> String {
    serde_json::to_string(&enqueued.effect).unwrap_or_else(|_| String::from("{}"))
}
