//! `POST /internal/people/erase`: forgetting a person, on their own wish, in all campaigns of a
//! user.
//!
//! The answer and the events name ids; the address that was asked for is nowhere.

use crate::app::App;
use crate::caller::internal_key;
use crate::ids::{DocumentedUuid, UserUuid};
use crate::object::object;
use crate::problem::{ErrorJson, Problem};
use crate::{body, observe};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use commands::{Origin, erase};
use domain::{CampaignId, ProspectId, UserId};
use event_store::Actor;
use people::{ERASED_AT_ONCE_MAX, Erasable, Field};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who is to be forgotten: one of `email`, `linkedin_url` and `prospect_ids`.
#[derive(Deserialize, ToSchema)]
#[schema(as = PersonToErase, example = json!({
    "user_id": "8c2b2d4e-e29b-41d4-a716-446655440000", "email": "ada@example.com"
}))]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonToErase {
    /// Whose campaigns.
    user_id: UserUuid,
    /// Whoever is reached by this address.
    email: Option<String>,
    /// Whoever has this profile.
    linkedin_url: Option<String>,
    /// These prospects.
    #[schema(min_items = 1, max_items = 1_000)]
    prospect_ids: Option<Vec<DocumentedUuid>>,
}

/// What was forgotten.
#[derive(Serialize, ToSchema)]
struct ErasedJson {
    erased: usize,
    prospects: Vec<PlaceJson>,
    /// `false`: there were too many at once; ask again.
    complete: bool,
}

/// Somebody who is nobody any more.
#[derive(Serialize, ToSchema)]
#[schema(as = ErasedProspect)]
struct PlaceJson {
    #[schema(value_type = Uuid)]
    campaign_id: CampaignId,
    #[schema(value_type = Uuid)]
    prospect_id: ProspectId,
}

/// Forget a person.
///
/// In every campaign of the user, whatever its status: what is on file is removed for good, and nothing
/// more is sent to them. Drafts lose the prospect; elsewhere they stay as an id, cancelled unless they
/// were done. Repeating it is harmless.
#[utoipa::path(
    post, path = "/internal/people/erase", tag = "operating",
    request_body(content = PersonToErase),
    responses(
        (status = 200, description = "What was forgotten", body = ErasedJson),
        (status = 400, description = "`invalid_request`", body = ErrorJson),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn erase_person(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let prefix = internal_key(&request, &app).await?;
    let body = body::read(payload, app.limits.body_time_max, body::BODY_BYTES_MAX).await?;
    let asked: PersonToErase = object(&request, &body)?;
    let user = UserId(asked.user_id.0);
    let who = who(asked)?;
    let origin = Origin {
        actor: Actor::Engine {
            prefix: prefix.to_string(),
        },
        reason: None,
        correlation_id: observe::request_id(&request),
        traceparent: observe::traceparent(&request),
    };
    let mut client = app
        .pool
        .get()
        .await
        .map_err(|error| Problem::unreadable(&error))?;
    let erased = erase(&app.lanes, &mut client, user, (&who, &origin)).await?;
    let place = |(campaign_id, prospect_id)| PlaceJson {
        campaign_id,
        prospect_id,
    };
    Ok(HttpResponse::Ok().json(ErasedJson {
        erased: erased.prospects.len(),
        prospects: erased.prospects.into_iter().map(place).collect(),
        complete: erased.is_complete,
    }))
}

fn who(asked: PersonToErase) -> Result<Erasable, Problem> {
    let user = UserId(asked.user_id.0);
    match (asked.email, asked.linkedin_url, asked.prospect_ids) {
        (Some(email), None, None) => Erasable::by_email(user, &email)
            .ok_or_else(|| no_identity(Field::Email, &email, "email must be an email address")),
        (None, Some(url), None) => Erasable::by_linkedin(user, &url).ok_or_else(|| {
            let why = "linkedin_url must be the URL of a profile";
            no_identity(Field::LinkedinUrl, &url, why)
        }),
        (None, None, Some(ids)) if (1..=ERASED_AT_ONCE_MAX).contains(&ids.len()) => {
            let ids = ids.into_iter().map(|id| ProspectId(id.0)).collect();
            Ok(Erasable::Prospects(ids))
        }
        (None, None, Some(_)) => Err(Problem::invalid(format!(
            "prospect_ids must be 1 to {ERASED_AT_ONCE_MAX}"
        ))),
        _ => Err(Problem::invalid(
            "one of email, linkedin_url and prospect_ids is required",
        )),
    }
}

/// Names the character for which a text is no identity, where there is one.
fn no_identity(field: Field, text: &str, otherwise: &str) -> Problem {
    match field.check(text) {
        Err(why) => Problem::invalid(why.to_string()),
        Ok(()) => Problem::invalid(otherwise),
    }
}
