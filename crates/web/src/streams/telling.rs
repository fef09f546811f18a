//! Events as messages: what happened, and where the campaign stood then.

use crate::campaign_json::instant;
use crate::openapi::CampaignStatus;
use domain::{CampaignId, Status, UserId, Version, moved_to};
use event_store::{JournalId, Origin, Recorded, read_origins};
use projector::find_owners;
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::HashMap;
use tokio_postgres::Client;
use utoipa::ToSchema;

/// Campaigns whose standing is remembered.
const KNOWN_MAX: usize = 10_000;

/// A message about an event.
#[derive(Serialize, ToSchema)]
#[schema(as = StreamEvent)]
pub(crate) struct EventMessage<'a> {
    /// What happened, as in `CampaignPaused`. New types may come.
    r#type: &'a str,
    #[schema(value_type = uuid::Uuid)]
    campaign_id: CampaignId,
    /// Which of the campaign's events it is, from 1.
    #[schema(value_type = i64)]
    version: Version,
    #[schema(format = DateTime)]
    recorded_at: String,
    /// Why, in the words of whoever asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<&'a str>,
    /// What there is to know about it. People appear by id alone.
    #[schema(value_type = Object)]
    payload: Box<RawValue>,
    /// Where the campaign stood then; `null` once it is deleted.
    #[schema(value_type = Option<CampaignStatus>, required = true)]
    status: Option<Status>,
}

/// An event, ready to be told.
#[derive(Debug)]
pub(super) struct Told {
    pub campaign_id: CampaignId,
    pub user_id: UserId,
    pub version: i64,
    pub position: i64,
    /// Whether the campaign is over with it.
    pub is_end: bool,
    /// The message's JSON.
    pub data: String,
}

/// Whose a campaign is, and where it stands.
#[derive(Clone, Copy)]
struct Standing {
    user_id: UserId,
    status: Option<Status>,
}

/// Turns a journal's events into messages, in order.
pub(super) struct Teller {
    journal: JournalId,
    known: HashMap<CampaignId, Standing>,
}

impl Teller {
    pub fn new(journal: JournalId) -> Self {
        Self {
            journal,
            known: HashMap::new(),
        }
    }

    /// Forgets a campaign of which an event is not told: its standing is not known any more.
    pub fn forget(&mut self, campaign: CampaignId) {
        self.known.remove(&campaign);
    }

    /// The messages of events that follow those of the last call, campaign by campaign.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tell(
        &mut self,
        client: &Client,
        events: &[Recorded],
    ) -> Result<Vec<Told>, tokio_postgres::Error> {
        self.learn(client, events).await?;
        Ok(events.iter().filter_map(|event| self.told(event)).collect())
    }

    /// Looks up campaigns that are met for the first time, as they were before.
    async fn learn(
        &mut self,
        client: &Client,
        events: &[Recorded],
    ) -> Result<(), tokio_postgres::Error> {
        if KNOWN_MAX < self.known.len() {
            self.known.clear();
        }
        let mut unknown: HashMap<CampaignId, Version> = HashMap::new();
        for event in events {
            if !self.known.contains_key(&event.campaign_id) {
                let before = Version(event.version.0 - 1);
                unknown.entry(event.campaign_id).or_insert(before);
            }
        }
        if unknown.is_empty() {
            return Ok(());
        }
        let asked: Vec<(CampaignId, Version)> = unknown.into_iter().collect();
        let mut detached = HashMap::new();
        for Origin {
            campaign_id,
            user_id,
            status,
        } in read_origins(client, self.journal, &asked).await?
        {
            match user_id {
                Some(user_id) => {
                    self.known.insert(campaign_id, Standing { user_id, status });
                }
                None => {
                    detached.insert(campaign_id, status);
                }
            }
        }
        self.learn_from_rows(client, detached).await
    }

    /// Campaigns that began in what is not attached, with what is known of their status. One that is
    /// deleted stays unknown: nobody can say whose it was.
    async fn learn_from_rows(
        &mut self,
        client: &Client,
        detached: HashMap<CampaignId, Option<Status>>,
    ) -> Result<(), tokio_postgres::Error> {
        let ids: Vec<CampaignId> = detached.keys().copied().collect();
        if ids.is_empty() {
            return Ok(());
        }
        for owner in find_owners(client, self.journal, &ids).await? {
            let then = detached.get(&owner.campaign_id).copied().flatten();
            let standing = Standing {
                user_id: owner.user_id,
                status: then.or(owner.status),
            };
            self.known.insert(owner.campaign_id, standing);
        }
        Ok(())
    }

    fn told(&mut self, event: &Recorded) -> Option<Told> {
        let event_type = event.event.event_type();
        let standing = self.known.get_mut(&event.campaign_id)?;
        let moved = moved_to(event_type);
        standing.status = moved.unwrap_or(standing.status);
        let payload = event.event.payload().ok()?;
        let message = EventMessage {
            r#type: event_type,
            campaign_id: event.campaign_id,
            version: event.version,
            recorded_at: instant(event.recorded_at),
            reason: event.metadata.reason.as_deref(),
            payload: RawValue::from_string(payload).ok()?,
            status: standing.status,
        };
        Some(Told {
            campaign_id: event.campaign_id,
            user_id: standing.user_id,
            version: event.version.0,
            position: event.position,
            is_end: moved == Some(None),
            data: serde_json::to_string(&message).ok()?,
        })
    }
}
