//! Bodies: how long, how said, and how written.

use crate::clerk::{Clerk, TOKENS};
use testkit::TestApp;

/// A raw answer to a request whose body comes in chunks.
async fn chunked(clerk: &Clerk<'_>, path: &str) -> String {
    let mut connection = clerk.app.raw_internal().await;
    let key = &clerk.key;
    connection
        .send(&format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {key}\r\n\
             transfer-encoding: chunked\r\nconnection: close\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"
        ))
        .await;
    connection.text_to_the_end().await
}

#[tokio::test]
async fn a_body_that_does_not_say_its_length_counts_as_too_large() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.plain_token().await;

    for path in [
        TOKENS.to_owned(),
        format!("{TOKENS}/{id}/complete"),
        format!("/engine/v1/runs/run_1/waitpoints/tokens/{id}/wait"),
    ] {
        let said = chunked(&clerk, &path).await;

        assert!(said.starts_with("HTTP/1.1 413 "), "{said}");
        assert!(
            said.ends_with(r#"{"error":"Request body too large"}"#),
            "{said}"
        );
    }
}

#[tokio::test]
async fn what_is_made_is_small_and_what_completes_may_be_large() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.plain_token().await;
    let padded = |length: usize| format!("{{}}{}", " ".repeat(length - 2));
    let create = |length| clerk.call("POST", TOKENS).body(padded(length)).send();
    let path = format!("{TOKENS}/{id}/complete");
    let complete = |length| clerk.call("POST", &path).body(padded(length)).send();

    assert_eq!(create(10 * 1024).await.status, 200);
    assert_eq!(create(10 * 1024 + 1).await.status, 413);
    assert_eq!(complete(3 * 1024 * 1024).await.status, 200);
    assert_eq!(complete(3 * 1024 * 1024 + 1).await.status, 413);
}

#[tokio::test]
async fn a_body_must_be_a_json_object() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk.plain_token().await;

    for path in [TOKENS.to_owned(), format!("{TOKENS}/{id}/complete")] {
        for (body, error) in [
            ("", "Request body is empty"),
            ("{", "Invalid JSON"),
            ("null", "Invalid JSON"),
            ("0", "Invalid JSON"),
            ("false", "Invalid JSON"),
            ("\"\"", "Invalid JSON"),
            ("[]", "Validation error: Expected object"),
        ] {
            let answer = clerk.call("POST", &path).body(body).await;

            assert_eq!(
                answer.refusal(),
                (400, error.to_owned()),
                "{body} at {path}"
            );
        }
    }
}

#[tokio::test]
async fn checks_come_in_the_documented_order() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let nobody = Clerk {
        app: &app,
        key: "nobody".to_owned(),
    };

    let unauthorised = chunked(&nobody, TOKENS).await;
    let unknown_but_empty = clerk
        .call("POST", &format!("{TOKENS}/waitpoint_cabc/complete"))
        .body("")
        .await;

    assert!(unauthorised.starts_with("HTTP/1.1 401 "), "{unauthorised}");
    assert_eq!(unknown_but_empty.refusal().1, "Request body is empty");
}
