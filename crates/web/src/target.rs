//! What a request's query may hold: text. One that has a NUL character, or that is no UTF-8 once it is
//! decoded, is refused before anybody reads it: the database can keep neither.
//!
//! Ids in paths need no such check: each is read by a pattern of its own. The token API asks [`is_text`]
//! where it reads a query (`tokens/list_query.rs`), behind its gate and with its own refusal.

use crate::problem::Problem;
use crate::tokens::is_of_platform;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError};
use percent_encoding::percent_decode_str;

/// What is said of a query that is no text.
pub(crate) const MESSAGE: &str = "The query must be UTF-8 without NUL characters";

/// Lets requests through whose query is text.
pub(crate) async fn check<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if is_text(request.query_string()) || is_of_platform(request.path()) {
        let answer = next.call(request).await?;
        return Ok(answer.map_into_left_body());
    }
    let refused = Problem::invalid(MESSAGE).error_response();
    Ok(request.into_response(refused).map_into_right_body())
}

/// Whether a query is UTF-8 without NUL characters once it is decoded.
pub(crate) fn is_text(query: &str) -> bool {
    let decoded = percent_decode_str(query).decode_utf8();
    decoded.is_ok_and(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_text_without_nul() {
        for query in [
            "",
            "a=b&c=%20",
            "a=%C3%A9+%F0%9F%8E%B5",
            "a=%2500&b=%zz&c=%",
            "%",
        ] {
            assert!(is_text(query), "{query}");
        }
        for query in [
            "a=%00",
            "%00",
            "a=b&%00=c",
            "a=%FF",
            "a=%C3",
            "a=%ED%A0%BD",
            "a=%C0%80",
        ] {
            assert!(!is_text(query), "{query}");
        }
    }
}
