//! Bodies of a change of state: none, as documented, or one that says why.

use serde_json::json;
use testkit::{Answer, Call, TestApp};

const MEBIBYTE: usize = 1024 * 1024;

/// The answer to a pause of a fresh campaign with this body, and the reason that was kept.
async fn pause_with(kind: Option<&str>, body: &str) -> (Answer, Option<String>) {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let call = app.pause(&tenant, id).body(body);
    let call = kind
        .into_iter()
        .fold(call, |call, kind| call.header("content-type", kind));

    let answer = call.await;

    let reason = app.events(id).await.pop().unwrap().metadata.reason;
    (answer, reason)
}

#[tokio::test]
async fn a_body_that_says_nothing_is_none_whatever_it_is_called() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    for body in ["", " \r\n\t ", "null", "\nnull ", "\"\"", "{}", "{ }"] {
        for kind in [
            None,
            Some("application/json"),
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
            Some("multipart/form-data; boundary=x"),
            Some("nonsense"),
        ] {
            let of_kind = |call: Call| {
                let call = call.body(body);
                kind.into_iter()
                    .fold(call, |call, kind| call.header("content-type", kind))
            };

            let paused = of_kind(app.pause(&tenant, id)).await;
            let resumed = of_kind(app.resume(&tenant, id)).await;

            assert_eq!(
                (paused.status, resumed.status),
                (200, 200),
                "{kind:?} {body:?}"
            );
        }
    }
    let events = app.events(id).await;
    assert!(events.iter().all(|event| event.metadata.reason.is_none()));
}

#[tokio::test]
async fn every_operation_that_needs_no_body_takes_one_that_says_nothing() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let key = app.internal_key().await;
    let consumer = "/internal/journals/0/consumers/index";
    let form = "application/x-www-form-urlencoded";

    for body in ["", "null", "\"\"", "{}"] {
        let (active, draft) = (
            app.active_campaign(&tenant).await,
            app.draft_campaign(&tenant).await,
        );
        let launching = app.launching_campaign(&tenant).await;
        for (method, id, path) in [
            ("POST", active, "/sync-stats"),
            ("POST", draft, "/launch"),
            ("DELETE", active, ""),
        ] {
            let call = app.about(&tenant, method, id, path).body(body);
            let answer = call.header("content-type", form).await;
            assert_eq!(answer.status, 200, "{method} {path} {body:?} {answer:?}");
        }
        for (method, path) in [
            ("POST", format!("/internal/campaigns/{launching}/activate")),
            ("POST", "/internal/effects/retry".to_owned()),
            ("PUT", consumer.to_owned()),
            ("POST", format!("{consumer}/claim")),
        ] {
            let call = app.internal(method, &path).bearer(&key).body(body);
            let answer = call.header("content-type", form).await;
            assert!(
                [200, 201].contains(&answer.status),
                "{path} {body:?} {answer:?}"
            );
        }
        let removed = app.internal("DELETE", consumer).bearer(&key).await;
        assert_eq!(removed.status, 204);
    }
}

#[tokio::test]
async fn an_object_without_a_reason_gives_none() {
    for body in [
        "{}",
        r#"{"reason": null}"#,
        r#"{"reason": "  "}"#,
        r#"{"other": 1}"#,
    ] {
        let (answer, reason) = pause_with(Some("application/json"), body).await;

        assert_eq!((answer.status, reason), (200, None), "{body}");
    }
}

#[tokio::test]
async fn a_reason_is_kept_with_the_event() {
    for kind in [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON",
    ] {
        let body = r#"{"reason": " bounce spike: ü, 🎵 "}"#;
        let (answer, reason) = pause_with(Some(kind), body).await;

        assert_eq!(
            (answer.status, reason.as_deref()),
            (200, Some("bounce spike: ü, 🎵"))
        );
    }
}

#[tokio::test]
async fn a_body_that_is_not_called_json_is_an_unsupported_medium() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    for kind in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("json"),
    ] {
        for body in [r#"{"reason": "x"}"#, "reason=x", "[]"] {
            let call = app.pause(&tenant, id).body(body);
            let answer = kind
                .into_iter()
                .fold(call, |call, kind| call.header("content-type", kind))
                .await;

            assert_eq!(
                answer.problem(),
                (415, "unsupported_media_type".to_owned()),
                "{kind:?} {body}"
            );
        }
    }
}

#[tokio::test]
async fn a_body_that_is_not_what_it_should_be_is_an_invalid_request_and_does_nothing() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let long = json!({"reason": "x".repeat(501)}).to_string();
    let before = app.checksums().await;

    for body in [
        "{",
        "nonsense",
        "[]",
        "1",
        "false",
        "\" \"",
        "nul",
        "null null",
        "[{}]",
        r#"{"reason": 1}"#,
        r#"{"reason": "cut \ud83d"}"#,
        r#"{"reason": "a\u001b[2J"}"#,
        r#"{"reason": "a\u0000b"}"#,
        &long,
    ] {
        let answer = app.pause(&tenant, id).json(body).await;

        assert_eq!(
            answer.problem(),
            (400, "invalid_request".to_owned()),
            "{body}"
        );
    }
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn five_hundred_letters_of_reason_are_kept_whole() {
    let long = "ü".repeat(500);

    let (answer, reason) = pause_with(
        Some("application/json"),
        &json!({"reason": long}).to_string(),
    )
    .await;

    assert_eq!((answer.status, reason), (200, Some(long)));
}

#[tokio::test]
async fn a_body_of_two_mebibytes_hears_that_it_is_too_large() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let answer = app.pause(&tenant, id).json(&" ".repeat(2 * MEBIBYTE)).await;

    assert_eq!(answer.problem(), (413, "body_too_large".to_owned()));
    assert_eq!(
        app.get(&tenant, id).await.json()["campaign"]["status"],
        "active"
    );
}

#[tokio::test]
async fn a_large_body_without_a_key_hears_that_it_lacks_one() {
    let app = TestApp::spawn().await;
    let path = format!("/api/campaigns/{}/pause", testkit::new_campaign_id());

    let answer = app
        .public("POST", &path)
        .json(&" ".repeat(2 * MEBIBYTE))
        .await;

    assert_eq!(answer.problem(), (401, "unauthorized".to_owned()));
}

#[tokio::test]
async fn a_large_body_on_a_raw_socket_is_answered_and_the_connection_closed() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let mut socket = app.raw().await;

    let head = format!(
        "POST /api/campaigns/{id}/pause HTTP/1.1\r\nHost: fermata\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        tenant.key,
        2 * MEBIBYTE
    );
    socket.send(&head).await;
    socket.send(&" ".repeat(2 * MEBIBYTE)).await;
    let answer = socket.last_answer().await;

    assert_eq!(answer.problem(), (413, "body_too_large".to_owned()));
}

#[tokio::test]
async fn a_body_in_chunks_is_read_like_any_other() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let mut socket = app.raw().await;

    let head = format!(
        "POST /api/campaigns/{id}/pause HTTP/1.1\r\nHost: fermata\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        tenant.key
    );
    socket.send(&head).await;
    for part in ["{\"rea", "son\": \"in ", "pieces\"}"] {
        socket
            .send(&format!("{:x}\r\n{part}\r\n", part.len()))
            .await;
    }
    socket.send("0\r\n\r\n").await;
    let answer = socket.last_answer().await;

    assert_eq!(answer.status, 200);
    let reason = app.events(id).await.pop().unwrap().metadata.reason;
    assert_eq!(reason.as_deref(), Some("in pieces"));
}
