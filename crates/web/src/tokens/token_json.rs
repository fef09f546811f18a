//! Tokens as the contract has them ("retrieve / list item"). A field that there is nothing for is
//! left out: the SDK takes no `null`, whatever the platform's own OpenAPI document says.

use super::refusal::Refusal;
use super::urls;
use crate::app::App;
use actix_web::HttpRequest;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use waitpoints::Token;

/// A token on the wire.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenJson {
    id: String,
    url: String,
    status: &'static str,
    tags: Vec<String>,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotency_key_expires_at: Option<String>,
    #[serde(flatten)]
    whole: Option<WholeJson>,
}

/// What only a single token has.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WholeJson {
    r#type: &'static str,
    user_provided_idempotency_key: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    inactive_idempotency_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
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
            whole: None,
        })
    }

    /// As an answer of its own.
    pub async fn whole(request: &HttpRequest, app: &App, token: Token) -> Result<Self, Refusal> {
        let output = token.output.clone();
        let whole = WholeJson {
            r#type: "MANUAL",
            user_provided_idempotency_key: token.idempotency_key.is_some()
                || token.inactive_idempotency_key.is_some(),
            inactive_idempotency_key: token.inactive_idempotency_key.clone(),
            completed_after: token.timeout_at.map(date),
            output_type: output.as_ref().map(|output| output.output_type.as_str()),
            output_is_error: output.as_ref().is_some_and(|output| output.is_error),
            output: output.and_then(|output| output.text),
        };
        // The original shows a random key where the caller gave none; readers only rely on a text.
        let own_key = token.id.as_str().to_owned();
        let tags = token.tags.clone();
        let item = Self::item(request, app, token).await?;
        Ok(Self {
            tags,
            idempotency_key: item.idempotency_key.or(Some(own_key)),
            whole: Some(whole),
            ..item
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
