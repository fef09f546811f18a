//! Public tokens: what browsers complete tokens with.

use crate::clerk::Clerk;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use testkit::TestApp;

/// A token as the SDK signs it: with the whole key, by itself.
fn signed_with(key: &str, header: &Value, claims: &Value) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let mut hmac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    hmac.update(signed.as_bytes());
    let mac = BASE64_URL_SAFE_NO_PAD.encode(hmac.finalize().into_bytes());
    format!("{signed}.{mac}")
}

fn claims(key: &str, scopes: &[&str]) -> Value {
    json!({
        "sub": &key[..24],
        "pub": true,
        "scopes": scopes,
        "iss": "https://id.trigger.dev",
        "aud": "https://api.trigger.dev",
        "iat": 1_700_000_000,
        "exp": 4_000_000_000_u64,
    })
}

fn signed(key: &str, claims: &Value) -> String {
    signed_with(key, &json!({"alg": "HS256"}), claims)
}

/// The status and text with which a token is completed by somebody.
async fn completed_by(clerk: &Clerk<'_>, bearer: &str, id: &str) -> (u16, String) {
    let holder = Clerk {
        app: clerk.app,
        key: bearer.to_owned(),
    };
    let answer = holder.complete(id, &json!({})).await;
    let error = answer.json()["error"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (answer.status, error)
}

fn invalid() -> (u16, String) {
    (401, "Public Access Token is invalid".to_owned())
}

#[tokio::test]
async fn the_public_token_of_a_new_token_completes_it_and_nothing_else() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let made = clerk.create(&json!({})).await;
    let (id, other) = (
        made.json()["id"].as_str().unwrap().to_owned(),
        clerk.plain_token().await,
    );
    let public_token = made.header("x-trigger-jwt").unwrap();

    let elsewhere = completed_by(&clerk, public_token, &other).await;
    let here = completed_by(&clerk, public_token, &id).await;

    assert_eq!(elsewhere, (403, "Unauthorized".to_owned()));
    assert_eq!(here, (200, String::new()));
    for (method, path) in [
        ("GET", "/api/v1/waitpoints/tokens"),
        ("POST", "/api/v1/auth/jwt/claims"),
    ] {
        let answer = app.internal(method, path).bearer(public_token).await;
        assert_eq!(answer.refusal(), (401, "Invalid API key".to_owned()));
    }
}

#[tokio::test]
async fn being_out_of_scope_has_a_code() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.plain_token().await;
    let bearer = signed(&clerk.key, &claims(&clerk.key, &["read:waitpoints"]));

    let holder = Clerk {
        app: &app,
        key: bearer,
    };
    let answer = holder.complete(&id, &json!({})).await;

    let expected = json!({
        "error": "Unauthorized", "code": "unauthorized", "param": "access_token", "type": "authorization",
    });
    assert_eq!((answer.status, answer.json()), (403, expected));
}

#[tokio::test]
async fn a_token_that_its_holder_signed_alone_is_as_good() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;

    for scope in ["write:waitpoints", "write", "*", "admin", "write:all"] {
        let id = clerk.plain_token().await;
        let bearer = signed(&clerk.key, &claims(&clerk.key, &[scope]));

        assert_eq!(completed_by(&clerk, &bearer, &id).await.0, 200, "{scope}");
    }
}

#[tokio::test]
async fn what_is_forged_expired_or_for_somebody_else_is_invalid() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.plain_token().await;
    let (key, tenant) = (clerk.key.as_str(), app.tenant().await);
    let fit = claims(key, &["admin"]);
    let altered = |name: &str, value: Value| {
        let mut claims = fit.clone();
        claims[name] = value;
        signed(key, &claims)
    };
    let none = signed_with(key, &json!({"alg": "none"}), &fit);
    let (unsigned, _) = none.rsplit_once('.').unwrap();

    for bearer in [
        altered("exp", json!(1_700_000_001)),
        altered("iss", json!("https://evil.example")),
        altered("aud", json!("https://evil.example")),
        altered("pub", json!(false)),
        altered("sub", json!("ik_live_0000000000000000")),
        altered("sub", json!("nobody")),
        signed(&app.internal_key().await, &fit),
        signed(&tenant.key, &claims(&tenant.key, &["admin"])),
        none.clone(),
        format!("{unsigned}."),
        format!("{}x", signed(key, &fit)),
        "a.b.c".to_owned(),
    ] {
        assert_eq!(
            completed_by(&clerk, &bearer, &id).await,
            invalid(),
            "{bearer}"
        );
    }
    assert_eq!(completed_by(&clerk, &signed(key, &fit), &id).await.0, 200);
}

#[tokio::test]
async fn a_revoked_key_takes_its_public_tokens_with_it() {
    let app = TestApp::spawn().await;
    let (clerk, heir) = (Clerk::new(&app).await, Clerk::new(&app).await);
    let id = clerk.plain_token().await;
    let bearer = signed(&clerk.key, &claims(&clerk.key, &["admin"]));

    clerk.lose_key().await;

    assert_eq!(completed_by(&heir, &bearer, &id).await, invalid());
}

#[tokio::test]
async fn a_holder_is_told_its_claims_and_can_have_us_sign() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.plain_token().await;

    let told = clerk.call("POST", "/api/v1/auth/jwt/claims").await.json();
    let wish = json!({"scopes": [format!("write:waitpoints:{id}")], "expirationTime": "1h"});
    let minted = clerk
        .call("POST", "/api/v1/auth/public-tokens")
        .json(&wish.to_string())
        .await
        .json();

    assert_eq!(told, json!({"sub": &clerk.key[..24], "pub": true}));
    let bearer = minted["token"].as_str().unwrap();
    assert_eq!(completed_by(&clerk, bearer, &id).await.0, 200);
}

#[tokio::test]
async fn a_wish_for_a_public_token_is_held_to_limits() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;

    for wish in [
        json!({}),
        json!({"scopes": []}),
        json!({"scopes": [1]}),
        json!({"scopes": ["admin"], "expirationTime": "soon"}),
        json!({"scopes": ["admin"], "expirationTime": "100y"}),
        json!({"scopes": ["admin"], "expirationTime": true}),
    ] {
        let call = clerk.call("POST", "/api/v1/auth/public-tokens");
        let answer = call.json(&wish.to_string()).await;

        assert_eq!(answer.refusal().0, 400, "{wish}");
    }
}
