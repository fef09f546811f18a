//! What HTTP asks of every answer, whatever made it: `HEAD` is `GET` without the body (RFC 9110, section
//! 9.3.2), and a client of HTTP/1.0 gets no chunks (RFC 9112, section 6.1).
//!
//! A `HEAD` is served by the path's `GET`, so no route can lack it, and its answer has the headers that
//! the `GET`'s would have. Its body is not sent, and one that would not end is not even begun.
//! An offer of another protocol (`Upgrade`) is not taken, and the body is as long as the request says: none
//! where it names no length (RFC 9112, section 6.3). The answer tells that the connection ends with it.
//! A `GET` that is no mere reading refuses to be asked so ([`refuse_head`]).

use crate::problem::Problem;
use actix_web::body::{BodySize, EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING, UPGRADE};
use actix_web::http::{ConnectionType, Method, Version};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage, HttpRequest};
use futures_util::{Stream, StreamExt, stream};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Its `GET` leases launches, so it has no `HEAD`.
const LAUNCHES: &str = "/internal/launches";

/// Marks a request that came as a `HEAD`.
#[derive(Debug, Clone, Copy)]
struct CameAsHead;

/// In the place of a body that has no known length, and is not sent.
pub(crate) struct Unsent;

impl MessageBody for Unsent {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(None)
    }
}

/// Serves a `HEAD` as a `GET`, and fits the answer to the request's method and version.
pub(crate) async fn frame<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, Unsent>>, Error> {
    let is_head = *request.method() == Method::HEAD;
    let is_old = request.version() < Version::HTTP_11;
    // The server library closes the connection of a client that offered another protocol.
    let is_offer = request.head().upgrade() || request.headers().contains_key(UPGRADE);
    if is_offer && !request.headers().contains_key(TRANSFER_ENCODING) {
        end_where_said(&mut request);
    }
    if is_head {
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(CameAsHead);
    }
    let response = next.call(request).await?;
    Ok(response.map_body(|head, body| {
        let has_length = !matches!(body.size(), BodySize::Stream);
        if is_old && !has_length {
            head.no_chunking(true);
        }
        if (is_old && !has_length) || is_offer {
            head.set_connection_type(ConnectionType::Close);
        }
        if is_head && !has_length {
            EitherBody::right(Unsent)
        } else {
            EitherBody::left(body)
        }
    }))
}

/// Has the body of a request end where its `Content-Length` says. The server library takes all that follows
/// an offer of `websocket` for its body, whatever the length, and so would wait for more.
fn end_where_said(request: &mut ServiceRequest) {
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let body = match length {
        None | Some(0) => Payload::None,
        Some(length) => {
            let cut = first_bytes(request.take_payload(), length);
            Payload::Stream {
                payload: cut.boxed_local(),
            }
        }
    };
    request.set_payload(body);
}

/// So many bytes of a body; an error if it ends before.
fn first_bytes(
    body: Payload,
    length: u64,
) -> impl Stream<Item = Result<Bytes, PayloadError>> + 'static {
    stream::unfold((body, length), async |(mut body, left)| {
        if left == 0 {
            return None;
        }
        match body.next().await {
            Some(Ok(mut chunk)) => {
                chunk.truncate(usize::try_from(left).unwrap_or(usize::MAX));
                let bytes = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
                Some((Ok(chunk), (body, left.saturating_sub(bytes))))
            }
            Some(Err(error)) => Some((Err(error), (body, 0))),
            None => Some((Err(PayloadError::Incomplete(None)), (body, 0))),
        }
    })
}

/// Refuses a request that came as a `HEAD`: this path's `GET` changes something.
pub(crate) fn refuse_head(request: &HttpRequest) -> Result<(), Problem> {
    if request.extensions().contains::<CameAsHead>() {
        return Err(Problem::MethodNotAllowed("GET".to_owned()));
    }
    Ok(())
}

/// The methods that a path allows: with the `HEAD` that comes with each `GET`.
pub(crate) fn allowed(path: &str, methods: &str) -> String {
    if path == LAUNCHES {
        methods.to_owned()
    } else {
        methods.replace("GET", "GET, HEAD")
    }
}
