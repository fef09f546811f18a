//! The gate before the token API: who asks, how often, and how they stand.
//!
//! The order is the contract's: no credentials is a refusal of its own; then the limiter; then, in
//! the handlers, whether the credentials open the path. Every answer tells how the asker's bucket
//! stands, refusals too. A preflight of a browser carries no credentials and passes.

use super::asker::Asker;
use super::meter::{Bucket, Standing};
use super::refusal::Refusal;
use crate::app::App;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, ResponseError, web};
use chrono::{DateTime, Utc};

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Which paths a gate stands before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// The API, whose answers tell how the asker stands.
    Api,
    /// Runs, which the platform counts apart and tells nothing.
    Runs,
}

/// The gate before `/api/v1`.
pub(crate) async fn api<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    pass(request, next, Before::Api).await
}

/// The gate before `/engine/v1`.
pub(crate) async fn runs<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    pass(request, next, Before::Runs).await
}

async fn pass<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
    before: Before,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let app = request.app_data::<web::Data<App>>().cloned();
    let Some(app) = app.filter(|_| request.method() != Method::OPTIONS) else {
        return Ok(next.call(request).await?.map_into_left_body());
    };
    let asker = Asker::of(request.headers(), &app).await;
    let bucket = asker.as_ref().map_or(Bucket::Strangers, Asker::bucket);
    let now = (app.sources.now)();
    let taken = app.meter.take(in_place(bucket, before));
    let standing = taken.unwrap_or_else(Some);
    let refused = match (asker, taken) {
        (Err(refusal), _) => Some(refusal),
        (Ok(_), Err(empty)) => Some(Refusal::RateLimited(empty, now)),
        (Ok(asker), Ok(_)) => {
            request.extensions_mut().insert(asker);
            None
        }
    };
    let mut response = match refused {
        Some(refusal) => request
            .into_response(refusal.error_response())
            .map_into_right_body(),
        None => next.call(request).await?.map_into_left_body(),
    };
    if let Some(standing) = standing.filter(|_| before == Before::Api) {
        tell(response.headers_mut(), standing, now);
    }
    Ok(response)
}

fn in_place(bucket: Bucket, before: Before) -> Bucket {
    match (bucket, before) {
        (Bucket::Key(prefix), Before::Runs) => Bucket::Runs(prefix),
        (bucket, _) => bucket,
    }
}

fn tell(headers: &mut HeaderMap, standing: Standing, now: DateTime<Utc>) {
    headers.insert(LIMIT, HeaderValue::from(standing.limit));
    headers.insert(REMAINING, HeaderValue::from(standing.remaining));
    headers.insert(RESET, HeaderValue::from(standing.reset(now)));
}
