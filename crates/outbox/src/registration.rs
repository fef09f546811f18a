//! Registering tokens that were made elsewhere, so that the campaign's effects complete them.
//!
//! No lane is asked and no head is taken. The waking lock is held shared from before the look at
//! the journal's head and the campaign's status (one statement, one snapshot) to the commit. Who is
//! placed before an effect is therefore seen when that effect is taken in; who comes after it sees
//! the status that it made, and is told at once. So no order of the two leaves a sleeper behind.
//!
//! A sleeper that is told at once may wait on its token all the same, so its completion is *owed*:
//! it is sent whatever happens to the campaign later.

use crate::failure::{RelayFailure, ask};
use deadpool_postgres::{Client, Pool, Transaction};
use domain::{CampaignId, ProspectId, Status, TokenKind, UserId, wake_at_registration};
use event_store::JournalId;
use lru::LruCache;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};
use uuid::Uuid;
use waitpoints::{TokenId, WakingLock, lock_waking};

/// Tokens that one request registers at most.
pub const REGISTERED_TOKENS_MAX: usize = 1_000;
const JOURNALS_REMEMBERED: NonZeroUsize = NonZeroUsize::new(50_000).unwrap();

/// Registers tokens. Cheap to copy.
#[derive(Clone)]
pub struct Registrar {
    pool: Pool,
    /// A campaign's journal never changes.
    journals: Arc<Mutex<LruCache<CampaignId, JournalId>>>,
    sender: Arc<Notify>,
}

/// A token that was made elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ForeignToken {
    /// Its id there.
    pub id: TokenId,
    /// Whose task sleeps on it.
    pub prospect_id: ProspectId,
    /// For what.
    pub kind: TokenKind,
}

/// What came of registering a token.
#[derive(Debug, Clone, PartialEq)]
pub enum Registered {
    /// It waits.
    Now,
    /// It has been waiting.
    Before,
    /// What it would wait for has happened: its sleeper goes on at once, with this output.
    Completed(Value),
}

struct Standing {
    head: i64,
    status: Status,
    user_id: UserId,
}

impl Registrar {
    /// Registers through `pool`, and tells the sender when a completion is owed.
    #[must_use]
    pub fn new(pool: Pool, sender: Arc<Notify>) -> Self {
        let journals = Arc::new(Mutex::new(LruCache::new(JOURNALS_REMEMBERED)));
        Self {
            pool,
            journals,
            sender,
        }
    }

    /// Registers up to [`REGISTERED_TOKENS_MAX`] tokens of a campaign, and tells what came of each.
    /// `None`: there is no such campaign.
    ///
    /// # Errors
    /// When the database does not answer. Registering again is safe.
    pub async fn register(
        &self,
        campaign: CampaignId,
        tokens: &[ForeignToken],
    ) -> Result<Option<Vec<Registered>>, RelayFailure> {
        let registered = ask(&self.pool, async |client| {
            self.register_all(client, campaign, tokens).await
        })
        .await?;
        let is_owed = |came: &Registered| matches!(came, Registered::Completed(_));
        if registered.iter().flatten().any(is_owed) {
            self.sender.notify_one();
        }
        Ok(registered)
    }

    async fn register_all(
        &self,
        client: &mut Client,
        campaign: CampaignId,
        tokens: &[ForeignToken],
    ) -> Result<Option<Vec<Registered>>, RelayFailure> {
        let Some(journal) = self.journal_of(client, campaign).await? else {
            return Ok(None);
        };
        let transaction = client.transaction().await?;
        lock_waking(&*transaction, journal, WakingLock::Share).await?;
        let Some(standing) = find_standing(&transaction, journal, campaign).await? else {
            return Ok(None);
        };
        let owed = |token: &ForeignToken| {
            wake_at_registration(standing.status, token.kind).map(domain::Wake::output)
        };
        let owed: Vec<Option<Value>> = tokens.iter().map(owed).collect();
        let fresh = insert(
            &transaction,
            (journal, campaign),
            &standing,
            (tokens, &owed),
        )
        .await?;
        let before = find_owed(&transaction, (journal, campaign), tokens, &fresh).await?;
        transaction.commit().await?;
        Ok(Some(outcomes(tokens, owed, fresh, &before)))
    }

