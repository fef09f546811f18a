//! Waitpoint tokens over HTTP, as Trigger.dev has them: task code with the unmodified npm package
//! `@trigger.dev/sdk` runs against the internal listener by setting two variables.
//!
//! The paths under `/api/v1` and `/engine/v1` keep that platform's contract: its statuses, its
//! errors (`refusal`), its order of checks, its headers. What is better here is invisible to a
//! client that does not look for it, and written down in `docs/WAITPOINTS.md`.
//!
//! - `gate`, `asker`, `meter`: who asks, and how often
//! - `jwt`, `scopes`, `public_tokens`, `urls`: credentials that are given away
//! - `creating` with `wish` and `times`; `reading` with `list_query` and `token_json`; `completing`;
//!   `running`: what is asked
//! - `described`: bodies that are read by hand, for the OpenAPI document
//! - `bulk`: many completions in one call, which the platform does not have
//!
//! Not here: what a token is and what wakes it (`waitpoints`).

mod asker;
mod body;
pub(crate) mod bulk;
pub(crate) mod completing;
pub(crate) mod cors;
pub(crate) mod creating;
mod described;
mod gate;
mod jwt;
mod list_query;
mod meter;
pub(crate) mod public_tokens;
pub(crate) mod reading;
mod refusal;
pub(crate) mod running;
mod scopes;
mod times;
mod token_json;
mod urls;
mod wish;

pub use meter::Meter;

use crate::framing::allowed;
use crate::observe::Endpoint;
use crate::server::only;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, Resource};
use refusal::Refusal;
use waitpoints::TokenId;

const CALLBACK: &str = "/api/v1/waitpoints/tokens/{id}/callback/{hash}";
const BULK: &str = "/internal/waitpoints/complete";

/// Every route of waitpoint tokens.
pub(crate) fn routes(routes: &mut ServiceConfig) {
    let callback = web::resource(CALLBACK).app_data(endpoint(CALLBACK, "POST"));
    routes
        // Before the scope, whose gate it does not pass.
        .service(callback.default_service(web::to(completing::callback)))
        .service(
            web::scope("/api/v1")
                .wrap(from_fn(gate::api))
                .configure(api)
                .default_service(web::to(no_such_path)),
        )
        .service(
            web::scope("/engine/v1")
                .wrap(from_fn(gate::runs))
                .configure(runs)
                .default_service(web::to(no_such_path)),
        )
        .service(only(BULK, "POST", web::post().to(bulk::complete_many)));
}

fn api(routes: &mut ServiceConfig) {
    let tokens = resource("/waitpoints/tokens", "GET, POST")
        .route(web::get().to(reading::list))
        .route(web::post().to(creating::create));
    let token = resource("/waitpoints/tokens/{id}", "GET").route(web::get().to(reading::retrieve));
    let claims = resource("/auth/jwt/claims", "POST").route(web::post().to(public_tokens::claims));
    let mint = resource("/auth/public-tokens", "POST").route(web::post().to(public_tokens::mint));
    let silence = || async { Err::<&str, _>(Refusal::Silence("OPTIONS, POST")) };
    let complete = resource("/waitpoints/tokens/{id}/complete", "OPTIONS, POST")
        .route(web::post().to(completing::complete))
        .route(web::method(actix_web::http::Method::OPTIONS).to(cors::preflight))
        .default_service(web::to(silence));
    routes
        .service(tokens)
        .service(token)
        .service(complete)
        .service(claims)
        .service(mint);
}

fn runs(routes: &mut ServiceConfig) {
    let wait = resource("/runs/{run_id}/waitpoints/tokens/{id}/wait", "POST")
        .route(web::post().to(running::wait));
    routes.service(wait);
}

/// A path of the platform; every other method is told which there are.
fn resource(path: &'static str, methods: &'static str) -> Resource {
    let refuse = move || async move {
        let allowed = allowed(path, methods);
        Err::<&str, _>(Refusal::MethodNotAllowed(allowed))
    };
    web::resource(path)
        .app_data(endpoint(path, methods))
        .default_service(web::to(refuse))
}

fn endpoint(path: &'static str, method: &'static str) -> Endpoint {
    Endpoint { path, method }
}

/// Whether a path keeps the platform's contract, and has its errors.
pub(crate) fn is_of_platform(path: &str) -> bool {
    path.starts_with("/api/v1/") || path.starts_with("/engine/v1/")
}

async fn no_such_path() -> Result<&'static str, Refusal> {
    Err(Refusal::NoSuchPath)
}

/// The token of the path. What cannot be an id is no token's.
fn token_id(request: &HttpRequest) -> Result<TokenId, Refusal> {
    let text = request.match_info().get("id").unwrap_or_default();
    text.parse().map_err(|_| Refusal::NotFound)
}
