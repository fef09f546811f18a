//! The routes, in reading order, and the two listeners.
//!
//! `connection`: what is mended of a client's bytes before HTTP is read.

mod connection;

use crate::app::App;
use crate::framing::{allowed, frame};
use crate::observe::{Endpoint, observe};
use crate::problem::Problem;
use crate::query::Known;
use crate::{
    activities, campaigns, creating, effects, engine, engine_view, erasing, history, internal,
    journals, launches, launching, leads, nodes, openapi, outbox_json, projections, proofs,
    registering, sender_registry, senders, stopping, streams, target, tokens, transitions,
    updating,
};
use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol};
use actix_server::Server;
use actix_service::{ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::AppConfig;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{App as Routes, Resource, Route};
use connection::Connection;
use std::io;
use std::net::TcpListener;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use utoipa::openapi::OpenApi;

/// How long a client may take to close a connection that is over.
const DISCONNECT_SECONDS_MAX: u64 = 1;
/// How long an idle connection is kept.
const KEEP_ALIVE_SECONDS: u64 = 75;

/// Bound sockets: what is given is served.
#[derive(Debug)]
pub struct Listeners {
    /// For the public API.
    pub public: TcpListener,
    /// For the engine, operators and metrics.
    pub internal: TcpListener,
}

/// Serves both listeners until told to stop; then stops accepting and finishes what was taken.
///
/// # Errors
/// When a listener cannot be served.
pub async fn serve(listeners: Listeners, app: App, shutdown: CancellationToken) -> io::Result<()> {
    let public = Side {
        workers: app.limits.workers.get(),
        routes: public,
        document: openapi::public_document,
        hears_half_closed: true,
    };
    let public = listen(listeners.public, app.clone(), public, shutdown.clone());
    let internal = Side {
        workers: app.limits.workers.get(),
        routes: internal_routes,
        document: openapi::internal_document,
        hears_half_closed: false,
    };
    let internal = listen(listeners.internal, app, internal, shutdown);
    futures_util::future::try_join(public, internal)
        .await
        .map(|_| ())
}

/// What differs between the listeners.
struct Side {
    workers: usize,
    routes: fn(&mut ServiceConfig),
    document: fn() -> OpenApi,
    /// Whether a client that has said all that it will is answered. Where answers are held back,
    /// one that hung up must not be waited for: it looks the same.
    hears_half_closed: bool,
}

async fn listen(
    listener: TcpListener,
    app: App,
    side: Side,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let limits = app.limits;
    let routes = side.routes;
    let app = web::Data::new(app);
    let known = web::Data::new(Known::of(&(side.document)()));
    let routes = move || {
        Routes::new()
            .app_data(app.clone())
            .app_data(known.clone())
            .wrap(from_fn(target::check))
            .wrap(from_fn(observe))
            .wrap(from_fn(frame))
            .configure(routes)
            .default_service(web::to(no_such_path))
    };
    let address = listener.local_addr()?;
    let builder = Server::build()
        .workers(side.workers)
        .shutdown_timeout(limits.shutdown_time_max.as_secs())
        .disable_signals();
    let closing = builder.graceful_shutdown_signal();
    // As `HttpServer::listen` has it, but for what is between the socket and HTTP.
    let serve = move || {
        let closing = closing.clone();
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let closing = closing.clone();
                async move { closing.notified().await }
            })
            .h1_allow_half_closed(side.hears_half_closed)
            .keep_alive(Duration::from_secs(KEEP_ALIVE_SECONDS))
            .client_request_timeout(limits.head_time_max)
            .client_disconnect_timeout(Duration::from_secs(DISCONNECT_SECONDS_MAX))
            .local_addr(address)
            .finish(map_config(routes(), |()| AppConfig::default()));
        fn_service(async |socket: TcpStream| {
            let peer = socket.peer_addr().ok();
            Ok::<_, DispatchError>((Connection::new(socket), Protocol::Http1, peer))
        })
        .and_then(http)
    };
    let server = builder.listen("http", listener, serve)?.run();
    // Not the builder's own signal: it ends the thread's `System` too, and waits for that.
    let handle = server.handle();
    let stopped = async {
        shutdown.cancelled().await;
        handle.stop(true).await;
    };
    tokio::select! {
        served = server => served,
        () = stopped => Ok(()),
    }
}

