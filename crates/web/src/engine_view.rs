//! What engines read: which campaigns there are to run, what each is told to be, and where its
//! prospects stand.

pub(crate) mod prospects;

use crate::app::App;
use crate::caller::internal;
use crate::campaign_json::{NodeJson, instant};
use crate::ids::{DocumentedUuid, campaign_id, documented_uuid};
use crate::openapi::{CampaignPath, CampaignStatus, ReadCondition};
use crate::places::{Place, place_of};
use crate::precondition::{etag, known_already};
use crate::problem::{ErrorJson, Problem};
use crate::query;
use crate::read::read;
use crate::server::only;
use actix_web::http::header::ETAG;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use domain::{CampaignId, Census, Rejection, Settings, Stage, Status, UserId};
use event_store::JournalId;
use projector::{CampaignRow, RUNNING};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Campaigns on one page.
const CAMPAIGNS_MAX: i64 = 200;
const CAMPAIGNS_DEFAULT: i64 = 100;

/// The paths, in reading order.
pub(crate) fn routes(routes: &mut ServiceConfig) {
    routes
        .service(only("/internal/campaigns", "GET", web::get().to(list)))
        .service(only("/internal/campaigns/{id}", "GET", web::get().to(get)))
        .service(only(
            "/internal/campaigns/{id}/prospects",
            "GET",
            web::get().to(prospects::list),
        ));
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct CampaignsAsked {
    /// Only those in this status; all three if not said.
    #[param(pattern = "^(launching|active|paused)$")]
    status: Option<String>,
    /// The `next` of the page before.
    #[param(value_type = Option<DocumentedUuid>, inline)]
    after: Option<String>,
    /// How many, 100 if not said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// A page of campaigns.
#[derive(Serialize, ToSchema)]
#[schema(as = RunningCampaigns)]
struct CampaignsPage {
    campaigns: Vec<ItemJson>,
    /// What the next page comes after, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, nullable = false)]
    next: Option<CampaignId>,
}

/// A campaign in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = RunningCampaign)]
struct ItemJson {
    #[schema(value_type = Uuid)]
    id: CampaignId,
    /// The owner.
    #[schema(value_type = Uuid)]
    user_id: UserId,
    #[schema(value_type = CampaignStatus)]
    status: Status,
    #[schema(minimum = 1)]
    version: i64,
    /// Prospects for whom something may still follow.
    unfinished_prospects: u32,
}

impl ItemJson {
    fn of(row: &CampaignRow) -> Self {
        Self {
            id: row.id,
            user_id: row.campaign.user_id,
            status: row.campaign.stage.status(),
            version: row.version.0,
            unfinished_prospects: row.campaign.census.unfinished(),
        }
    }
}

/// Every user's campaigns that are launching, active or paused.
///
/// In the order of journals and ids, a page at a time: what an engine goes on with when it starts.
#[utoipa::path(
    get, path = "/internal/campaigns", tag = "engine",
    params(CampaignsAsked),
    responses((status = 200, description = "A page", body = CampaignsPage)),
    security(("internal_key" = [])),
)]
pub(crate) async fn list(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let asked: CampaignsAsked = query(&request)?;
    let statuses = statuses(asked.status.as_deref())?;
    let limit = limit(asked.limit, CAMPAIGNS_DEFAULT, CAMPAIGNS_MAX)?;
    let after = match asked.after.as_deref() {
        None => None,
        Some(text) => Some(place(&app, text).await?),
    };
    let rows = read(&app, async |client| {
        projector::list_running(client, after, &statuses, limit + 1).await
    });
    let (rows, next) = page(rows.await?, limit, |row| row.id);
    let campaigns = rows.iter().map(ItemJson::of).collect();
    Ok(HttpResponse::Ok().json(CampaignsPage { campaigns, next }))
}

fn statuses(word: Option<&str>) -> Result<Vec<Status>, Problem> {
    let Some(word) = word else {
        return Ok(RUNNING.to_vec());
    };
    let found = RUNNING.into_iter().find(|status| status.as_str() == word);
    let unknown = || Problem::invalid("status must be one of launching, active, paused");
    Ok(vec![found.ok_or_else(unknown)?])
}

