//! Making tokens.

use crate::clerk::{Clerk, TOKENS};
use serde_json::{Value, json};
use testkit::TestApp;

#[tokio::test]
async fn a_new_token_has_an_id_a_url_and_a_public_token() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;

    let answer = clerk.create(&json!({})).await;

    let body = answer.json();
    let id = body["id"].as_str().unwrap();
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!((answer.status, keys.len()), (200, 3), "{body}");
    assert_eq!(body["isCached"], false);
    let (start, cuid) = id.split_at(11);
    assert_eq!((start, cuid.len()), ("waitpoint_c", 24), "{id}");
    let url = format!("{}{TOKENS}/{id}/callback/", app.internal_url());
    let hash = body["url"].as_str().unwrap().strip_prefix(&url).unwrap();
    assert!(hash.len() == 64 && hash.bytes().all(|it| it.is_ascii_hexdigit()));
    let claims: Value =
        serde_json::from_str(answer.header("x-trigger-jwt-claims").unwrap()).unwrap();
    assert_eq!(claims, json!({"sub": &clerk.key[..24], "pub": true}));
    assert_eq!(
        answer.header("x-trigger-jwt").unwrap().split('.').count(),
        3
    );
}

#[tokio::test]
async fn a_key_leads_to_one_token_whatever_its_status() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let wish = json!({"idempotencyKey": "k", "timeout": "1h", "tags": ["first"]});
    let id = clerk.token(&wish).await;

    let again = json!({"idempotencyKey": "k", "timeout": "2h", "tags": ["second"]});
    let waiting = clerk.create(&again).await.json();
    clerk.complete(&id, &json!({})).await;
    let completed = clerk.create(&again).await.json();

    for found in [waiting, completed] {
        assert_eq!(found["id"], json!(id));
        assert_eq!(found["isCached"], true);
    }
    let token = clerk.look(&id).await;
    assert_eq!(token["tags"], json!(["first"]));
}

#[tokio::test]
async fn racing_creations_with_one_key_get_one_token() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let wish = json!({"idempotencyKey": "race"});

    let calls = (0..16).map(|_| clerk.create(&wish).send());
    let answers = futures_util::future::join_all(calls).await;

    let ids: std::collections::BTreeSet<String> = answers
        .iter()
        .map(|answer| answer.json()["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

#[tokio::test]
async fn a_key_that_expired_leads_to_a_new_token() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let wish = json!({"idempotencyKey": "short", "idempotencyKeyTTL": "0s"});

    let (first, second) = (clerk.token(&wish).await, clerk.token(&wish).await);

    assert_ne!(first, second);
    let old = clerk.look(&first).await;
    assert_eq!(old["inactiveIdempotencyKey"], "short");
    assert_eq!(old["userProvidedIdempotencyKey"], true);
}

#[tokio::test]
async fn a_lifetime_that_is_none_never_ends() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let wish = json!({"idempotencyKey": "k", "idempotencyKeyTTL": "1 hour"});

    let id = clerk.token(&wish).await;

    assert_eq!(clerk.look(&id).await.get("idempotencyKeyExpiresAt"), None);
    assert_eq!(clerk.token(&wish).await, id);
}

#[tokio::test]
async fn all_attempts_of_one_call_get_one_token() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let attempt = |key: &str| {
        let header = "x-trigger-request-idempotency-key";
        clerk.create(&json!({})).header(header, key)
    };

    for key in ["0193a2c4-0000-4000-8000-00000000abcd", "no uuid"] {
        let first = attempt(key).await.json();
        let second = attempt(key).await.json();

        assert_eq!(first["id"], second["id"], "{key}");
    }
    let other = attempt("another").await.json()["id"].clone();
    assert_ne!(attempt("no uuid").await.json()["id"], other);
}

#[tokio::test]
async fn a_timeout_that_is_past_or_nonsense_is_none() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;

    for timeout in ["2020-01-01T00:00:00Z", "soon", ""] {
        let id = clerk.token(&json!({"timeout": timeout})).await;

        let token = clerk.look(&id).await;
        assert_eq!(token.get("timeoutAt"), None, "{timeout}");
        assert_eq!(token["status"], "WAITING");
    }
    let id = clerk.token(&json!({"timeout": "1d2h"})).await;
    let token = clerk.look(&id).await;
    assert_eq!(token["timeoutAt"], token["completedAfter"]);
}

#[tokio::test]
async fn wishes_that_are_none_are_refused_with_a_sentence() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let tags: Vec<String> = (0..11).map(|number| format!("tag {number}")).collect();

    for (wish, status, beginning) in [
        (json!({"idempotencyKey": 7}), 400, "Validation error: "),
        (
            json!({"idempotencyKey": "k".repeat(2_049)}),
            400,
            "Validation error: ",
        ),
        (
            json!({"tags": ["t".repeat(129)]}),
            400,
            "Validation error: ",
        ),
        (json!({"tags": ["nul \0"]}), 400, "Validation error: "),
        (json!({"tags": "nul \0"}), 400, "Validation error: "),
        (
            json!({"idempotencyKey": "nul \0"}),
            400,
            "Validation error: idempotencyKey must not contain NUL characters",
        ),
        (
            json!({"tags": tags}),
            422,
            "Waitpoints can only have 10 tags, ",
        ),
    ] {
        let (found, error) = clerk.create(&wish).await.refusal();

        assert_eq!(found, status, "{wish}");
        assert!(error.starts_with(beginning), "{error}");
    }
}