/// Words come before ids: a path that has both is the word's.
fn public(routes: &mut ServiceConfig) {
    routes
        .service(
            several("/api/campaigns", "GET, POST")
                .route(web::get().to(campaigns::list))
                .route(web::post().to(creating::create)),
        )
        .service(only(
            "/api/campaigns/pause",
            "POST",
            web::post().to(stopping::stop),
        ))
        .service(
            several("/api/campaigns/{id}", "DELETE, GET, PATCH")
                .route(web::get().to(campaigns::get))
                .route(web::patch().to(updating::update))
                .route(web::delete().to(transitions::delete)),
        )
        .service(only(
            "/api/campaigns/{id}/validate",
            "GET",
            web::get().to(launching::validate),
        ))
        .service(only(
            "/api/campaigns/{id}/launch",
            "POST",
            web::post().to(launching::launch),
        ))
        .service(only(
            "/api/campaigns/{id}/pause",
            "POST",
            web::post().to(transitions::pause),
        ))
        .service(only(
            "/api/campaigns/{id}/resume",
            "POST",
            web::post().to(transitions::resume),
        ))
        .configure(parts_of_campaigns)
        .configure(senders::routes)
        .service(only("/api/stream", "GET", web::get().to(streams::of_user)))
        .configure(activities::routes)
        .configure(openapi::public_routes);
}

/// What there is below a campaign.
fn parts_of_campaigns(routes: &mut ServiceConfig) {
    routes
        .configure(leads::routes)
        .service(only(
            "/api/campaigns/{id}/history",
            "GET",
            web::get().to(history::history),
        ))
        .service(only(
            "/api/campaigns/{id}/stream",
            "GET",
            web::get().to(streams::of_campaign),
        ))
        .service(only(
            "/api/campaigns/{id}/sync-stats",
            "POST",
            web::post().to(transitions::sync_stats),
        ))
        .service(
            several("/api/campaigns/{id}/sequence/nodes", "DELETE, PATCH, POST")
                .route(web::post().to(nodes::add))
                .route(web::patch().to(nodes::relocate))
                .route(web::delete().to(nodes::remove)),
        )
        .service(only(
            "/api/campaigns/{id}/sequence/nodes/{nodeId}",
            "PUT",
            web::put().to(nodes::edit),
        ));
}

fn internal_routes(routes: &mut ServiceConfig) {
    routes
        .service(only("/health/live", "GET", web::get().to(internal::live)))
        .service(only("/health/ready", "GET", web::get().to(internal::ready)))
        .service(only("/metrics", "GET", web::get().to(internal::metrics)))
        .service(only(
            "/internal/campaigns/{id}/waitpoints",
            "POST",
            web::post().to(registering::register),
        ))
        .service(only(
            "/internal/outbox",
            "GET",
            web::get().to(outbox_json::overview),
        ))
        .configure(journals::routes)
        .configure(projections::routes)
        .configure(launches::routes)
        .configure(engine_view::routes)
        .configure(engine::routes)
        .configure(sender_registry::routes)
        .service(only(
            "/internal/people/erase",
            "POST",
            web::post().to(erasing::erase_person),
        ))
        .configure(effects::routes)
        .configure(proofs::routes)
        .configure(tokens::routes)
        .configure(openapi::internal_routes);
}

/// A path with one method; every other method is told which.
pub(crate) fn only(path: &'static str, method: &'static str, route: Route) -> Resource {
    several(path, method).route(route)
}

/// A path with several methods, whose routes are still to be given; every other method is told which.
pub(crate) fn several(path: &'static str, methods: &'static str) -> Resource {
    let refuse = move || async move {
        let allowed = allowed(path, methods);
        Err::<&str, _>(Problem::MethodNotAllowed(allowed))
    };
    let method = methods;
    web::resource(path)
        .app_data(Endpoint { path, method })
        .default_service(web::to(refuse))
}

async fn no_such_path() -> Result<&'static str, Problem> {
    Err(Problem::NoSuchPath)
}
