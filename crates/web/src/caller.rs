//! Who asks: the bearer key of a request. Behind a valid key, a change with an unknown query parameter is
//! refused.

use crate::app::App;
use crate::problem::Problem;
use crate::query::refuse_unknown;
use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use domain::UserId;
use keys::{Holder, KeyPrefix, PresentedKey};

/// A client of the public API.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller {
    pub user_id: UserId,
    pub prefix: KeyPrefix,
}

/// The tenant whose key the request carries, within its rate.
pub(crate) async fn caller(request: &HttpRequest, app: &App) -> Result<Caller, Problem> {
    match holder(request, app).await? {
        Holder::Public { user_id, prefix } => {
            app.rate_limit.check(prefix).map_err(Problem::RateLimited)?;
            Ok(Caller {
                user_id: UserId(user_id),
                prefix,
            })
        }
        Holder::Internal { .. } => Err(Problem::Unauthorized),
    }
}

/// The internal key that the request carries.
pub(crate) async fn internal_key(request: &HttpRequest, app: &App) -> Result<KeyPrefix, Problem> {
    match holder(request, app).await? {
        Holder::Internal { prefix } => Ok(prefix),
        Holder::Public { .. } => Err(Problem::Unauthorized),
    }
}

/// Makes sure that the request carries an internal key.
pub(crate) async fn internal(request: &HttpRequest, app: &App) -> Result<(), Problem> {
    match holder(request, app).await? {
        Holder::Internal { .. } => Ok(()),
        Holder::Public { .. } => Err(Problem::Unauthorized),
    }
}

/// The engine whose internal key the request carries.
pub(crate) async fn engine(request: &HttpRequest, app: &App) -> Result<KeyPrefix, Problem> {
    match holder(request, app).await? {
        Holder::Internal { prefix } => Ok(prefix),
        Holder::Public { .. } => Err(Problem::Unauthorized),
    }
}

async fn holder(request: &HttpRequest, app: &App) -> Result<Holder, Problem> {
    let header = request
        .headers()
        .get(AUTHORIZATION)
        .ok_or(Problem::Unauthorized)?;
    let text = header.to_str().map_err(|_| Problem::Unauthorized)?;
    let (scheme, key) = text.split_once(' ').ok_or(Problem::Unauthorized)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::Unauthorized);
    }
    let key: PresentedKey = key.trim().parse().map_err(|_| Problem::Unauthorized)?;
    match app.keyring.verify(&key).await {
        Ok(Some(holder)) => {
            refuse_unknown(request)?;
            Ok(holder)
        }
        Ok(None) => Err(Problem::Unauthorized),
        Err(error) => Err(Problem::unreadable(&error)),
    }
}
