//! Callback URLs: whoever is given one can complete its token, and needs no key for it.
//!
//! The URL carries an HMAC of the token's id under the key that made the token, so nothing is
//! stored, and revoking that key ends all its URLs.

use super::refusal::Refusal;
use crate::app::App;
use actix_web::HttpRequest;
use keys::KeyPrefix;
use std::fmt::Write;
use waitpoints::TokenId;

/// What stands in the place of the hash when the key that made the token is revoked.
const NO_HASH: &str = "revoked";

/// The callback URL of a token that this key made, at the address by which the caller came.
pub(crate) async fn callback(
    request: &HttpRequest,
    app: &App,
    id: &TokenId,
    made_by: KeyPrefix,
) -> Result<String, Refusal> {
    let mac = app
        .keyring
        .sign(made_by, id.as_str().as_bytes())
        .await
        .map_err(|error| Refusal::failed("Something went wrong", &error))?;
    let hash = mac.map_or_else(|| NO_HASH.to_owned(), |mac| hex(mac.as_bytes()));
    let connection = request.connection_info();
    let (scheme, host) = (connection.scheme(), connection.host());
    Ok(format!(
        "{scheme}://{host}/api/v1/waitpoints/tokens/{id}/callback/{hash}"
    ))
}

/// Whether this is the hash in the token's callback URL.
pub(crate) async fn is_hash_of(
    app: &App,
    id: &TokenId,
    made_by: KeyPrefix,
    hash: &str,
) -> Result<bool, keys::VerifyError> {
    let Some(mac) = unhex(hash) else {
        return Ok(false);
    };
    let message = id.as_str().as_bytes();
    let holder = app.keyring.verify_mac(made_by, message, &mac).await?;
    Ok(holder.is_some())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| match pair {
        [high, low] => u8::try_from(digit(*high)? << 4 | digit(*low)?).ok(),
        _ => None,
    };
    text.as_bytes().chunks(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_written_in_hexadecimal_digits() {
        assert_eq!(hex(&[0, 15, 255]), "000fff");
        assert_eq!(unhex("000fff"), Some(vec![0, 15, 255]));
        for text in ["0", "0g", "é0", "revoked"] {
            assert_eq!(unhex(text), None, "{text}");
        }
    }
}
