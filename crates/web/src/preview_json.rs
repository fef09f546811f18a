//! What a dry run adds to an answer: what would be told, and what could not be called back.

use crate::permit_json::PermitJson;
use commands::Preview;
use outbox::Effect;
use serde::Serialize;
use utoipa::ToSchema;

/// What a dry run adds to the answer.
#[derive(Serialize, ToSchema)]
#[schema(as = Preview)]
pub(crate) struct PreviewJson<'a> {
    /// Permitted, and not yet accounted for.
    sends_in_flight: u32,
    /// The first hundred of the permits that are in flight.
    open_permits: Vec<PermitJson>,
    /// What sleepers would be told.
    effects: Vec<EffectJson<'a>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PreviewEffect)]
struct EffectJson<'a> {
    kind: &'static str,
    #[schema(value_type = Object)]
    detail: &'a Effect,
}

impl<'a> PreviewJson<'a> {
    pub fn of(preview: &'a Preview) -> Self {
        let effects = preview.effects.iter().map(|effect| EffectJson {
            kind: effect.kind(),
            detail: effect,
        });
        Self {
            sends_in_flight: preview.sends_in_flight,
            open_permits: preview
                .open_permits
                .iter()
                .map(PermitJson::of_row)
                .collect(),
            effects: effects.collect(),
        }
    }
}
