//! `GET /internal/campaigns/{id}/permits?state=open`: what was permitted and not accounted for yet.
//! A pause does not call these back.

use crate::app::App;
use crate::caller::internal;
use crate::ids::{DocumentedUuid, campaign_id, documented_uuid};
use crate::openapi::CampaignPath;
use crate::permit_json::PermitJson;
use crate::places::place_of;
use crate::problem::Problem;
use crate::query;
use crate::read::read;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::{PermitId, Rejection};
use projector::{find_campaign, list_open_permits};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Permits on one page.
const PAGE_MAX: u32 = 1_000;
const PAGE_DEFAULT: u32 = 100;

/// Which page.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageAsked {
    /// Only `open` ones can be listed.
    #[param(pattern = "^open$")]
    state: Option<String>,
    /// The last permit of the page before.
    #[param(value_type = Option<DocumentedUuid>, inline)]
    after: Option<String>,
    /// 100 when it is not said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// A page of open permits, about the oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenPermits {
    permits: Vec<PermitJson>,
    /// What the next page comes after, if there is one.
    #[schema(value_type = Option<Uuid>, required = true)]
    next: Option<PermitId>,
}

/// What was permitted and is not accounted for yet.
///
/// A pause does not call these back. About the oldest first.
#[utoipa::path(
    get, path = "/internal/campaigns/{id}/permits", tag = "engine",
    operation_id = "list_permits",
    params(CampaignPath, PageAsked),
    responses((status = 200, description = "A page of them", body = OpenPermits)),
    security(("internal_key" = [])),
)]
pub(crate) async fn list(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let id = campaign_id(&request)?;
    let (after, limit) = page(&request)?;
    let place = place_of(&app, id).await?;
    let rows = read(&app, async |client| {
        let there = find_campaign(client, place.journal, id, place.user_id).await?;
        let found = list_open_permits(client, place.journal, id, after, limit).await?;
        Ok::<_, projector::RowError>(there.map(|_| found))
    });
    let rows = rows.await?.ok_or(Rejection::NotFound)?;
    let is_full = u32::try_from(rows.len()).is_ok_and(|count| count == limit);
    let next = rows.last().filter(|_| is_full).map(|row| row.permit.id);
    let permits = rows.iter().map(PermitJson::of_row).collect();
    Ok(HttpResponse::Ok().json(OpenPermits { permits, next }))
}

fn page(request: &HttpRequest) -> Result<(Option<PermitId>, u32), Problem> {
    let complaint = "The query takes state, after and limit, each once";
    let asked: PageAsked = query::parse(request, complaint)?;
    if asked.state.as_deref().is_some_and(|state| state != "open") {
        return Err(Problem::invalid("state must be open"));
    }
    let limit = asked.limit.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_MAX).contains(&limit) {
        let message = format!("limit must be between 1 and {PAGE_MAX}");
        return Err(Problem::invalid(message));
    }
    let after = match asked.after.as_deref() {
        None => None,
        Some(text) => {
            let id = documented_uuid(text);
            Some(id.ok_or_else(|| Problem::invalid("after must be a UUID"))?)
        }
    };
    Ok((after.map(PermitId), limit))
}
