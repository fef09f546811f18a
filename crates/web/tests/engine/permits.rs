//! `POST /internal/campaigns/{id}/prospects/{pid}/permits`: one step to one prospect.

use crate::desk::{Desk, text};
use serde_json::json;
use testkit::{TestApp, account, node, prospect};

#[tokio::test]
async fn a_step_of_an_active_campaign_is_granted_with_its_permit() {
    let desk = Desk::open().await;
    let path = desk.prospect_path(prospect(desk.id, 0).0, "permits");
    let asked = json!({"node_id": node(desk.id, 0), "account_id": account(desk.id)});

    let answer = desk.post(&path, &asked).await;

    let said = answer.json();
    let events = desk.app.events(desk.id).await;
    let expected = json!({"outcome": "granted", "permit": {
        "id": said["permit"]["id"],
        "campaign_id": desk.id,
        "prospect_id": prospect(desk.id, 0),
        "node_id": node(desk.id, 0),
        "send": "email",
        "account_id": account(desk.id),
        "state": "open",
        "granted_at": web::instant(events.last().unwrap().recorded_at),
    }});
    assert_eq!((answer.status, said), (200, expected));
    assert_eq!(desk.story().await, ["SendPermitted"]);
}

#[tokio::test]
async fn the_log_says_which_engine_asked() {
    let desk = Desk::open().await;

    desk.permit(0).await;

    let events = desk.app.events(desk.id).await;
    let actor = serde_json::to_value(&events.last().unwrap().metadata.actor).unwrap();
    assert_eq!(actor, json!({"kind": "engine", "prefix": &desk.key[..24]}));
}

#[tokio::test]
async fn a_refusal_is_an_answer_and_not_an_error() {
    let desk = Desk::open().await;
    desk.pause().await;

    let answer = desk.ask(0).await;

    let expected = json!({
        "outcome": "refused", "reason": "paused", "message": "The campaign is paused",
    });
    assert_eq!((answer.status, answer.json()), (200, expected));
}

#[tokio::test]
async fn a_task_that_lost_the_answer_is_told_of_the_permit_that_it_has() {
    let desk = Desk::open().await;
    let permit = desk.permit(0).await;
    desk.pause().await;

    let open = desk.ask(0).await.json();
    desk.report(&permit, &json!({"outcome": "sent"})).await;
    let sent = desk.ask(0).await.json();

    for (answer, state) in [(open, "open"), (sent, "sent")] {
        assert_eq!(answer["outcome"], "refused");
        assert_eq!(answer["reason"], "already_permitted");
        assert_eq!(text(&answer["permit"]["id"]), permit);
        assert_eq!(answer["permit"]["state"], state);
    }
}

#[tokio::test]
async fn beyond_the_daily_limit_a_refusal_says_when_to_ask_again() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).prospects(51).sent(50).active().await;
    let desk = Desk::at(app, tenant, id).await;

    let answer = desk.ask(50).await.json();

    assert_eq!(answer["reason"], "daily_limit");
    let again: chrono::DateTime<chrono::Utc> = text(&answer["ask_again_at"]).parse().unwrap();
    assert_eq!(again.time(), chrono::NaiveTime::MIN);
}

#[tokio::test]
async fn nothing_is_granted_for_a_prospect_who_is_done() {
    let desk = Desk::open().await;
    desk.progress(0, "replied").await;

    let answer = desk.ask(0).await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["reason"], "prospect_terminal");
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let desk = Desk::open().await;
    let (known, step) = (prospect(desk.id, 0).0, json!({"node_id": node(desk.id, 0)}));
    let nobody = prospect(desk.id, 9).0;
    let nowhere = format!("/internal/campaigns/{nobody}/prospects/{known}/permits");
    let no_step = json!({ "node_id": nobody });

    let stranger = desk
        .post(&desk.prospect_path(nobody, "permits"), &step)
        .await;
    let unknown_step = desk
        .post(&desk.prospect_path(known, "permits"), &no_step)
        .await;
    let unknown_campaign = desk.post(&nowhere, &step).await;
    desk.delete().await;
    let deleted = desk.ask(0).await;

    let code = |answer: &testkit::Answer| answer.problem();
    assert_eq!(code(&stranger), (404, "prospect_not_found".to_owned()));
    assert_eq!(code(&unknown_step), (404, "node_not_found".to_owned()));
    assert_eq!(
        code(&unknown_campaign),
        (404, "campaign_not_found".to_owned())
    );
    assert_eq!(code(&deleted), (404, "campaign_not_found".to_owned()));
}

#[tokio::test]
async fn a_body_that_is_not_a_step_is_refused_by_the_names_of_its_fields() {
    let desk = Desk::open().await;
    let path = desk.prospect_path(prospect(desk.id, 0).0, "permits");
    let step = node(desk.id, 0);

    for (body, complaint) in [
        (json!({}), "missing field `node_id`"),
        (
            json!({"node_id": "somebody@example.com"}),
            "node_id must be a UUID",
        ),
        (json!({"node_id": 1}), "node_id must be a string"),
        (
            json!({"node_id": step, "account_id": "me"}),
            "account_id must be a UUID",
        ),
    ] {
        let answer = desk.post(&path, &body).await;

        assert_eq!(
            answer.problem(),
            (400, "invalid_request".to_owned()),
            "{body}"
        );
        assert_eq!(answer.message(), complaint);
    }
    let more = json!({"node_id": step, "else": 1});
    assert_eq!(desk.post(&path, &more).await.status, 400);
    assert_eq!(desk.story().await, Vec::<&str>::new());
}

#[tokio::test]
async fn only_an_internal_key_opens_the_engines_paths() {
    let desk = Desk::open().await;
    let permit = desk.permit(0).await;
    let (campaign, known) = (desk.id, prospect(desk.id, 0).0);

    for (method, path) in [
        (
            "POST",
            format!("/internal/campaigns/{campaign}/prospects/{known}/permits"),
        ),
        ("POST", format!("/internal/campaigns/{campaign}/permits")),
        ("GET", format!("/internal/campaigns/{campaign}/permits")),
        ("POST", format!("/internal/permits/{permit}/outcome")),
        ("POST", "/internal/permits/outcomes".to_owned()),
        (
            "POST",
            format!("/internal/campaigns/{campaign}/prospects/{known}/progress"),
        ),
        ("POST", format!("/internal/campaigns/{campaign}/progress")),
    ] {
        let call = desk.app.internal(method, &path).bearer(&desk.tenant.key);
        assert_eq!(call.await.problem().0, 401, "{path}");
        assert_eq!(desk.app.internal(method, &path).await.status, 401, "{path}");
        let publicly = desk.app.public(method, &path).bearer(&desk.key).await;
        assert_eq!(publicly.status, 404, "{path}");
    }
}
