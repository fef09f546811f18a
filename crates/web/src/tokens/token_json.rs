//! Tokens as the contract has them ("retrieve / list item"). A field that there is nothing for is
//! left out: the SDK takes no `null`, whatever the platform's own OpenAPI document says.

use super::refusal::Refusal;
use super::urls;
use crate::app::App;
use actix_web::HttpRequest;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use waitpoints::Token;

/// A token as an item of a list.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitpointToken)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenJson {
    id: String,
    url: String,
    #[schema(pattern = "^(WAITING|COMPLETED|TIMED_OUT)$")]
    status: &'static str,
    tags: Vec<String>,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    completed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    timeout_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    idempotency_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    idempotency_key_expires_at: Option<String>,
}

/// A token as an answer of its own.
#[derive(Serialize, ToSchema)]
#[schema(as = WholeWaitpointToken)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WholeTokenJson {
    #[serde(flatten)]
    item: TokenJson,
    /// Always `MANUAL`.
    r#type: &'static str,
    user_provided_idempotency_key: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    inactive_idempotency_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    completed_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    output: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    output_type: Option<&'static str>,
    output_is_error: bool,
}

impl TokenJson {
    /// As an item of a list: without its output, with its tags sorted.
    pub async fn item(request: &HttpRequest, app: &App, token: Token) -> Result<Self, Refusal> {
        let mut tags = token.tags;
        tags.sort();
        Ok(Self {
            url: url(request, app, &token.id, &token.created_by).await?,
            id: token.id.to_string(),
            status: token.status.as_str(),
            tags,
            created_at: date(token.id.created_at()),
            completed_at: token.completed_at.map(date),
            timeout_at: token.timeout_at.map(date),
            idempotency_key: token.idempotency_key,
            idempotency_key_expires_at: token.idempotency_key_expires_at.map(date),
        })
    }
}

impl WholeTokenJson {
    /// The JSON of a token, with its output.
    pub async fn of(request: &HttpRequest, app: &App, token: Token) -> Result<Self, Refusal> {
        let output = token.output.clone();
        let inactive_key = token.inactive_idempotency_key.clone();
        let user_provided = token.idempotency_key.is_some() || inactive_key.is_some();
        let timeout_at = token.timeout_at;
        // The original shows a random key where the caller gave none; readers only rely on a text.
        let own_key = token.id.as_str().to_owned();
        let tags = token.tags.clone();
        let item = TokenJson::item(request, app, token).await?;
        Ok(Self {
            item: TokenJson {
                tags,
                idempotency_key: item.idempotency_key.or(Some(own_key)),
                ..item
            },
            r#type: "MANUAL",
            user_provided_idempotency_key: user_provided,
            inactive_idempotency_key: inactive_key,
            completed_after: timeout_at.map(date),
            output_type: output.as_ref().map(|output| output.output_type.as_str()),
            output_is_error: output.as_ref().is_some_and(|output| output.is_error),
            output: output.and_then(|output| output.text),
        })
    }
}

async fn url(
    request: &HttpRequest,
    app: &App,
    id: &waitpoints::TokenId,
    made_by: &str,
) -> Result<String, Refusal> {
    // The table holds prefixes of keys and nothing else.
    let made_by = made_by
        .parse()
        .map_err(|error| Refusal::failed("Something went wrong", &error))?;
    urls::callback(request, app, id, made_by).await
}

/// A date as JavaScript writes it.
fn date(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
