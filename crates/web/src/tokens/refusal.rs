//! Every refusal of the token API, in Trigger.dev's shape: `{"error": "..."}`.
//!
//! It stands beside `problem.rs`, which has Fermata's own shape, because these paths speak to
//! clients that were written for somebody else: statuses, texts and headers are that contract's
//! (its section 2). The one difference is deliberate: an unknown token is a 404 that is not retried
//! wherever the original answers 500 and has its client try five times.

use super::meter::Standing;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, RETRY_AFTER};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

/// Seconds after which a caller may ask again when the database is away.
const RETRY_SECONDS: u64 = 1;
/// The SDK goes by this header before it goes by the status.
const SHOULD_RETRY: &str = "x-should-retry";
const PROBLEM_TYPE: &str = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Status/";

/// What is wrong, for a client of the token API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// No credentials at all.
    #[error("No authorization header provided")]
    NoAuthorization,
    /// No internal key, or a public token where only a key will do.
    #[error("Invalid API key")]
    BadKey,
    /// A public token that is forged, expired, or signed with a revoked key.
    #[error("Public Access Token is invalid")]
    BadPublicToken,
    /// A public token that allows something else.
    #[error("Unauthorized")]
    OutOfScope,
    /// A callback URL that nobody was given.
    #[error("Invalid URL, hash doesn't match")]
    WrongHash,
    /// Nothing was sent.
    #[error("Request body is empty")]
    EmptyBody,
    /// What was sent is not JSON, or `null`, `0`, `false` or `""`.
    #[error("Invalid JSON")]
    NotJson,
    /// What was sent is not what is wanted.
    #[error("Validation error: {0}")]
    Invalid(String),
    /// A parameter of the query is not understood.
    #[error("Query Error")]
    Query(Vec<BadParameter>),
    /// The body broke off.
    #[error("The request body broke off")]
    BrokenBody,
    /// The body is too large, or says not how large it is.
    #[error("Request body too large")]
    BodyTooLarge,
    /// The body says not how large it is, where that has a status of its own.
    #[error("Content-Length header is required")]
    LengthMissing,
    /// The body came too slowly.
    #[error("The request body did not arrive in time")]
    BodyTooSlow,
    /// More tags than a token may have.
    #[error("Waitpoints can only have {most} tags, you're trying to set {count}.")]
    TooManyTags { most: usize, count: usize },
    /// There is no such token.
    #[error("Waitpoint not found")]
    NotFound,
    /// The campaign of a token's tags is not there.
    #[error("Campaign not found")]
    NoSuchCampaign,
    /// There is no such path.
    #[error("Not Found")]
    NoSuchPath,
    /// The path has other methods.
    #[error("Method Not Allowed")]
    MethodNotAllowed(String),
    /// The same without a word.
    #[error("")]
    Silence(&'static str),
    /// The key has asked too often.
    #[error("Rate limit exceeded {}/{} requests remaining. Retry in {} seconds.", .0.remaining, .0.limit, .0.seconds())]
    RateLimited(Standing, DateTime<Utc>),
    /// The database is away, or did not answer; the cause is in the log.
    #[error("{0}")]
    Failed(&'static str),
}

/// A parameter that is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadParameter {
    /// Its name.
    pub name: &'static str,
    /// What it should be.
    pub message: &'static str,
}

impl Refusal {
    /// Logs a cause that callers must not see, once, and hides it behind `text`.
    pub fn failed(text: &'static str, error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "failed at waitpoint tokens");
        Self::Failed(text)
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NoAuthorization | Self::BadKey | Self::BadPublicToken | Self::WrongHash => {
                StatusCode::UNAUTHORIZED
            }
            Self::OutOfScope => StatusCode::FORBIDDEN,
            Self::EmptyBody
            | Self::NotJson
            | Self::Invalid(_)
            | Self::Query(_)
            | Self::BrokenBody => StatusCode::BAD_REQUEST,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::LengthMissing => StatusCode::LENGTH_REQUIRED,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooManyTags { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotFound | Self::NoSuchCampaign | Self::NoSuchPath => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) | Self::Silence(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::RateLimited(..) => StatusCode::TOO_MANY_REQUESTS,
            Self::Failed(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn body(&self) -> Value {
        let error = self.to_string();
        match self {
            Self::OutOfScope => json!({
                "error": error,
                "code": "unauthorized",
                "param": "access_token",
                "type": "authorization",
            }),
            Self::Query(parameters) => {
                let detail = |it: &BadParameter| json!({"path": [it.name], "message": it.message});
                let details: Vec<Value> = parameters.iter().map(detail).collect();
                json!({"error": error, "details": details})
            }
            Self::NoAuthorization => Value::Object(self.problem("Unauthorized", &error)),
            Self::RateLimited(standing, now) => {
                let mut problem = self.problem("Rate Limit Exceeded", &error);
                problem.extend([
                    ("reset".to_owned(), json!(standing.reset(*now))),
                    ("limit".to_owned(), json!(standing.limit)),
                    ("remaining".to_owned(), json!(standing.remaining)),
                    ("secondsUntilReset".to_owned(), json!(standing.seconds())),
                ]);
                Value::Object(problem)
            }
            _ => json!({"error": error}),
        }
    }

    /// A body as RFC 9457 has it, which clients of the platform's limiter read.
    fn problem(&self, title: &str, error: &str) -> Map<String, Value> {
        let status = self.status().as_u16();
        Map::from_iter([
            ("title".to_owned(), json!(title)),
            ("status".to_owned(), json!(status)),
            ("type".to_owned(), json!(format!("{PROBLEM_TYPE}{status}"))),
            ("detail".to_owned(), json!(error)),
            ("error".to_owned(), json!(error)),
        ])
    }

    fn media_type(&self) -> &'static str {
        match self {
            Self::NoAuthorization | Self::RateLimited(..) => "application/problem+json",
            _ => "application/json",
        }
    }

    fn headers(&self, answer: &mut HttpResponseBuilder) {
        match self {
            Self::NotFound | Self::NoSuchCampaign => {
                answer.insert_header((SHOULD_RETRY, "false"));
            }
            Self::MethodNotAllowed(methods) => {
                answer.insert_header((ALLOW, methods.as_str()));
            }
            Self::Silence(methods) => {
                answer.insert_header((ALLOW, *methods));
            }
            Self::Failed(_) => {
                answer.insert_header((RETRY_AFTER, RETRY_SECONDS.to_string()));
            }
            Self::BodyTooLarge | Self::LengthMissing | Self::BodyTooSlow => {
                answer.force_close();
            }
            _ => {}
        }
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status());
        self.headers(&mut answer);
        if let Self::Silence(_) = self {
            return answer.finish();
        }
        answer
            .content_type(self.media_type())
            .body(self.body().to_string())
    }
}
