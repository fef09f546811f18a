//! `POST /internal/people/erase`: forgetting a person in every campaign of a user.

use crate::leads::{add, empty_draft, empty_linkedin_draft, leads};
use domain::{CampaignId, Command, Event, Progress, ProspectId};
use serde_json::{Value, json};
use testkit::{Answer, Tenant, TestApp};

const ADA: &str = "ada@example.com";

async fn erase(app: &TestApp, body: &Value) -> Answer {
    let key = app.internal_key().await;
    app.internal("POST", "/internal/people/erase")
        .bearer(&key)
        .json(&body.to_string())
        .await
}

async fn erase_ada(app: &TestApp, tenant: &Tenant) -> Value {
    let asked = json!({"user_id": tenant.user_id.0, "email": " ADA@Example.com"});
    erase(app, &asked).await.json()
}

/// A campaign of Ada and Bob, launched and taken up.
async fn active(app: &TestApp, tenant: &Tenant) -> CampaignId {
    let id = empty_draft(app, tenant).await;
    add(
        app,
        tenant,
        id,
        json!([{"email": ADA}, {"email": "bob@example.com"}]),
    )
    .await;
    app.elsewhere(tenant, id, Command::Launch).await;
    app.elsewhere(tenant, id, Command::Activate).await;
    id
}

#[tokio::test]
async fn a_person_is_erased_in_every_campaign_whatever_its_status() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let draft = empty_draft(&app, &tenant).await;
    add(&app, &tenant, draft, json!([{"email": ADA}])).await;
    let (running, paused) = (active(&app, &tenant).await, active(&app, &tenant).await);
    app.elsewhere(&tenant, paused, Command::Pause).await;
    let linkedin = empty_linkedin_draft(&app, &tenant).await;
    let row = json!([{"linkedin_url": "linkedin.com/in/ada", "email": ADA}]);
    add(&app, &tenant, linkedin, row).await;

    let erased = erase_ada(&app, &tenant).await;

    assert_eq!(
        (&erased["erased"], &erased["complete"]),
        (&json!(4), &json!(true))
    );
    for id in [draft, linkedin] {
        assert_eq!(leads(&app, &tenant, id).await.len(), 0);
    }
    for id in [running, paused] {
        let leads = leads(&app, &tenant, id).await;
        assert_eq!(
            (&leads[0]["status"], &leads[0]["email"]),
            (&json!("cancelled"), &json!(null))
        );
        assert_eq!(
            (&leads[0]["source"], &leads[0]["name"]),
            (&json!("erased"), &json!(null))
        );
        assert_eq!(leads[1]["email"], "bob@example.com");
        let events = app.events(id).await;
        assert!(matches!(
            events.last().unwrap().event,
            Event::ProspectErased(_)
        ));
    }
}

#[tokio::test]
async fn erasing_the_last_one_completes_the_campaign() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = active(&app, &tenant).await;
    erase(
        &app,
        &json!({"user_id": tenant.user_id.0, "email": "bob@example.com"}),
    )
    .await;

    erase_ada(&app, &tenant).await;

    assert_eq!(
        app.get(&tenant, id).await.json()["campaign"]["status"],
        "completed"
    );
}

#[tokio::test]
async fn erasing_again_is_harmless() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = active(&app, &tenant).await;
    erase_ada(&app, &tenant).await;
    let before = app.events(id).await.len();

    let again = erase_ada(&app, &tenant).await;

    assert_eq!(
        again,
        json!({"erased": 0, "prospects": [], "complete": true})
    );
    assert_eq!(app.events(id).await.len(), before);
}

#[tokio::test]
async fn prospects_are_erased_by_id_and_told() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = active(&app, &tenant).await;
    let ada = leads(&app, &tenant, id).await[0]["id"].clone();
    let asked = json!({"user_id": tenant.user_id.0, "prospect_ids": [ada]});

    let first = erase(&app, &asked).await.json();
    erase(&app, &asked).await;

    let place = json!({"campaign_id": id.0, "prospect_id": ada});
    assert_eq!(
        first,
        json!({"erased": 1, "prospects": [place], "complete": true})
    );
    let erasures = app.events(id).await;
    let erasures = erasures
        .iter()
        .filter(|it| matches!(it.event, Event::ProspectErased(_)));
    assert_eq!(erasures.count(), 1);
}

#[tokio::test]
async fn nobody_of_another_user_is_erased() {
    let app = TestApp::spawn().await;
    let (tenant, other) = (app.tenant().await, app.tenant().await);
    let (id, others) = (active(&app, &tenant).await, active(&app, &other).await);
    let stranger = leads(&app, &other, others).await[0]["id"].clone();

    erase_ada(&app, &tenant).await;
    let by_id = json!({"user_id": tenant.user_id.0, "prospect_ids": [stranger]});
    let by_id = erase(&app, &by_id).await.json();

    assert_eq!(by_id["erased"], 0);
    assert_eq!(leads(&app, &tenant, id).await[0]["email"], json!(null));
    assert_eq!(leads(&app, &other, others).await[0]["email"], ADA);
}

#[tokio::test]
async fn exactly_one_thing_to_go_by_is_asked_for() {
    let app = TestApp::spawn().await;
    let user = app.tenant().await.user_id.0;
    let id = "8c2b2d4e-e29b-41d4-a716-446655440000";

    for body in [
        json!({"user_id": user}),
        json!({"user_id": user, "email": ADA, "linkedin_url": "linkedin.com/in/ada"}),
        json!({"user_id": user, "email": "nobody"}),
        json!({"user_id": user, "linkedin_url": "nobody"}),
        json!({"user_id": user, "prospect_ids": []}),
        json!({"user_id": user, "prospect_ids": vec![id; 1_001]}),
        json!({"user_id": "me", "email": ADA}),
        json!({"email": ADA}),
        json!({"user_id": user, "email": ADA, "more": 1}),
    ] {
        let answer = erase(&app, &body).await;

        assert_eq!(
            answer.problem(),
            (400, "invalid_request".to_owned()),
            "{body}"
        );
        assert!(!answer.body.contains("nobody") && !answer.body.contains(ADA));
    }
}

#[tokio::test]
async fn a_public_key_erases_nobody() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let body = json!({"user_id": tenant.user_id.0, "email": ADA}).to_string();

    let call = app.internal("POST", "/internal/people/erase").json(&body);

    assert_eq!(
        call.clone().await.problem(),
        (401, "unauthorized".to_owned())
    );
    assert_eq!(call.bearer(&tenant.key).await.status, 401);
}

#[tokio::test]
async fn somebody_who_answered_or_bounced_is_erased_and_stays_where_they_are() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    for (progress, status) in [
        (Progress::Replied, "replied"),
        (Progress::Bounced, "bounced"),
    ] {
        let id = active(&app, &tenant).await;
        let ada = leads(&app, &tenant, id).await[0]["id"].clone();
        let prospect_id = ProspectId(serde_json::from_value(ada).unwrap());
        let report = Command::ReportProgress {
            prospect_id,
            progress,
        };
        app.elsewhere(&tenant, id, report).await;

        erase_ada(&app, &tenant).await;

        let ada = &leads(&app, &tenant, id).await[0];
        assert_eq!(
            (&ada["status"], &ada["email"]),
            (&json!(status), &json!(null))
        );
        assert!(ada[format!("{status}_at")].is_string());
    }
}