async fn place(app: &App, text: &str) -> Result<(JournalId, CampaignId), Problem> {
    let unknown = || Problem::invalid("after must be the id of a campaign");
    let id = documented_uuid(text).map(CampaignId).ok_or_else(unknown)?;
    match place_of(app, id).await {
        Ok(Place { journal, .. }) => Ok((journal, id)),
        Err(Problem::Rejected { .. }) => Err(unknown()),
        Err(problem) => Err(problem),
    }
}

/// A campaign for whoever runs it.
#[derive(Serialize, ToSchema)]
#[schema(as = CampaignToRun)]
struct RunJson<'a> {
    campaign: ToRun<'a>,
    sequence_nodes: Vec<NodeJson<'a>>,
    prospects_by_status: BTreeMap<&'static str, u32>,
}

/// Whose a campaign is, and what it is told to be.
#[derive(Serialize, ToSchema)]
struct ToRun<'a> {
    #[schema(value_type = Uuid)]
    id: CampaignId,
    /// The owner.
    #[schema(value_type = Uuid)]
    user_id: UserId,
    #[schema(value_type = CampaignStatus)]
    status: Status,
    #[schema(minimum = 1)]
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// Name, channel, limits, hours, senders.
    #[schema(value_type = Object)]
    settings: &'a Settings,
    /// The status, with since when it is launching, or why it is paused.
    #[schema(value_type = Object)]
    stage: &'a Stage,
    /// Prospects for whom something may still follow.
    unfinished_prospects: u32,
    /// Permits that nobody has accounted for.
    open_permits: u32,
}

impl<'a> RunJson<'a> {
    fn of(row: &'a CampaignRow) -> Self {
        let campaign = &row.campaign;
        let nodes = campaign.sequence.nodes().iter().enumerate();
        Self {
            campaign: ToRun {
                id: row.id,
                user_id: campaign.user_id,
                status: campaign.stage.status(),
                version: row.version.0,
                created_at: instant(row.created_at),
                updated_at: instant(row.updated_at),
                settings: &campaign.settings,
                stage: &campaign.stage,
                unfinished_prospects: campaign.census.unfinished(),
                open_permits: campaign.census.open_permits,
            },
            sequence_nodes: nodes
                .map(|(place, node)| NodeJson::of(row.id, place, node))
                .collect(),
            prospects_by_status: by_status(&campaign.census),
        }
    }
}

fn by_status(census: &Census) -> BTreeMap<&'static str, u32> {
    let counts = census.by_status().into_iter();
    counts
        .map(|(status, count)| (status.as_str(), count))
        .collect()
}

/// One campaign: whose it is, what it is told to be, its steps, where it stands.
#[utoipa::path(
    get, path = "/internal/campaigns/{id}", tag = "engine",
    params(CampaignPath, ReadCondition),
    responses(
        (status = 200, description = "The campaign", body = RunJson,
            headers(("ETag" = String, description = "Its version"))),
        (status = 412, description = "`version_mismatch`: `If-Match` excludes the version", body = ErrorJson),
        (status = 304, description = "`If-None-Match` has the version; no body",
            headers(("ETag" = String, description = "Its version"))),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn get(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let id = campaign_id(&request)?;
    let row = campaign(&app, id).await?;
    if let Some(answer) = known_already(&request, &row)? {
        return Ok(answer);
    }
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(row.version)))
        .json(RunJson::of(&row)))
}

async fn campaign(app: &App, id: CampaignId) -> Result<CampaignRow, Problem> {
    let Place { journal, .. } = place_of(app, id).await?;
    let found = read(app, async |client| {
        projector::find_any_campaign(client, journal, id).await
    });
    Ok(found.await?.ok_or(Rejection::NotFound)?)
}

fn query<Asked: serde::de::DeserializeOwned>(request: &HttpRequest) -> Result<Asked, Problem> {
    query::parse(request, "limit must be a whole number")
}

fn limit(asked: Option<i64>, usual: i64, longest: i64) -> Result<i64, Problem> {
    let limit = asked.unwrap_or(usual);
    if (1..=longest).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::invalid(format!(
        "limit must be between 1 and {longest}"
    )))
}

/// One more than a page holds was asked for, to see whether there is more.
fn page<Row, Id>(
    mut rows: Vec<Row>,
    limit: i64,
    id: impl Fn(&Row) -> Id,
) -> (Vec<Row>, Option<Id>) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = limit < rows.len();
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(id);
    (rows, next)
}
