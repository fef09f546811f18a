//! Reading campaigns.

use crate::app::App;
use crate::caller::{Caller, caller};
use crate::campaign_json::{CampaignJson, WholeCampaignJson};
use crate::change::text;
use crate::ids::campaign_id;
use crate::openapi::{CampaignPath, ReadCondition};
use crate::past::{When, row_at};
use crate::precondition::{etag, known_already};
use crate::problem::{ErrorJson, Problem};
use crate::read::read;
use crate::sender_json::filled;
use actix_web::http::header::ETAG;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::{CampaignId, Rejection};
use projector::CampaignRow;
use serde::Serialize;
use utoipa::ToSchema;

/// Every campaign of a tenant.
#[derive(Serialize, ToSchema)]
pub(crate) struct Campaigns<'a> {
    pub campaigns: Vec<CampaignJson<'a>>,
}

/// Every campaign of the key's user.
///
/// Active and paused ones first, then by creation, the newest first. Each says how many steps it has.
#[utoipa::path(
    get, path = "/api/campaigns", tag = "campaigns",
    responses((status = 200, description = "The campaigns", body = Campaigns)),
    security(("public_key" = [])),
)]
pub(crate) async fn list(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = caller(&request, &app).await?;
    let journal = app.lanes.journal_of(caller.user_id);
    let rows = read(&app, async |client| {
        projector::list_campaigns(client, journal, caller.user_id).await
    })
    .await?;
    let campaigns = rows.iter().map(CampaignJson::item).collect();
    let body = filled(&app, caller.user_id, text(&Campaigns { campaigns })).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(body))
}

/// One campaign, with its steps and counts.
///
/// Counts that would be zero are left out. Prospects who are at no step are counted under `__none__`.
/// With `version` or `at` (additions): as it was then, replayed from the log; `sender_accounts` as they
/// are now. An instant that is still to come is answered with what is known now.
#[utoipa::path(
    get, path = "/api/campaigns/{id}", tag = "campaigns",
    params(CampaignPath, When, ReadCondition),
    responses(
        (status = 200, description = "The campaign", body = WholeCampaignJson,
            headers(("ETag" = String, description = "The campaign's version, for `If-Match` (an addition)"))),
        (status = 304, description = "`If-None-Match` has the version (an addition); no body",
            headers(("ETag" = String, description = "The campaign's version"))),
        (status = 404, description = "`campaign_not_found`: absent, not there yet, or another user's; \
            `campaign_deleted`: not there any more by then; `version_not_found`: it has had fewer events", body = ErrorJson,
            example = json!({"error": {"code": "campaign_deleted", "message": "The campaign was deleted by then", "details": {"deleted_version": 9}}})),
        (status = 412, description = "`version_mismatch`: `If-Match` excludes the version (an addition)", body = ErrorJson),
        (status = 410, description = "`events_detached`: an event that leads there is in a partition of the archive that is not attached; \
            of `version` and `at` alone", body = ErrorJson,
            example = json!({"error": {"code": "events_detached", "message": "Version 7 of the campaign is in a partition of the archive that is not attached", "details": {"version": 7}}})),
    ),
    security(("public_key" = [])),
)]
pub(crate) async fn get(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = caller(&request, &app).await?;
    let id = campaign_id(&request)?;
    let row = match When::of(&request)? {
        Some(moment) => row_at(&app, caller, id, moment).await?,
        None => row_now(&app, caller, id).await?,
    };
    if let Some(answer) = known_already(&request, &row)? {
        return Ok(answer);
    }
    let whole = text(&WholeCampaignJson::of(&row));
    let whole = filled(&app, caller.user_id, whole).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((ETAG, etag(row.version)))
        .body(whole))
}

async fn row_now(app: &App, caller: Caller, id: CampaignId) -> Result<CampaignRow, Problem> {
    let journal = app.lanes.journal_of(caller.user_id);
    let found = read(app, async |client| {
        projector::find_campaign(client, journal, id, caller.user_id).await
    });
    Ok(found.await?.ok_or(Rejection::NotFound)?)
}
