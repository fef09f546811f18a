//! `PATCH /api/campaigns/{id}/leads`.

use super::{add, empty_draft, ids, leads};
use domain::{CampaignId, Event};
use serde_json::{Value, json};
use testkit::{Call, Tenant, TestApp};

/// A draft with Ada and Bob, and Ada's id.
async fn ada_and_bob(app: &TestApp, tenant: &Tenant) -> (CampaignId, String) {
    let id = empty_draft(app, tenant).await;
    let ada = json!({"email": "ada@example.com", "first_name": "Ada", "company": "Engines"});
    add(app, tenant, id, json!([ada, {"email": "bob@example.com"}])).await;
    let ada = ids(app, tenant, id).await[0].clone();
    (id, ada)
}

fn edit(app: &TestApp, tenant: &Tenant, id: CampaignId, who: &str, updates: &Value) -> Call {
    let body = json!({"prospect_id": who, "updates": updates}).to_string();
    app.leads(tenant, "PATCH", id, "").json(&body)
}

#[tokio::test]
async fn a_lead_is_changed_field_by_field() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (id, ada) = ada_and_bob(&app, &tenant).await;
    let updates = json!({
        "email": "ada@lovelace.org", "last_name": "Lovelace", "company": null,
        "status": "replied", "current_node_id": ada, "source": "mine", "custom_fields": {"no": 1},
    });

    let answer = edit(&app, &tenant, id, &ada, &updates).await;

    let lead = &answer.json()["prospect"];
    assert_eq!(
        (
            &lead["email"],
            &lead["first_name"],
            &lead["name"],
            &lead["company"]
        ),
        (
            &json!("ada@lovelace.org"),
            &json!("Ada"),
            &json!("Ada Lovelace"),
            &json!(null)
        )
    );
    assert_eq!(
        (
            &lead["status"],
            &lead["current_node_id"],
            &lead["source"],
            &lead["custom_fields"]
        ),
        (&json!("pending"), &json!(null), &json!("api"), &json!({}))
    );
    assert_eq!(lead, &leads(&app, &tenant, id).await[0]);
    assert!(lead["created_at"].as_str() < lead["updated_at"].as_str());
}

#[tokio::test]
async fn an_edit_is_an_event_that_names_the_id_alone() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (id, ada) = ada_and_bob(&app, &tenant).await;

    edit(&app, &tenant, id, &ada, &json!({"headline": "Countess"})).await;

    let events = app.events(id).await;
    let Event::ProspectDetailsChanged(one) = &events.last().unwrap().event else {
        panic!("{events:?}");
    };
    assert_eq!(one.prospect_id.0.to_string(), ada);
}

#[tokio::test]
async fn an_edit_to_what_is_there_already_is_no_event() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (id, ada) = ada_and_bob(&app, &tenant).await;
    let before = app.events(id).await.len();

    for updates in [
        json!({}),
        json!({"first_name": "Ada"}),
        json!({"unknown": 1}),
    ] {
        let answer = edit(&app, &tenant, id, &ada, &updates).await;

        assert_eq!(answer.json()["prospect"]["first_name"], "Ada");
    }
    assert_eq!(app.events(id).await.len(), before);
}

#[tokio::test]
async fn an_edit_takes_nobody_elses_identity_and_gives_none_up() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (id, ada) = ada_and_bob(&app, &tenant).await;
    let before = leads(&app, &tenant, id).await;

    for (email, code) in [
        (json!("BOB@example.com"), "duplicate_prospect"),
        (json!(null), "identity_missing"),
        (json!("  "), "identity_missing"),
        (json!("nobody"), "identity_missing"),
    ] {
        let answer = edit(&app, &tenant, id, &ada, &json!({"email": email})).await;

        assert_eq!(answer.problem(), (400, code.to_owned()), "{email}");
    }
    assert_eq!(leads(&app, &tenant, id).await, before);
}

#[tokio::test]
async fn an_identity_that_was_given_up_is_free_and_one_that_was_taken_is_not() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (id, ada) = ada_and_bob(&app, &tenant).await;
    edit(
        &app,
        &tenant,
        id,
        &ada,
        &json!({"email": "new@example.com"}),
    )
    .await;

    let rows = json!([{"email": "ada@example.com"}, {"email": "new@example.com"}]);
    let answer = add(&app, &tenant, id, rows).await;

    assert_eq!(answer.json(), json!({"imported": 1, "duplicates": 1}));
}

#[tokio::test]
async fn two_leads_exchange_their_identities_by_way_of_a_third() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (id, ada) = ada_and_bob(&app, &tenant).await;
    let bob = ids(&app, &tenant, id).await[1].clone();

    let change =
        |who: &str, email: &str| edit(&app, &tenant, id, who, &json!({"email": email})).send();
    let answers = [
        change(&ada, "third@example.com").await,
        change(&bob, "ada@example.com").await,
        change(&ada, "bob@example.com").await,
    ];

    assert_eq!(answers.map(|answer| answer.status), [200; 3]);
}

#[tokio::test]
async fn somebody_who_is_not_in_the_campaign_is_not_found() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (id, _) = ada_and_bob(&app, &tenant).await;
    let (other, _) = ada_and_bob(&app, &tenant).await;
    let elsewhere = ids(&app, &tenant, other).await[0].clone();

    for who in [elsewhere.as_str(), "8c2b2d4e-e29b-41d4-a716-446655440000"] {
        let answer = edit(&app, &tenant, id, who, &json!({"company": "Engines"})).await;

        assert_eq!(answer.problem(), (404, "prospect_not_found".to_owned()));
    }
}

#[tokio::test]
async fn a_body_of_another_shape_is_refused_by_its_field() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (id, ada) = ada_and_bob(&app, &tenant).await;

    for (body, field) in [
        (json!({"prospect_id": ada}), "updates"),
        (json!({"updates": {}}), "prospect_id"),
        (json!({"prospect_id": "x", "updates": {}}), "prospect_id"),
        (
            json!({"prospect_id": ada, "updates": {"company": 1}}),
            "updates.company",
        ),
    ] {
        let answer = app
            .leads(&tenant, "PATCH", id, "")
            .json(&body.to_string())
            .await;

        assert_eq!(answer.problem(), (400, "invalid_request".to_owned()));
        assert!(answer.message().contains(field), "{}", answer.message());
    }
}

#[tokio::test]
async fn a_repeated_edit_is_answered_by_the_lead_as_it_is_and_done_once() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (id, ada) = ada_and_bob(&app, &tenant).await;
    let call = edit(&app, &tenant, id, &ada, &json!({"company": "First"})).idempotency_key("one");
    let first = call.clone().await;
    edit(&app, &tenant, id, &ada, &json!({"company": "Second"})).await;

    let again = call.await;

    assert_eq!(first.json()["prospect"]["company"], "First");
    assert_eq!(again.json()["prospect"]["company"], "Second");
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}

#[tokio::test]
async fn a_dry_edit_shows_the_lead_and_writes_nothing() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (id, ada) = ada_and_bob(&app, &tenant).await;
    let body = json!({"prospect_id": ada, "updates": {"company": "Next"}}).to_string();
    let before = app.checksums().await;

    let answer = app
        .leads(&tenant, "PATCH", id, "?dry_run=true")
        .json(&body)
        .await;

    let told = answer.json();
    assert_eq!(told["prospect"]["company"], "Next");
    assert!(told["preview"].is_object());
    assert_eq!(app.checksums().await, before);
}
