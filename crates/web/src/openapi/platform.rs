//! Refusals that operations have alike where Trigger.dev's contract is kept: its statuses, its shape
//! (`tokens/refusal.rs`).

use super::refusals::Answer;
use serde_json::json;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::Type;

/// The schema of the platform's errors.
const REFUSED: &str = "Refused";
const JSON: &[&str] = &["application/json"];
const PROBLEM: &[&str] = &["application/problem+json"];
/// Without credentials a problem, with bad ones the plain shape.
const EITHER: &[&str] = &["application/json", "application/problem+json"];
const RETRY: &[(&str, Type, &str)] = &[("Retry-After", Type::Integer, "Seconds")];

/// Whether a path keeps the platform's contract.
pub(super) fn is_its(path: &str) -> bool {
    crate::tokens::is_of_platform(path)
}

/// The refusals that an operation has because of what it asks for.
pub(super) fn answers(path: &str, operation: &Operation) -> Vec<Answer> {
    let has_body = operation.request_body.is_some();
    let mut all = Vec::new();
    if has_body || path.ends_with("/waitpoints/tokens") {
        all.push(answer(
            "400",
            "The request is not understood",
            "Invalid JSON",
        ));
    }
    if operation.security.is_some() {
        all.extend([
            Answer {
                media_types: EITHER,
                ..answer("401", "No credentials, or bad ones", "Invalid API key")
            },
            Answer {
                media_types: PROBLEM,
                ..answer(
                    "429",
                    "Too many requests; see `x-ratelimit-reset`",
                    "Rate limit exceeded 0/750 requests remaining. Retry in 1 seconds.",
                )
            },
        ]);
    }
    if operation.security.is_some() || has_body {
        all.push(Answer {
            headers: RETRY,
            ..answer("503", "The database is away; retry", "Something went wrong")
        });
    }
    if has_body {
        all.extend([
            answer(
                "408",
                "The body did not arrive in time",
                "The request body did not arrive in time",
            ),
            answer(
                "413",
                "The body is too large, or does not say how large it is",
                "Request body too large",
            ),
        ]);
    }
    all
}

fn answer(status: &'static str, description: &'static str, error: &'static str) -> Answer {
    Answer {
        status,
        description,
        media_types: JSON,
        schema: REFUSED,
        headers: &[],
        example: json!({"error": error}),
    }
}
