//! Reading campaigns: the list, and one with its steps and counts.

use domain::{Command, Progress};
use serde_json::{Value, json};
use testkit::{TestApp, node, prospect};

fn names(list: &Value) -> Vec<&str> {
    let campaigns = list["campaigns"].as_array().unwrap();
    campaigns
        .iter()
        .map(|campaign| campaign["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_list_has_active_and_paused_campaigns_first_and_the_newest_first_among_them() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    app.campaign(&tenant).name("paused, oldest").paused().await;
    app.campaign(&tenant).name("completed").completed().await;
    app.campaign(&tenant).name("active").active().await;
    app.campaign(&tenant).name("launching").launching().await;
    app.campaign(&tenant).name("draft, newest").draft().await;

    let list = app.list(&tenant).await;

    assert_eq!(
        names(&list.json()),
        [
            "active",
            "paused, oldest",
            "draft, newest",
            "launching",
            "completed"
        ]
    );
}

#[tokio::test]
async fn an_item_of_a_list_is_the_campaign_with_a_count_of_its_steps() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let list = app.list(&tenant).await.json();

    let mut campaign = app.get(&tenant, id).await.json()["campaign"].clone();
    campaign["node_count"] = json!(2);
    assert_eq!(list, json!({"campaigns": [campaign]}));
}

#[tokio::test]
async fn a_tenant_without_campaigns_has_an_empty_list() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    let list = app.list(&tenant).await;

    assert_eq!(
        (list.status, list.body.as_str()),
        (200, r#"{"campaigns":[]}"#)
    );
}

#[tokio::test]
async fn a_draft_has_no_stats_and_every_other_status_has_some() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    let (draft, launching) = (
        app.draft_campaign(&tenant).await,
        app.launching_campaign(&tenant).await,
    );

    let stats = async |id| app.get(&tenant, id).await.json()["campaign"]["stats"].clone();
    assert_eq!(stats(draft).await, Value::Null);
    assert_eq!(
        stats(launching).await,
        json!({"total": 3, "sent": 0, "replied": 0})
    );
}

#[tokio::test]
async fn a_campaign_comes_with_its_steps_in_order() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let answer = app.get(&tenant, id).await.json();

    let step = |number: u32, kind: &str, subject: Option<&str>, body: Option<&str>| {
        json!({
            "id": node(id, number).0, "campaign_id": id, "position": number, "type": kind,
            "subject": subject, "body": body, "include_message": null, "is_reply": null,
            "delay_days": 0, "delay_hours": 0, "delay_minutes": 0, "ai_node": null,
        })
    };
    let mail = Some("Do you have ten minutes this week?");
    let steps = [
        step(0, "email", Some("A quick question"), mail),
        step(1, "end", None, None),
    ];
    assert_eq!(answer["sequence_nodes"], json!(steps));
}

#[tokio::test]
async fn a_campaign_comes_with_its_prospects_counted_by_status_and_by_step() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).prospects(10).sent(4).active().await;
    let reply = Command::ReportProgress {
        prospect_id: prospect(id, 0),
        progress: Progress::Replied,
    };
    app.elsewhere(&tenant, id, reply).await;

    let answer = app.get(&tenant, id).await.json();

    let first = node(id, 0).0.to_string();
    assert_eq!(
        answer["prospects_by_status"],
        json!({"pending": 6, "sent": 3, "replied": 1})
    );
    assert_eq!(
        answer["prospects_by_node"],
        json!({"__none__": {"pending": 6, "replied": 1}, first: {"sent": 3}})
    );
}

#[tokio::test]
async fn an_empty_draft_is_counted_as_nobody() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).prospects(0).draft().await;

    let answer = app.get(&tenant, id).await.json();

    assert_eq!(answer["prospects_by_status"], json!({}));
    assert_eq!(answer["prospects_by_node"], json!({}));
}

#[tokio::test]
async fn a_deleted_campaign_is_not_found_and_not_listed() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    app.elsewhere(&tenant, id, Command::Delete).await;

    let (read, paused) = (app.get(&tenant, id).await, app.pause(&tenant, id).await);

    assert_eq!(read.problem(), (404, "campaign_not_found".to_owned()));
    assert_eq!(paused.problem(), (404, "campaign_not_found".to_owned()));
    assert_eq!(app.list(&tenant).await.json(), json!({"campaigns": []}));
}
