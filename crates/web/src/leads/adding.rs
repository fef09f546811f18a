//! `POST /api/campaigns/{id}/leads`: up to a thousand people at once.

use crate::app::App;
use crate::change::{Change, Options, text};
use crate::json::WrittenObject;
use crate::openapi::{CampaignPath, ChangeParameters, ChangeRefusals};
use crate::preview_json::PreviewJson;
use crate::problem::{ErrorJson, Problem};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use commands::Done;
use domain::{Command, Event, PROSPECTS_ADDED_MAX, ProspectId, Rejection, UserId};
use people::{Arrival, BadDetails, CustomFields, Details, Field, PeopleChange, Person};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The largest body: a thousand people of four KiB each.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Leads to be added.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewLeads, example = json!({"prospects": [{
    "email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace",
    "company": "Analytical Engines", "custom_fields": {"met_at": "a conference"}
}]}))]
pub(crate) struct NewLeads {
    #[schema(min_items = 1, max_items = 1_000)]
    prospects: Vec<NewLead>,
}

/// Somebody to be added. What the campaign's channel reaches people by is required: `email` or
/// `linkedin_url`.
#[derive(Deserialize, ToSchema)]
struct NewLead {
    #[schema(max_length = 320)]
    email: Option<String>,
    #[schema(max_length = 2048)]
    linkedin_url: Option<String>,
    #[schema(max_length = 1000)]
    first_name: Option<String>,
    #[schema(max_length = 1000)]
    last_name: Option<String>,
    #[schema(max_length = 1000)]
    company: Option<String>,
    #[schema(max_length = 1000)]
    position: Option<String>,
    #[schema(max_length = 1000)]
    headline: Option<String>,
    /// Any fields of the client's own, kept as they are written; at most 8,192 bytes of JSON.
    #[schema(value_type = Option<Object>)]
    custom_fields: Option<WrittenObject>,
}

/// How many were added.
#[derive(Serialize, ToSchema)]
struct Imported<'a> {
    imported: usize,
    /// In the campaign already, or twice in the call.
    duplicates: usize,
    /// In the answer to a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    preview: Option<PreviewJson<'a>>,
}

/// Add leads to a draft.
///
/// 1 to 1,000, deduplicated within the call and against the campaign by email address, or by LinkedIn
/// profile, whatever its writing: case, Unicode form, percent-encoding, internationalised domain, invisible
/// characters, scheme, query and trailing parts make no difference. A row without the channel's identity fails the call,
/// and its message names the index; nothing of the call is written.
#[utoipa::path(
    post, path = "/api/campaigns/{id}/leads", tag = "leads",
    params(CampaignPath, Options, ChangeParameters),
    request_body(content = NewLeads),
    responses(
        (status = 200, description = "How many were added", body = Imported,
            headers(("ETag" = String, description = "The campaign's version, for `If-Match` (an addition)"))),
        (status = 400, description = "`invalid_request`; `identity_missing`, with the row's index; `campaign_not_draft`", body = ErrorJson,
            example = json!({"error": {"code": "identity_missing",
                "message": "prospects[3] has no usable email, by which this campaign reaches people",
                "details": {"current_status": "draft", "allowed_actions": ["launch", "update", "edit_sequence", "edit_leads", "delete"]}}})),
        ChangeRefusals,
    ),
    security(("public_key" = [])),
)]
pub(crate) async fn add(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let change = Change::read(&request, payload, &app, BODY_BYTES_MAX).await?;
    let NewLeads { prospects } = change.object()?;
    if !(1..=PROSPECTS_ADDED_MAX).contains(&prospects.len()) {
        return Err(Problem::invalid(
            Rejection::ProspectCount(PROSPECTS_ADDED_MAX).to_string(),
        ));
    }
    let asked = prospects.len();
    let arrivals = arrivals(prospects, change.user_id(), &app)?;
    let ids = arrivals.iter().map(|it| it.prospect_id).collect();
    let form = move |done: &Done, preview: Option<PreviewJson<'_>>| {
        let imported = added(done);
        text(&Imported {
            imported,
            duplicates: asked.saturating_sub(imported),
            preview,
        })
    };
    let change = change.with_people(PeopleChange::Add(arrivals));
    change.settle(Command::AddProspects(ids), form).await
}

fn added(done: &Done) -> usize {
    let count = |event: &Event| match event {
        Event::ProspectsAdded(added) => added.prospect_ids.len(),
        _ => 0,
    };
    done.told.iter().map(|told| count(&told.event)).sum()
}

fn arrivals(rows: Vec<NewLead>, user: UserId, app: &App) -> Result<Vec<Arrival>, Problem> {
    let arrival = |(place, row): (usize, NewLead)| {
        let details =
            details(&row).map_err(|bad| Problem::invalid(format!("prospects[{place}].{bad}")))?;
        Ok(Arrival {
            prospect_id: ProspectId((app.sources.new_id)()),
            person: Person::new(user, details),
        })
    };
    rows.into_iter().enumerate().map(arrival).collect()
}

fn details(row: &NewLead) -> Result<Details, BadDetails> {
    let mut details = Details::default();
    for (field, text) in [
        (Field::Email, &row.email),
        (Field::LinkedinUrl, &row.linkedin_url),
        (Field::FirstName, &row.first_name),
        (Field::LastName, &row.last_name),
        (Field::Company, &row.company),
        (Field::Position, &row.position),
        (Field::Headline, &row.headline),
    ] {
        if let Some(text) = text {
            details.put(field, text)?;
        }
    }
    if let Some(fields) = &row.custom_fields {
        details.custom_fields = Some(CustomFields::new(&fields.0)?);
    }
    Ok(details)
}
