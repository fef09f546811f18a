//! Bodies that are not understood: told by the field's name and never by what was sent, and nothing
//! is written.

use serde_json::{Value, json};
use testkit::{Answer, Call, TestApp, node};

const SENDER: &str = "3f0c2f7e-6f5d-4a53-9b43-0a4f3c1d2e10";

/// A body, and what is said of it.
type Case = (Value, &'static str);

fn held(answer: &Answer, body: &Value, message: &str) {
    assert_eq!(
        answer.problem(),
        (400, "invalid_request".to_owned()),
        "{body}"
    );
    assert_eq!(answer.message(), message, "{body}");
}

async fn each(app: &TestApp, call: impl Fn() -> Call, cases: Vec<Case>) {
    let before = app.checksums().await;
    for (body, message) in cases {
        let answer = call().json(&body.to_string()).await;

        held(&answer, &body, message);
    }
    assert_eq!(app.checksums().await, before);
}

fn email() -> Value {
    json!({"type": "email", "name": "Spring", "sender_account_ids": [SENDER]})
}

fn email_with(key: &str, value: Value) -> Value {
    let mut body = email();
    body[key] = value;
    body
}

fn email_without(key: &str) -> Value {
    let mut body = email();
    body.as_object_mut().unwrap().remove(key);
    body
}

#[tokio::test]
async fn a_creation_that_lacks_something_says_what() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let senders = |value| email_with("sender_account_ids", value);

    let cases = vec![
        (email_without("type"), "missing field `type`"),
        (email_without("name"), "missing field `name`"),
        (
            email_without("sender_account_ids"),
            "missing field `sender_account_ids`",
        ),
        (
            email_with("type", json!("sms")),
            "type must be `email` or `linkedin`",
        ),
        (senders(json!("all")), "sender_account_ids must be an array"),
        (
            senders(json!([SENDER, "x"])),
            "sender_account_ids[1] must be a UUID",
        ),
        (
            senders(json!(vec![SENDER; 101])),
            "sender_account_ids must have at most 100 items",
        ),
    ];

    each(&app, || app.ask(&tenant, "POST", "/api/campaigns"), cases).await;
}

#[tokio::test]
async fn a_setting_out_of_its_range_is_named() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let name = |value| {
        (
            email_with("name", value),
            "name must have 1 to 500 characters",
        )
    };
    let limit = |value| {
        (
            email_with("daily_limit", value),
            "daily_limit must be between 1 and 500",
        )
    };
    let long = json!("x".repeat(10_001));

    let cases = vec![
        name(json!("")),
        name(json!("  ")),
        name(json!("x".repeat(501))),
        (email_with("name", json!(7)), "name must be a string"),
        (email_with("name", Value::Null), "name must be a string"),
        limit(json!(0)),
        limit(json!(501)),
        limit(json!(-1)),
        (
            email_with("daily_limit", json!("50")),
            "daily_limit must be a whole number in its range",
        ),
        (
            email_with("stop_on_reply", json!("yes")),
            "stop_on_reply must be a boolean",
        ),
        (
            email_with("signature", long),
            "signature must have at most 10000 characters",
        ),
        (
            email_with("signature", json!("a\0b")),
            "signature must not contain NUL characters",
        ),
    ];

    each(&app, || app.ask(&tenant, "POST", "/api/campaigns"), cases).await;
}

#[tokio::test]
async fn hours_that_are_none_are_an_invalid_request() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let day = |interval: Value| json!({"time_zone": "Europe/Paris", "monday": [interval]});

    for hours in [
        json!("always"),
        json!({}),
        json!({"time_zone": "Mars/Olympus"}),
        json!({"time_zone": "Europe/Paris", "moonday": []}),
        day(json!({"from": "9:00", "to": "17:00"})),
        day(json!({"from": "17:00", "to": "09:00"})),
        day(json!({"from": "09:00", "to": "24:01"})),
        json!({"time_zone": "Europe/Paris", "monday": vec![json!({"from": "09:00", "to": "17:00"}); 25]}),
    ] {
        let body = email_with("operating_hours", hours.clone()).to_string();

        let answer = app.ask(&tenant, "POST", "/api/campaigns").json(&body).await;

        assert_eq!(
            answer.problem(),
            (400, "invalid_request".to_owned()),
            "{hours}"
        );
    }
}

