//! Pausing: what it does, and when it is refused.

use domain::Event;
use event_store::Actor;
use serde_json::json;
use testkit::{TestApp, standing};

#[tokio::test]
async fn a_pause_is_one_event_one_effect_and_one_version() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let before = app.events(id).await;
    let effects_before = app.effects(id).await.len();

    app.pause(&tenant, id).await;

    let after = app.events(id).await;
    let paused = after.last().unwrap();
    assert_eq!(after.len(), before.len() + 1);
    assert!(
        matches!(paused.event, Event::CampaignPaused(_)),
        "{paused:?}"
    );
    assert_eq!(paused.version, before.last().unwrap().version.next());
    let effects = app.effects(id).await;
    assert_eq!(effects.len(), effects_before + 1);
    let effect = effects.last().unwrap();
    let detail: serde_json::Value = serde_json::from_str(&effect.detail).unwrap();
    assert_eq!(
        (effect.position, effect.kind.as_str()),
        (paused.position, "complete_waitpoints")
    );
    assert_eq!(
        detail,
        json!({"token_kind": "sleep", "output": {"paused": true}})
    );
}

#[tokio::test]
async fn a_pause_is_seen_by_the_next_read() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let paused = app.pause(&tenant, id).await;
    let read = app.get(&tenant, id).await;

    assert_eq!(read.json()["campaign"], paused.json()["campaign"]);
}

#[tokio::test]
async fn a_pause_of_any_other_status_is_refused_and_says_which() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let campaigns = [
        ("draft", app.draft_campaign(&tenant).await),
        ("launching", app.launching_campaign(&tenant).await),
        ("paused", app.paused_campaign(&tenant).await),
        ("completed", app.completed_campaign(&tenant).await),
    ];
    let before = app.checksums().await;

    for (status, id) in campaigns {
        let answer = app.pause(&tenant, id).await;

        assert_eq!(
            answer.problem(),
            (400, "campaign_not_active".to_owned()),
            "{status}"
        );
        assert_eq!(answer.message(), "Only active campaigns can be paused");
        assert_eq!(answer.details(), standing(status));
    }
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn the_event_of_a_pause_names_the_key_that_asked_and_nothing_secret() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    app.pause(&tenant, id).await;

    let metadata = app.events(id).await.pop().unwrap().metadata;
    assert_eq!(
        metadata.actor,
        Actor::Key {
            prefix: tenant.key[..24].to_owned()
        }
    );
    assert_eq!(metadata.reason, None);
}

#[tokio::test]
async fn a_pause_knows_the_sends_that_were_already_permitted() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    for number in 0..2 {
        app.elsewhere(&tenant, id, testkit::request_permit(id, number))
            .await;
    }

    app.pause(&tenant, id).await;

    let Event::CampaignPaused(paused) = app.events(id).await.pop().unwrap().event else {
        panic!("the latest event is no pause");
    };
    assert_eq!(paused.sends_in_flight, 2);
}

#[tokio::test]
async fn a_pause_says_in_a_header_how_many_sends_it_did_not_call_back() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let in_flight = |answer: &testkit::Answer| {
        let header = answer.header("fermata-sends-in-flight");
        header.map(str::to_owned)
    };

    let none = app.pause(&tenant, id).await;
    let resumed = app.resume(&tenant, id).await;
    for number in 0..2 {
        app.elsewhere(&tenant, id, testkit::request_permit(id, number))
            .await;
    }
    let two = app.pause(&tenant, id).await;
    let refused = app.pause(&tenant, id).await;

    assert_eq!(in_flight(&none).as_deref(), Some("0"));
    assert_eq!(in_flight(&resumed), None);
    assert_eq!(in_flight(&two).as_deref(), Some("2"));
    assert_eq!(in_flight(&refused), None);
}

#[tokio::test]
async fn a_repeated_pause_says_what_its_own_pause_found_in_flight() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    app.elsewhere(&tenant, id, testkit::request_permit(id, 0))
        .await;
    app.pause(&tenant, id).idempotency_key("once").await;
    app.resume(&tenant, id).await;
    app.elsewhere(&tenant, id, testkit::request_permit(id, 1))
        .await;

    let repeated = app.pause(&tenant, id).idempotency_key("once").await;

    assert_eq!(repeated.header("idempotency-replayed"), Some("true"));
    assert_eq!(repeated.header("fermata-sends-in-flight"), Some("1"));
}

#[tokio::test]
async fn pause_and_resume_can_go_on_for_ever() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    for _ in 0..20 {
        assert_eq!(
            app.pause(&tenant, id).await.json()["campaign"]["status"],
            "paused"
        );
        assert_eq!(
            app.resume(&tenant, id).await.json()["campaign"]["status"],
            "active"
        );
    }

    assert_eq!(app.events(id).await.len(), 4 + 40);
}
