//! Reading campaigns.

use crate::app::App;
use crate::caller::caller;
use crate::campaign_id::campaign_id;
use crate::campaign_json::{CampaignJson, WholeCampaignJson};
use crate::precondition::etag;
use crate::problem::Problem;
use crate::read::read;
use actix_web::http::header::ETAG;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::Rejection;
use serde::Serialize;

/// Every campaign of a tenant.
#[derive(Serialize)]
struct Campaigns<'a> {
    campaigns: Vec<CampaignJson<'a>>,
}

/// `GET /api/campaigns`: active and paused ones first.
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
    Ok(HttpResponse::Ok().json(Campaigns { campaigns }))
}

/// `GET /api/campaigns/{id}`, with its steps and counts.
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
    let whole = WholeCampaignJson::of(&row);
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(row.version)))
        .json(whole))
}