#[tokio::test]
async fn a_change_of_settings_that_is_none_says_where() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let limits = |limits: Value| json!({"account_limits": limits});
    let of = |account: &str, sends: u32| json!({"account_id": account, "daily_limit": sends});

    let cases = vec![
        (json!({"name": null}), "name must be a string"),
        (json!({"name": ""}), "name must have 1 to 500 characters"),
        (
            json!({"daily_limit": 501}),
            "daily_limit must be between 1 and 500",
        ),
        (
            json!({"daily_limit": 1.5}),
            "daily_limit must be a whole number in its range",
        ),
        (
            limits(json!([of(SENDER, 5), of(SENDER, 6)])),
            "account_limits[1]: this account is named twice",
        ),
        (
            limits(json!([of(SENDER, 501)])),
            "account_limits[0].daily_limit must be between 1 and 500",
        ),
        (
            limits(json!([of("x", 5)])),
            "account_limits[0].account_id must be a UUID",
        ),
        (limits(Value::Null), "account_limits must be an array"),
        (
            json!({"sender_account_ids": null}),
            "sender_account_ids must be an array",
        ),
    ];

    each(&app, || app.about(&tenant, "PATCH", id, ""), cases).await;
}

#[tokio::test]
async fn a_sequence_that_is_not_understood_says_which_step() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let second = |node: Value| json!({"sequence_nodes": [{"type": "end"}, node]});
    let many = json!({"sequence_nodes": vec![json!({"type": "end"}); 51]});

    let cases = vec![
        (
            json!({"sequence_nodes": null}),
            "sequence_nodes must be an array",
        ),
        (many, "sequence_nodes must have at most 50 items"),
        (second(json!({})), "sequence_nodes[1]: missing field `type`"),
        (
            second(json!({"type": "email", "subject": "x".repeat(999)})),
            "sequence_nodes[1].subject must have at most 998 characters",
        ),
        (
            second(json!({"type": "email", "body": "x".repeat(50_001)})),
            "sequence_nodes[1].body must have at most 50000 characters",
        ),
        (
            second(json!({"type": "delay", "delay_days": -1})),
            "sequence_nodes[1].delay_days must be a whole number in its range",
        ),
        (
            second(json!({"type": "email", "body": "\0"})),
            "sequence_nodes[1].body must not contain NUL characters",
        ),
    ];

    each(&app, || app.about(&tenant, "PATCH", id, ""), cases).await;
}

#[tokio::test]
async fn an_edit_of_a_step_that_is_none_says_what_it_lacks() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let nodes = |method: &'static str| app.about(&tenant, method, id, "/sequence/nodes");
    let first = node(id, 0).0;
    let range = "must be a whole number in its range";

    let no_type = (json!({}), "missing field `type`");
    let position = (
        json!({"type": "email", "position": -1}),
        "position must be a whole number in its range",
    );
    each(&app, || nodes("POST"), vec![no_type, position]).await;
    let moves = vec![
        (json!({"nodeId": first}), "missing field `toPosition`"),
        (
            json!({"nodeId": "x", "toPosition": 1}),
            "nodeId must be a UUID",
        ),
    ];
    each(&app, || nodes("PATCH"), moves).await;
    let back = json!({"nodeId": first, "toPosition": -1});
    let answer = nodes("PATCH").json(&back.to_string()).await;
    held(&answer, &back, &format!("toPosition {range}"));
    each(
        &app,
        || nodes("DELETE"),
        vec![(json!({}), "missing field `nodeId`")],
    )
    .await;
}

#[tokio::test]
async fn a_text_that_is_too_long_and_an_id_that_is_none_are_named() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let put = |step: &str| app.about(&tenant, "PUT", id, &format!("/sequence/nodes/{step}"));
    let first = node(id, 0).0.to_string();

    let long = json!({"body": "x".repeat(50_001)});
    each(
        &app,
        || put(&first),
        vec![(long, "body must have at most 50000 characters")],
    )
    .await;
    each(
        &app,
        || put("nonsense"),
        vec![(json!({}), "The node id must be a UUID")],
    )
    .await;
}
