//! `GET /api/campaigns/{id}/history`.

use domain::{CampaignId, Command, Progress};
use serde_json::{Value, json};
use testkit::{Answer, Tenant, TestApp, prospect};

async fn history(app: &TestApp, tenant: &Tenant, id: CampaignId, query: &str) -> Answer {
    let path = format!("/history{query}");
    app.about(tenant, "GET", id, &path).await
}

fn versions(page: &Value) -> Vec<i64> {
    let events = page["events"].as_array().unwrap().iter();
    events
        .map(|event| event["version"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn an_event_is_told_with_who_why_and_what_the_world_was_told() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let pause = app.pause(&tenant, id).reason("bounces doubled");
    pause.header("x-request-id", "monday-1").await;
    app.taken_in().await;

    let page = history(&app, &tenant, id, "?limit=1").await.json();

    let paused = &app.events(id).await[4];
    assert_eq!(
        page,
        json!({
            "campaign_id": id,
            "events": [{
                "version": 5,
                "event_id": paused.event_id,
                "type": "CampaignPaused",
                "payload": {"cause": "requested", "sends_in_flight": 0},
                "recorded_at": web::instant(paused.recorded_at),
                "actor": {"kind": "key", "prefix": &tenant.key[..24]},
                "reason": "bounces doubled",
                "command_id": paused.metadata.command_id,
                "correlation_id": "monday-1",
                "causation_id": null,
                "effects": [{
                    "id": format!("{}-{}", paused.journal.0, paused.position),
                    "kind": "complete_waitpoints",
                    "state": "delivered",
                    "detail": {"token_kind": "sleep", "output": {"paused": true}},
                }],
            }],
            "nextCursor": 5,
        })
    );
}

#[tokio::test]
async fn what_followed_by_itself_names_the_event_that_it_followed_from() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).prospects(1).active().await;
    let done = Command::ReportProgress {
        prospect_id: prospect(id, 0),
        progress: Progress::Completed,
    };
    app.elsewhere(&tenant, id, done).await;

    let page = history(&app, &tenant, id, "").await.json();

    let (completed, cause) = (&page["events"][0], &page["events"][1]);
    assert_eq!(completed["type"], "CampaignCompleted");
    assert_eq!(completed["causation_id"], cause["event_id"]);
    assert_eq!(completed["command_id"], cause["command_id"]);
}

#[tokio::test]
async fn a_history_is_newest_first_unless_the_oldest_is_asked_for_first() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    for (query, expected) in [
        ("", [4, 3, 2, 1]),
        ("?order=newest", [4, 3, 2, 1]),
        ("?order=oldest", [1, 2, 3, 4]),
    ] {
        let page = history(&app, &tenant, id, query).await.json();

        assert_eq!(versions(&page), expected, "{query}");
        assert_eq!(page["nextCursor"], Value::Null);
    }
}

#[tokio::test]
async fn pages_of_a_history_follow_each_other_without_gaps_in_either_order() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).prospects(3).sent(3).active().await;
    for (order, expected) in [
        ("oldest", (1..=10).collect::<Vec<_>>()),
        ("newest", (1..=10).rev().collect()),
    ] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let query = format!("?order={order}&limit=3{cursor}");
            let page = history(&app, &tenant, id, &query).await.json();
            seen.extend(versions(&page));
            let Some(next) = page["nextCursor"].as_i64() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }

        assert_eq!(seen, expected, "{order}");
    }
}

#[tokio::test]
async fn the_history_of_a_deleted_campaign_stays_and_belongs_to_its_user_alone() {
    let app = TestApp::spawn().await;
    let (tenant, stranger) = (app.tenant().await, app.tenant().await);
    let id = app.active_campaign(&tenant).await;
    app.elsewhere(&tenant, id, Command::Delete).await;

    let own = history(&app, &tenant, id, "").await.json();
    let anothers = history(&app, &stranger, id, "").await;
    let nobodys = history(&app, &tenant, testkit::new_campaign_id(), "").await;

    assert_eq!(own["events"][0]["type"], "CampaignDeleted");
    assert_eq!(
        own["events"][4]["payload"]["user_id"],
        json!(tenant.user_id)
    );
    assert_eq!(anothers.problem(), (404, "campaign_not_found".to_owned()));
    assert_eq!(nobodys.problem(), (404, "campaign_not_found".to_owned()));
}

#[tokio::test]
async fn the_key_of_an_engine_is_not_told_to_users() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.launching_campaign(&tenant).await;
    let key = app.internal_key().await;
    let activate = app.internal("POST", &format!("/internal/campaigns/{id}/activate"));
    assert_eq!(activate.bearer(&key).await.status, 200);

    let page = history(&app, &tenant, id, "?limit=1").await;

    assert_eq!(page.json()["events"][0]["actor"], json!({"kind": "engine"}));
    assert!(!page.body.contains(&key[..24]));
}

#[tokio::test]
async fn a_malformed_order_limit_or_cursor_is_refused() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    for query in [
        "?order=",
        "?order=random",
        "?limit=0",
        "?limit=201",
        "?limit=many",
        "?cursor=0",
        "?cursor=end",
    ] {
        let answer = history(&app, &tenant, id, query).await;

        assert_eq!(
            answer.problem(),
            (400, "invalid_request".to_owned()),
            "{query}"
        );
    }
}
