//! Changing settings and sequence (campaign API, section 1.4).

use domain::CampaignId;
use serde_json::{Value, json};
use testkit::{Answer, Tenant, TestApp, node, standing};

const SENDER: &str = "3f0c2f7e-6f5d-4a53-9b43-0a4f3c1d2e10";

async fn patch(app: &TestApp, tenant: &Tenant, id: CampaignId, body: &Value) -> Answer {
    app.about(tenant, "PATCH", id, "")
        .json(&body.to_string())
        .await
}

/// A campaign of every status.
async fn every_status(app: &TestApp, tenant: &Tenant) -> [(&'static str, CampaignId); 5] {
    [
        ("draft", app.draft_campaign(tenant).await),
        ("launching", app.launching_campaign(tenant).await),
        ("active", app.active_campaign(tenant).await),
        ("paused", app.paused_campaign(tenant).await),
        ("completed", app.completed_campaign(tenant).await),
    ]
}

fn hours() -> Value {
    json!({"time_zone": "Europe/Paris", "friday": [{"from": "09:00", "to": "12:00"}]})
}

#[tokio::test]
async fn name_hours_and_limits_change_in_every_status() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    for (status, id) in every_status(&app, &tenant).await {
        let name = format!("Renamed while {status}");
        let body = json!({
            "name": name, "operating_hours": hours(), "daily_limit": 7,
            "account_limits": [{"account_id": SENDER, "daily_limit": 3}],
        });

        let answer = patch(&app, &tenant, id, &body).await;

        let campaign = answer.json()["campaign"].clone();
        assert_eq!(
            (answer.status, &campaign["name"]),
            (200, &json!(name)),
            "{status}"
        );
        assert_eq!(campaign["status"], status);
        assert_eq!(campaign["operating_hours"], hours());
        assert_eq!(campaign["daily_limit"], 7);
    }
}

#[tokio::test]
async fn draft_only_keys_are_applied_to_a_draft() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let body = json!({
        "stop_on_reply": false, "open_tracking": false, "signature": "Yours",
        "sender_account_ids": [app.mailbox(&tenant).await],
    });

    let campaign = patch(&app, &tenant, id, &body).await.json()["campaign"].clone();

    assert_eq!(campaign["stop_on_reply"], false);
    assert_eq!(campaign["open_tracking"], false);
    assert_eq!(campaign["signature"], "Yours");
}

#[tokio::test]
async fn draft_only_keys_are_silently_ignored_on_every_other_status() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let body = json!({
        "stop_on_reply": false, "open_tracking": false, "signature": "Yours",
        "sender_account_ids": [SENDER], "sequence_nodes": [{"type": "delay", "delay_days": 99}],
    });
    let [_, others @ ..] = every_status(&app, &tenant).await;
    let before = app.checksums().await;

    for (status, id) in others {
        let read = app.get(&tenant, id).await.json();

        let answer = patch(&app, &tenant, id, &body).await;

        assert_eq!(answer.status, 200, "{status}");
        assert_eq!(answer.json()["campaign"], read["campaign"]);
        assert_eq!(answer.json()["sequence_nodes"], read["sequence_nodes"]);
    }
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn what_may_change_does_beside_a_key_that_is_ignored() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let answer = patch(
        &app,
        &tenant,
        id,
        &json!({"name": "Summer", "stop_on_reply": false}),
    )
    .await;

    assert_eq!(answer.json()["campaign"]["name"], "Summer");
    assert_eq!(answer.json()["campaign"]["stop_on_reply"], true);
}

#[tokio::test]
async fn keys_of_the_other_channel_and_unknown_ones_are_ignored() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).linkedin().draft().await;
    let read = app.get(&tenant, id).await.json();
    let body = json!({
        "daily_limit": 7, "stop_on_reply": false, "signature": "Yours", "account_limits": [],
        "status": "active", "type": "email", "something_new": {"deep": [1]},
    });

    let answer = patch(&app, &tenant, id, &body).await;

    assert_eq!(
        (answer.status, &answer.json()["campaign"]),
        (200, &read["campaign"])
    );
}

#[tokio::test]
async fn a_campaign_as_it_was_read_can_be_sent_back_and_changes_nothing() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    for id in [
        app.draft_campaign(&tenant).await,
        app.campaign(&tenant).linkedin().draft().await,
    ] {
        let read = app.get(&tenant, id).await;
        let mut body = read.json()["campaign"].clone();
        body["sequence_nodes"] = read.json()["sequence_nodes"].clone();

        let answer = patch(&app, &tenant, id, &body).await;

        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("etag"), read.header("etag"));
        assert_eq!(
            answer.json()["sequence_nodes"],
            read.json()["sequence_nodes"]
        );
    }
}

#[tokio::test]
async fn null_clears_what_may_be_absent() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    patch(&app, &tenant, id, &json!({"operating_hours": hours()})).await;
    let body = json!({"operating_hours": null, "daily_limit": null, "signature": null});

    let campaign = patch(&app, &tenant, id, &body).await.json()["campaign"].clone();

    for key in ["operating_hours", "daily_limit", "signature"] {
        assert!(campaign[key].is_null(), "{key}");
    }
}

#[tokio::test]
async fn a_whole_sequence_is_replaced_in_the_order_of_the_list() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let kept = node(id, 0).0;
    let body = json!({"sequence_nodes": [
        {"type": "delay", "position": 7, "delay_hours": 2},
        {"type": "email", "id": kept, "position": 0, "subject": "Hello", "body": "There"},
        {"type": "end"},
    ]});

    let nodes = patch(&app, &tenant, id, &body).await.json()["sequence_nodes"].clone();

    let shown: Vec<Value> = nodes
        .as_array()
        .unwrap()
        .iter()
        .map(|node| {
            json!([
                node["position"],
                node["type"],
                node["subject"],
                node["delay_hours"]
            ])
        })
        .collect();
    assert_eq!(
        shown,
        [
            json!([0, "delay", null, 2]),
            json!([1, "email", "Hello", 0]),
            json!([2, "end", null, 0])
        ]
    );
    assert_eq!(nodes[1]["id"], json!(kept));
    assert_eq!(app.get(&tenant, id).await.json()["sequence_nodes"], nodes);
}

