//! A campaign's history on the wire. People appear by id alone, and of an engine no more than that it
//! was one: its key is the operator's.

use crate::campaign_json::instant;
use crate::openapi::EffectWord;
use domain::{CampaignId, Version};
use event_store::{Actor, Recorded};
use outbox::{EffectId, WaitingEffect};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

/// A page of a campaign's history.
#[derive(Serialize, ToSchema)]
#[schema(as = History)]
pub(crate) struct HistoryJson<'a> {
    #[schema(value_type = Uuid)]
    campaign_id: CampaignId,
    events: Vec<PastEventJson<'a>>,
    /// Where the next page begins; `null` when this is the last.
    #[serde(rename = "nextCursor")]
    #[schema(value_type = Option<i64>, required = true)]
    next_cursor: Option<Version>,
}

/// Something that happened to a campaign.
#[derive(Serialize, ToSchema)]
#[schema(as = PastEvent)]
struct PastEventJson<'a> {
    /// Which of the campaign's events it is, from 1.
    #[schema(value_type = i64)]
    version: Version,
    event_id: Uuid,
    /// What happened, as in `CampaignPaused`. New types may come.
    r#type: &'a str,
    /// What there is to know about it. People appear by id alone.
    #[schema(value_type = Object)]
    payload: Option<Box<RawValue>>,
    #[schema(format = DateTime, example = "2026-04-22T09:05:00Z")]
    recorded_at: String,
    actor: ActorJson<'a>,
    /// Why, in the words of whoever asked for it.
    #[schema(required = true)]
    reason: Option<&'a str>,
    /// The command; the same for all events that it caused.
    command_id: Uuid,
    /// The `X-Request-Id` of the request.
    #[schema(required = true)]
    correlation_id: Option<&'a str>,
    /// The event of the same command that this one followed from by itself.
    #[schema(required = true)]
    causation_id: Option<Uuid>,
    /// What the world was told because of it, while that is kept: a week.
    effects: Vec<CausedJson<'a>>,
}

/// Who caused it.
#[derive(Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = Actor)]
enum ActorJson<'a> {
    /// A client of the public API.
    Key {
        /// The first 24 characters of its key.
        prefix: &'a str,
    },
    /// The engine.
    Engine,
    /// A rule of the service.
    Rule { name: &'a str },
    /// A person who runs the service.
    Operator {
        /// What they were doing.
        name: &'a str,
    },
}

/// What the world was told because of an event.
#[derive(Serialize, ToSchema)]
#[schema(as = CausedEffect)]
struct CausedJson<'a> {
    #[schema(example = "2-1234")]
    id: String,
    #[schema(example = "complete_waitpoints")]
    kind: &'a str,
    #[schema(value_type = EffectWord)]
    state: &'a str,
    /// To whom, and what.
    #[schema(value_type = Object)]
    detail: Value,
}

impl<'a> HistoryJson<'a> {
    pub fn of(
        campaign_id: CampaignId,
        events: &'a [Recorded],
        effects: &'a [WaitingEffect],
        has_more: bool,
    ) -> Self {
        let last = events.last().filter(|_| has_more);
        Self {
            campaign_id,
            events: events
                .iter()
                .map(|event| PastEventJson::of(event, effects))
                .collect(),
            next_cursor: last.map(|event| event.version),
        }
    }
}

impl<'a> PastEventJson<'a> {
    fn of(recorded: &'a Recorded, effects: &'a [WaitingEffect]) -> Self {
        let metadata = &recorded.metadata;
        // Every event has a payload with a JSON.
        let payload = recorded.event.payload().ok();
        let caused = effects
            .iter()
            .filter(|effect| effect.position == recorded.position);
        Self {
            version: recorded.version,
            event_id: recorded.event_id,
            r#type: recorded.event.event_type(),
            payload: payload.and_then(|text| RawValue::from_string(text).ok()),
            recorded_at: instant(recorded.recorded_at),
            actor: ActorJson::of(&metadata.actor),
            reason: metadata.reason.as_deref(),
            command_id: metadata.command_id,
            correlation_id: metadata.correlation_id.as_deref(),
            causation_id: metadata.causation_id,
            effects: caused
                .map(|effect| CausedJson::of(recorded, effect))
                .collect(),
        }
    }
}

impl<'a> ActorJson<'a> {
    fn of(actor: &'a Actor) -> Self {
        match actor {
            Actor::Key { prefix } => Self::Key { prefix },
            Actor::Engine { .. } => Self::Engine,
            Actor::Rule { name } => Self::Rule { name },
            Actor::Operator { name } => Self::Operator { name },
        }
    }
}

impl<'a> CausedJson<'a> {
    fn of(recorded: &Recorded, effect: &'a WaitingEffect) -> Self {
        let id = EffectId {
            journal: recorded.journal,
            position: effect.position,
        };
        Self {
            id: id.to_string(),
            kind: &effect.kind,
            state: &effect.state,
            detail: serde_json::from_str(&effect.detail).unwrap_or_default(),
        }
    }
}
