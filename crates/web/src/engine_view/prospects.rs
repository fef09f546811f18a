//! Where a campaign's prospects stand, for whoever runs it, with every permit that was granted.

use super::{limit, page, query};
use crate::app::App;
use crate::caller::internal;
use crate::campaign_json::instant;
use crate::ids::{DocumentedUuid, campaign_id, documented_uuid};
use crate::leads::LeadJson;
use crate::openapi::CampaignPath;
use crate::places::{Place, place_of};
use crate::problem::Problem;
use crate::read::read;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::{AccountId, NodeId, PermitId, ProspectId, ProspectStatus, Rejection};
use people::Lead;
use projector::{PermitRow, ProspectRow, Whom};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;

/// Prospects on one page.
const PROSPECTS_MAX: i64 = 1_000;
const PROSPECTS_DEFAULT: i64 = 500;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ProspectsAsked {
    /// The `next` of the page before.
    #[param(value_type = Option<DocumentedUuid>, inline)]
    after: Option<String>,
    /// How many, 500 if not said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
    /// Only those for whom something may still follow.
    #[serde(default)]
    unfinished: bool,
}

/// A page of prospects.
#[derive(Serialize, ToSchema)]
#[schema(as = ProspectsToRun)]
struct ProspectsPage {
    prospects: Vec<ProspectJson>,
    /// What the next page comes after, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, nullable = false)]
    next: Option<ProspectId>,
}

/// A prospect for whoever runs the campaign.
#[derive(Serialize, ToSchema)]
#[schema(as = ProspectToRun)]
struct ProspectJson {
    #[schema(value_type = Uuid)]
    id: ProspectId,
    #[schema(value_type = String, example = "pending")]
    status: ProspectStatus,
    /// The step that they are at.
    #[schema(value_type = Option<Uuid>, required = true)]
    node_id: Option<NodeId>,
    /// Every permit ever granted for them, the oldest first.
    permits: Vec<GrantedJson>,
    #[schema(format = DateTime, required = true)]
    replied_at: Option<String>,
    #[schema(format = DateTime, required = true)]
    bounced_at: Option<String>,
    #[schema(format = DateTime)]
    updated_at: String,
    /// Who they are, as `GET /api/campaigns/{id}/leads` shows them.
    lead: Option<LeadJson>,
}

/// A permit that was granted.
#[derive(Serialize, ToSchema)]
#[schema(as = GrantedPermit)]
struct GrantedJson {
    #[schema(value_type = Uuid)]
    id: PermitId,
    #[schema(value_type = Uuid)]
    node_id: NodeId,
    /// What the step sends.
    #[schema(pattern = "^(email|connection_request|message)$")]
    send: &'static str,
    #[schema(pattern = "^(open|sent|failed)$")]
    state: &'static str,
    /// The account that it was asked for, when one was named.
    #[schema(value_type = Option<Uuid>, required = true)]
    account_id: Option<AccountId>,
    #[schema(format = DateTime)]
    granted_at: String,
    #[schema(format = DateTime, required = true)]
    closed_at: Option<String>,
}

impl ProspectJson {
    fn of(
        (id, row): (ProspectId, &ProspectRow),
        permits: &[PermitRow],
        lead: Option<&Lead>,
    ) -> Self {
        Self {
            id,
            status: row.prospect.status,
            node_id: row.prospect.node_id,
            permits: permits.iter().map(GrantedJson::of).collect(),
            replied_at: row.replied_at.map(instant),
            bounced_at: row.bounced_at.map(instant),
            updated_at: instant(row.updated_at),
            lead: lead.map(LeadJson::of),
        }
    }
}

impl GrantedJson {
    fn of(row: &PermitRow) -> Self {
        Self {
            id: row.permit.id,
            node_id: row.permit.node_id,
            send: row.permit.kind.as_str(),
            state: row.permit.state.as_str(),
            account_id: row.permit.account_id,
            granted_at: instant(row.granted_at),
            closed_at: row.closed_at.map(instant),
        }
    }
}

/// Where a campaign's prospects stand, and what was permitted.
///
/// In the order of their ids, a page at a time.
#[utoipa::path(
    get, path = "/internal/campaigns/{id}/prospects", tag = "engine",
    operation_id = "list_prospects",
    params(CampaignPath, ProspectsAsked),
    responses((status = 200, description = "A page", body = ProspectsPage)),
    security(("internal_key" = [])),
)]
pub(crate) async fn list(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let id = campaign_id(&request)?;
    let asked: ProspectsAsked = query(&request)?;
    let limit = limit(asked.limit, PROSPECTS_DEFAULT, PROSPECTS_MAX)?;
    let after = asked.after.as_deref().map(prospect).transpose()?;
    let whom = if asked.unfinished {
        Whom::Unfinished
    } else {
        Whom::Everyone
    };
    let Place { journal, user_id } = place_of(&app, id).await?;
    let asked = read(&app, async |client| {
        let found = projector::find_any_campaign(client, journal, id).await?;
        let Some(_) = found else { return Ok(None) };
        let rows = projector::page_prospects(client, (journal, id), whom, after, limit + 1).await?;
        let ids: Vec<ProspectId> = rows.iter().map(|(id, _)| *id).collect();
        let permits = projector::list_permits_of_prospects(client, journal, id, &ids).await?;
        let leads = people::find_leads(client, journal, (id, user_id), &ids).await?;
        Ok::<_, projector::RowError>(Some((rows, permits, leads)))
    });
    let (rows, permits, leads) = asked.await?.ok_or(Rejection::NotFound)?;
    let (rows, next) = page(rows, limit, |(id, _)| *id);
    let permits = by_prospect(permits);
    let leads: HashMap<ProspectId, Lead> = leads.into_iter().map(|lead| (lead.id, lead)).collect();
    let prospect = |(id, row): &(ProspectId, ProspectRow)| {
        let permits = permits.get(id).map_or(&[][..], Vec::as_slice);
        ProspectJson::of((*id, row), permits, leads.get(id))
    };
    let prospects = rows.iter().map(prospect).collect();
    Ok(HttpResponse::Ok().json(ProspectsPage { prospects, next }))
}

/// The oldest of each first.
fn by_prospect(mut permits: Vec<PermitRow>) -> HashMap<ProspectId, Vec<PermitRow>> {
    permits.sort_by_key(|row| (row.granted_at, row.permit.id));
    let mut of_each: HashMap<ProspectId, Vec<PermitRow>> = HashMap::new();
    for permit in permits {
        of_each.entry(permit.prospect_id).or_default().push(permit);
    }
    of_each
}

fn prospect(text: &str) -> Result<ProspectId, Problem> {
    let parsed = documented_uuid(text).map(ProspectId);
    parsed.ok_or_else(|| Problem::invalid("after must be a UUID"))
}
