//! `POST /internal/waitpoints/complete`: completes many tokens in one call, by ids or by a tag, and
//! says of each what became of it. The platform has no such call.
//!
//! A path of ours, so it has our own error envelope. Repeating a call is harmless: what was over
//! says so.

use super::body::OUTPUT_BYTES_MAX;
use super::described::TokensToComplete;
use crate::app::App;
use crate::body::read;
use crate::caller::internal;
use crate::json::Written;
use crate::object::{object, present};
use crate::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use waitpoints::{COMPLETED_AT_ONCE_MAX, Filter, Output, Settled, TokenId};

/// Which tokens, and what with. `described` says it for the document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default, deserialize_with = "present")]
    ids: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    tag: Option<String>,
    #[serde(default, deserialize_with = "present")]
    after: Option<String>,
    #[serde(default, deserialize_with = "present")]
    data: Option<Written>,
}

/// Which tokens.
#[derive(Debug, PartialEq, Eq)]
enum Which {
    Ids(Vec<TokenId>),
    Tagged { tag: String, after: Option<TokenId> },
}

/// What became of many tokens.
#[derive(Serialize, ToSchema)]
#[schema(as = CompletedTokens)]
struct Outcomes {
    results: Vec<OutcomeJson>,
    has_more: bool,
    /// With a tag: what `after` of the next call should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CompletedToken)]
struct OutcomeJson {
    id: String,
    #[schema(pattern = "^(completed|already_over|unknown)$")]
    outcome: &'static str,
}

/// Complete up to 1,000 built-in tokens, by ids or by a tag.
///
/// The platform has no such call. Repeating it is harmless: what was over says so.
#[utoipa::path(
    post, path = "/internal/waitpoints/complete", tag = "waitpoints",
    request_body = TokensToComplete,
    responses((status = 200, description = "What became of each", body = Outcomes)),
    security(("internal_key" = [])),
    extensions(("x-fermata-addition" = json!(true))),
)]
pub(crate) async fn complete_many(
    request: HttpRequest,
    payload: web::Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let body = read(payload, app.limits.body_time_max, OUTPUT_BYTES_MAX).await?;
    let asked: Asked = object(&request, &body)?;
    let output = Output::written(asked.data.as_ref().map(|data| &*data.0));
    let which = which(asked)?;
    let (results, next) = match which {
        Which::Ids(ids) => (app.tokens.complete_many(&ids, &output).await, None),
        Which::Tagged { tag, after } => {
            let filter = Filter {
                tags: vec![tag],
                ..Filter::default()
            };
            let page = app
                .tokens
                .complete_matching(&filter, &output, after.as_ref())
                .await;
            let page = page.map_err(|failure| Problem::unreadable(&failure))?;
            (Ok(page.outcomes), page.next)
        }
    };
    let results = results.map_err(|failure| Problem::unreadable(&failure))?;
    Ok(HttpResponse::Ok().json(Outcomes {
        results: results.iter().map(OutcomeJson::of).collect(),
        has_more: next.is_some(),
        next: next.map(|id| id.as_str().to_owned()),
    }))
}

impl OutcomeJson {
    fn of((id, settled): &(TokenId, Settled)) -> Self {
        Self {
            id: id.to_string(),
            outcome: match settled {
                Settled::Now => "completed",
                Settled::Before => "already_over",
                Settled::Unknown => "unknown",
            },
        }
    }
}

fn which(asked: Asked) -> Result<Which, Problem> {
    match (asked.ids, asked.tag, asked.after) {
        (Some(ids), None, None) => ids_of(&ids).map(Which::Ids),
        (None, Some(tag), after) if !tag.is_empty() => Ok(Which::Tagged {
            tag,
            after: after.as_deref().map(cursor).transpose()?,
        }),
        _ => Err(Problem::invalid(
            "Give either ids, or a tag with the optional cursor after",
        )),
    }
}

fn ids_of(ids: &[String]) -> Result<Vec<TokenId>, Problem> {
    let ids: Option<Vec<TokenId>> = ids.iter().map(|id| id.parse().ok()).collect();
    let most = usize::from(COMPLETED_AT_ONCE_MAX.get());
    ids.filter(|ids| (1..=most).contains(&ids.len()))
        .ok_or_else(|| {
            Problem::invalid(format!("ids must be an array of 1 to {most} ids of tokens"))
        })
}

fn cursor(text: &str) -> Result<TokenId, Problem> {
    text.parse()
        .map_err(|_| Problem::invalid("after must be the next of an earlier answer"))
}
