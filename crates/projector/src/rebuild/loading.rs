//! Loading a journal in bulk: a page of the log, its campaigns' rows, and how far that is, in one
//! transaction.
//!
//! Always true: a journal counts as loaded when as many events were applied as it had when the rebuild
//! began. Fewer means that some are not attached, and their campaigns would be lost.

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
        if !self.advance(&transaction, &folded).await? {
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
        folded: &[Folded],
    ) -> Result<bool, RebuildError> {
        let last = folded.last().map(|folded| folded.id);
        let up_to = last.or(self.loaded_up_to);
        let applied = folded.iter().map(|folded| folded.replayed.version().0);
        let applied: i64 = applied.sum();
        let is_over = self.replay.is_over();
        let statement = include_str!("../../sql/advance_loading.sql");
        let advanced = transaction
            .query_opt(
                statement,
                &[
                    &self.rebuild,
                    &self.journal.0,
                    &self.loaded_up_to.map(|id| id.0),
                    &up_to.map(|id| id.0),
                    &applied,
                    &is_over,
                ],
            )
            .await?;
        self.loaded_up_to = up_to;
        let Some(row) = advanced else {
            return Ok(false);
        };
        let (found, target): (i64, i64) = (row.get("events"), row.get("target"));
        if is_over && found != target {
            let journal = self.journal.0;
            return Err(RebuildError::Missing {
                journal,
                found,
                target,
            });
        }
        Ok(true)
    }
}
