//! Changing a campaign's state: pause, resume, deletion, and the recount that may pause.

use crate::app::App;
use crate::body::{BODY_BYTES_MAX, ChangeBody};
use crate::campaign_json::{CampaignJson, by_status};
use crate::change::{Change, DeletedJson, Options, Settled, text};
use crate::openapi::{CampaignPath, ChangeParameters, ChangeRefusals};
use crate::preview_json::PreviewJson;
use crate::problem::{ErrorJson, Problem};
use crate::read::read;
use actix_web::http::header::HeaderName;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use commands::{Done, Verdict};
use domain::{CampaignId, Command, Event, Version};
use event_store::{JournalId, read_stream};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// On a pause's answer: how many sends it did not call back.
const SENDS_IN_FLIGHT: HeaderName = HeaderName::from_static("fermata-sends-in-flight");

/// A campaign as it is now.
#[derive(Serialize, ToSchema)]
pub(crate) struct Changed<'a> {
    campaign: CampaignJson<'a>,
    /// In the answer to a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    preview: Option<PreviewJson<'a>>,
}

/// Hold an active campaign.
///
/// From the answer on nobody is permitted to send until the campaign is resumed, and whoever sleeps
/// between steps is woken. Not idempotent: a second pause answers 400, unless it carries the same
/// `Idempotency-Key`.
#[utoipa::path(
    post, path = "/api/campaigns/{id}/pause", tag = "campaigns",
    params(CampaignPath, Options, ChangeParameters),
    request_body(content = Option<ChangeBody>, description = "Nothing, or why (an addition)"),
    responses(
        (status = 200, description = "The campaign, held", body = Changed,
            headers(("Fermata-Sends-In-Flight" = u32, description = "Sends that were permitted and are not accounted for (an addition)"))),
        (status = 400, description = "`campaign_not_active`, `invalid_request`", body = ErrorJson,
            example = json!({"error": {"code": "campaign_not_active", "message": "Only active campaigns can be paused", "details": {"current_status": "paused", "allowed_actions": ["resume", "update", "delete"]}}})),
        ChangeRefusals,
    ),
    security(("public_key" = [])),
)]
pub(crate) async fn pause(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let change = Change::read(&request, payload, &app, BODY_BYTES_MAX).await?;
    let (journal, id, user) = (change.journal(), change.campaign_id(), change.user_id());
    let settled = change.decide(Command::Pause, campaign).await?;
    let in_flight = sends_in_flight(&app, (journal, id), &settled).await;
    let mut answer = settled.answer(&app, user, campaign).await?;
    if let Some(count) = in_flight {
        answer.headers_mut().insert(SENDS_IN_FLIGHT, count.into());
    }
    Ok(answer)
}

/// Sends that a pause found permitted and not accounted for. A repeated answer looks at what its own
/// pause found; if that cannot be read, it does not say.
async fn sends_in_flight(
    app: &App,
    (journal, id): (JournalId, CampaignId),
    settled: &Settled,
) -> Option<u32> {
    let version = match settled {
        Settled::Decided(Verdict::Done(done), _) => {
            return Some(done.campaign.census.open_permits);
        }
        Settled::Decided(Verdict::Replayed(stored), _) => stored.version?,
        _ => return None,
    };
    let before = Version(version.0 - 1);
    let found = read(app, async |client| {
        read_stream(client, journal, id, before, 1).await
    });
    match found.await.ok()?.pop()?.event {
        Event::CampaignPaused(paused) => Some(paused.sends_in_flight),
        _ => None,
    }
}

/// Let a paused campaign go on.
///
/// Answers with the campaign, `active`, or `completed` when nothing was left to do.
#[utoipa::path(
    post, path = "/api/campaigns/{id}/resume", tag = "campaigns",
    params(CampaignPath, Options, ChangeParameters),
    request_body(content = Option<ChangeBody>, description = "Nothing, or why (an addition)"),
    responses(
        (status = 200, description = "The campaign, under way", body = Changed),
        (status = 400, description = "`campaign_not_paused`, `invalid_request`", body = ErrorJson,
            example = json!({"error": {"code": "campaign_not_paused", "message": "Only paused campaigns can be resumed", "details": {"current_status": "active", "allowed_actions": ["pause", "update", "delete"]}}})),
        ChangeRefusals,
    ),
    security(("public_key" = [])),
)]
pub(crate) async fn resume(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let change = Change::read(&request, payload, &app, BODY_BYTES_MAX).await?;
    change.settle(Command::Resume, campaign).await
}

/// Delete a campaign.
///
/// In any status, and for good: whoever sleeps is told, leads and steps are gone, the history stays.
/// What was handed to a provider stays out there: pause first.
#[utoipa::path(
    delete, path = "/api/campaigns/{id}", tag = "campaigns",
    params(CampaignPath, Options, ChangeParameters),
    request_body(content = Option<ChangeBody>, description = "Nothing, or why (an addition)"),
    responses((status = 200, description = "It is gone", body = DeletedJson), ChangeRefusals),
    security(("public_key" = [])),
)]
pub(crate) async fn delete(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let change = Change::read(&request, payload, &app, BODY_BYTES_MAX).await?;
    change.settle(Command::Delete, campaign).await
}

/// A campaign with its prospects counted.
#[derive(Serialize, ToSchema)]
pub(crate) struct Synced<'a> {
    campaign: CampaignJson<'a>,
    #[schema(value_type = BTreeMap<String, u32>)]
    prospects_by_status: BTreeMap<&'static str, u32>,
    /// In the answer to a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    preview: Option<PreviewJson<'a>>,
}

/// Look at the counts again.
///
/// The counts of a campaign are never wrong, so nothing is recounted; but the bounce guard looks again,
/// and pauses an active email campaign of which 5 % bounced with at least 100 sent. The answer is 200
/// then too: read `status`.
#[utoipa::path(
    post, path = "/api/campaigns/{id}/sync-stats", tag = "campaigns",
    params(CampaignPath, Options, ChangeParameters),
    request_body(content = Option<ChangeBody>, description = "Nothing, or why (an addition)"),
    responses((status = 200, description = "The campaign and its counts", body = Synced), ChangeRefusals),
    security(("public_key" = [])),
)]
pub(crate) async fn sync_stats(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let change = Change::read(&request, payload, &app, BODY_BYTES_MAX).await?;
    change.settle(Command::ReviewBounces, synced).await
}

fn synced(done: &Done, preview: Option<PreviewJson<'_>>) -> String {
    text(&Synced {
        campaign: CampaignJson::of(done),
        prospects_by_status: by_status(done),
        preview,
    })
}

/// `{"campaign": …}`
pub(crate) fn campaign(done: &Done, preview: Option<PreviewJson<'_>>) -> String {
    text(&Changed {
        campaign: CampaignJson::of(done),
        preview,
    })
}
