//! Bodies and parameters that are read by hand, because the platform's rules are not a type's, as
//! the OpenAPI document has them; and the shape of the platform's errors.
//!
//! What is read is said by `wish`, `completing`, `public_tokens`, `bulk` and `list_query`.
#![expect(
    dead_code,
    reason = "describes what other modules read and write by hand"
)]

use crate::openapi::TokenIdSchema;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Schema, Type};

/// What a new token should be. Other fields are ignored.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewTokenBody {
    /// A duration such as `10m` or `1d12h`, an ISO date, or milliseconds since the epoch. What cannot
    /// be read, or is past, is no timeout.
    #[schema(required = false)]
    timeout: Timeout,
    /// Leads to the same token as long as it lives.
    #[schema(required = false, max_length = 2_048)]
    idempotency_key: String,
    /// How long the key leads there, such as `1h`; for ever if not said.
    #[serde(rename = "idempotencyKeyTTL")]
    #[schema(required = false, example = "1h")]
    idempotency_key_ttl: String,
    /// `campaign:<id>` and `prospect:<id>` have the token woken with the campaign.
    #[schema(required = false, schema_with = tags)]
    tags: Value,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum Timeout {
    Text(String),
    Milliseconds(f64),
}

/// One tag, or up to ten; what is longer or more is refused.
fn tags() -> Schema {
    let tag = || {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(128))
    };
    let several = ArrayBuilder::new().items(tag()).max_items(Some(10));
    OneOfBuilder::new().item(tag()).item(several).into()
}

/// What a token is completed with. Other fields are ignored.
#[derive(Serialize, ToSchema)]
pub(super) struct CompleteTokenBody {
    /// Any JSON.
    #[schema(required = false, example = json!({"paused": true}))]
    data: Value,
}

/// What a run is told.
#[derive(Serialize, ToSchema)]
pub(super) struct Success {
    success: bool,
}

/// That a token is completed.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenCompleted {
    success: bool,
    /// Whether this call did it (an addition).
    woke: bool,
    /// There, and `true`, when a callback's body was no JSON, and the token was completed with `{}` (an
    /// addition).
    #[schema(required = false)]
    body_ignored: bool,
}

/// A public token to be signed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PublicTokenBody {
    /// What it allows, as in `write:waitpoints:waitpoint_abc`.
    #[schema(min_items = 1, max_items = 1_000)]
    scopes: Vec<String>,
    /// A time span such as `1h`, or seconds since the epoch; 15 minutes if not said, at most 366 days.
    #[schema(required = false)]
    expiration_time: Expiry,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum Expiry {
    Text(String),
    Seconds(i64),
}

/// A public token.
#[derive(Serialize, ToSchema)]
pub(super) struct PublicToken {
    token: String,
}

/// What a holder puts into the public tokens that it signs itself.
#[derive(Serialize, ToSchema)]
pub(super) struct ClaimsOfHolder {
    /// The prefix of the key.
    sub: String,
    r#pub: bool,
}

/// Which tokens to complete: either `ids`, or `tag` with the optional cursor `after`.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum TokensToComplete {
    ByIds(ByIds),
    ByTag(ByTag),
}

#[derive(Serialize, ToSchema)]
#[schema(as = TokensByIds)]
#[serde(deny_unknown_fields)]
pub(super) struct ByIds {
    #[schema(value_type = Vec<TokenIdSchema>, min_items = 1, max_items = 1_000)]
    ids: Vec<String>,
    /// Any JSON.
    #[schema(required = false)]
    data: Value,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TokensByTag)]
#[serde(deny_unknown_fields)]
pub(super) struct ByTag {
    #[schema(min_length = 1)]
    tag: String,
    /// The `next` of the answer before.
    #[schema(value_type = TokenIdSchema, required = false)]
    after: String,
    /// Any JSON.
    #[schema(required = false)]
    data: Value,
}

/// The platform's errors.
#[derive(Serialize, ToSchema)]
pub(super) struct Refused {
    /// What is wrong, for people.
    #[schema(example = "Waitpoint not found")]
    error: String,
}

/// What a list is asked for. Parameters that are not known are ignored.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// How many, 25 if not said.
    #[param(rename = "page[size]", minimum = 1, maximum = 100)]
    size: Option<u32>,
    /// The `next` of the page before.
    #[param(rename = "page[after]", value_type = Option<TokenIdSchema>, inline)]
    after: Option<String>,
    /// The `previous` of the page after; wins over `page[after]`.
    #[param(rename = "page[before]", value_type = Option<TokenIdSchema>, inline)]
    before: Option<String>,
    /// A comma-separated list of WAITING, COMPLETED and TIMED_OUT.
    #[param(
        rename = "filter[status]",
        pattern = "^,*((WAITING|COMPLETED|TIMED_OUT)(,+(WAITING|COMPLETED|TIMED_OUT))*,*)?$"
    )]
    status: Option<String>,
    #[param(rename = "filter[idempotencyKey]")]
    idempotency_key: Option<String>,
    /// A comma-separated list of at most 100 tags: tokens that have all of them.
    #[param(rename = "filter[tags]")]
    tags: Option<String>,
    /// A period that ends now, such as 24h or 7d.
    #[param(rename = "filter[createdAt][period]", pattern = "^[0-9]{1,4}[wdhms]$")]
    period: Option<String>,
    /// Milliseconds since the epoch, or an ISO date.
    #[param(rename = "filter[createdAt][from]")]
    from: Option<String>,
    /// Milliseconds since the epoch, or an ISO date.
    #[param(rename = "filter[createdAt][to]")]
    to: Option<String>,
}

/// What a retrieval may prefer.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
pub(super) struct WaitPreference {
    /// `wait=N`: the answer is held back until the token waits no longer, or N seconds have passed, at
    /// most 60 (an addition; RFC 7240).
    #[param(rename = "Prefer", example = "wait=20")]
    prefer: Option<String>,
}

/// The hash of a callback URL.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct HashPath {
    /// As in the token's `url`.
    hash: String,
}

/// The run of the path.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct RunPath {
    /// Any text: runs are not kept here.
    run_id: String,
}

/// What stands in the place of a token, and is not looked at.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct AnyTokenPath {
    /// Any text: a browser asks before it shows its credentials.
    id: String,
}

/// What a browser asks with before it asks.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
pub(super) struct PreflightHeaders {
    /// The page's origin; allowed whatever it is.
    #[param(rename = "Origin", example = "https://example.com")]
    origin: Option<String>,
    /// Headers that the page would send; allowed whatever they are.
    #[param(
        rename = "Access-Control-Request-Headers",
        example = "authorization,content-type"
    )]
    asked_headers: Option<String>,
}

/// The refusal of paths with a token in them.
#[derive(utoipa::IntoResponses)]
pub(super) enum NoSuchToken {
    /// There is no such token; `x-should-retry: false`.
    #[response(status = 404)]
    NotFound(#[to_schema] Refused),
}
