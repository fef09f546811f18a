//! What a lane remembers: rows of campaigns and of prospects under way, and what accounts were
//! granted, true at one head of its journal.
//!
//! Whoever writes to a journal moves its head, and whoever rebuilds rows raises its fence. So while both
//! are where this memory says, the rows are what the database has; when not, all of it is dropped. Prospects of drafts and of
//! launches are not remembered: they come and go by the thousand, and are not asked for soon.

use chrono::NaiveDate;
use domain::{
    AccountId, AccountPermits, CampaignId, ChannelKind, Present, Prospect, ProspectId, Stage,
    UserId,
};
use event_store::Head;
use lru::LruCache;
use projector::{CampaignRow, Unit};
use senders::Directory;
use std::num::NonZeroUsize;
use std::sync::Arc;

/// Prospects that a lane remembers at most, about 300 bytes each.
const PROSPECTS_MAX: NonZeroUsize = NonZeroUsize::new(100_000).unwrap();

/// Accounts whose permits a lane remembers at most, some 500 bytes each.
const ACCOUNTS_MAX: NonZeroUsize = NonZeroUsize::new(20_000).unwrap();

pub(crate) struct Cache {
    head: Option<Head>,
    rows: LruCache<CampaignId, Arc<CampaignRow>>,
    prospects: LruCache<(CampaignId, ProspectId), Prospect>,
    /// With the day since when they are counted.
    permits: LruCache<(UserId, AccountId), (AccountPermits, NaiveDate)>,
    senders: Directory,
}

impl Cache {
    pub fn new(campaigns_max: NonZeroUsize, senders: Directory) -> Self {
        Self {
            head: None,
            rows: LruCache::new(campaigns_max),
            prospects: LruCache::new(PROSPECTS_MAX),
            permits: LruCache::new(ACCOUNTS_MAX),
            senders,
        }
    }

    /// The head that the memory is true at.
    pub fn head(&self) -> Option<Head> {
        self.head
    }

    pub fn find(&mut self, id: CampaignId) -> Option<Arc<CampaignRow>> {
        self.rows.get(&id).cloned()
    }

    pub fn find_prospect(&mut self, who: (CampaignId, ProspectId)) -> Option<Prospect> {
        self.prospects.get(&who).cloned()
    }

    /// What the process remembers of sender accounts.
    pub fn senders(&self) -> &Directory {
        &self.senders
    }

    /// What an account was granted since a day.
    pub fn find_permits(
        &mut self,
        whose: (UserId, AccountId),
        first: NaiveDate,
    ) -> Option<AccountPermits> {
        let (permits, since) = self.permits.get(&whose)?;
        let mut permits = (*since <= first).then(|| permits.clone())?;
        permits.forget_before(first);
        Some(permits)
    }

    pub fn put_permits(
        &mut self,
        whose: (UserId, AccountId),
        permits: AccountPermits,
        since: NaiveDate,
    ) {
        self.permits.put(whose, (permits, since));
    }

    /// Whether the campaign is known to be an email campaign, which it is for ever.
    pub fn is_email(&self, id: CampaignId) -> bool {
        let row = self.rows.peek(&id);
        row.is_some_and(|row| row.campaign.settings.channel.kind() == ChannelKind::Email)
    }

    /// Everything remembered is true at `head`, or is dropped.
    pub fn confirm(&mut self, head: Head) {
        if !self.is_true_at(head) {
            self.forget_all();
        }
        self.head = Some(head);
    }

    /// Whether nobody has written to the journal since, nor put other rows in the place of those that
    /// are remembered: both move the head or raise the fence.
    pub fn is_true_at(&self, head: Head) -> bool {
        self.head.is_some_and(|believed| {
            (believed.position, believed.fence) == (head.position, head.fence)
        })
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

    pub fn put_prospect(&mut self, who: (CampaignId, ProspectId), prospect: Prospect) {
        self.prospects.put(who, prospect);
    }

    /// What `unit` has made of its prospects.
    pub fn put_prospects_of(&mut self, unit: &Unit) {
        if !unit.campaign.present().is_some_and(is_under_way) {
            return;
        }
        for (id, prospect) in unit.changed_prospects() {
            self.put_prospect((unit.id, id), prospect.clone());
        }
    }

    pub fn clear(&mut self) {
        self.head = None;
        self.forget_all();
    }

    fn forget_all(&mut self) {
        self.rows.clear();
        self.prospects.clear();
        self.permits.clear();
    }
}

/// Whether a campaign's prospects are worth remembering.
pub(crate) fn is_under_way(campaign: &Present) -> bool {
    match campaign.stage {
        Stage::Draft | Stage::Launching { .. } => false,
        Stage::Active | Stage::Paused { .. } | Stage::Completed => true,
    }
}
