//! The common batch: campaigns move from stage to stage, and nothing else happens.
//!
//! One statement writes all of it and is its own transaction, so a lonely pause costs PostgreSQL
//! what a hand-written statement would (`docs/decisions/0010-one-statement-for-transitions.md`).
//! There are two: one for a batch, over arrays, and one for a single event of a single campaign.

use crate::batch::Batch;
use chrono::{DateTime, Utc};
use event_store::{Appending, JournalId};
use outbox::EffectColumns;
use projector::Moves;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row, Statement};

/// The prepared statements of a lane, for one connection.
pub(crate) struct Transitions {
    commit_one: Statement,
    commit_many: Statement,
}

impl Transitions {
    pub async fn prepare(client: &Client) -> Result<Self, Error> {
        Ok(Self {
            commit_one: client
                .prepare(include_str!("../sql/commit_transition.sql"))
                .await?,
            commit_many: client
                .prepare(include_str!("../sql/commit_transitions.sql"))
                .await?,
        })
    }

    /// Commits `batch`, whose rows are `moves`, behind the head that it believes in. Tells when.
    pub async fn commit(
        &self,
        client: &Client,
        journal: JournalId,
        (batch, moves): (&Batch, &Moves),
        appending: &Appending,
    ) -> Result<DateTime<Utc>, Error> {
        let effects = EffectColumns::of(&batch.effects);
        let place = Place {
            journal,
            batch,
            moves,
            appending,
            effects: &effects,
        };
        let committed = match place.commit_one(self, client).await {
            Some(committed) => committed,
            None => place.commit_many(self, client).await,
        };
        Ok(committed?.get("recorded_at"))
    }
}

/// What is written, and where.
struct Place<'a> {
    journal: JournalId,
    batch: &'a Batch,
    moves: &'a Moves,
    appending: &'a Appending,
    effects: &'a EffectColumns,
}

impl Place<'_> {
    /// `None` when there is more than one of anything.
    async fn commit_one(
        &self,
        statements: &Transitions,
        client: &Client,
    ) -> Option<Result<Row, Error>> {
        let (appending, moves, effects) = (self.appending, self.moves, self.effects);
        let binds: [&(dyn ToSql + Sync); 14] = [
            &self.journal.0,
            &self.batch.head.position,
            &self.batch.head.fence,
            only(&appending.campaign_ids)?,
            only(&appending.versions)?,
            only(&appending.event_ids)?,
            only(&appending.types)?,
            only(&appending.schema_versions)?,
            only(&appending.payloads)?,
            only(&appending.metadata)?,
            only(&moves.old_versions)?,
            only(&moves.stages)?,
            only(&effects.kinds)?,
            only(&effects.details)?,
        ];
        Some(client.query_one(&statements.commit_one, &binds).await)
    }

    async fn commit_many(&self, statements: &Transitions, client: &Client) -> Result<Row, Error> {
        let (appending, moves, effects) = (self.appending, self.moves, self.effects);
        let count = i64::try_from(self.batch.events.len()).unwrap_or(i64::MAX);
        let binds: [&(dyn ToSql + Sync); 19] = [
            &self.journal.0,
            &self.batch.head.position,
            &self.batch.head.fence,
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
        client.query_one(&statements.commit_many, &binds).await
    }
}

fn only<T: ToSql + Sync>(column: &[T]) -> Option<&(dyn ToSql + Sync)> {
    match column {
        [single] => Some(single),
        _ => None,
    }
}
