//! The steps of a draft, one at a time (campaign API, section 1.13).

use domain::CampaignId;
use serde_json::{Value, json};
use testkit::{Answer, Tenant, TestApp, node, standing};
use uuid::Uuid;

const NODES: &str = "/sequence/nodes";

async fn ask(app: &TestApp, tenant: &Tenant, method: &str, id: CampaignId, body: Value) -> Answer {
    app.about(tenant, method, id, NODES)
        .json(&body.to_string())
        .await
}

async fn edit(app: &TestApp, tenant: &Tenant, id: CampaignId, node: Uuid, body: Value) -> Answer {
    app.about(tenant, "PUT", id, &format!("{NODES}/{node}"))
        .json(&body.to_string())
        .await
}

fn kinds(answer: &Answer) -> Vec<String> {
    let steps = answer.json()["sequence_nodes"].as_array().unwrap().clone();
    for (place, step) in steps.iter().enumerate() {
        assert_eq!(step["position"], json!(place), "positions are contiguous");
    }
    let kind = |step: &Value| step["type"].as_str().unwrap().to_owned();
    steps.iter().map(kind).collect()
}

#[tokio::test]
async fn a_step_without_a_position_goes_in_just_before_the_end() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;

    let answer = ask(
        &app,
        &tenant,
        "POST",
        id,
        json!({"type": "delay", "delay_days": 2}),
    )
    .await;

    assert_eq!(
        (answer.status, kinds(&answer)),
        (200, ["email", "delay", "end"].map(str::to_owned).to_vec())
    );
    assert_eq!(answer.json()["sequence_nodes"][1]["delay_days"], 2);
    let read = app.get(&tenant, id).await.json();
    assert_eq!(read["sequence_nodes"], answer.json()["sequence_nodes"]);
}

#[tokio::test]
async fn a_step_with_a_position_goes_in_there_and_one_too_far_goes_last() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;

    let first = ask(
        &app,
        &tenant,
        "POST",
        id,
        json!({"type": "delay", "position": 0}),
    )
    .await;
    let last = ask(
        &app,
        &tenant,
        "POST",
        id,
        json!({"type": "ai", "position": u32::MAX}),
    )
    .await;

    assert_eq!(kinds(&first), ["delay", "email", "end"]);
    assert_eq!(kinds(&last), ["delay", "email", "end", "ai"]);
}

#[tokio::test]
async fn a_step_gets_an_id_of_its_own_whatever_the_caller_writes() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;

    let answer = ask(
        &app,
        &tenant,
        "POST",
        id,
        json!({"type": "email", "id": node(id, 0).0}),
    )
    .await;

    assert_eq!(answer.status, 200);
    assert_ne!(
        answer.json()["sequence_nodes"][1]["id"],
        json!(node(id, 0).0)
    );
}

#[tokio::test]
async fn a_step_of_the_other_channel_is_refused() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;

    let answer = ask(
        &app,
        &tenant,
        "POST",
        id,
        json!({"type": "connection_request"}),
    )
    .await;

    assert_eq!(answer.problem(), (400, "invalid_sequence".to_owned()));
    assert_eq!(answer.details(), standing("draft"));
}

#[tokio::test]
async fn a_sequence_has_at_most_fifty_steps() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    for _ in 0..48 {
        let answer = ask(&app, &tenant, "POST", id, json!({"type": "email"})).await;
        assert_eq!(answer.status, 200);
    }

    let answer = ask(&app, &tenant, "POST", id, json!({"type": "email"})).await;

    assert_eq!(answer.problem(), (400, "invalid_sequence".to_owned()));
    assert_eq!(answer.message(), "a sequence has at most 50 nodes");
}

#[tokio::test]
async fn steps_that_are_put_in_at_once_are_all_there() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;

    let calls = (0..20).map(|_| ask(&app, &tenant, "POST", id, json!({"type": "email"})));
    let answers = futures_util::future::join_all(calls).await;

    assert!(answers.iter().all(|answer| answer.status == 200));
    let read = app.get(&tenant, id).await;
    assert_eq!(kinds(&read).len(), 22);
}

#[tokio::test]
async fn a_step_is_moved_and_keeps_its_id() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    ask(
        &app,
        &tenant,
        "POST",
        id,
        json!({"type": "delay", "delay_days": 2}),
    )
    .await;
    let mail = node(id, 0).0;

    let answer = ask(
        &app,
        &tenant,
        "PATCH",
        id,
        json!({"nodeId": mail, "toPosition": 1}),
    )
    .await;
    let far = ask(
        &app,
        &tenant,
        "PATCH",
        id,
        json!({"nodeId": mail, "toPosition": 99}),
    )
    .await;

    assert_eq!(kinds(&answer), ["delay", "email", "end"]);
    assert_eq!(answer.json()["sequence_nodes"][1]["id"], json!(mail));
    assert_eq!(kinds(&far), ["delay", "end", "email"]);
}

