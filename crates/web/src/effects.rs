//! Effects for operators: listing them, looking into one, trying anew, parking, cancelling.

use crate::app::App;
use crate::body;
use crate::caller::internal;
use crate::effect_json::{DossierJson, EffectJson};
use crate::ids::{DocumentedUuid, parse_campaign_id};
use crate::object;
use crate::openapi::{EffectIdSchema, EffectPath, EffectWord};
use crate::problem::{ErrorJson, Problem};
use crate::query;
use crate::read::read;
use crate::server::only;
use crate::streams::{head, within_log};
use actix_web::web::{self, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use domain::CampaignId;
use outbox::{
    EffectFilter, EffectId, EffectState, LISTED_EFFECTS_MAX, Operated, Operation, RETRIED_MAX,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const LISTED_DEFAULT: i64 = 100;
const OPERATOR: &str = "an operator over HTTP";

/// The paths, in reading order.
pub(crate) fn routes(routes: &mut ServiceConfig) {
    routes
        .service(only("/internal/effects", "GET", web::get().to(list)))
        .service(only(
            "/internal/effects/retry",
            "POST",
            web::post().to(retry_many),
        ))
        .service(only("/internal/effects/{id}", "GET", web::get().to(get)))
        .service(only(
            "/internal/effects/{id}/retry",
            "POST",
            web::post().to(retry),
        ))
        .service(only(
            "/internal/effects/{id}/park",
            "POST",
            web::post().to(park),
        ))
        .service(only(
            "/internal/effects/{id}/cancel",
            "POST",
            web::post().to(cancel),
        ));
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Only effects in this state.
    #[param(value_type = Option<EffectWord>, inline)]
    state: Option<String>,
    /// Only effects of this campaign.
    #[param(value_type = Option<DocumentedUuid>, inline)]
    campaign_id: Option<String>,
    /// The `next` of the page before.
    #[param(value_type = Option<EffectIdSchema>, inline)]
    cursor: Option<String>,
    /// How many, 100 if not said.
    #[param(minimum = 1, maximum = 499)]
    limit: Option<i64>,
}

/// A page of effects.
#[derive(Serialize, ToSchema)]
#[schema(as = Effects)]
struct Page {
    effects: Vec<EffectJson>,
    /// The cursor of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<String>,
}

/// Effects, the newest first, a page at a time.
#[utoipa::path(
    get, path = "/internal/effects", tag = "effects",
    params(Asked),
    responses((status = 200, description = "A page", body = Page)),
    security(("internal_key" = [])),
)]
pub(crate) async fn list(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let asked: Asked = query::parse(&request, "limit must be a whole number")?;
    let (filter, limit) = filter(&asked)?;
    if let Some(EffectId { journal, position }) = filter.after {
        within_log("cursor", position, head(&app, journal).await?)?;
    }
    let effects = read(&app, async |client| {
        outbox::list_effects(client, filter, limit + 1).await
    });
    let mut effects = effects.await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = limit < effects.len();
    effects.truncate(limit);
    let last = effects.last().filter(|_| has_more);
    Ok(HttpResponse::Ok().json(Page {
        next: last.map(|effect| effect.id.to_string()),
        effects: effects.iter().map(EffectJson::of).collect(),
    }))
}

fn filter(asked: &Asked) -> Result<(EffectFilter, i64), Problem> {
    let state = |word: &String| {
        EffectState::of(word).ok_or_else(|| {
            let known = EffectState::ALL.map(EffectState::as_str).join(", ");
            Problem::invalid(format!("state must be one of {known}"))
        })
    };
    // One more than is shown is asked for, to see whether there is more.
    let longest = LISTED_EFFECTS_MAX - 1;
    let limit = asked.limit.unwrap_or(LISTED_DEFAULT);
    if !(1..=longest).contains(&limit) {
        let message = format!("limit must be between 1 and {longest}");
        return Err(Problem::invalid(message));
    }
    let filter = EffectFilter {
        state: asked.state.as_ref().map(state).transpose()?,
        campaign_id: campaign(asked.campaign_id.as_deref())?,
        after: asked.cursor.as_deref().map(effect_id).transpose()?,
    };
    Ok((filter, limit))
}

fn campaign(text: Option<&str>) -> Result<Option<CampaignId>, Problem> {
    let parsed = |text| {
        parse_campaign_id(text).ok_or_else(|| Problem::invalid("campaign_id must be a UUID"))
    };
    text.map(parsed).transpose()
}

fn effect_id(text: &str) -> Result<EffectId, Problem> {
    text.parse()
        .map_err(|error: outbox::NotAnEffectId| Problem::invalid(capital(&error.to_string())))
}

/// A sentence of ours begins with a capital letter.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn id_in_path(request: &HttpRequest) -> Result<EffectId, Problem> {
    effect_id(request.match_info().get("id").unwrap_or_default())
}

