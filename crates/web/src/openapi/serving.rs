//! The documents and their readable pages, for whoever asks: they hold nothing of anybody.

use super::{internal_document, public_document};
use crate::server::only;
use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::{self, Bytes, ServiceConfig};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

const PUBLIC: &str = "/api/openapi.json";
const INTERNAL: &str = "/internal/openapi.json";
const PAGE: &str = "/docs";
const PAGE_FILES: &str = "/docs/{file:.*}";

/// The public document at `/api/openapi.json`, its page at `/docs`.
pub(crate) fn public_routes(routes: &mut ServiceConfig) {
    serve(routes, PUBLIC, &public_document());
}

/// The internal document at `/internal/openapi.json`, its page at `/docs`.
pub(crate) fn internal_routes(routes: &mut ServiceConfig) {
    serve(routes, INTERNAL, &internal_document());
}

fn serve(routes: &mut ServiceConfig, path: &'static str, document: &OpenApi) {
    // A document always has a JSON: its keys are text.
    let text = Bytes::from(serde_json::to_vec(document).unwrap_or_default());
    let tell = move || {
        let text = text.clone();
        async move {
            HttpResponse::Ok()
                .content_type("application/json")
                .body(text)
        }
    };
    let to_page = || async {
        HttpResponse::MovedPermanently()
            .insert_header((LOCATION, "docs/"))
            .finish()
    };
    routes
        .service(only(path, "GET", web::get().to(tell)))
        .service(only(PAGE, "GET", web::get().to(to_page)))
        .service(SwaggerUi::new(PAGE_FILES).config(Config::from(path)));
}
