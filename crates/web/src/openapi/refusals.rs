//! Refusals that many of our own operations have alike.

use super::finish::Listener;
use serde_json::{Value, json};
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::Type;

/// An answer that many operations have.
pub(super) struct Answer {
    pub status: &'static str,
    pub description: &'static str,
    pub media_types: &'static [&'static str],
    pub schema: &'static str,
    pub headers: &'static [(&'static str, Type, &'static str)],
    pub example: Value,
}

const JSON: &[&str] = &["application/json"];
const RETRY: &[(&str, Type, &str)] = &[("Retry-After", Type::Integer, "Seconds")];
const CHALLENGE: &[(&str, Type, &str)] = &[(
    "WWW-Authenticate",
    Type::String,
    "How to authenticate: `Bearer`",
)];

/// The refusals that an operation has because of what it asks for.
pub(super) fn answers(path: &str, operation: &Operation, listener: Listener) -> Vec<Answer> {
    let has_body = operation.request_body.is_some();
    let mut all = Vec::new();
    if has_body || operation.parameters.is_some() {
        all.push(invalid());
    }
    if path.contains("/campaigns/{id}") {
        all.push(no_campaign());
    }
    if operation.security.is_some() {
        all.extend([no_key(), away()]);
        if listener == Listener::Public {
            all.push(too_often());
        }
    }
    if has_body {
        all.extend(bad_body());
    }
    all
}

fn answer(
    status: &'static str,
    description: &'static str,
    code: &'static str,
    message: &'static str,
) -> Answer {
    Answer {
        status,
        description,
        media_types: JSON,
        schema: "Error",
        headers: &[],
        example: json!({"error": {"code": code, "message": message}}),
    }
}

fn invalid() -> Answer {
    answer(
        "400",
        "`invalid_request`: the request is not understood",
        "invalid_request",
        "The campaign id must be a UUID",
    )
}

fn no_campaign() -> Answer {
    answer(
        "404",
        "`campaign_not_found`: absent, or another user's",
        "campaign_not_found",
        "Campaign not found",
    )
}

fn no_key() -> Answer {
    let refused = answer(
        "401",
        "`unauthorized`: no key, or one that opens nothing here. Do not retry",
        "unauthorized",
        "Missing or invalid authentication credentials",
    );
    Answer {
        headers: CHALLENGE,
        ..refused
    }
}

fn away() -> Answer {
    let refused = answer(
        "503",
        "`overloaded`, `unavailable`: nothing happened, retry after `Retry-After`; \
         `outcome_unknown`: read, or repeat with the same `Idempotency-Key`",
        "overloaded",
        "The service is overloaded; nothing happened. Please retry.",
    );
    Answer {
        headers: RETRY,
        ..refused
    }
}

fn too_often() -> Answer {
    let refused = answer(
        "429",
        "`rate_limited`: retry after `Retry-After` seconds",
        "rate_limited",
        "Too many requests. Please retry after 1 seconds.",
    );
    Answer {
        headers: RETRY,
        ..refused
    }
}

fn bad_body() -> [Answer; 3] {
    [
        answer(
            "408",
            "`request_timeout`: the body did not arrive in time",
            "request_timeout",
            "The request body did not arrive in time",
        ),
        answer(
            "413",
            "`body_too_large`",
            "body_too_large",
            "The request body is larger than 65536 bytes",
        ),
        answer(
            "415",
            "`unsupported_media_type`: a body that is not JSON",
            "unsupported_media_type",
            "The request body must be application/json",
        ),
    ]
}
