//! Effects as JSON, over HTTP and at the command line.

use crate::campaign_json::instant;
use crate::openapi::{EffectIdSchema, EffectWord};
use outbox::{Attempt, Delivery, Dossier, KnownEffect, explain};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// An effect with what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Effect)]
pub struct EffectJson {
    /// `<journal>-<position>`.
    #[schema(value_type = EffectIdSchema)]
    id: String,
    campaign_id: Uuid,
    kind: String,
    #[schema(value_type = EffectWord)]
    state: &'static str,
    /// What is told: for tokens, which and the output that completes them.
    #[schema(value_type = Object)]
    detail: Value,
    #[schema(format = DateTime)]
    enqueued_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    delivery: Option<DeliveryJson>,
}

/// What became of the telling.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
struct DeliveryJson {
    told: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    token_kind: Option<String>,
    #[schema(format = DateTime)]
    opened_at: String,
    tokens_completed: i64,
    tokens_unknown: i64,
    failures: i64,
    attempts: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    due_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    closed_at: Option<String>,
}

/// An effect with everything that is known about it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dossier)]
pub struct DossierJson {
    #[serde(flatten)]
    effect: EffectJson,
    tokens_left: i64,
    tokens_parked: i64,
    explanation: Vec<String>,
    /// The latest first.
    attempts: Vec<AttemptJson>,
}

/// One try.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
struct AttemptJson {
    number: i32,
    tokens: i32,
    #[schema(format = DateTime)]
    begun_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    ended_at: Option<String>,
    tokens_completed: i32,
    tokens_unknown: i32,
    failures: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
}

impl EffectJson {
    /// The JSON of an effect.
    #[must_use]
    pub fn of(effect: &KnownEffect) -> Self {
        Self {
            id: effect.id.to_string(),
            campaign_id: effect.campaign_id.0,
            kind: effect.kind.clone(),
            state: effect.state.as_str(),
            detail: serde_json::from_str(&effect.detail).unwrap_or_default(),
            enqueued_at: instant(effect.enqueued_at),
            delivery: effect.delivery.as_ref().map(DeliveryJson::of),
        }
    }
}

impl DeliveryJson {
    fn of(delivery: &Delivery) -> Self {
        Self {
            told: delivery.told.clone(),
            token_kind: delivery.token_kind.clone(),
            opened_at: instant(delivery.opened_at),
            tokens_completed: delivery.completed,
            tokens_unknown: delivery.unknown,
            failures: delivery.failed,
            attempts: delivery.attempts,
            due_at: delivery.due_at.map(instant),
            reason: delivery.reason.clone(),
            closed_at: delivery.closed_at.map(instant),
        }
    }
}

impl DossierJson {
    /// The JSON of a dossier.
    #[must_use]
    pub fn of(dossier: &Dossier) -> Self {
        Self {
            effect: EffectJson::of(&dossier.effect),
            tokens_left: dossier.left.tokens,
            tokens_parked: dossier.left.parked,
            explanation: explain(dossier),
            attempts: dossier.attempts.iter().map(AttemptJson::of).collect(),
        }
    }
}

impl AttemptJson {
    fn of(attempt: &Attempt) -> Self {
        Self {
            number: attempt.number,
            tokens: attempt.tokens,
            begun_at: instant(attempt.begun_at),
            ended_at: attempt.ended_at.map(instant),
            tokens_completed: attempt.completed,
            tokens_unknown: attempt.unknown,
            failures: attempt.failed,
            reason: attempt.reason.clone(),
        }
    }
}
