//! Completing tokens: the first completion wins.
//!
//! Under the waking lock, shared: a token that a wake covers was over before.

use crate::asking::{Question, Way, ask_settling};
use crate::{Cursor, Failure, Filter, Output, TokenId, TokenStatus, Tokens};
use event_store::JournalId;
use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU16;

/// Tokens that one bulk completion is about at most.
pub const COMPLETED_AT_ONCE_MAX: NonZeroU16 = NonZeroU16::MIN.saturating_add(999);

/// What a completion did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Settled {
    /// It completed the token.
    Now,
    /// The token was completed or timed out before; it keeps its output.
    Before,
    /// There is no such token.
    Unknown,
}

/// What a bulk completion did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettledPage {
    /// What became of each token.
    pub outcomes: Vec<(TokenId, Settled)>,
    /// The cursor after which there may be more.
    pub next: Option<TokenId>,
}

impl Tokens {
    /// Completes a token, and rings the hub.
    ///
    /// # Errors
    /// When there is no answer. Trying again is harmless.
    pub async fn complete(&self, id: &TokenId, output: &Output) -> Result<Settled, Failure> {
        let outcomes = self.complete_in(id.journal(), &[id], output).await?;
        Ok(outcomes.get(id).copied().unwrap_or(Settled::Unknown))
    }

    /// Completes tokens, [`COMPLETED_AT_ONCE_MAX`] at a time and one journal after the other, and
    /// rings the hub. An outcome for each of `ids`, in their order.
    ///
    /// # Errors
    /// When there is no answer; some may have been completed. Trying again is harmless.
    pub async fn complete_many(
        &self,
        ids: &[TokenId],
        output: &Output,
    ) -> Result<Vec<(TokenId, Settled)>, Failure> {
        let mut journals: BTreeMap<JournalId, Vec<&TokenId>> = BTreeMap::new();
        for id in ids {
            journals.entry(id.journal()).or_default().push(id);
        }
        let mut outcomes = HashMap::new();
        for (journal, ids) in journals {
            for some in ids.chunks(usize::from(COMPLETED_AT_ONCE_MAX.get())) {
                // What this call completed is `Now`, though it be named twice.
                for (id, settled) in self.complete_in(journal, some, output).await? {
                    outcomes.entry(id).or_insert(settled);
                }
            }
        }
        let outcome = |id: &TokenId| outcomes.get(id).copied().unwrap_or(Settled::Unknown);
        Ok(ids.iter().map(|id| (id.clone(), outcome(id))).collect())
    }

    /// Completes the waiting tokens that a filter selects (its statuses are ignored), newest
    /// first: [`COMPLETED_AT_ONCE_MAX`] of them at most, beginning after a cursor.
    ///
    /// # Errors
    /// When there is no answer; some may have been completed. Trying again is harmless.
    pub async fn complete_matching(
        &self,
        filter: &Filter,
        output: &Output,
        after: Option<&TokenId>,
    ) -> Result<SettledPage, Failure> {
        let filter = Filter {
            statuses: vec![TokenStatus::Waiting],
            ..filter.clone()
        };
        let cursor = after.map_or(Cursor::Start, |id| Cursor::After(id.clone()));
        let page = self.list(&filter, &cursor, COMPLETED_AT_ONCE_MAX).await?;
        let ids: Vec<TokenId> = page.tokens.into_iter().map(|token| token.id).collect();
        Ok(SettledPage {
            outcomes: self.complete_many(&ids, output).await?,
            next: page.next,
        })
    }

    /// Completes tokens of one journal. Those that there are, and what became of them.
    async fn complete_in(
        &self,
        journal: JournalId,
        ids: &[&TokenId],
        output: &Output,
    ) -> Result<HashMap<TokenId, Settled>, Failure> {
        let texts: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
        let now = (self.sources.now)();
        let question = Question {
            statement: include_str!("../sql/complete.sql"),
            binds: &[
                &journal.0,
                &texts,
                &output.output_type.as_str(),
                &output.text,
                &now,
            ],
        };
        let rows = ask_settling(&self.pool, journal, Way::Search, question).await?;
        let mut outcomes = HashMap::with_capacity(rows.len());
        for row in &rows {
            let is_now: bool = row.try_get("is_now")?;
            let settled = if is_now {
                Settled::Now
            } else {
                Settled::Before
            };
            outcomes.insert(TokenId::stored(row.try_get("id")?), settled);
        }
        let woken = outcomes
            .iter()
            .filter(|(_, settled)| **settled == Settled::Now);
        let woken: Vec<TokenId> = woken.map(|(id, _)| id.clone()).collect();
        self.hub.ring_tokens(&woken);
        Ok(outcomes)
    }
}
