//! Launches are handed to engines, which take the campaign up or give it back, as often as they like.

use cli::relay::Elsewhere;
use domain::{Command, Event, LaunchFailure};
use event_store::Actor;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use testkit::{Answer, FakeTrigger, Fault, TestApp, eventually, new_campaign_id};

const TASK: &str = "run-campaign";

async fn take(app: &TestApp, key: &str, query: &str) -> Answer {
    app.internal("GET", &format!("/internal/launches?{query}"))
        .bearer(key)
        .await
}

async fn say(app: &TestApp, key: &str, path: &str, body: &Value) -> Answer {
    app.internal("POST", &format!("/internal/campaigns/{path}"))
        .bearer(key)
        .json(&body.to_string())
        .await
}

fn launches(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["launches"].as_array().unwrap().clone()
}

/// The ids of the launches that began, in order, as the engine's API names them.
async fn begun(app: &TestApp, id: domain::CampaignId) -> Vec<String> {
    let events = app.events(id).await;
    let launches = events
        .iter()
        .filter(|recorded| matches!(recorded.event, Event::CampaignLaunchStarted(_)));
    launches
        .map(|recorded| format!("run_{}", recorded.event_id.simple()))
        .collect()
}

#[tokio::test]
async fn a_launch_is_handed_to_one_engine_at_a_time() {
    let app = TestApp::spawn().await;
    let (tenant, key) = (app.tenant().await, app.internal_key().await);
    let id = app.launching_campaign(&tenant).await;
    app.taken_in().await;

    let first = launches(&take(&app, &key, "").await);
    let second = launches(&take(&app, &key, "").await);

    assert_eq!(first.len(), 1);
    assert_eq!(first[0]["campaign_id"], json!(id));
    assert_eq!(first[0]["user_id"], json!(tenant.user_id));
    assert_eq!(first[0]["attempt"], 1);
    assert_eq!(json!(begun(&app, id).await), json!([first[0]["launch_id"]]));
    assert!(second.is_empty(), "{second:?}");
}

#[tokio::test]
async fn an_engine_that_waits_is_told_of_a_launch_as_it_happens() {
    let app = TestApp::spawn().await;
    let (tenant, key) = (app.tenant().await, app.internal_key().await);
    let id = app.draft_campaign(&tenant).await;
    let began = Instant::now();

    let waiting = take(&app, &key, "wait=30");
    let launching = app.elsewhere(&tenant, id, Command::Launch);
    let (answer, ()) = tokio::join!(waiting, launching);

    assert_eq!(launches(&answer)[0]["campaign_id"], json!(id));
    assert!(began.elapsed() < Duration::from_secs(15));
}

#[tokio::test]
async fn an_engine_that_waits_in_vain_is_answered_with_nothing() {
    let app = TestApp::spawn().await;
    let key = app.internal_key().await;

    let answer = take(&app, &key, "wait=1").await;

    assert!(launches(&answer).is_empty());
}

#[tokio::test]
async fn a_campaign_that_was_taken_up_is_active_however_often_the_engine_says_so() {
    let app = TestApp::spawn().await;
    let (tenant, key) = (app.tenant().await, app.internal_key().await);
    let id = app.launching_campaign(&tenant).await;

    let first = say(&app, &key, &format!("{id}/activate"), &json!({})).await;
    app.pause(&tenant, id).await;
    let again = say(&app, &key, &format!("{id}/activate"), &json!({})).await;

    assert_eq!(first.json()["campaign"]["status"], "active", "{first:?}");
    assert_eq!(again.json()["campaign"]["status"], "paused", "{again:?}");
    let events = app.events(id).await;
    let activations = events
        .iter()
        .filter(|recorded| matches!(recorded.event, Event::CampaignActivated(_)));
    let activations: Vec<_> = activations.collect();
    assert_eq!(activations.len(), 1);
    assert!(
        matches!(&activations[0].metadata.actor, Actor::Engine { prefix } if key.starts_with(prefix))
    );
}

#[tokio::test]
async fn a_launch_that_failed_leaves_a_draft_however_often_the_engine_says_so() {
    let app = TestApp::spawn().await;
    let (tenant, key) = (app.tenant().await, app.internal_key().await);
    let id = app.launching_campaign(&tenant).await;
    let path = format!("{id}/launch-failed");
    let body = json!({"failure": "message_resolution"});

    let first = say(&app, &key, &path, &body).await;
    let again = say(&app, &key, &path, &body).await;

    for answer in [&first, &again] {
        assert_eq!(answer.json()["campaign"]["status"], "draft", "{answer:?}");
    }
    let events = app.events(id).await;
    let Event::CampaignLaunchFailed(failed) = &events.last().unwrap().event else {
        panic!("{events:?}");
    };
    assert_eq!(failed.failure, LaunchFailure::MessageResolution);
}

