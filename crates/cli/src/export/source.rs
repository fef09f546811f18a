//! Where the lines come from: pages of a journal, or of a campaign.

use super::range::Range;
use domain::{CampaignId, UserId, Version};
use event_store::{ReadError, Stored, read_origins, read_stored_after, read_stored_stream};
use projector::{find_missing, find_owners};
use std::collections::{HashMap, HashSet};
use tokio_postgres::Client;

/// Events that are read at once.
const PAGE: i64 = 2_000;
/// Campaigns whose owners are remembered.
const KNOWN_MAX: usize = 100_000;

/// Whose events are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    All,
    User(UserId),
    Campaign(CampaignId),
}

/// Reads a range of a journal.
pub(super) struct Source {
    range: Range,
    choice: Choice,
    /// How far a campaign was read.
    version: Version,
    owners: HashMap<CampaignId, UserId>,
}

/// Events, and how many positions of the range are done with them.
pub(super) struct Page {
    pub events: Vec<Stored>,
    pub passed: u64,
}

impl Source {
    pub fn new(range: Range, choice: Choice) -> Self {
        Self {
            range,
            choice,
            version: Version::default(),
            owners: HashMap::new(),
        }
    }

    /// The next page. Nothing at the end of the range.
    pub async fn next(&mut self, client: &Client) -> Result<Option<Page>, ReadError> {
        if self.range.last <= self.range.after {
            return Ok(None);
        }
        let before = self.range.after;
        let mut events = match self.choice {
            Choice::Campaign(campaign) => self.read_campaign(client, campaign).await?,
            Choice::All | Choice::User(_) => self.read_journal(client).await?,
        };
        self.range.after = match events.last() {
            Some(last) => last.position.max(before),
            None => self.range.last,
        };
        let (first, last) = (before + 1, self.range.last);
        events.retain(|event| (first..=last).contains(&event.position));
        if let Choice::User(user) = self.choice {
            self.learn(client, &events).await?;
            events.retain(|event| self.owners.get(&event.campaign_id) == Some(&user));
        }
        let passed = self.range.after.min(last) - before;
        Ok(Some(Page {
            events,
            passed: u64::try_from(passed).unwrap_or(0),
        }))
    }

    async fn read_journal(&self, client: &Client) -> Result<Vec<Stored>, ReadError> {
        let Range {
            journal,
            after,
            last,
        } = self.range;
        read_stored_after(client, journal, after, PAGE.min(last - after)).await
    }

    async fn read_campaign(
        &mut self,
        client: &Client,
        campaign: CampaignId,
    ) -> Result<Vec<Stored>, ReadError> {
        let (journal, version) = (self.range.journal, self.version);
        let events = read_stored_stream(client, journal, campaign, version, PAGE).await?;
        match events.last() {
            Some(last) => self.version = last.version,
            None => {
                if let Some(Version(version)) =
                    find_missing(client, journal, campaign, version).await?
                {
                    return Err(ReadError::StreamBroken { campaign, version });
                }
            }
        }
        Ok(events)
    }

    /// Looks up whose campaigns these are.
    async fn learn(&mut self, client: &Client, events: &[Stored]) -> Result<(), ReadError> {
        if KNOWN_MAX < self.owners.len() {
            self.owners.clear();
        }
        let ids: HashSet<CampaignId> = events
            .iter()
            .map(|event| event.campaign_id)
            .filter(|id| !self.owners.contains_key(id))
            .collect();
        let asked: Vec<_> = ids.into_iter().map(|id| (id, Version::default())).collect();
        if asked.is_empty() {
            return Ok(());
        }
        let mut detached = Vec::new();
        for origin in read_origins(client, self.range.journal, &asked).await? {
            match origin.user_id {
                Some(user_id) => {
                    self.owners.insert(origin.campaign_id, user_id);
                }
                None => detached.push(origin.campaign_id),
            }
        }
        self.learn_from_rows(client, &detached).await
    }

    /// Campaigns that began in what is not attached: their rows say whose they are. Of deleted ones
    /// nothing does, and an export that may lack something is none.
    async fn learn_from_rows(
        &mut self,
        client: &Client,
        detached: &[CampaignId],
    ) -> Result<(), ReadError> {
        if detached.is_empty() {
            return Ok(());
        }
        for owner in find_owners(client, self.range.journal, detached).await? {
            self.owners.insert(owner.campaign_id, owner.user_id);
        }
        let unknown = detached.iter().find(|id| !self.owners.contains_key(id));
        match unknown.copied() {
            Some(campaign) => Err(ReadError::StreamBroken {
                campaign,
                version: 1,
            }),
            None => Ok(()),
        }
    }
}