#[tokio::test]
async fn a_sequence_that_is_none_is_a_clean_refusal_with_nothing_written() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let before = app.checksums().await;
    let delay = |days: u32, minutes: u32| json!([{"type": "delay", "delay_days": days, "delay_minutes": minutes}, {"type": "end"}]);
    let same = json!({"type": "email", "id": SENDER});
    for (nodes, message) in [
        (
            delay(0, 0),
            "sequence_nodes[0]: a delay must be between 1 minute and 30 days",
        ),
        (
            delay(30, 1),
            "sequence_nodes[0]: a delay must be between 1 minute and 30 days",
        ),
        (
            delay(u32::MAX, u32::MAX),
            "sequence_nodes[0]: a delay must be between 1 minute and 30 days",
        ),
        (
            json!([{"type": "email"}]),
            "sequence_nodes must finish with one end node",
        ),
        (json!([]), "sequence_nodes must finish with one end node"),
        (
            json!([{"type": "end"}, {"type": "email"}]),
            "sequence_nodes must finish with one end node",
        ),
        (
            json!([{"type": "message"}, {"type": "end"}]),
            "sequence_nodes[0]: this type does not belong to the campaign's channel",
        ),
        (
            json!([same, same, {"type": "end"}]),
            "sequence_nodes[1]: this id is used twice",
        ),
    ] {
        let body = json!({"name": "Not so", "sequence_nodes": nodes});

        let answer = patch(&app, &tenant, id, &body).await;

        assert_eq!(
            answer.problem(),
            (400, "invalid_sequence".to_owned()),
            "{nodes}"
        );
        assert_eq!(answer.message(), message);
        assert_eq!(answer.details(), standing("draft"));
    }
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn a_delay_of_a_minute_and_one_of_thirty_days_are_taken() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    for delay in [
        json!({"type": "delay", "delay_minutes": 1}),
        json!({"type": "delay", "delay_days": 30}),
        json!({"type": "delay", "delay_days": 29, "delay_hours": 23, "delay_minutes": 60}),
    ] {
        let body = json!({"sequence_nodes": [delay, {"type": "end"}]});

        assert_eq!(patch(&app, &tenant, id, &body).await.status, 200, "{body}");
    }
}

#[tokio::test]
async fn a_name_that_another_campaign_has_is_a_conflict_and_its_own_is_none() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    app.campaign(&tenant).name("Spring").draft().await;
    let id = app.campaign(&tenant).name("Summer").active().await;

    let taken = patch(
        &app,
        &tenant,
        id,
        &json!({"name": "Spring", "daily_limit": 7}),
    )
    .await;
    let foreseen = app
        .about(&tenant, "PATCH", id, "")
        .dry_run()
        .json(&json!({"name": "Spring"}).to_string())
        .await;
    let own = patch(&app, &tenant, id, &json!({"name": "Summer"})).await;

    for answer in [taken, foreseen] {
        assert_eq!(answer.problem(), (409, "campaign_name_taken".to_owned()));
        assert_eq!(answer.details(), standing("active"));
    }
    assert_eq!(
        (own.status, &own.json()["campaign"]["daily_limit"]),
        (200, &json!(50))
    );
}

#[tokio::test]
async fn changed_hours_of_an_active_campaign_wake_its_sleepers() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (active, paused) = (
        app.active_campaign(&tenant).await,
        app.paused_campaign(&tenant).await,
    );
    let effects = async |id| app.effects(id).await.len();
    let before = (effects(active).await, effects(paused).await);

    for id in [active, paused] {
        patch(&app, &tenant, id, &json!({"operating_hours": hours()})).await;
    }

    assert_eq!(
        (effects(active).await, effects(paused).await),
        (before.0 + 1, before.1)
    );
    assert_eq!(
        app.effects(active).await.pop().unwrap().kind,
        "complete_waitpoints"
    );
}

#[tokio::test]
async fn a_change_carries_the_extras_of_every_change() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let ask = |body: Value| app.about(&tenant, "PATCH", id, "").json(&body.to_string());
    let before = app.checksums().await;

    let dry = app
        .about(&tenant, "PATCH", id, "")
        .dry_run()
        .json(&json!({"name": "Summer"}).to_string())
        .await;
    let moved = ask(json!({"name": "Summer"})).if_match("\"1\"").await;
    assert_eq!(app.checksums().await, before);
    let body = json!({"name": "Summer", "reason": "the season"});
    let first = ask(body.clone())
        .idempotency_key("once")
        .if_match("\"2\"")
        .await;
    let again = ask(body).idempotency_key("once").await;

    assert_eq!(dry.json()["campaign"]["name"], "Summer");
    assert!(dry.json()["preview"].is_object());
    assert_eq!(moved.problem(), (412, "version_mismatch".to_owned()));
    assert_eq!((again.status, &again.body), (200, &first.body));
    let reason = app.events(id).await.pop().unwrap().metadata.reason;
    assert_eq!(reason.as_deref(), Some("the season"));
}

#[tokio::test]
async fn a_body_of_a_mebibyte_and_more_is_too_large() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;

    let answer = patch(
        &app,
        &tenant,
        id,
        &json!({"ignored": "x".repeat(1024 * 1024)}),
    )
    .await;

    assert_eq!(answer.problem(), (413, "body_too_large".to_owned()));
}
