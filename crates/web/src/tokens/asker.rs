//! Who asks the token API: the holder of an internal key, or of a public token that one signed.

use super::jwt::{self, Claims};
use super::meter::Bucket;
use super::refusal::Refusal;
use super::scopes;
use crate::app::App;
use crate::query::unknown_to_change;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::{HttpMessage, HttpRequest};
use keys::{Holder, KeyPrefix, PresentedKey, VerifyError};
use waitpoints::TokenId;

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) enum Asker {
    /// The holder of this internal key.
    Key(KeyPrefix),
    /// The bearer of a public token that this key signed.
    PublicToken(KeyPrefix, Claims),
    /// Somebody with a key that is none.
    BadKey,
    /// Somebody with a public token that is none.
    BadPublicToken,
}

impl Asker {
    /// Who presents these headers.
    pub async fn of(headers: &HeaderMap, app: &App) -> Result<Self, Refusal> {
        let header = headers.get(AUTHORIZATION).ok_or(Refusal::NoAuthorization)?;
        let text = header.to_str().unwrap_or_default();
        let bearer = match text.split_once(' ') {
            Some((scheme, bearer)) if scheme.eq_ignore_ascii_case("bearer") => bearer.trim(),
            _ => "",
        };
        let asked = if jwt::looks_like_one(bearer) {
            Self::of_public_token(bearer, app).await
        } else {
            Self::of_key(bearer, app).await
        };
        asked.map_err(|error| Refusal::failed("Something went wrong", &error))
    }

    async fn of_key(bearer: &str, app: &App) -> Result<Self, VerifyError> {
        let Ok(key) = bearer.parse::<PresentedKey>() else {
            return Ok(Self::BadKey);
        };
        Ok(match app.keyring.verify(&key).await? {
            Some(Holder::Internal { prefix }) => Self::Key(prefix),
            Some(Holder::Public { .. }) | None => Self::BadKey,
        })
    }

    async fn of_public_token(bearer: &str, app: &App) -> Result<Self, VerifyError> {
        let now = (app.sources.now)();
        let verified = jwt::verify(&app.keyring, bearer, now).await?;
        Ok(verified.map_or(Self::BadPublicToken, |(prefix, claims)| {
            Self::PublicToken(prefix, claims)
        }))
    }

    /// Whose requests these are counted with.
    pub fn bucket(&self) -> Bucket {
        match self {
            Self::Key(prefix) => Bucket::Key(*prefix),
            Self::PublicToken(prefix, _) => Bucket::PublicTokens(*prefix),
            Self::BadKey | Self::BadPublicToken => Bucket::Strangers,
        }
    }
}

/// The key of a request to a path that only keys open. A public token counts as a bad key there.
pub(crate) fn key(request: &HttpRequest) -> Result<KeyPrefix, Refusal> {
    match request.extensions().get::<Asker>() {
        Some(Asker::Key(prefix)) => refuse_unknown(request).map(|()| *prefix),
        _ => Err(Refusal::BadKey),
    }
}

/// Refuses a change whose query has what its operation does not know.
fn refuse_unknown(request: &HttpRequest) -> Result<(), Refusal> {
    unknown_to_change(request).map_or(Ok(()), |complaint| Err(Refusal::Invalid(complaint)))
}

/// Leave to complete tokens, for a path that public tokens open too.
pub(crate) fn completer(request: &HttpRequest) -> Result<Completer, Refusal> {
    let completer = match request.extensions().get::<Asker>() {
        Some(Asker::Key(_)) => Completer::Key,
        Some(Asker::PublicToken(_, claims)) => Completer::Scopes(claims.scopes.clone()),
        Some(Asker::BadPublicToken) => return Err(Refusal::BadPublicToken),
        Some(Asker::BadKey) | None => return Err(Refusal::BadKey),
    };
    refuse_unknown(request).map(|()| completer)
}

/// Which tokens somebody may complete.
pub(crate) enum Completer {
    /// All of them.
    Key,
    /// Those that the scopes name.
    Scopes(Vec<String>),
}

impl Completer {
    /// Refuses what the scopes do not name.
    pub fn may_complete(&self, id: &TokenId) -> Result<(), Refusal> {
        match self {
            Self::Scopes(scopes) if !scopes::allow_completing(scopes, &id.to_string()) => {
                Err(Refusal::OutOfScope)
            }
            Self::Key | Self::Scopes(_) => Ok(()),
        }
    }
}
