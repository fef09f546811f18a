//! `PATCH /api/campaigns/{id}/leads`: what is on file about one lead.
//!
//! The stored answer of a request with an `Idempotency-Key` names the lead and nothing else; a
//! repeated request reads them again, so that no personal data are kept beside `people`.

use super::lead_json::LeadJson;
use crate::app::App;
use crate::body::BODY_BYTES_MAX;
use crate::change::{Change, Options, Settled, text};
use crate::ids::DocumentedUuid;
use crate::object::nullable;
use crate::openapi::{CampaignPath, ChangeParameters, ChangeRefusals};
use crate::preview_json::PreviewJson;
use crate::problem::{ErrorJson, Problem};
use crate::read::read;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use commands::Done;
use domain::{CampaignId, Command, ProspectId, Rejection, UserId};
use people::{BadDetails, DetailsPatch, Field, Lead, PeopleChange, find_leads};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A change of one lead.
#[derive(Deserialize, ToSchema)]
#[schema(as = LeadEdit, example = json!({
    "prospect_id": "8c2b2d4e-e29b-41d4-a716-446655440000", "updates": {"company": "Analytical Engines"}
}))]
pub(crate) struct LeadEdit {
    prospect_id: DocumentedUuid,
    updates: Updates,
}

/// What changes; `null` clears a field, what is not named stays, other keys are ignored.
#[derive(Deserialize, ToSchema)]
#[schema(as = LeadUpdates)]
struct Updates {
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 320)]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 2048)]
    linkedin_url: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    first_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    last_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    company: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    position: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    headline: Option<Option<String>>,
}

/// A lead as it is now.
#[derive(Serialize, ToSchema)]
struct Edited<'a> {
    prospect: LeadJson,
    /// In the answer to a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    preview: Option<PreviewJson<'a>>,
}

/// What is stored of the answer.
#[derive(Serialize)]
struct Stored {
    prospect_id: ProspectId,
}

/// Whose lead it is.
#[derive(Clone, Copy)]
struct Place {
    campaign_id: CampaignId,
    user_id: UserId,
    prospect_id: ProspectId,
}

/// Change what is on file about a lead of a draft.
///
/// Keys beyond the listed ones are ignored. What the campaign's channel reaches people by cannot be
/// cleared, nor be that of another lead. A repeated request with the same `Idempotency-Key` answers
/// the lead as it is then.
#[utoipa::path(
    patch, path = "/api/campaigns/{id}/leads", tag = "leads",
    params(CampaignPath, Options, ChangeParameters),
    request_body(content = LeadEdit),
    responses(
        (status = 200, description = "The lead as it is now", body = Edited,
            headers(("ETag" = String, description = "The campaign's version, for `If-Match` (an addition)"))),
        (status = 400, description = "`invalid_request`, `identity_missing`, `duplicate_prospect`, `campaign_not_draft`", body = ErrorJson),
        (status = 404, description = "`campaign_not_found`, `prospect_not_found`", body = ErrorJson),
        ChangeRefusals,
    ),
    security(("public_key" = [])),
)]
pub(crate) async fn edit(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let change = Change::read(&request, payload, &app, BODY_BYTES_MAX).await?;
    let LeadEdit {
        prospect_id,
        updates,
    } = change.object()?;
    let prospect_id = ProspectId(prospect_id.0);
    let patch = patch(&updates).map_err(|bad| Problem::invalid(format!("updates.{bad}")))?;
    let place = Place {
        campaign_id: change.campaign_id(),
        user_id: change.user_id(),
        prospect_id,
    };
    let form = move |_: &Done, _: Option<PreviewJson<'_>>| text(&Stored { prospect_id });
    let settled = change
        .with_people(PeopleChange::Edit(patch.clone()))
        .decide(Command::EditProspect(prospect_id), form)
        .await?;
    let Some(mut answered) = settled.answered(&form) else {
        return settled.answer(&app, place.user_id, form).await;
    };
    let lead = find(&app, place).await?;
    answered.body = match &settled {
        Settled::Foreseen(preview) => {
            let details = patch.applied_to(&lead.details);
            let lead = Lead { details, ..lead };
            edited(&lead, Some(PreviewJson::of(preview)))
        }
        Settled::Decided(..) => edited(&lead, None),
    };
    Ok(answered.send())
}

async fn find(app: &App, place: Place) -> Result<Lead, Problem> {
    let journal = app.lanes.journal_of(place.user_id);
    let whose = (place.campaign_id, place.user_id);
    let found = read(app, async |client| {
        find_leads(client, journal, whose, &[place.prospect_id]).await
    });
    let lead = found.await?.pop();
    Ok(lead.ok_or(Rejection::ProspectNotFound)?)
}

fn edited(lead: &Lead, preview: Option<PreviewJson<'_>>) -> String {
    let prospect = LeadJson::of(lead);
    text(&Edited { prospect, preview })
}

fn patch(updates: &Updates) -> Result<DetailsPatch, BadDetails> {
    let mut patch = DetailsPatch::default();
    for (field, update) in [
        (Field::Email, &updates.email),
        (Field::LinkedinUrl, &updates.linkedin_url),
        (Field::FirstName, &updates.first_name),
        (Field::LastName, &updates.last_name),
        (Field::Name, &updates.name),
        (Field::Company, &updates.company),
        (Field::Position, &updates.position),
        (Field::Headline, &updates.headline),
    ] {
        if let Some(text) = update {
            patch.put(field, text.as_deref())?;
        }
    }
    Ok(patch)
}
