//! `GET /api/campaigns/{id}/leads`: a page at a time, safe to poll.

use super::lead_json::LeadJson;
use crate::app::App;
use crate::caller::caller;
use crate::ids::campaign_id;
use crate::openapi::{CampaignPath, ProspectWord};
use crate::problem::Problem;
use crate::query;
use crate::read::read;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::{ProspectStatus, Rejection};
use people::{LEADS_PAGE_MAX, LeadsAsked, list_leads};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Leads on a page when the caller does not say (campaign API, section 1.12).
const LIMIT_DEFAULT: u32 = 100;
/// The last page that may be asked for; far behind the last that can be.
const PAGE_MAX: u32 = 1_000_000;

/// Which page.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LeadsQuery {
    /// From 1.
    #[serde(default = "first_page")]
    #[param(minimum = 1, maximum = 1_000_000, default = 1)]
    page: u32,
    /// Leads on a page.
    #[serde(default = "page_size")]
    #[param(minimum = 1, maximum = 200, default = 100)]
    limit: u32,
    /// Only those who stand here.
    #[param(value_type = Option<ProspectWord>)]
    status: Option<ProspectStatus>,
}

fn first_page() -> u32 {
    1
}

fn page_size() -> u32 {
    LIMIT_DEFAULT
}

/// A page of leads, in the order in which they were added.
#[derive(Serialize, ToSchema)]
#[schema(as = Leads)]
struct LeadsJson {
    prospects: Vec<LeadJson>,
    /// How many there are on all pages.
    #[schema(minimum = 0)]
    total: i64,
    page: u32,
    limit: u32,
}

/// List the leads of a campaign.
///
/// In the order in which they were added, a page at a time, optionally those of one status alone.
/// Safe to poll: nothing is counted, wherever the page is.
#[utoipa::path(
    get, path = "/api/campaigns/{id}/leads", tag = "leads",
    params(CampaignPath, LeadsQuery),
    responses((status = 200, description = "A page; empty behind the last one", body = LeadsJson)),
    security(("public_key" = [])),
)]
pub(crate) async fn list(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Problem> {
    let caller = caller(&request, &app).await?;
    let campaign_id = campaign_id(&request)?;
    let LeadsQuery {
        page,
        limit,
        status,
    } = query(&request)?;
    let asked = LeadsAsked {
        campaign_id,
        user_id: caller.user_id,
        status,
        offset: i64::from(page - 1) * i64::from(limit),
        limit: i64::from(limit),
    };
    let journal = app.lanes.journal_of(caller.user_id);
    let found = read(&app, async |client| {
        list_leads(client, journal, asked).await
    });
    let found = found.await?.ok_or(Rejection::NotFound)?;
    Ok(HttpResponse::Ok().json(LeadsJson {
        prospects: found.leads.iter().map(LeadJson::of).collect(),
        total: found.total,
        page,
        limit,
    }))
}

fn query(request: &HttpRequest) -> Result<LeadsQuery, Problem> {
    let words = ProspectStatus::ALL.map(ProspectStatus::as_str).join(", ");
    let complaint = format!(
        "page must be between 1 and {PAGE_MAX}, limit between 1 and {LEADS_PAGE_MAX}, \
         status one of {words}"
    );
    let query: LeadsQuery = query::parse(request, &complaint)?;
    let is_in_range =
        (1..=PAGE_MAX).contains(&query.page) && (1..=LEADS_PAGE_MAX).contains(&query.limit);
    if is_in_range {
        Ok(query)
    } else {
        Err(Problem::invalid(complaint))
    }
}
