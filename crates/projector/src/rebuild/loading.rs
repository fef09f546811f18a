//! Loading a journal in bulk: a page of the log, its campaigns' rows, and how far that is, in one
//! transaction.

use super::RebuildError;
use super::columns::load;
use crate::{Folded, Replay};
use domain::CampaignId;
use event_store::JournalId;
use tokio_postgres::{Client, Row, Transaction};
use uuid::Uuid;

/// A journal that is being loaded.
#[derive(Debug)]
pub(super) struct Loading {
    rebuild: i64,
    journal: JournalId,
    replay: Replay,
    loaded_up_to: Option<CampaignId>,
    events: u64,
}

/// What a step of a rebuild found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// There is more to do.
    More,
    /// That was all.
    Over,
    /// Somebody cancelled it, or goes on in place of this process.
    Lost,
}

impl Loading {
    /// The journal of a row of list_progress.sql, if it is not loaded yet.
    pub fn of(rebuild: i64, row: &Row, page_events: i64) -> Option<Self> {
        let is_loaded: bool = row.get("is_loaded");
        let journal = JournalId(row.get("journal"));
        let after: Option<Uuid> = row.get("after_campaign");
        let after = after.map(CampaignId);
        (!is_loaded).then(|| Self {
            rebuild,
            journal,
            replay: Replay::new(journal, row.get("target"), after).in_pages_of(page_events),
            loaded_up_to: after,
            events: 0,
        })
    }

    /// Loads the campaigns of the next page.
    pub async fn step(
        &mut self,
        reader: &Client,
        writer: &mut Client,
    ) -> Result<Step, RebuildError> {
        let folded = self.replay.step(reader).await?;
        if folded.is_empty() && !self.replay.is_over() {
            return Ok(Step::More);
        }
        let transaction = writer.transaction().await?;
        load(&transaction, self.journal, &folded).await?;
        if !self.advance(&transaction, folded.last()).await? {
            return Ok(Step::Lost);
        }
        transaction.commit().await?;
        Ok(if self.replay.is_over() {
            Step::Over
        } else {
            Step::More
        })
    }

    async fn advance(
        &mut self,
        transaction: &Transaction<'_>,
        last: Option<&Folded>,
    ) -> Result<bool, RebuildError> {
        let up_to = last.map(|folded| folded.id).or(self.loaded_up_to);
        let events = i64::try_from(self.replay.events() - self.events).unwrap_or(i64::MAX);
        let statement = include_str!("../../sql/advance_loading.sql");
        let changed = transaction
            .execute(
                statement,
                &[
                    &self.rebuild,
                    &self.journal.0,
                    &self.loaded_up_to.map(|id| id.0),
                    &up_to.map(|id| id.0),
                    &events,
                    &self.replay.is_over(),
                ],
            )
            .await?;
        self.loaded_up_to = up_to;
        self.events = self.replay.events();
        Ok(changed == 1)
    }
}
