//! What engines read: the campaigns there are to run, and where their prospects stand.

use domain::CampaignId;
use serde_json::{Value, json};
use testkit::{Answer, TestApp, new_campaign_id};

async fn read(app: &TestApp, key: &str, path: &str) -> Answer {
    app.internal("GET", path).bearer(key).await
}

/// All pages of a list, one after the other.
async fn pages(app: &TestApp, key: &str, path: &str, list: &str) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let answer = read(app, key, &format!("{path}&limit=2{after}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let page = answer.json();
        let items = page[list].as_array().unwrap();
        assert!(items.len() <= 2, "{page}");
        all.extend(items.iter().cloned());
        let Some(next) = page["next"].as_str() else {
            return all;
        };
        after = format!("&after={next}");
    }
}

fn ids(items: &[Value]) -> Vec<String> {
    let mut ids: Vec<String> = items
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

fn texts(campaigns: &[CampaignId]) -> Vec<String> {
    let mut texts: Vec<String> = campaigns.iter().map(ToString::to_string).collect();
    texts.sort();
    texts
}

#[tokio::test]
async fn an_engine_finds_every_tenants_campaigns_that_run() {
    let app = TestApp::spawn().await;
    let key = app.internal_key().await;
    let (mut running, mut paused) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let tenant = app.tenant().await;
        app.draft_campaign(&tenant).await;
        app.completed_campaign(&tenant).await;
        running.push(app.launching_campaign(&tenant).await);
        running.push(app.active_campaign(&tenant).await);
        paused.push(app.paused_campaign(&tenant).await);
    }
    running.extend(&paused);

    let all = pages(&app, &key, "/internal/campaigns?", "campaigns").await;
    let held = pages(&app, &key, "/internal/campaigns?status=paused", "campaigns").await;

    assert_eq!(ids(&all), texts(&running));
    assert_eq!(ids(&held), texts(&paused));
    assert!(
        held.iter()
            .all(|campaign| campaign["unfinished_prospects"] == 3)
    );
}

#[tokio::test]
async fn an_engine_reads_whose_a_campaign_is_and_what_it_is_told_to_be() {
    let app = TestApp::spawn().await;
    let (tenant, key) = (app.tenant().await, app.internal_key().await);
    let id = app.active_campaign(&tenant).await;

    let answer = read(&app, &key, &format!("/internal/campaigns/{id}")).await;

    let (whole, campaign) = (answer.json(), &answer.json()["campaign"]);
    assert_eq!(campaign["user_id"], json!(tenant.user_id));
    assert_eq!(
        (&campaign["status"], &campaign["unfinished_prospects"]),
        (&json!("active"), &json!(3))
    );
    assert_eq!(campaign["settings"]["type"], "email");
    assert_eq!(whole["sequence_nodes"][0]["type"], "email");
    assert_eq!(whole["prospects_by_status"], json!({"pending": 3}));
    assert!(answer.headers.contains_key("etag"));
}

#[tokio::test]
async fn an_engine_reads_where_everyone_stands_and_what_was_permitted() {
    let app = TestApp::spawn().await;
    let (tenant, key) = (app.tenant().await, app.internal_key().await);
    let id = app
        .campaign(&tenant)
        .prospects(5)
        .sent(2)
        .replied(1)
        .active()
        .await;
    let path = format!("/internal/campaigns/{id}/prospects");

    let all = pages(&app, &key, &format!("{path}?unfinished=false"), "prospects").await;
    let unfinished = pages(&app, &key, &format!("{path}?unfinished=true"), "prospects").await;

    assert_eq!((all.len(), unfinished.len()), (5, 4));
    assert!(
        unfinished
            .iter()
            .all(|prospect| prospect["status"] != "replied")
    );
    let permits: Vec<&Value> = all
        .iter()
        .flat_map(|prospect| prospect["permits"].as_array().unwrap())
        .collect();
    assert_eq!(permits.len(), 2);
    for permit in permits {
        assert_eq!(
            (&permit["state"], &permit["send"]),
            (&json!("sent"), &json!("email"))
        );
        assert!(permit["closed_at"].is_string(), "{permit}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_what_is_not_understood_is_refused() {
    let app = TestApp::spawn().await;
    let (tenant, key) = (app.tenant().await, app.internal_key().await);
    let (id, nobody) = (app.active_campaign(&tenant).await, new_campaign_id());

    for path in [format!("{nobody}"), format!("{nobody}/prospects")] {
        let answer = read(&app, &key, &format!("/internal/campaigns/{path}")).await;
        assert_eq!(answer.problem(), (404, "campaign_not_found".to_owned()));
    }
    for path in [
        "?status=draft".to_owned(),
        "?limit=0".to_owned(),
        "?limit=201".to_owned(),
        "?after=1".to_owned(),
        format!("?after={nobody}"),
        "?more=1".to_owned(),
        format!("/{id}/prospects?limit=1001"),
        format!("/{id}/prospects?after=1"),
        format!("/{id}/prospects?unfinished=maybe"),
        "/1".to_owned(),
    ] {
        let answer = read(&app, &key, &format!("/internal/campaigns{path}")).await;
        assert_eq!(
            answer.problem(),
            (400, "invalid_request".to_owned()),
            "{path}"
        );
    }
    let stranger = read(&app, &tenant.key, "/internal/campaigns").await;
    assert_eq!(stranger.status, 401);
}
