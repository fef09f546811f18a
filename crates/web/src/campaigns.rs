//! Reading campaigns.

use crate::app::App;
use crate::caller::caller;
use crate::campaign_json::{CampaignJson, WholeCampaignJson};
use crate::change::text;
use crate::ids::campaign_id;
use crate::openapi::CampaignPath;
use crate::precondition::etag;
use crate::problem::Problem;
use crate::read::read;
use crate::sender_json::filled;
use actix_web::http::header::ETAG;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::Rejection;
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
#[utoipa::path(
    get, path = "/api/campaigns/{id}", tag = "campaigns",
    params(CampaignPath),
    responses(
        (status = 200, description = "The campaign", body = WholeCampaignJson,
            headers(("ETag" = String, description = "The campaign's version, for `If-Match` (an addition)"))),
    ),
    security(("public_key" = [])),
)]
pub(crate) async fn get(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = caller(&request, &app).await?;
    let id = campaign_id(&request)?;
    let journal = app.lanes.journal_of(caller.user_id);
    let found = read(&app, async |client| {
        projector::find_campaign(client, journal, id, caller.user_id).await
    });
    let row = found.await?.ok_or(Rejection::NotFound)?;
    let whole = text(&WholeCampaignJson::of(&row));
    let whole = filled(&app, caller.user_id, whole).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((ETAG, etag(row.version)))
        .body(whole))
}