#[tokio::test]
async fn the_failure_of_an_older_launch_leaves_the_one_under_way_alone() {
    let app = TestApp::spawn().await;
    let (tenant, key) = (app.tenant().await, app.internal_key().await);
    let id = app.launching_campaign(&tenant).await;
    let path = format!("{id}/launch-failed");
    say(&app, &key, &path, &json!({"failure": "other"})).await;
    app.elsewhere(&tenant, id, Command::Launch).await;
    let begun = begun(&app, id).await;

    let of_older = json!({"failure": "other", "launch_id": begun[0]});
    let of_older = say(&app, &key, &path, &of_older).await;
    let of_this = json!({"failure": "other", "launch_id": begun[1]});
    let of_this = say(&app, &key, &path, &of_this).await;

    assert_eq!(
        of_older.json()["campaign"]["status"],
        "launching",
        "{of_older:?}"
    );
    assert_eq!(of_this.json()["campaign"]["status"], "draft", "{of_this:?}");
}

#[tokio::test]
async fn an_engine_has_no_say_in_a_draft_nor_in_a_campaign_that_is_not_there() {
    let app = TestApp::spawn().await;
    let (tenant, key) = (app.tenant().await, app.internal_key().await);
    let draft = app.draft_campaign(&tenant).await;
    let nobody = new_campaign_id();

    let refused = say(&app, &key, &format!("{draft}/activate"), &json!({})).await;
    let missing = say(&app, &key, &format!("{nobody}/activate"), &json!({})).await;

    assert_eq!(
        refused.problem(),
        (400, "campaign_not_launching".to_owned())
    );
    assert_eq!(
        refused.json()["error"]["details"]["current_status"],
        "draft"
    );
    assert_eq!(missing.problem(), (404, "campaign_not_found".to_owned()));
}

#[tokio::test]
async fn what_an_engine_asks_is_held_to_its_bounds() {
    let app = TestApp::spawn().await;
    let (tenant, key) = (app.tenant().await, app.internal_key().await);
    let id = app.launching_campaign(&tenant).await;

    for query in [
        "wait=61",
        "wait=-1",
        "wait=soon",
        "limit=0",
        "limit=101",
        "more=1",
    ] {
        let answer = take(&app, &key, query).await;
        assert_eq!(
            answer.problem(),
            (400, "invalid_request".to_owned()),
            "{query}"
        );
    }
    for body in [
        json!({}),
        json!({"failure": "stuck"}),
        json!({"failure": 1}),
        json!({"failure": "other", "launch_id": "run_1"}),
        json!({"failure": "other", "launch_id": "run_00000000000000000000000000000000"}),
        json!({"failure": "other", "more": 1}),
    ] {
        let answer = say(&app, &key, &format!("{id}/launch-failed"), &body).await;
        assert_eq!(
            answer.problem(),
            (400, "invalid_request".to_owned()),
            "{body}"
        );
    }
    let answer = app
        .internal("GET", "/internal/launches")
        .bearer(&tenant.key)
        .await;
    assert_eq!(answer.status, 401);
}

async fn on_trigger(trigger: &FakeTrigger) -> TestApp {
    let (api_url, secret_key) = (trigger.url(), FakeTrigger::KEY.to_owned().into());
    TestApp::spawn_with(|settings| {
        settings.elsewhere = Elsewhere::Trigger {
            api_url,
            secret_key,
            task: Some(TASK.to_owned()),
        };
    })
    .await
}

#[tokio::test]
async fn a_launch_is_one_run_of_the_task_though_answers_are_lost() {
    let trigger = FakeTrigger::start().await;
    trigger.deploy(TASK);
    trigger.fail_next(2, Fault::LoseAnswer);
    let app = on_trigger(&trigger).await;
    let tenant = app.tenant().await;

    let id = app.launching_campaign(&tenant).await;
    eventually("a run that was asked for three times", async || {
        let runs = trigger.seen().runs;
        runs.values().any(|run| 2 < run.requests).then_some(())
    })
    .await;

    let (runs, begun) = (trigger.seen().runs, begun(&app, id).await);
    assert_eq!(
        runs.keys().collect::<Vec<_>>(),
        begun.iter().collect::<Vec<_>>()
    );
    let run = runs.values().next().unwrap();
    assert_eq!(run.task, TASK);
    assert_eq!(
        run.payload,
        json!({"campaign_id": id, "launch_id": begun[0]})
    );
}

#[tokio::test]
async fn a_run_that_trigger_dev_refuses_for_good_leaves_a_draft() {
    let trigger = FakeTrigger::start().await;
    let app = on_trigger(&trigger).await;
    let tenant = app.tenant().await;

    let id = app.launching_campaign(&tenant).await;
    eventually("a draft", async || {
        let campaign = app.get(&tenant, id).await.json();
        (campaign["campaign"]["status"] == "draft").then_some(())
    })
    .await;

    let events = app.events(id).await;
    let Event::CampaignLaunchFailed(failed) = &events.last().unwrap().event else {
        panic!("{events:?}");
    };
    assert_eq!(failed.failure, LaunchFailure::Dispatch);
    eventually("an effect that is over", async || {
        let effects = app.effects(id).await;
        let is_over = effects.iter().all(|effect| effect.state == "cancelled");
        is_over.then_some(())
    })
    .await;
}
