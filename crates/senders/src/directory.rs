//! Sender accounts that a process remembers, so that an answer that shows them costs no question
//! to the database, and neither does a permit that is held to their limits.
//!
//! Every change is announced on [`CHANNEL`](crate::CHANNEL); whoever listens tells the directory
//! ([`Directory::forget`], and [`Directory::forget_all`] after it may have missed something). What
//! was read before an announcement is not remembered after it: a read takes the directory's
//! generation first, and is only kept if that is still the same. An announcement that is lost
//! without anybody noticing costs a minute: nothing is trusted for longer.

use crate::{Sender, SenderError, find_of};
use deadpool_postgres::Client;
use domain::{AccountId, OwnLimits, UserId};
use lru::LruCache;
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Accounts that are remembered at most, some 500 bytes each.
const REMEMBERED_MAX: usize = 65_536;
/// How long an account is trusted without having been read again.
pub const TRUST_SECONDS_MAX: u64 = 60;

/// Remembered accounts. Cheap to copy; all copies are one.
#[derive(Clone)]
pub struct Directory {
    remembered: Arc<Mutex<Remembered>>,
    clock: fn() -> Instant,
}

struct Remembered {
    /// Goes up with every change that is heard of.
    generation: u64,
    accounts: LruCache<(UserId, AccountId), Known>,
    limits: LruCache<(UserId, AccountId), (OwnLimits, Instant)>,
}

/// A read that began: what it finds is remembered if nothing is announced until then.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    generation: u64,
    read_at: Instant,
}

struct Known {
    /// None for one that is not there.
    sender: Option<Arc<Sender>>,
    read_at: Instant,
}

impl Directory {
    /// Remembers nothing yet. `clock` says how old what it remembers is.
    #[must_use]
    pub fn new(clock: fn() -> Instant) -> Self {
        let accounts_max = NonZeroUsize::new(REMEMBERED_MAX).unwrap_or(NonZeroUsize::MIN);
        let remembered = Remembered {
            generation: 0,
            accounts: LruCache::new(accounts_max),
            limits: LruCache::new(accounts_max),
        };
        Self {
            remembered: Arc::new(Mutex::new(remembered)),
            clock,
        }
    }

    /// The accounts of `user`, in the order of `ids`, if it is remembered of each whether it is
    /// there. One that is not, or is another's, is left out.
    #[must_use]
    pub fn recall(&self, user: UserId, ids: &[AccountId]) -> Option<Vec<Arc<Sender>>> {
        let (now, trust) = ((self.clock)(), Duration::from_secs(TRUST_SECONDS_MAX));
        let mut remembered = self.remembered();
        let mut accounts = Vec::with_capacity(ids.len());
        for id in ids {
            let known = remembered.accounts.get(&(user, *id))?;
            if trust < now.saturating_duration_since(known.read_at) {
                return None;
            }
            accounts.extend(known.sender.clone());
        }
        Some(accounts)
    }

    /// Reads the accounts of `user`, in the order of `ids`, and remembers them. One that is not
    /// there, or another's, is left out.
    ///
    /// # Errors
    /// When the database does not answer or a row is damaged.
    pub async fn read(
        &self,
        client: &Client,
        user: UserId,
        ids: &[AccountId],
    ) -> Result<Vec<Arc<Sender>>, SenderError> {
        let Reading {
            generation,
            read_at,
        } = self.begin_reading();
        let found: HashMap<AccountId, Arc<Sender>> = find_of(client, user, ids)
            .await?
            .into_iter()
            .map(|sender| (sender.id, Arc::new(sender)))
            .collect();
        let mut remembered = self.remembered();
        if remembered.generation == generation {
            for id in ids {
                let sender = found.get(id).cloned();
                let known = Known { sender, read_at };
                remembered.accounts.put((user, *id), known);
            }
        }
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    /// To be taken before a read whose limits are to be remembered.
    #[must_use]
    pub fn begin_reading(&self) -> Reading {
        Reading {
            read_at: (self.clock)(),
            generation: self.remembered().generation,
        }
    }

    /// The limits of an account, if they are remembered; none of its own if it is not there.
    #[must_use]
    pub fn recall_limits(&self, user: UserId, account: AccountId) -> Option<OwnLimits> {
        let (now, trust) = ((self.clock)(), Duration::from_secs(TRUST_SECONDS_MAX));
        let mut remembered = self.remembered();
        let (limits, read_at) = remembered.limits.get(&(user, account))?;
        (now.saturating_duration_since(*read_at) <= trust).then_some(*limits)
    }

    /// Remembers the limits of an account that `reading` found.
    pub fn remember_limits(&self, reading: Reading, whose: (UserId, AccountId), limits: OwnLimits) {
        let mut remembered = self.remembered();
        if remembered.generation == reading.generation {
            remembered.limits.put(whose, (limits, reading.read_at));
        }
    }

    /// An account has changed, by what was announced.
    pub fn forget(&self, announced: &str) {
        let Some(key) = key(announced) else {
            return self.forget_all();
        };
        let mut remembered = self.remembered();
        remembered.generation += 1;
        remembered.accounts.pop(&key);
        remembered.limits.pop(&key);
    }

    /// Any account may have changed.
    pub fn forget_all(&self) {
        let mut remembered = self.remembered();
        remembered.generation += 1;
        remembered.accounts.clear();
        remembered.limits.clear();
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(announced: &str) -> Option<(UserId, AccountId)> {
    let (user, account) = announced.split_once(' ')?;
    let user = Uuid::try_parse(user).ok()?;
    Some((UserId(user), AccountId(Uuid::try_parse(account).ok()?)))
}
