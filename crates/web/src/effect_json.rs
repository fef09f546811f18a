//! Effects as JSON, over HTTP and at the command line.

use crate::campaign_json::instant;
use outbox::{Attempt, Delivery, Dossier, KnownEffect, explain};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// An effect with what became of it.
#[derive(Debug, Serialize)]
pub struct EffectJson {
    id: String,
    campaign_id: Uuid,
    kind: String,
    state: &'static str,
    detail: Value,
    enqueued_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<DeliveryJson>,
}

#[derive(Debug, Serialize)]
struct DeliveryJson {
    told: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_kind: Option<String>,
    opened_at: String,
    tokens_completed: i64,
    tokens_unknown: i64,
    failures: i64,
    attempts: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<String>,
}

/// An effect with everything that is known about it.
#[derive(Debug, Serialize)]
pub struct DossierJson {
    #[serde(flatten)]
    effect: EffectJson,
    tokens_left: i64,
    tokens_parked: i64,
    explanation: Vec<String>,
    /// The latest first.
    attempts: Vec<AttemptJson>,
}

#[derive(Debug, Serialize)]
struct AttemptJson {
    number: i32,
    tokens: i32,
    begun_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    tokens_completed: i32,
    tokens_unknown: i32,
    failures: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
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
