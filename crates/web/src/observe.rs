//! Every request's id, and what is counted of it.

use crate::app::App;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, web};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use std::time::Instant;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// The longest request id that is taken over from a caller.
const REQUEST_ID_CHARS_MAX: usize = 128;
/// A W3C trace context of version 00.
const TRACEPARENT_CHARS: usize = 55;

/// Counts of requests. Cheap to copy; all copies count together.
#[derive(Debug, Clone)]
pub struct Metrics {
    requests: Family<RequestLabels, Counter>,
    seconds: Family<RouteLabels, Histogram>,
    held: Gauge,
}

/// An answer that is held back, for as long as this is.
pub(crate) struct Held(Gauge);

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: &'static str,
}

impl Metrics {
    /// Makes the metrics and registers them.
    pub fn register(registry: &mut Registry) -> Self {
        let seconds = || Histogram::new(exponential_buckets(0.000_5, 2.0, 15));
        let metrics = Self {
            requests: Family::default(),
            seconds: Family::new_with_constructor(seconds),
            held: Gauge::default(),
        };
        registry.register(
            "fermata_http_answers_held",
            "Answers that are held back until there is something to tell",
            metrics.held.clone(),
        );
        let requests = metrics.requests.clone();
        registry.register(
            "fermata_http_requests",
            "Requests by route and status",
            requests,
        );
        registry.register_with_unit(
            "fermata_http_request",
            "Time from a request's head to its answer, by route",
            Unit::Seconds,
            metrics.seconds.clone(),
        );
        metrics
    }

    /// Counts an answer as held back.
    pub(crate) fn hold(&self) -> Held {
        self.held.inc();
        Held(self.held.clone())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[derive(Debug, Clone)]
struct RequestId(HeaderValue);

/// What a route is counted as. Never what a caller wrote: that would have no bounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Endpoint {
    pub path: &'static str,
    pub method: &'static str,
}

impl Endpoint {
    const NONE: Self = Self {
        path: "none",
        method: "none",
    };
}

/// Gives the request an id, the caller's own if it is fit, and counts the answer.
pub(crate) async fn observe<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let began = Instant::now();
    let app = request.app_data::<web::Data<App>>().cloned();
    let id = app
        .as_ref()
        .and_then(|app| given_or_new(request.headers(), app));
    if let Some(id) = &id {
        request.extensions_mut().insert(RequestId(id.clone()));
    }
    let mut response = next.call(request).await?;
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    if let Some(app) = app {
        count(&app.metrics, &response, began);
    }
    Ok(response)
}

/// The id of a request.
pub(crate) fn request_id(request: &HttpRequest) -> Option<String> {
    let extensions = request.extensions();
    let RequestId(id) = extensions.get::<RequestId>()?;
    id.to_str().ok().map(str::to_owned)
}

/// The W3C trace context of a request, if it has a well-formed one.
pub(crate) fn traceparent(request: &HttpRequest) -> Option<String> {
    let text = request.headers().get(TRACEPARENT)?.to_str().ok()?;
    let well_formed = |(place, byte): (usize, u8)| match place {
        2 | 35 | 52 => byte == b'-',
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    let fits = text.len() == TRACEPARENT_CHARS && text.bytes().enumerate().all(well_formed);
    fits.then(|| text.to_owned())
}

fn given_or_new(headers: &HeaderMap, app: &App) -> Option<HeaderValue> {
    let fit = |value: &&HeaderValue| {
        (1..=REQUEST_ID_CHARS_MAX).contains(&value.len())
            && value.as_bytes().iter().all(u8::is_ascii_graphic)
    };
    if let Some(given) = headers.get(REQUEST_ID).filter(fit) {
        return Some(given.clone());
    }
    HeaderValue::try_from((app.sources.new_id)().to_string()).ok()
}

fn count<B>(metrics: &Metrics, response: &ServiceResponse<B>, began: Instant) {
    let request = response.request();
    let Endpoint {
        path: route,
        method,
    } = request
        .app_data::<Endpoint>()
        .copied()
        .unwrap_or(Endpoint::NONE);
    let labels = RequestLabels {
        method,
        route,
        status: response.status().as_u16(),
    };
    metrics.requests.get_or_create(&labels).inc();
    let seconds = began.elapsed().as_secs_f64();
    metrics
        .seconds
        .get_or_create(&RouteLabels { route })
        .observe(seconds);
}
