//! Handing a campaign to the engine (campaign API, section 1.7).

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Command, Event};
use serde_json::json;
use testkit::{TestApp, standing};

#[tokio::test]
async fn a_launch_names_its_run_and_counts_whom_it_is_for() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).prospects(5).draft().await;

    let answer = app.about(&tenant, "POST", id, "/launch").await;

    let started = app.events(id).await.pop().unwrap();
    assert!(matches!(started.event, Event::CampaignLaunchStarted(_)));
    let expected = json!({
        "success": true, "message": "Campaign launch started",
        "runId": format!("run_{}", started.event_id.simple()), "prospectsToProcess": 5,
    });
    assert_eq!((answer.status, answer.json()), (200, expected));
}

#[tokio::test]
async fn a_launched_campaign_is_launching_at_once_and_its_total_is_set() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).prospects(5).draft().await;

    app.about(&tenant, "POST", id, "/launch").await;

    let campaign = app.get(&tenant, id).await.json()["campaign"].clone();
    assert_eq!(campaign["status"], "launching");
    assert_eq!(
        campaign["stats"],
        json!({"total": 5, "sent": 0, "replied": 0})
    );
    assert_eq!(app.effects(id).await.pop().unwrap().kind, "start_run");
}

#[tokio::test]
async fn a_launch_of_what_is_no_draft_names_its_status() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    for (status, id) in [
        ("active", app.active_campaign(&tenant).await),
        ("paused", app.paused_campaign(&tenant).await),
        ("completed", app.completed_campaign(&tenant).await),
    ] {
        let answer = app.about(&tenant, "POST", id, "/launch").await;

        assert_eq!(answer.problem(), (400, "campaign_not_draft".to_owned()));
        let message = format!("Campaign is {status} — must be draft to launch");
        assert_eq!(answer.message(), message);
        assert_eq!(answer.details(), standing(status));
    }
}

#[tokio::test]
async fn a_launch_of_a_draft_that_lacks_something_says_what() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).prospects(0).draft().await;
    let patch = json!({
        "sender_account_ids": [],
        "sequence_nodes": [{"type": "email", "subject": "", "body": ""}, {"type": "end"}],
    });
    app.about(&tenant, "PATCH", id, "")
        .json(&patch.to_string())
        .await;
    let before = app.checksums().await;

    let answer = app.about(&tenant, "POST", id, "/launch").await;

    assert_eq!(answer.problem(), (400, "launch_blocked".to_owned()));
    assert_eq!(
        answer.message(),
        "No sender accounts assigned; No pending leads; Nodes with missing content at positions 0"
    );
    assert_eq!(answer.details(), standing("draft"));
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn a_launch_of_a_sequence_that_sends_nothing_is_refused() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let patch = json!({"sequence_nodes": [{"type": "end"}]});
    app.about(&tenant, "PATCH", id, "")
        .json(&patch.to_string())
        .await;

    let answer = app.about(&tenant, "POST", id, "/launch").await;

    assert_eq!(answer.problem(), (400, "launch_blocked".to_owned()));
    assert_eq!(answer.message(), "No sendable nodes in the sequence");
}

#[tokio::test]
async fn a_delay_that_was_edited_out_of_range_is_found_by_the_launch() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let delay = json!({"type": "delay", "delay_days": 31});
    app.about(&tenant, "POST", id, "/sequence/nodes")
        .json(&delay.to_string())
        .await;

    let answer = app.about(&tenant, "POST", id, "/launch").await;

    assert_eq!(
        answer.message(),
        "sequence_nodes[1]: a delay must be between 1 minute and 30 days"
    );
}

#[tokio::test]
async fn a_launch_under_way_is_a_conflict() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    app.about(&tenant, "POST", id, "/launch").await;

    let answer = app.about(&tenant, "POST", id, "/launch").await;

    assert_eq!(answer.problem(), (409, "launch_in_progress".to_owned()));
    assert_eq!(answer.message(), "Launch already in progress");
    assert_eq!(answer.details(), standing("launching"));
}

#[tokio::test]
async fn one_of_many_launches_at_once_begins() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;

    let calls = (0..16).map(|_| app.about(&tenant, "POST", id, "/launch").send());
    let answers = futures_util::future::join_all(calls).await;

    let begun = answers.iter().filter(|answer| answer.status == 200).count();
    let refused = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!((begun, refused), (1, 15));
}

#[tokio::test]
async fn a_repeated_launch_with_its_key_is_the_same_run() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let launch = || {
        app.about(&tenant, "POST", id, "/launch")
            .idempotency_key("once")
    };

    let first = launch().await;
    app.elsewhere(&tenant, id, Command::Activate).await;
    let again = launch().await;

    assert_eq!((again.status, &again.body), (200, &first.body));
    assert!(first.json()["runId"].as_str().unwrap().starts_with("run_"));
}

#[tokio::test]
async fn a_dry_run_of_a_launch_says_what_it_would_begin_and_names_no_run() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let before = app.checksums().await;

    let answer = app.about(&tenant, "POST", id, "/launch").dry_run().await;

    let expected = json!({
        "success": true, "message": "Campaign launch started", "prospectsToProcess": 3,
        "preview": {"sends_in_flight": 0, "open_permits": [], "effects": [{"kind": "start_run", "detail": {}}]},
    });
    assert_eq!((answer.status, answer.json()), (200, expected));
    assert_eq!(app.checksums().await, before);
}

/// Just before a launch that began now is stuck, and when it is.
fn nearly_stuck() -> DateTime<Utc> {
    (cli::sources::MACHINE.now)() + TimeDelta::seconds(110)
}

fn stuck() -> DateTime<Utc> {
    (cli::sources::MACHINE.now)() + TimeDelta::seconds(120)
}

#[tokio::test]
async fn a_launch_that_is_not_heard_of_for_two_minutes_is_begun_again_by_the_next_call() {
    let app = TestApp::spawn_with(|settings| settings.sources.now = stuck).await;
    let tenant = app.tenant().await;
    let id = app.launching_campaign(&tenant).await;
    let first = app.events(id).await.pop().unwrap().event_id;

    let answer = app.about(&tenant, "POST", id, "/launch").await;

    let events = app.events(id).await;
    let [.., failed, started] = events.as_slice() else {
        panic!("two events")
    };
    assert!(matches!(failed.event, Event::CampaignLaunchFailed(_)));
    assert!(matches!(started.event, Event::CampaignLaunchStarted(_)));
    assert_ne!(started.event_id, first);
    let run_id = format!("run_{}", started.event_id.simple());
    assert_eq!(
        (answer.status, &answer.json()["runId"]),
        (200, &json!(run_id))
    );
}

#[tokio::test]
async fn a_launch_is_not_begun_again_before_two_minutes_are_over() {
    let app = TestApp::spawn_with(|settings| settings.sources.now = nearly_stuck).await;
    let tenant = app.tenant().await;
    let id = app.launching_campaign(&tenant).await;

    let answer = app.about(&tenant, "POST", id, "/launch").await;

    assert_eq!(answer.problem(), (409, "launch_in_progress".to_owned()));
}
