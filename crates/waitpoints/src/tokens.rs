//! The tokens of a database, as one process reaches them.

use crate::asking::{Question, Way, ask, ask_one};
use crate::{Failure, Hub, Token, TokenId};
use chrono::{DateTime, Utc};
use deadpool_postgres::Pool;
use domain::CampaignId;
use event_store::{JournalId, Journals};
use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Campaigns whose journal is remembered.
const CAMPAIGNS_REMEMBERED_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(99_999);

/// Where time and randomness come from.
#[derive(Debug, Clone, Copy)]
pub struct Sources {
    /// The time.
    pub now: fn() -> DateTime<Utc>,
    /// 128 random bits.
    pub random: fn() -> u128,
}

/// What a process needs for the tokens of its database. Clones share everything.
#[derive(Clone)]
pub struct Tokens {
    pub(crate) pool: Pool,
    pub(crate) journals: Journals,
    pub(crate) sources: Sources,
    pub(crate) hub: Hub,
    /// A campaign's journal never changes.
    places: Arc<Mutex<LruCache<CampaignId, JournalId>>>,
}

impl Tokens {
    /// The tokens of the database that `pool` leads to. The hub is rung for what is settled here.
    #[must_use]
    pub fn new(pool: Pool, journals: Journals, sources: Sources, hub: Hub) -> Self {
        let places = Arc::new(Mutex::new(LruCache::new(CAMPAIGNS_REMEMBERED_MAX)));
        Self {
            pool,
            journals,
            sources,
            hub,
            places,
        }
    }

    /// The hub that is rung.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// One token, with its output. `None`: there is no such token.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn retrieve(&self, id: &TokenId) -> Result<Option<Token>, Failure> {
        retrieve(&self.pool, id).await
    }

    /// The journal of a campaign, also of a deleted one; remembered, because it never changes.
    /// `None`: there never was such a campaign.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn journal_of(&self, campaign: CampaignId) -> Result<Option<JournalId>, Failure> {
        let known = self.places().get(&campaign).copied();
        if known.is_some() {
            return Ok(known);
        }
        let found = ask(&self.pool, async |client| {
            let statement = include_str!("../sql/find_journal.sql");
            match client.query_opt(statement, &[&campaign.0]).await? {
                Some(row) => Ok(Some(JournalId(row.get("journal")))),
                None => event_store::find_journal(client, campaign).await,
            }
        })
        .await?;
        if let Some(journal) = found {
            self.places().put(campaign, journal);
        }
        Ok(found)
    }

    fn places(&self) -> MutexGuard<'_, LruCache<CampaignId, JournalId>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One token, with its output.
pub(crate) async fn retrieve(pool: &Pool, id: &TokenId) -> Result<Option<Token>, Failure> {
    let question = Question {
        statement: include_str!("../sql/retrieve.sql"),
        binds: &[&id.journal().0, &id.as_str()],
    };
    let rows = ask_one(pool, Way::Keys, question).await?;
    Ok(rows.first().map(Token::read).transpose()?)
}

/// Those of some tokens that wait no longer, with their outputs, in any order.
pub(crate) async fn find_over(pool: &Pool, ids: &[TokenId]) -> Result<Vec<Token>, Failure> {
    let journals: Vec<i16> = ids.iter().map(|id| id.journal().0).collect();
    let ids: Vec<&str> = ids.iter().map(TokenId::as_str).collect();
    let question = Question {
        statement: include_str!("../sql/find_over.sql"),
        binds: &[&journals, &ids],
    };
    let rows = ask_one(pool, Way::Search, question).await?;
    Ok(rows.iter().map(Token::read).collect::<Result<_, _>>()?)
}
