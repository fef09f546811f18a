//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the first answer is stored with
//! what it answers, and given again.
//!
//! What the rules decided is stored, yes or no. What was never decided is not: a missing campaign,
//! a failed `If-Match`, a failure of the machine. The key is the draft's quoted string; a bare
//! token is taken too, as most clients send one.

use crate::object::is_nothing;
use crate::problem::Problem;
use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;
use sha2::{Digest, Sha256};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest key, in characters.
const KEY_CHARS_MAX: usize = 255;

/// Marks an answer that was given before.
pub(crate) const REPLAYED: &str = "Idempotency-Replayed";

/// The request's key, if it has one.
pub(crate) fn key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let malformed = || {
        Problem::invalid(format!(
            "Idempotency-Key must be one string of 1 to {KEY_CHARS_MAX} visible characters"
        ))
    };
    let mut values = request.headers().get_all(HEADER);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(malformed());
    }
    let text = value.to_str().map_err(|_| malformed())?.trim();
    let quoted = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let key = quoted.unwrap_or(text);
    let fits = (1..=KEY_CHARS_MAX).contains(&key.len());
    if fits
        && key
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"')
    {
        Ok(Some(key.to_owned()))
    } else {
        Err(malformed())
    }
}

/// What makes two requests the same: method, path and body. Bodies that say nothing are one.
pub(crate) fn fingerprint(request: &HttpRequest, body: &[u8]) -> [u8; 32] {
    let body = if is_nothing(body) { &[] } else { body };
    let mut digest = Sha256::new();
    for part in [
        request.method().as_str().as_bytes(),
        request.path().as_bytes(),
        body,
    ] {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}