#[tokio::test]
async fn a_step_is_taken_out_and_without_its_end_a_campaign_cannot_be_launched() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;

    let answer = ask(
        &app,
        &tenant,
        "DELETE",
        id,
        json!({"nodeId": node(id, 1).0}),
    )
    .await;
    let launch = app.about(&tenant, "POST", id, "/launch").await;

    assert_eq!(
        (answer.status, kinds(&answer)),
        (200, vec!["email".to_owned()])
    );
    assert_eq!(launch.problem(), (400, "launch_blocked".to_owned()));
    assert_eq!(
        launch.message(),
        "sequence_nodes must finish with one end node"
    );
}

#[tokio::test]
async fn an_edit_changes_what_it_names_and_leaves_the_rest() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let mail = node(id, 0).0;
    let mut expected = app.get(&tenant, id).await.json()["sequence_nodes"][0].clone();

    let answer = edit(
        &app,
        &tenant,
        id,
        mail,
        json!({"subject": "Another question"}),
    )
    .await;

    expected["subject"] = json!("Another question");
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({"node": expected}))
    );
}

#[tokio::test]
async fn an_edit_leaves_type_position_and_campaign_and_null_clears_a_text() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let body = json!({
        "type": "delay", "position": 1, "campaign_id": Uuid::nil(), "ai_node": {"purpose": "x"},
        "subject": null, "is_reply": true,
    });

    let edited = edit(&app, &tenant, id, node(id, 0).0, body).await.json()["node"].clone();

    assert_eq!(edited["type"], "email");
    assert_eq!(edited["position"], 0);
    assert_eq!(edited["campaign_id"], json!(id));
    assert!(edited["ai_node"].is_null() && edited["subject"].is_null());
    assert_eq!(edited["is_reply"], true);
}

#[tokio::test]
async fn an_edited_delay_is_not_checked_before_the_launch() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let added = ask(
        &app,
        &tenant,
        "POST",
        id,
        json!({"type": "delay", "delay_days": 2}),
    )
    .await;
    let delay: Uuid = added.json()["sequence_nodes"][1]["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();

    let answer = edit(&app, &tenant, id, delay, json!({"delay_days": 31})).await;

    assert_eq!(
        (answer.status, &answer.json()["node"]["delay_days"]),
        (200, &json!(31))
    );
}

#[tokio::test]
async fn a_step_that_is_not_there_is_not_found() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let other = node(app.draft_campaign(&tenant).await, 0).0;
    let before = app.checksums().await;

    for answer in [
        ask(
            &app,
            &tenant,
            "PATCH",
            id,
            json!({"nodeId": other, "toPosition": 0}),
        )
        .await,
        ask(&app, &tenant, "DELETE", id, json!({"nodeId": other})).await,
        edit(&app, &tenant, id, other, json!({"body": "x"})).await,
    ] {
        assert_eq!(answer.problem(), (404, "node_not_found".to_owned()));
        assert_eq!(answer.details(), standing("draft"));
    }
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn steps_of_what_is_no_draft_are_not_edited() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let campaigns = [
        ("launching", app.launching_campaign(&tenant).await),
        ("active", app.active_campaign(&tenant).await),
        ("paused", app.paused_campaign(&tenant).await),
        ("completed", app.completed_campaign(&tenant).await),
    ];
    let before = app.checksums().await;

    for (status, id) in campaigns {
        let mail = node(id, 0).0;
        for answer in [
            ask(&app, &tenant, "POST", id, json!({"type": "email"})).await,
            ask(
                &app,
                &tenant,
                "PATCH",
                id,
                json!({"nodeId": mail, "toPosition": 1}),
            )
            .await,
            ask(&app, &tenant, "DELETE", id, json!({"nodeId": mail})).await,
            edit(&app, &tenant, id, mail, json!({"body": "x"})).await,
        ] {
            assert_eq!(answer.problem(), (400, "campaign_not_draft".to_owned()));
            assert_eq!(answer.details(), standing(status));
        }
    }
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn an_edit_carries_the_extras_of_every_change() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let path = format!("{NODES}/{}", node(id, 0).0);
    let body = json!({"body": "Hello", "reason": "shorter"}).to_string();
    let before = app.checksums().await;

    let dry = app
        .about(&tenant, "PUT", id, &path)
        .dry_run()
        .json(&body)
        .await;
    let moved = app
        .about(&tenant, "PUT", id, &path)
        .json(&body)
        .if_match("\"1\"")
        .await;
    assert_eq!(app.checksums().await, before);
    let once = || {
        app.about(&tenant, "PUT", id, &path)
            .json(&body)
            .idempotency_key("once")
    };
    let (first, again) = (once().await, once().await);

    assert_eq!(dry.json()["node"]["body"], "Hello");
    assert!(dry.json()["preview"].is_object());
    assert_eq!(moved.problem(), (412, "version_mismatch".to_owned()));
    assert_eq!((again.status, &again.body), (200, &first.body));
    assert_eq!(first.header("etag"), Some("\"3\""));
    let reason = app.events(id).await.pop().unwrap().metadata.reason;
    assert_eq!(reason.as_deref(), Some("shorter"));
}
