//! `POST /internal/campaigns/{id}/waitpoints`: tokens that were made elsewhere.

use crate::app::App;
use crate::body;
use crate::caller::internal;
use crate::ids::{DocumentedUuid, campaign_id};
use crate::json::{Complaint, Json, Written};
use crate::object::{self, object};
use crate::openapi::{CampaignPath, TokenIdSchema, TokenKindWord};
use crate::problem::Problem;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::{ProspectId, Rejection, TokenKind};
use outbox::{ForeignToken, REGISTERED_TOKENS_MAX, Registered};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

/// The largest body: a thousand tokens, written generously.
const BODY_BYTES_MAX: usize = 512 * 1024;

/// Tokens to be registered.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = TokensToRegister)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// One that is not understood is told so, and keeps nobody else from being registered.
    #[schema(value_type = Vec<WrittenToken>, min_items = 1, max_items = 1_000)]
    tokens: Vec<Written>,
}

/// A token as a caller writes it.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = TokenToRegister)]
#[serde(deny_unknown_fields)]
struct WrittenToken {
    #[schema(value_type = TokenIdSchema)]
    id: String,
    #[schema(value_type = DocumentedUuid)]
    prospect_id: String,
    /// `sleep` if not said.
    #[serde(default = "sleep")]
    #[schema(value_type = TokenKindWord)]
    kind: String,
}

fn sleep() -> String {
    TokenKind::Sleep.as_str().to_owned()
}

/// What came of a token.
#[derive(Serialize, ToSchema)]
#[schema(as = TokenOutcome)]
struct Outcome {
    /// As the caller wrote it; `null` if not said, or if it is no string.
    #[schema(value_type = Value)]
    id: Box<RawValue>,
    /// `registered`, `already_registered`, `completed` (the sleeper is told `output` and must not
    /// sleep) or `invalid`.
    #[schema(pattern = "^(registered|already_registered|completed|invalid)$")]
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    message: Option<String>,
}

/// An outcome for each token, in order.
#[derive(Serialize, ToSchema)]
#[schema(as = TokenOutcomes)]
struct Answered {
    tokens: Vec<Outcome>,
}

/// Register tokens that were made on Trigger.dev.
///
/// They are placed by the campaign's journal: a token that comes too late for a pause is told at once,
/// and its sleeper must not sleep. 1 to 1,000 tokens, an outcome for each, in order.
#[utoipa::path(
    post, path = "/internal/campaigns/{id}/waitpoints", tag = "engine",
    params(CampaignPath),
    request_body = Asked,
    responses((status = 200, description = "An outcome for each", body = Answered)),
    security(("internal_key" = [])),
)]
pub(crate) async fn register(
    request: HttpRequest,
    payload: Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let campaign = campaign_id(&request)?;
    let body = body::read(payload, app.limits.body_time_max, BODY_BYTES_MAX).await?;
    let Asked { tokens } = object(&request, &body)?;
    if !(1..=REGISTERED_TOKENS_MAX).contains(&tokens.len()) {
        let message = format!("tokens must be 1 to {REGISTERED_TOKENS_MAX} tokens");
        return Err(Problem::invalid(message));
    }
    let read: Vec<Result<ForeignToken, String>> = tokens.iter().enumerate().map(token).collect();
    let good: Vec<ForeignToken> = read.iter().flatten().cloned().collect();
    let came = app.relay.registrar().register(campaign, &good).await;
    let came = came
        .map_err(|failure| Problem::unreadable(&failure))?
        .ok_or(Rejection::NotFound)?;
    let mut came = came.into_iter();
    let outcome = |(asked, read): (Written, Result<ForeignToken, String>)| {
        let id = id_of(&asked);
        match read {
            Ok(_) => came.next().map(|came| registered(id, came)),
            Err(message) => Some(Outcome {
                id,
                outcome: "invalid",
                output: None,
                message: Some(message),
            }),
        }
    };
    let tokens = tokens.into_iter().zip(read).filter_map(outcome).collect();
    Ok(HttpResponse::Ok().json(Answered { tokens }))
}

/// The id that a token was given, if it is a text.
fn id_of(asked: &Written) -> Box<RawValue> {
    let json = Json::of_text(asked.0.get()).ok();
    let id = json
        .and_then(Json::fields)
        .and_then(|fields| fields.get("id"))
        .filter(|id| id.is_string());
    id.map_or_else(|| RawValue::NULL.to_owned(), |id| id.raw().to_owned())
}

fn token((place, asked): (usize, &Written)) -> Result<ForeignToken, String> {
    let placed = |complaint: Complaint| complaint.in_item(place).in_field("tokens").to_string();
    let written: WrittenToken = object::read(asked.0.get().as_bytes()).map_err(placed)?;
    let id = written.id.parse();
    let id = id.map_err(|error: waitpoints::BadTokenId| error.to_string())?;
    let prospect_id = Uuid::try_parse(&written.prospect_id)
        .map_err(|_| "prospect_id must be a UUID".to_owned())?;
    let kind = TokenKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == written.kind)
        .ok_or_else(|| "kind must be sleep or pause".to_owned())?;
    Ok(ForeignToken {
        id,
        prospect_id: ProspectId(prospect_id),
        kind,
    })
}

fn registered(id: Box<RawValue>, came: Registered) -> Outcome {
    let (outcome, output) = match came {
        Registered::Now => ("registered", None),
        Registered::Before => ("already_registered", None),
        Registered::Completed(output) => ("completed", Some(output)),
    };
    Outcome {
        id,
        outcome,
        output,
        message: None,
    }
}
