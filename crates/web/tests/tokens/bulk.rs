//! Completing many tokens in one call.

use crate::clerk::Clerk;
use serde_json::{Value, json};
use testkit::{Call, TestApp};

fn complete(clerk: &Clerk<'_>, body: &Value) -> Call {
    clerk
        .call("POST", "/internal/waitpoints/complete")
        .json(&body.to_string())
}

#[tokio::test]
async fn each_token_has_an_outcome() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let (waiting, over) = (clerk.plain_token().await, clerk.plain_token().await);
    clerk.complete(&over, &json!({"data": "first"})).await;
    let ids = json!([waiting, over, "waitpoint_cabc"]);

    let answer = complete(&clerk, &json!({"ids": ids, "data": {"paused": true}})).await;

    let expected = json!({
        "results": [
            {"id": waiting, "outcome": "completed"},
            {"id": over, "outcome": "already_over"},
            {"id": "waitpoint_cabc", "outcome": "unknown"},
        ],
        "has_more": false,
    });
    assert_eq!((answer.status, answer.json()), (200, expected));
    let token = clerk.look(&waiting).await;
    assert_eq!(token["output"], r#"{"json":{"paused":true}}"#);
    assert_eq!(clerk.look(&over).await["output"], "first");
}

#[tokio::test]
async fn a_tag_selects_the_tokens_that_wait() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let mut tagged = Vec::new();
    for _ in 0..3 {
        tagged.push(clerk.token(&json!({"tags": ["night", "shift"]})).await);
    }
    let other = clerk.token(&json!({"tags": ["day"]})).await;

    let answer = complete(&clerk, &json!({"tag": "night", "data": "up"}))
        .await
        .json();
    let again = complete(&clerk, &json!({"tag": "night"})).await.json();

    assert_eq!(answer["results"].as_array().unwrap().len(), 3);
    assert_eq!(answer["has_more"], false);
    assert_eq!(again["results"], json!([]));
    for id in tagged {
        assert_eq!(clerk.look(&id).await["output"], "up");
    }
    assert_eq!(clerk.look(&other).await["status"], "WAITING");
}

#[tokio::test]
async fn more_than_a_thousand_take_several_calls() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let wish = json!({"tags": "crowd"});
    for _ in 0..11 {
        let calls = (0..91).map(|_| clerk.create(&wish).send());
        let answers = futures_util::future::join_all(calls).await;
        assert!(answers.iter().all(|answer| answer.status == 200));
    }

    let first = complete(&clerk, &json!({"tag": "crowd"})).await.json();
    let after = &first["next"];
    let second = complete(&clerk, &json!({"tag": "crowd", "after": after}))
        .await
        .json();

    let count = |answer: &Value| answer["results"].as_array().unwrap().len();
    assert_eq!((count(&first), &first["has_more"]), (1_000, &json!(true)));
    assert_eq!((count(&second), &second["has_more"]), (1, &json!(false)));
}

#[tokio::test]
async fn what_is_not_understood_is_refused_before_anything_happens() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let many: Vec<String> = (0..1_001).map(|number| format!("c{number}")).collect();

    for body in [
        json!({}),
        json!({"ids": []}),
        json!({"ids": many}),
        json!({"ids": ["/.."]}),
        json!({"ids": "waitpoint_cabc"}),
        json!({"ids": ["waitpoint_cabc"], "tag": "t"}),
        json!({"ids": ["waitpoint_cabc"], "after": "cabc"}),
        json!({"tag": ""}),
        json!({"tag": "t", "after": 1}),
        json!({"tag": "t", "output": 1}),
        json!({"tag": "a\0b"}),
        json!({"ids": ["a\0b"]}),
        json!({"tag": "t", "after": "\0"}),
        json!([["waitpoint_cabc"], "t", null, null]),
    ] {
        let answer = complete(&clerk, &body).await;

        assert_eq!(
            answer.problem(),
            (400, "invalid_request".to_owned()),
            "{body}"
        );
    }
}

#[tokio::test]
async fn only_an_internal_key_opens_it() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    for key in [tenant.key.as_str(), "nobody"] {
        let call = app.internal("POST", "/internal/waitpoints/complete");
        let answer = call.bearer(key).json(r#"{"tag":"t"}"#).await;

        assert_eq!(answer.problem(), (401, "unauthorized".to_owned()));
    }
}