    async fn journal_of(
        &self,
        client: &tokio_postgres::Client,
        campaign: CampaignId,
    ) -> Result<Option<JournalId>, Error> {
        let known = self.remembered().get(&campaign).copied();
        if known.is_some() {
            return Ok(known);
        }
        let statement = include_str!("../sql/find_journal.sql");
        let found = client.query_opt(statement, &[&campaign.0]).await?;
        let found = found.map(|row| JournalId(row.get("journal")));
        if let Some(journal) = found {
            self.remembered().put(campaign, journal);
        }
        Ok(found)
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, LruCache<CampaignId, JournalId>> {
        self.journals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Key = (TokenKind, String);

fn key(token: &ForeignToken) -> Key {
    (token.kind, token.id.as_str().to_owned())
}

/// A token that is named twice was registered before when it is named again.
fn outcomes(
    tokens: &[ForeignToken],
    owed: Vec<Option<Value>>,
    mut fresh: HashSet<Key>,
    before: &HashMap<Key, Value>,
) -> Vec<Registered> {
    let outcome = |(token, owed): (&ForeignToken, Option<Value>)| {
        let key = key(token);
        match owed.or_else(|| before.get(&key).cloned()) {
            Some(output) => Registered::Completed(output),
            None if fresh.remove(&key) => Registered::Now,
            None => Registered::Before,
        }
    };
    tokens.iter().zip(owed).map(outcome).collect()
}

async fn find_standing(
    transaction: &Transaction<'_>,
    journal: JournalId,
    campaign: CampaignId,
) -> Result<Option<Standing>, Error> {
    let find = transaction
        .prepare_cached(include_str!("../sql/find_standing.sql"))
        .await?;
    let row = transaction
        .query_opt(&find, &[&journal.0, &campaign.0])
        .await?;
    let standing = |row: Row| {
        let status: &str = row.get("status");
        Some(Standing {
            head: row.get("head"),
            status: Status::ALL
                .into_iter()
                .find(|known| known.as_str() == status)?,
            user_id: UserId(row.get("user_id")),
        })
    };
    Ok(row.and_then(standing))
}

async fn insert(
    transaction: &Transaction<'_>,
    (journal, campaign): (JournalId, CampaignId),
    standing: &Standing,
    (tokens, owed): (&[ForeignToken], &[Option<Value>]),
) -> Result<HashSet<Key>, Error> {
    let mut seen = HashSet::new();
    let (mut kinds, mut prospects) = (Vec::new(), Vec::<Uuid>::new());
    let (mut ids, mut outputs) = (Vec::new(), Vec::new());
    for (token, owed) in tokens.iter().zip(owed) {
        if seen.insert((token.kind, token.id.as_str())) {
            kinds.push(token.kind.as_str());
            prospects.push(token.prospect_id.0);
            ids.push(token.id.as_str());
            outputs.push(owed.as_ref().map(ToString::to_string));
        }
    }
    let binds: [&(dyn ToSql + Sync); 8] = [
        &journal.0,
        &campaign.0,
        &standing.head,
        &standing.user_id.0,
        &kinds,
        &prospects,
        &ids,
        &outputs,
    ];
    let register = transaction
        .prepare_cached(include_str!("../sql/register_tokens.sql"))
        .await?;
    let rows = transaction.query(&register, &binds).await?;
    Ok(rows.iter().filter_map(key_of).collect())
}

/// What tokens that were registered before are owed, if anything.
async fn find_owed(
    transaction: &Transaction<'_>,
    (journal, campaign): (JournalId, CampaignId),
    tokens: &[ForeignToken],
    fresh: &HashSet<Key>,
) -> Result<HashMap<Key, Value>, Error> {
    let before = || tokens.iter().filter(|token| !fresh.contains(&key(token)));
    let kinds: Vec<&str> = before().map(|token| token.kind.as_str()).collect();
    let ids: Vec<&str> = before().map(|token| token.id.as_str()).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let find = transaction
        .prepare_cached(include_str!("../sql/find_owed.sql"))
        .await?;
    let rows = transaction
        .query(&find, &[&journal.0, &campaign.0, &kinds, &ids])
        .await?;
    let owed = |row: &Row| {
        let output = serde_json::from_str(row.get("owed")).ok()?;
        Some((key_of(row)?, output))
    };
    Ok(rows.iter().filter_map(owed).collect())
}

fn key_of(row: &Row) -> Option<Key> {
    let word: &str = row.get("kind");
    let kind = TokenKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == word)?;
    Some((kind, row.get("id")))
}
