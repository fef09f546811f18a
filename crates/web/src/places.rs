//! Where things are that internal callers name by their ids alone.
//!
//! A campaign's journal and owner never change, and neither does the campaign of a permit: both are
//! looked up once and remembered, a bounded number of each. What is not there is not remembered: it
//! may come.

use crate::app::App;
use crate::problem::Problem;
use crate::read::read;
use domain::{CampaignId, PermitId, Rejection, UserId};
use event_store::JournalId;
use lru::LruCache;
use projector::{PermitPlace, find_permits, find_place};
use std::collections::HashMap;
use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

/// Campaigns that a process remembers the places of, about 100 bytes each.
const CAMPAIGNS_MAX: usize = 50_000;
/// Permits that a process remembers the places of, about 150 bytes each.
const PERMITS_MAX: usize = 100_000;

/// Where a campaign is, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub journal: JournalId,
    pub user_id: UserId,
}

/// The places that this process has looked up. Cheap to copy; all copies remember together.
#[derive(Debug, Clone)]
pub struct Places {
    campaigns: Memory<CampaignId, Place>,
    permits: Memory<PermitId, PermitPlace>,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            campaigns: Memory::new(CAMPAIGNS_MAX),
            permits: Memory::new(PERMITS_MAX),
        }
    }
}

impl Places {
    /// Keeps the place of a permit that was just granted: its outcome will ask for it.
    pub(crate) fn remember(&self, place: PermitPlace) {
        self.permits.put(place.id, place);
    }
}

/// Where the campaign `id` is, also when it is deleted.
pub(crate) async fn place_of(app: &App, id: CampaignId) -> Result<Place, Problem> {
    if let Some(place) = app.places.campaigns.find(&id) {
        return Ok(place);
    }
    let found = read(app, async |client| find_place(client, id).await).await?;
    let (journal, user_id) = found.ok_or(Rejection::NotFound)?;
    let place = Place { journal, user_id };
    app.places.campaigns.put(id, place);
    Ok(place)
}

/// Where the permits `ids` are; one that is not there is left out.
pub(crate) async fn places_of_permits(
    app: &App,
    ids: &[PermitId],
) -> Result<HashMap<PermitId, PermitPlace>, Problem> {
    let mut places = HashMap::with_capacity(ids.len());
    let mut unknown = Vec::new();
    for id in ids {
        match app.places.permits.find(id) {
            Some(place) => {
                places.insert(*id, place);
            }
            None => unknown.push(*id),
        }
    }
    if unknown.is_empty() {
        return Ok(places);
    }
    let found = read(app, async |client| find_permits(client, &unknown).await).await?;
    for place in found {
        app.places.permits.put(place.id, place);
        places.insert(place.id, place);
    }
    Ok(places)
}

#[derive(Debug)]
struct Memory<K: Hash + Eq, V>(Arc<Mutex<LruCache<K, V>>>);

impl<K: Hash + Eq, V> Clone for Memory<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Hash + Eq, V: Copy> Memory<K, V> {
    fn new(most: usize) -> Self {
        let most = NonZeroUsize::new(most).unwrap_or(NonZeroUsize::MIN);
        Self(Arc::new(Mutex::new(LruCache::new(most))))
    }

    fn find(&self, key: &K) -> Option<V> {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.get(key).copied()
    }

    fn put(&self, key: K, value: V) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.put(key, value);
    }
}
