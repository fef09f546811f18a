//! Holding many campaigns in one call, with an answer for each.

use domain::CampaignId;
use serde_json::{Value, json};
use testkit::{Answer, Tenant, TestApp, new_campaign_id, standing};

async fn stop(app: &TestApp, tenant: &Tenant, body: &Value) -> Answer {
    app.ask(tenant, "POST", "/api/campaigns/pause")
        .json(&body.to_string())
        .await
}

fn outcomes(answer: &Answer) -> Vec<(Value, String)> {
    let outcome = |it: &Value| (it["id"].clone(), it["outcome"].as_str().unwrap().to_owned());
    answer.json()["campaigns"]
        .as_array()
        .unwrap()
        .iter()
        .map(outcome)
        .collect()
}

fn came(id: CampaignId, outcome: &str) -> (Value, String) {
    (json!(id), outcome.to_owned())
}

#[tokio::test]
async fn each_campaign_has_its_answer_in_the_order_of_the_request() {
    let app = TestApp::spawn().await;
    let (tenant, other) = (app.tenant().await, app.tenant().await);
    let (one, two) = (
        app.active_campaign(&tenant).await,
        app.active_campaign(&tenant).await,
    );
    let draft = app.draft_campaign(&tenant).await;
    let (absent, theirs) = (new_campaign_id(), app.active_campaign(&other).await);

    let answer = stop(
        &app,
        &tenant,
        &json!({"ids": [two, absent, draft, theirs, one]}),
    )
    .await;

    assert_eq!(answer.status, 200);
    assert_eq!(
        outcomes(&answer),
        [
            came(two, "paused"),
            came(absent, "not_found"),
            came(draft, "rejected"),
            came(theirs, "not_found"),
            came(one, "paused"),
        ]
    );
    let rejected = &answer.json()["campaigns"][2];
    assert_eq!(rejected["error"]["code"], "campaign_not_active");
    assert_eq!(rejected["error"]["details"], standing("draft"));
    assert!(rejected["campaign"].is_null());
    assert_eq!(
        app.get(&other, theirs).await.json()["campaign"]["status"],
        "active"
    );
}

#[tokio::test]
async fn a_campaign_that_is_held_is_answered_as_its_own_pause_would_be() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    for number in 0..2 {
        app.elsewhere(&tenant, id, testkit::request_permit(id, number))
            .await;
    }

    let answer = stop(
        &app,
        &tenant,
        &json!({"ids": [id], "reason": "blocklisted"}),
    )
    .await;

    let held = answer.json()["campaigns"][0].clone();
    assert_eq!(held["sends_in_flight"], 2);
    assert_eq!(
        held["campaign"],
        app.get(&tenant, id).await.json()["campaign"]
    );
    assert!(held["error"].is_null());
    let reason = app.events(id).await.pop().unwrap().metadata.reason;
    assert_eq!(reason.as_deref(), Some("blocklisted"));
}

#[tokio::test]
async fn a_campaign_that_is_named_twice_is_held_once() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let answer = stop(&app, &tenant, &json!({"ids": [id, id]})).await;

    assert_eq!(
        outcomes(&answer),
        [came(id, "paused"), came(id, "rejected")]
    );
}

#[tokio::test]
async fn all_holds_what_is_active_and_tells_of_what_is_launching() {
    let app = TestApp::spawn().await;
    let (tenant, other) = (app.tenant().await, app.tenant().await);
    let mut running = vec![];
    for _ in 0..3 {
        running.push(app.active_campaign(&tenant).await);
    }
    let launching = app.launching_campaign(&tenant).await;
    app.draft_campaign(&tenant).await;
    app.paused_campaign(&tenant).await;
    app.completed_campaign(&tenant).await;
    let theirs = app.active_campaign(&other).await;

    let answer = stop(&app, &tenant, &json!({"all": true})).await;

    let mut told = outcomes(&answer);
    let mut expected: Vec<_> = running.iter().map(|id| came(*id, "paused")).collect();
    expected.push(came(launching, "rejected"));
    told.sort_by_key(|(id, _)| id.to_string());
    expected.sort_by_key(|(id, _)| id.to_string());
    assert_eq!(told, expected);
    assert_eq!(
        app.get(&other, theirs).await.json()["campaign"]["status"],
        "active"
    );
}

