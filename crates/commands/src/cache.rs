//! What a lane remembers: rows of campaigns, true at one head of its journal.
//!
//! Whoever writes to a journal moves its head. So while the head is where this memory says, the
//! rows are what the database has; when it is not, all of it is dropped.

use domain::CampaignId;
use event_store::Head;
use lru::LruCache;
use projector::CampaignRow;
use std::num::NonZeroUsize;
use std::sync::Arc;

pub(crate) struct Cache {
    head: Option<Head>,
    rows: LruCache<CampaignId, Arc<CampaignRow>>,
}

impl Cache {
    pub fn new(campaigns_max: NonZeroUsize) -> Self {
        Self {
            head: None,
            rows: LruCache::new(campaigns_max),
        }
    }

    /// The head that the memory is true at.
    pub fn head(&self) -> Option<Head> {
        self.head
    }

    pub fn find(&mut self, id: CampaignId) -> Option<Arc<CampaignRow>> {
        self.rows.get(&id).cloned()
    }

    /// Everything remembered is true at `head`, or is dropped.
    pub fn confirm(&mut self, head: Head) {
        if self.head.map(|believed| believed.position) != Some(head.position) {
            self.rows.clear();
        }
        self.head = Some(head);
    }

    /// This lane moved the head itself; what it touched is put or forgotten right after.
    pub fn advance(&mut self, head: Head) {
        self.head = Some(head);
    }

    pub fn put(&mut self, row: Arc<CampaignRow>) {
        self.rows.put(row.id, row);
    }

    pub fn forget(&mut self, id: CampaignId) {
        self.rows.pop(&id);
    }

    pub fn clear(&mut self) {
        self.head = None;
        self.rows.clear();
    }
}
