//! Resuming: what it does, and when it is refused.

use domain::Event;
use serde_json::json;
use testkit::{TestApp, standing};

#[tokio::test]
async fn a_resume_is_one_event_and_tells_the_parked() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.paused_campaign(&tenant).await;

    let answer = app.resume(&tenant, id).await;

    assert_eq!(
        (answer.status, &answer.json()["campaign"]["status"]),
        (200, &json!("active"))
    );
    let resumed = app.events(id).await.pop().unwrap();
    assert!(
        matches!(resumed.event, Event::CampaignResumed(_)),
        "{resumed:?}"
    );
    let effect = app.effects(id).await.pop().unwrap();
    let detail: serde_json::Value = serde_json::from_str(&effect.detail).unwrap();
    assert_eq!(effect.position, resumed.position);
    assert_eq!(
        detail,
        json!({"token_kind": "pause", "output": {"resumed": true}})
    );
}

#[tokio::test]
async fn a_resume_of_any_other_status_is_refused_and_says_which() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let campaigns = [
        ("draft", app.draft_campaign(&tenant).await),
        ("launching", app.launching_campaign(&tenant).await),
        ("active", app.active_campaign(&tenant).await),
        ("completed", app.completed_campaign(&tenant).await),
    ];
    let before = app.checksums().await;

    for (status, id) in campaigns {
        let answer = app.resume(&tenant, id).await;

        assert_eq!(
            answer.problem(),
            (400, "campaign_not_paused".to_owned()),
            "{status}"
        );
        assert_eq!(answer.message(), "Only paused campaigns can be resumed");
        assert_eq!(answer.details(), standing(status));
    }
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn a_resume_of_a_campaign_with_nobody_left_goes_on_to_completed() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).finished_while_paused().await;

    let answer = app.resume(&tenant, id).await;

    assert_eq!(
        (answer.status, &answer.json()["campaign"]["status"]),
        (200, &json!("completed"))
    );
    let types: Vec<_> = app
        .events(id)
        .await
        .iter()
        .map(|it| it.event.event_type())
        .collect();
    assert!(
        types.ends_with(&["CampaignResumed", "CampaignCompleted"]),
        "{types:?}"
    );
}

#[tokio::test]
async fn what_follows_by_itself_names_the_event_that_it_followed_from() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).finished_while_paused().await;

    app.resume(&tenant, id).await;

    let events = app.events(id).await;
    let [.., resumed, completed] = events.as_slice() else {
        panic!("two events")
    };
    assert_eq!(completed.metadata.causation_id, Some(resumed.event_id));
    assert_eq!(completed.metadata.command_id, resumed.metadata.command_id);
    assert_eq!(resumed.metadata.causation_id, None);
}
