//! Callback URLs: completing without a key.

use crate::clerk::{Clerk, TOKENS};
use serde_json::{Value, json};
use testkit::{Answer, TestApp};

/// A new token's id, and the path of its callback URL.
async fn token_with_path(clerk: &Clerk<'_>) -> (String, String) {
    let made = clerk.create(&json!({})).await.json();
    let url = made["url"].as_str().unwrap();
    let path = url.strip_prefix(&clerk.app.internal_url()).unwrap();
    (made["id"].as_str().unwrap().to_owned(), path.to_owned())
}

async fn call_back(app: &TestApp, path: &str, body: &str) -> Answer {
    app.internal("POST", path).body(body).await
}

#[tokio::test]
async fn the_whole_body_is_the_data_and_what_is_no_json_is_an_empty_object() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;

    for (body, output) in [
        (
            r#"{"status":"succeeded"}"#,
            r#"{"json":{"status":"succeeded"}}"#,
        ),
        ("[1]", r#"{"json":[1]}"#),
        ("not json", r#"{"json":{}}"#),
        ("", r#"{"json":{}}"#),
    ] {
        let (id, path) = token_with_path(&clerk).await;

        let answer = call_back(&app, &path, body).await;

        assert_eq!(
            (answer.status, &answer.json()["success"]),
            (200, &Value::Bool(true))
        );
        assert_eq!(clerk.look(&id).await["output"], output, "{body}");
    }
}

#[tokio::test]
async fn a_body_is_read_as_javascript_reads_it_and_one_that_is_not_says_so() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let well = json!({"success": true, "woke": true});
    let ignored = json!({"success": true, "woke": true, "body_ignored": true});

    for (body, output, told) in [
        (
            &br#"{"a": "\ud83d"}"#[..],
            r#"{"json":{"a": "\ud83d"}}"#,
            &well,
        ),
        (br#""cut \ud83d""#, r#"{"json":"cut \ud83d"}"#, &well),
        (b"\xef\xbb\xbf{\"b\": 1.0}", r#"{"json":{"b": 1.0}}"#, &well),
        (b"[\"caf\xe9\"]", "{\"json\":[\"caf\u{fffd}\"]}", &well),
        (b"null", r#"{"json":null}"#, &well),
        (b"a=b", r#"{"json":{}}"#, &ignored),
        (b" ", r#"{"json":{}}"#, &ignored),
        (br#"{"a": "\ud8"}"#, r#"{"json":{}}"#, &ignored),
    ] {
        let (id, path) = token_with_path(&clerk).await;

        let answer = app.internal("POST", &path).body(body).await;

        let shown = String::from_utf8_lossy(body);
        assert_eq!(&answer.json(), told, "{shown}");
        assert_eq!(clerk.look(&id).await["output"], output, "{shown}");
    }
}

#[tokio::test]
async fn calling_back_twice_is_well() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let (id, path) = token_with_path(&clerk).await;

    call_back(&app, &path, "1").await;
    let again = call_back(&app, &path, "2").await;

    assert_eq!(
        (again.status, again.json()),
        (200, json!({"success": true, "woke": false}))
    );
    assert_eq!(clerk.look(&id).await["output"], r#"{"json":1}"#);
}

#[tokio::test]
async fn a_hash_opens_its_own_token_alone() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let (id, path) = token_with_path(&clerk).await;
    let (_, other) = token_with_path(&clerk).await;
    let hash_of_other = other.rsplit('/').next().unwrap();
    let (start, _) = path.rsplit_once('/').unwrap();

    for hash in [
        hash_of_other,
        "revoked",
        "00",
        &"0".repeat(64),
        &"g".repeat(64),
    ] {
        let answer = call_back(&app, &format!("{start}/{hash}"), "{}").await;

        let expected = "Invalid URL, hash doesn't match".to_owned();
        assert_eq!(answer.refusal(), (401, expected), "{hash}");
    }
    assert_eq!(clerk.look(&id).await["status"], "WAITING");
}

#[tokio::test]
async fn a_revoked_key_takes_its_urls_with_it() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let (id, path) = token_with_path(&clerk).await;

    clerk.lose_key().await;

    let answer = call_back(&app, &path, "{}").await;
    assert_eq!(answer.status, 401);
    let heir = Clerk::new(&app).await;
    let token = heir.look(&id).await;
    assert_eq!(token["status"], "WAITING");
    assert!(
        token["url"]
            .as_str()
            .unwrap()
            .ends_with("/callback/revoked")
    );
}

#[tokio::test]
async fn a_callback_must_be_a_post_that_says_its_length_for_a_token_that_is_there() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let (_, path) = token_with_path(&clerk).await;
    let unknown = format!("{TOKENS}/waitpoint_cabc/callback/{}", "0".repeat(64));

    let read = app.internal("GET", &path).await;
    let nobody = call_back(&app, &unknown, "{}").await;
    let too_large = call_back(&app, &path, &"x".repeat(3 * 1024 * 1024 + 1)).await;
    let mut chunked = app.raw_internal().await;
    chunked
        .send(&format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n0\r\n\r\n"
        ))
        .await;

    assert_eq!((read.status, read.header("allow")), (405, Some("POST")));
    assert_eq!(nobody.refusal(), (404, "Waitpoint not found".to_owned()));
    assert_eq!(too_large.status, 413);
    let said = chunked.text_to_the_end().await;
    assert!(said.starts_with("HTTP/1.1 411 "), "{said}");
}

#[tokio::test]
async fn nobodys_requests_are_counted() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let (_, path) = token_with_path(&clerk).await;

    let answer = call_back(&app, &path, "{}").await;

    assert_eq!(answer.header("x-ratelimit-limit"), None);
}