/// One effect, explained attempt by attempt.
#[utoipa::path(
    get, path = "/internal/effects/{id}", tag = "effects",
    params(EffectPath),
    responses(
        (status = 200, description = "The effect", body = DossierJson),
        (status = 404, description = "`effect_not_found`: there is none, or it was forgotten", body = ErrorJson,
            example = json!({"error": {"code": "effect_not_found", "message": "No such effect"}})),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn get(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    dossier(&app, id_in_path(&request)?).await
}

async fn dossier(app: &App, id: EffectId) -> Result<HttpResponse, Problem> {
    let dossier = read(app, async |client| outbox::look_into(client, id).await).await?;
    let dossier = dossier.ok_or(Problem::NoSuchEffect)?;
    Ok(HttpResponse::Ok().json(DossierJson::of(&dossier)))
}

/// Have an effect tried anew.
///
/// Its parked tokens are owed a completion again.
#[utoipa::path(
    post, path = "/internal/effects/{id}/retry", tag = "effects",
    params(EffectPath),
    responses(
        (status = 200, description = "The effect as it is then", body = DossierJson),
        (status = 404, description = "`effect_not_found`: there is none, or it was forgotten", body = ErrorJson,
            example = json!({"error": {"code": "effect_not_found", "message": "No such effect"}})),
        (status = 409, description = "`effect_state`: an effect in this state takes no such request", body = ErrorJson,
            example = json!({"error": {"code": "effect_state", "message": "An effect that is delivered cannot be asked to retry", "details": {"state": "delivered"}}})),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn retry(
    request: HttpRequest,
    payload: Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    operate((&request, payload), &app, Operation::Retry).await
}

/// Have an effect tried no more.
///
/// Until an operator has it tried anew.
#[utoipa::path(
    post, path = "/internal/effects/{id}/park", tag = "effects",
    params(EffectPath),
    responses(
        (status = 200, description = "The effect as it is then", body = DossierJson),
        (status = 404, description = "`effect_not_found`: there is none, or it was forgotten", body = ErrorJson,
            example = json!({"error": {"code": "effect_not_found", "message": "No such effect"}})),
        (status = 409, description = "`effect_state`: an effect in this state takes no such request", body = ErrorJson,
            example = json!({"error": {"code": "effect_state", "message": "An effect that is delivered cannot be asked to retry", "details": {"state": "delivered"}}})),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn park(
    request: HttpRequest,
    payload: Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    operate((&request, payload), &app, Operation::Park).await
}

/// Give an effect up.
///
/// Its tokens are forgotten.
#[utoipa::path(
    post, path = "/internal/effects/{id}/cancel", tag = "effects",
    params(EffectPath),
    responses(
        (status = 200, description = "The effect as it is then", body = DossierJson),
        (status = 404, description = "`effect_not_found`: there is none, or it was forgotten", body = ErrorJson,
            example = json!({"error": {"code": "effect_not_found", "message": "No such effect"}})),
        (status = 409, description = "`effect_state`: an effect in this state takes no such request", body = ErrorJson,
            example = json!({"error": {"code": "effect_state", "message": "An effect that is delivered cannot be asked to retry", "details": {"state": "delivered"}}})),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn cancel(
    request: HttpRequest,
    payload: Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    operate((&request, payload), &app, Operation::Cancel).await
}

async fn operate(
    (request, payload): (&HttpRequest, Payload),
    app: &App,
    operation: Operation,
) -> Result<HttpResponse, Problem> {
    internal(request, app).await?;
    let id = id_in_path(request)?;
    body::unused(request, payload, app).await?;
    let operated = read(app, async |client| {
        outbox::operate(client, id, operation, OPERATOR).await
    });
    match operated.await? {
        Operated::Done => {
            app.relay.ring();
            dossier(app, id).await
        }
        Operated::Unknown => Err(Problem::NoSuchEffect),
        Operated::Refused(state) => Err(Problem::EffectRefuses(operation, state)),
    }
}

/// Which effects to try anew: all that are parked, or those of one campaign.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = WhichEffects)]
#[serde(deny_unknown_fields)]
struct Which {
    #[schema(value_type = Option<DocumentedUuid>)]
    campaign_id: Option<String>,
    #[schema(minimum = 1, maximum = 1_000)]
    limit: Option<i64>,
}

/// How much is tried anew.
#[derive(Serialize, ToSchema)]
struct Retried {
    effects: i64,
    owed_tokens: u64,
}

/// Have parked effects tried anew, of all campaigns or of one.
#[utoipa::path(
    post, path = "/internal/effects/retry", tag = "effects",
    request_body(content = Option<Which>, description = "Nothing: all"),
    responses((status = 200, description = "How many", body = Retried)),
    security(("internal_key" = [])),
)]
pub(crate) async fn retry_many(
    request: HttpRequest,
    payload: Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let body = body::read(payload, app.limits.body_time_max, body::BODY_BYTES_MAX).await?;
    let which: Which = object::optional(&request, &body)?;
    let limit = which.limit.unwrap_or(RETRIED_MAX);
    if !(1..=RETRIED_MAX).contains(&limit) {
        let message = format!("limit must be between 1 and {RETRIED_MAX}");
        return Err(Problem::invalid(message));
    }
    let campaign = campaign(which.campaign_id.as_deref())?;
    let retried = read(&app, async |client| {
        outbox::retry_many(client, campaign, limit).await
    });
    let retried = retried.await?;
    app.relay.ring();
    Ok(HttpResponse::Ok().json(Retried {
        effects: retried.effects,
        owed_tokens: retried.owed_tokens,
    }))
}