#[tokio::test]
async fn all_of_nothing_is_an_empty_answer() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    let answer = stop(&app, &tenant, &json!({"all": true})).await;

    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({"campaigns": []}))
    );
}

#[tokio::test]
async fn a_thousand_campaigns_are_held_in_one_call() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let scripts = (0..1_000).map(|_| app.campaign(&tenant).prospects(1).active());
    let ids = futures_util::future::join_all(scripts).await;

    let answer = stop(&app, &tenant, &json!({"ids": ids})).await;

    let expected: Vec<_> = ids.iter().map(|id| came(*id, "paused")).collect();
    assert_eq!(outcomes(&answer), expected);
}

#[tokio::test]
async fn a_dry_run_holds_nothing_and_tells_what_would_be() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (active, draft) = (
        app.active_campaign(&tenant).await,
        app.draft_campaign(&tenant).await,
    );
    let before = app.checksums().await;

    let answer = app
        .ask(&tenant, "POST", "/api/campaigns/pause")
        .dry_run()
        .json(&json!({"ids": [active, draft, new_campaign_id()]}).to_string())
        .await;

    let words: Vec<String> = outcomes(&answer)
        .into_iter()
        .map(|(_, word)| word)
        .collect();
    assert_eq!(words, ["paused", "rejected", "not_found"]);
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn what_is_not_understood_holds_nothing() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let before = app.checksums().await;
    for (body, message) in [
        (json!({"ids": []}), "ids must be 1 to 1000 campaigns"),
        (
            json!({"ids": vec![id; 1_001]}),
            "ids must be 1 to 1000 campaigns",
        ),
        (json!({"ids": [id, "x"]}), "ids[1] must be a UUID"),
        (json!({"ids": id}), "ids must be an array"),
        (json!({"all": "yes"}), "all must be a boolean"),
        (
            json!({}),
            "Either ids or all must be given: {\"ids\": […]} or {\"all\": true}",
        ),
        (
            json!({"all": false}),
            "Either ids or all must be given: {\"ids\": […]} or {\"all\": true}",
        ),
        (
            json!({"all": true, "ids": [id]}),
            "Either ids or all must be given: {\"ids\": […]} or {\"all\": true}",
        ),
    ] {
        let answer = stop(&app, &tenant, &body).await;

        assert_eq!(
            answer.problem(),
            (400, "invalid_request".to_owned()),
            "{body}"
        );
        assert_eq!(answer.message(), message);
    }
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn the_word_wins_over_an_id_and_has_one_method() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    let answer = app.ask(&tenant, "GET", "/api/campaigns/pause").await;

    assert_eq!(answer.problem(), (405, "method_not_allowed".to_owned()));
    assert_eq!(answer.header("allow"), Some("POST"));
}

#[tokio::test]
async fn a_campaign_that_the_machine_failed_stops_no_other_and_is_told_whether_it_happened() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (one, poisoned, two) = (
        app.active_campaign(&tenant).await,
        app.active_campaign(&tenant).await,
        app.active_campaign(&tenant).await,
    );
    app.database().poison(poisoned).await;

    let answer = stop(&app, &tenant, &json!({"ids": [one, poisoned, two]})).await;

    assert_eq!(
        outcomes(&answer),
        [
            came(one, "paused"),
            came(poisoned, "failed"),
            came(two, "paused")
        ]
    );
    let error = answer.json()["campaigns"][1]["error"].clone();
    assert_eq!(error["code"], "internal_error");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("nothing happened")
    );
}
