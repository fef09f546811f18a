//! The common batch: campaigns move from stage to stage, and nothing else happens.
//!
//! One statement writes all of it and is its own transaction, so a lonely pause costs PostgreSQL
//! what a hand-written statement would (`docs/decisions/0010-one-statement-for-transitions.md`).

use crate::batch::Batch;
use chrono::{DateTime, Utc};
use event_store::{Appending, JournalId};
use outbox::EffectColumns;
use projector::Moves;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Statement};

/// The prepared statement of a lane, for one connection.
pub(crate) struct Transitions {
    commit: Statement,
}

impl Transitions {
    pub async fn prepare(client: &Client) -> Result<Self, Error> {
        let commit = client
            .prepare(include_str!("../sql/commit_transitions.sql"))
            .await?;
        Ok(Self { commit })
    }

    /// Commits `batch`, whose rows are `moves`, behind the head that it believes in. Tells when.
    pub async fn commit(
        &self,
        client: &Client,
        journal: JournalId,
        (batch, moves): (&Batch, &Moves),
        appending: &Appending,
    ) -> Result<DateTime<Utc>, Error> {
        let count = i64::try_from(batch.events.len()).unwrap_or(i64::MAX);
        let effects = EffectColumns::of(&batch.effects);
        let binds: [&(dyn ToSql + Sync); 19] = [
            &journal.0,
            &batch.head.position,
            &batch.head.fence,
            &count,
            &appending.campaign_ids,
            &appending.versions,
            &appending.event_ids,
            &appending.types,
            &appending.schema_versions,
            &appending.payloads,
            &appending.metadata,
            &moves.ids,
            &moves.old_versions,
            &moves.versions,
            &moves.stages,
            &effects.positions,
            &effects.campaign_ids,
            &effects.kinds,
            &effects.details,
        ];
        Ok(client.query_one(&self.commit, &binds).await?.get(0))
    }
}
