//! A campaign as it was: the fold of its history up to a moment.
//!
//! Exact, because nothing but the log is asked. Memory is that of the campaign's prospects, however
//! long the history. What a row shows follows from the log alone, so a past row is the one that stood
//! there then.

use crate::{CampaignRow, find_missing};
use chrono::{DateTime, Utc};
use domain::{BrokenHistory, Campaign, CampaignId, Roster, Version, evolve};
use event_store::{Fact, JournalId, Moment, ReadError, read_facts};
use futures_util::TryStreamExt;
use std::pin::pin;
use tokio_postgres::Client;

/// A campaign at a moment: there, not yet, or not any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    id: CampaignId,
    version: Version,
    times: Option<Times>,
    campaign: Campaign,
    roster: Roster,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Times {
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Why the past could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An event cannot follow, or is not the next.
    #[error("replay version {version} of campaign {campaign}")]
    Broken {
        /// Of which campaign.
        campaign: CampaignId,
        /// Which event.
        version: Version,
        /// What cannot follow.
        #[source]
        source: BrokenHistory,
    },
}

/// The campaign `id`, which is or was there, as it was at `moment`. Of a version that it never had: as it
/// was after its latest event.
///
/// # Errors
/// When the log cannot be read or is broken, or an event up to `moment` is not attached.
pub async fn read_past(
    client: &Client,
    journal: JournalId,
    id: CampaignId,
    moment: Moment,
) -> Result<Past, PastError> {
    let mut past = Past::before(id);
    let mut facts = pin!(read_facts(client, journal, id, moment).await?);
    while let Some(fact) = facts.try_next().await? {
        past.apply(&fact).map_err(|source| PastError::Broken {
            campaign: id,
            version: fact.version,
            source,
        })?;
    }
    if past.may_go_on(moment)
        && let Some(Version(version)) = find_missing(client, journal, id, past.version)
            .await
            .map_err(ReadError::from)?
    {
        let campaign = id;
        return Err(ReadError::StreamBroken { campaign, version }.into());
    }
    Ok(past)
}

impl Past {
    /// Before the first event.
    fn before(id: CampaignId) -> Self {
        Self {
            id,
            version: Version::default(),
            times: None,
            campaign: Campaign::default(),
            roster: Roster::default(),
        }
    }

    fn apply(&mut self, fact: &Fact) -> Result<(), BrokenHistory> {
        if fact.version != self.version.next() {
            let event = fact.event.event_type();
            return Err(BrokenHistory { event });
        }
        evolve(&mut self.campaign, &mut self.roster, &fact.event)?;
        self.version = fact.version;
        let created_at = self.times.map(|times| times.created_at);
        self.times = Some(Times {
            created_at: created_at.unwrap_or(fact.recorded_at),
            updated_at: fact.recorded_at,
        });
        Ok(())
    }

    /// Whether events up to `moment` may follow that were not there to be read.
    fn may_go_on(&self, moment: Moment) -> bool {
        !matches!(self.campaign, Campaign::Deleted) && moment != Moment::Version(self.version)
    }

    /// How many events it had had. 0: it was not there yet.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// When the latest of them was recorded.
    #[must_use]
    pub fn updated_at(&self) -> Option<DateTime<Utc>> {
        self.times.map(|times| times.updated_at)
    }

    /// What it was.
    #[must_use]
    pub fn campaign(&self) -> &Campaign {
        &self.campaign
    }

    /// Its prospects.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Its row. `None` when there was none.
    #[must_use]
    pub fn row(&self) -> Option<CampaignRow> {
        let times = self.times?;
        Some(CampaignRow {
            id: self.id,
            version: self.version,
            created_at: times.created_at,
            updated_at: times.updated_at,
            campaign: self.campaign.present()?.clone(),
        })
    }
}
