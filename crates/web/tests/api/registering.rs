//! Tokens that were made elsewhere are registered over HTTP, and completed where they live.

use cli::relay::Elsewhere;
use serde_json::{Value, json};
use testkit::{Answer, FakeTrigger, Fault, TestApp, new_campaign_id};
use waitpoints::TokenId;

const PROSPECT: &str = "5f0c1f3e-7a67-4f0e-9a58-0e6f0a2f5a11";

async fn spawn(trigger: &FakeTrigger) -> TestApp {
    let (api_url, secret_key) = (trigger.url(), FakeTrigger::KEY.to_owned().into());
    TestApp::spawn_with(|settings| {
        settings.elsewhere = Elsewhere::Trigger {
            api_url,
            secret_key,
            task: None,
        };
    })
    .await
}

async fn register(app: &TestApp, id: impl std::fmt::Display, body: &Value) -> Answer {
    app.internal("POST", &format!("/internal/campaigns/{id}/waitpoints"))
        .bearer(&app.internal_key().await)
        .json(&body.to_string())
        .await
}

fn tokens(ids: &[TokenId]) -> Value {
    let token = |id: &TokenId| json!({"id": id.to_string(), "prospect_id": PROSPECT});
    json!({"tokens": ids.iter().map(token).collect::<Vec<_>>()})
}

#[tokio::test]
async fn a_pause_completes_the_tokens_that_were_registered() {
    let trigger = FakeTrigger::start().await;
    let app = spawn(&trigger).await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let made = trigger.new_tokens(20);
    let came = register(&app, id, &tokens(&made)).await;

    app.pause(&tenant, id).await;
    app.settle().await;

    assert_eq!(came.status, 200, "{came:?}");
    assert_eq!(
        came.json()["tokens"][0],
        json!({"id": made[0].to_string(), "outcome": "registered"})
    );
    let (paused, seen) = (json!({"paused": true}), trigger.seen().tokens);
    assert!(
        made.iter()
            .all(|token| seen[token].output() == Some(&paused))
    );
}

#[tokio::test]
async fn whoever_comes_after_the_pause_is_told_at_once() {
    let trigger = FakeTrigger::start().await;
    let app = spawn(&trigger).await;
    let tenant = app.tenant().await;
    let id = app.paused_campaign(&tenant).await;
    let late = trigger.new_token();

    let came = register(&app, id, &tokens(std::slice::from_ref(&late))).await;
    app.settle().await;

    let told = &came.json()["tokens"][0];
    assert_eq!(told["outcome"], "completed");
    assert_eq!(told["output"], json!({"paused": true}));
    let seen = trigger.seen().tokens;
    assert_eq!(seen[&late].output(), Some(&json!({"paused": true})));
}

#[tokio::test]
async fn a_pause_is_answered_whatever_becomes_of_its_completions() {
    let trigger = FakeTrigger::start().await;
    let app = spawn(&trigger).await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    register(&app, id, &tokens(&trigger.new_tokens(5))).await;
    trigger.fail_always(Fault::status(500));

    let paused = app.pause(&tenant, id).await;
    let resumed = app.resume(&tenant, id).await;

    assert_eq!((paused.status, resumed.status), (200, 200));
}

#[tokio::test]
async fn each_token_has_an_outcome_of_its_own() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let body = json!({"tokens": [
        {"id": "waitpoint_a1", "prospect_id": PROSPECT},
        {"id": "a1", "prospect_id": PROSPECT, "kind": "sleep"},
        {"id": "waitpoint_a2", "prospect_id": PROSPECT, "kind": "pause"},
        {"id": "waitpoint_../x", "prospect_id": PROSPECT},
        {"id": "waitpoint_a3", "prospect_id": "somebody"},
        {"id": "waitpoint_a4", "prospect_id": PROSPECT, "kind": "nap"},
        {"id": "waitpoint_a5"},
        7,
        {"id": {"a": 1}, "prospect_id": PROSPECT},
    ]});

    let came = register(&app, id, &body).await.json();

    let outcomes: Vec<&str> = came["tokens"]
        .as_array()
        .unwrap()
        .iter()
        .map(|token| token["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(
        outcomes,
        [
            "registered",
            "already_registered",
            "completed",
            "invalid",
            "invalid",
            "invalid",
            "invalid",
            "invalid",
            "invalid"
        ]
    );
    assert_eq!(came["tokens"][2]["output"], json!({"resumed": true}));
    let message = came["tokens"][5]["message"].as_str().unwrap();
    assert_eq!(message, "kind must be sleep or pause");
    for (place, message) in [
        (6, "tokens[6]: missing field `prospect_id`"),
        (7, "tokens[7] must be a JSON object"),
        (8, "tokens[8].id must be a string"),
    ] {
        assert_eq!(came["tokens"][place]["message"], message);
    }
    assert_eq!(came["tokens"][6]["id"], "waitpoint_a5");
    assert_eq!(came["tokens"][8]["id"], json!(null));
}

#[tokio::test]
async fn what_is_no_list_of_tokens_is_an_invalid_request() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let many: Vec<Value> = (0..1_001)
        .map(|number| json!({"id": format!("t{number}"), "prospect_id": PROSPECT}))
        .collect();

    for body in [
        json!({}),
        json!([]),
        json!({"tokens": []}),
        json!({"tokens": 1}),
        json!({"tokens": many}),
        json!({"tokens": [], "more": 1}),
    ] {
        let came = register(&app, id, &body).await;
        assert_eq!(came.problem(), (400, "invalid_request".to_owned()));
    }
}

#[tokio::test]
async fn a_campaign_that_is_not_there_is_not_found() {
    let app = TestApp::spawn().await;

    let body = json!({"tokens": [{"id": "a1", "prospect_id": PROSPECT}]});
    let came = register(&app, new_campaign_id(), &body).await;

    assert_eq!(came.problem(), (404, "campaign_not_found".to_owned()));
}

#[tokio::test]
async fn a_thousand_tokens_are_registered_at_once() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let many: Vec<Value> = (0..1_000)
        .map(|number| json!({"id": format!("waitpoint_cm{number:022}"), "prospect_id": PROSPECT}))
        .collect();

    let came = register(&app, id, &json!({"tokens": many})).await;

    assert_eq!(came.json()["tokens"].as_array().unwrap().len(), 1_000);
}

#[tokio::test]
async fn only_an_internal_key_registers() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let came = app
        .internal("POST", &format!("/internal/campaigns/{id}/waitpoints"))
        .bearer(&tenant.key)
        .json("{}")
        .await;

    assert_eq!(came.problem(), (401, "unauthorized".to_owned()));
}

#[tokio::test]
async fn a_campaign_whose_events_are_all_detached_is_found() {
    let trigger = FakeTrigger::start().await;
    let app = spawn(&trigger).await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    app.draft_campaign(&tenant).await;
    app.settle().await;
    let journal = app.database().journal_of(tenant.user_id);
    app.database().archive(journal, 5, 4).await;
    app.database().detach(journal, 1).await;

    let came = register(&app, id, &tokens(&trigger.new_tokens(1))).await;

    assert_eq!(
        came.json()["tokens"][0]["outcome"],
        "registered",
        "{came:?}"
    );
    app.database().attach(journal, 1, 4).await;
}
