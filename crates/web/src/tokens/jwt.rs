//! Public tokens: JWTs (RFC 7519) that a holder of an internal key signed, or that we signed for
//! one, and that allow no more than their scopes say.
//!
//! Only HS256 with the holder's key is accepted, whatever a token's own header says: the algorithm
//! is ours, not the token's. `sub` is the prefix of the key, by which the digest is found; the MAC
//! is verified before a claim is believed. A revoked key takes its tokens with it.
//!
//! Not here: what a scope allows (`scopes`), HMAC (`keys`).

use crate::object;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use keys::{Holder, KeyPrefix, Keyring, Kind, VerifyError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

const ISSUER: &str = "https://id.trigger.dev";
const AUDIENCE: &str = "https://api.trigger.dev";
const ALGORITHM: &str = "HS256";
/// The longest token that is looked at.
const TOKEN_BYTES_MAX: usize = 8 * 1024;

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
}

/// What a public token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The prefix of the key that signed it.
    pub sub: String,
    /// That it is a public token.
    #[serde(rename = "pub")]
    pub is_public: bool,
    /// What it allows.
    #[serde(default)]
    pub scopes: Vec<String>,
    iss: String,
    aud: Audience,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    exp: i64,
}

/// One audience, or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Whether a bearer's text looks like a JWT: three parts. A key never does.
pub(crate) fn looks_like_one(text: &str) -> bool {
    text.split('.').count() == 3
}

impl Claims {
    /// Claims that a key's holder makes now, until `expires_at`.
    pub fn new(
        prefix: KeyPrefix,
        scopes: Vec<String>,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Self {
        Self {
            sub: prefix.to_string(),
            is_public: true,
            scopes,
            iss: ISSUER.to_owned(),
            aud: Audience::One(AUDIENCE.to_owned()),
            iat: Some(now.timestamp()),
            exp: expires_at.timestamp(),
        }
    }

    fn hold(&self, now: DateTime<Utc>) -> bool {
        let for_us = match &self.aud {
            Audience::One(audience) => audience == AUDIENCE,
            Audience::Several(audiences) => audiences.iter().any(|it| it == AUDIENCE),
        };
        self.is_public && self.iss == ISSUER && for_us && now.timestamp() < self.exp
    }
}

/// The token with these claims, signed as the key's holder would; nothing when the key is revoked.
pub(crate) async fn sign(
    keyring: &Keyring,
    prefix: KeyPrefix,
    claims: &Claims,
) -> Result<Option<String>, VerifyError> {
    let alg = ALGORITHM.to_owned();
    let signed = format!("{}.{}", part(&Header { alg }), part(claims));
    let mac = keyring.sign(prefix, signed.as_bytes()).await?;
    Ok(mac.map(|mac| format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac.as_bytes()))))
}

/// What a token says, if an internal key signed it and it holds now.
pub(crate) async fn verify(
    keyring: &Keyring,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Option<(KeyPrefix, Claims)>, VerifyError> {
    let Some(unproven) = Unproven::read(token) else {
        return Ok(None);
    };
    let (prefix, mac) = (unproven.prefix, unproven.mac.as_slice());
    let holder = keyring
        .verify_mac(prefix, unproven.signed.as_bytes(), mac)
        .await?;
    let claims = match holder {
        Some(Holder::Internal { .. }) => Some(unproven.claims),
        Some(Holder::Public { .. }) | None => None,
    };
    let holding = claims.filter(|claims| claims.hold(now));
    Ok(holding.map(|claims| (prefix, claims)))
}

/// A token that is read and not yet believed.
struct Unproven<'a> {
    signed: &'a str,
    mac: Vec<u8>,
    prefix: KeyPrefix,
    claims: Claims,
}

impl<'a> Unproven<'a> {
    fn read(token: &'a str) -> Option<Self> {
        if TOKEN_BYTES_MAX < token.len() {
            return None;
        }
        let (signed, mac) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: Header = unpack(header)?;
        let claims: Claims = unpack(claims)?;
        let prefix: KeyPrefix = claims.sub.parse().ok()?;
        if header.alg != ALGORITHM || prefix.kind() != Kind::Internal {
            return None;
        }
        Some(Self {
            signed,
            mac: BASE64_URL_SAFE_NO_PAD.decode(mac).ok()?,
            prefix,
            claims,
        })
    }
}

fn part(value: &impl Serialize) -> String {
    // Claims always have a JSON: their keys are text.
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).unwrap_or_default())
}

fn unpack<T: DeserializeOwned>(part: &str) -> Option<T> {
    let json = BASE64_URL_SAFE_NO_PAD.decode(part).ok()?;
    object::read(&json).ok()
}
