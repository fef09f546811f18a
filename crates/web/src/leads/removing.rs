//! `DELETE /api/campaigns/{id}/leads`: some by id, or all. What was on file about them goes with
//! them.

use crate::app::App;
use crate::body::BODY_BYTES_MAX;
use crate::change::{Change, Options, text};
use crate::ids::DocumentedUuid;
use crate::openapi::{CampaignPath, ChangeParameters, ChangeRefusals};
use crate::preview_json::PreviewJson;
use crate::problem::{ErrorJson, Problem};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use commands::Done;
use domain::{Command, Event, PROSPECTS_REMOVED_MAX, ProspectId, Rejection};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who is to be removed: at least one of the two; `all` wins.
#[derive(Deserialize, ToSchema)]
#[schema(as = LeadsToRemove, example = json!({"prospect_ids": ["8c2b2d4e-e29b-41d4-a716-446655440000"]}))]
pub(crate) struct LeadsToRemove {
    #[schema(min_items = 1, max_items = 500)]
    prospect_ids: Option<Vec<DocumentedUuid>>,
    /// Everybody.
    all: Option<bool>,
}

/// How many were removed.
#[derive(Serialize, ToSchema)]
struct Removed<'a> {
    deleted: Count,
    /// In the answer to a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    preview: Option<PreviewJson<'a>>,
}

/// A number, or `"all"`.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum Count {
    /// Of the ids that were named.
    Some(usize),
    /// `"all"`.
    All(&'static str),
}

/// Remove leads from a draft.
///
/// By id, 1 to 500 of them, or all. Ids that are not in the campaign are left out of the count.
#[utoipa::path(
    delete, path = "/api/campaigns/{id}/leads", tag = "leads",
    params(CampaignPath, Options, ChangeParameters),
    request_body(content = LeadsToRemove),
    responses(
        (status = 200, description = "How many were removed, or `\"all\"`", body = Removed,
            headers(("ETag" = String, description = "The campaign's version, for `If-Match` (an addition)"))),
        (status = 400, description = "`invalid_request`; `campaign_not_draft`", body = ErrorJson),
        ChangeRefusals,
    ),
    security(("public_key" = [])),
)]
pub(crate) async fn remove(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let change = Change::read(&request, payload, &app, BODY_BYTES_MAX).await?;
    let LeadsToRemove { prospect_ids, all } = change.object()?;
    if all == Some(true) {
        return change.settle(Command::RemoveAllProspects, everybody).await;
    }
    let ids = prospect_ids.ok_or_else(|| Problem::invalid("prospect_ids or all is required"))?;
    if !(1..=PROSPECTS_REMOVED_MAX).contains(&ids.len()) {
        return Err(Problem::invalid(
            Rejection::ProspectCount(PROSPECTS_REMOVED_MAX).to_string(),
        ));
    }
    let ids = ids.into_iter().map(|id| ProspectId(id.0)).collect();
    change.settle(Command::RemoveProspects(ids), some).await
}

fn everybody(_done: &Done, preview: Option<PreviewJson<'_>>) -> String {
    let deleted = Count::All("all");
    text(&Removed { deleted, preview })
}

fn some(done: &Done, preview: Option<PreviewJson<'_>>) -> String {
    let count = |event: &Event| match event {
        Event::ProspectsRemoved(removed) => removed.prospect_ids.len(),
        _ => 0,
    };
    let deleted = Count::Some(done.told.iter().map(|told| count(&told.event)).sum());
    text(&Removed { deleted, preview })
}
