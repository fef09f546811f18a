//! Making a draft (campaign API, section 1.3).

use domain::Event;
use serde_json::{Value, json};
use testkit::{Answer, Tenant, TestApp};

/// Stands for the tenant's own account until a body is sent.
const SENDER: &str = "3f0c2f7e-6f5d-4a53-9b43-0a4f3c1d2e10";

async fn create(app: &TestApp, tenant: &Tenant, body: &Value) -> Answer {
    app.ask(tenant, "POST", "/api/campaigns")
        .json(&own(app, tenant, body).await)
        .await
}

/// The body with the tenant's own account of the campaign's type.
async fn own(app: &TestApp, tenant: &Tenant, body: &Value) -> String {
    let account = match body["type"].as_str() {
        Some("linkedin") => app.profile(tenant).await,
        _ => app.mailbox(tenant).await,
    };
    body.to_string().replace(SENDER, &account.0.to_string())
}

fn email(name: &str) -> Value {
    json!({"type": "email", "name": name, "sender_account_ids": [SENDER]})
}

fn linkedin(name: &str) -> Value {
    json!({"type": "linkedin", "name": name, "sender_account_ids": [SENDER]})
}

#[tokio::test]
async fn a_new_email_campaign_is_a_draft_that_begins_with_a_mail_and_its_end() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    let answer = create(&app, &tenant, &email("Q2 founders outreach")).await;

    let campaign = &answer.json()["campaign"];
    let id = &campaign["id"];
    let nodes = &campaign["sequence_nodes"];
    let step = |place: usize, kind: &str, text: Value| {
        json!({
            "id": nodes[place]["id"], "campaign_id": id, "position": place, "type": kind,
            "subject": text, "body": text, "include_message": null, "is_reply": null,
            "delay_days": 0, "delay_hours": 0, "delay_minutes": 0, "ai_node": null,
        })
    };
    let expected = json!({
        "id": id, "user_id": tenant.user_id, "type": "email", "name": "Q2 founders outreach",
        "status": "draft", "daily_limit": null, "stop_on_reply": true, "open_tracking": false,
        "signature": null, "skip_other_campaigns": null, "operating_hours": null, "stats": null,
        "created_at": campaign["created_at"], "updated_at": campaign["created_at"],
        "sequence_nodes": [step(0, "email", json!("")), step(1, "end", Value::Null)],
    });
    assert_eq!((answer.status, campaign), (201, &expected));
    assert_eq!(answer.header("etag"), Some("\"1\""));
}

#[tokio::test]
async fn a_new_linkedin_campaign_begins_with_an_invitation_and_its_end() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    let campaign = create(&app, &tenant, &linkedin("Invitations")).await.json()["campaign"].clone();

    let kinds: Vec<&Value> = campaign["sequence_nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| &node["type"])
        .collect();
    assert_eq!(kinds, ["connection_request", "end"]);
    assert_eq!(campaign["skip_other_campaigns"], false);
    for field in ["daily_limit", "stop_on_reply", "open_tracking", "signature"] {
        assert!(campaign[field].is_null(), "{field}");
    }
}

#[tokio::test]
async fn a_new_campaign_is_read_back_as_it_was_answered() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let mut wanted = email("Everything");
    for (key, value) in [
        ("daily_limit", json!(50)),
        ("stop_on_reply", json!(false)),
        ("open_tracking", json!(true)),
        ("signature", json!("Best,\n%first_name%")),
        (
            "operating_hours",
            json!({"time_zone": "Europe/Paris", "monday": [{"from": "09:00", "to": "17:30"}]}),
        ),
    ] {
        wanted[key] = value;
    }

    let mut created = create(&app, &tenant, &wanted).await.json()["campaign"].clone();

    let path = format!("/api/campaigns/{}", created["id"].as_str().unwrap());
    let mut read = app.ask(&tenant, "GET", &path).await.json();
    for key in wanted
        .as_object()
        .unwrap()
        .keys()
        .filter(|key| *key != "sender_account_ids")
    {
        assert_eq!(created[key], wanted[key], "{key}");
    }
    let nodes = created.as_object_mut().unwrap().remove("sequence_nodes");
    read["campaign"]
        .as_object_mut()
        .unwrap()
        .remove("sender_accounts");
    assert_eq!(read["campaign"], created);
    assert_eq!(Some(&read["sequence_nodes"]), nodes.as_ref());
}

#[tokio::test]
async fn keys_of_the_other_channel_are_silently_ignored() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let mut on_linkedin = linkedin("Invitations");
    on_linkedin["daily_limit"] = json!(50);
    on_linkedin["signature"] = json!("Best");
    let mut on_email = email("Mails");
    on_email["skip_other_campaigns"] = json!(true);

    let on_linkedin = create(&app, &tenant, &on_linkedin).await;
    let on_email = create(&app, &tenant, &on_email).await;

    assert_eq!((on_linkedin.status, on_email.status), (201, 201));
    assert!(on_linkedin.json()["campaign"]["daily_limit"].is_null());
    assert!(on_linkedin.json()["campaign"]["signature"].is_null());
    assert!(on_email.json()["campaign"]["skip_other_campaigns"].is_null());
}

#[tokio::test]
async fn a_name_that_another_campaign_of_the_user_has_is_a_conflict() {
    let app = TestApp::spawn().await;
    let (tenant, other) = (app.tenant().await, app.tenant().await);
    create(&app, &tenant, &email("Spring")).await;
    let before = app.checksums().await;

    let again = create(&app, &tenant, &email("Spring")).await;
    let padded = create(&app, &tenant, &email(" Spring  ")).await;

    for answer in [again, padded] {
        assert_eq!(answer.problem(), (409, "campaign_name_taken".to_owned()));
        assert_eq!(answer.message(), "A campaign with this name already exists");
    }
    assert_eq!(app.checksums().await, before);
    assert_eq!(
        create(&app, &tenant, &email("Spring (2)")).await.status,
        201
    );
    assert_eq!(create(&app, &other, &email("Spring")).await.status, 201);
}

#[tokio::test]
async fn one_of_many_creations_of_a_name_at_once_is_made() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    let wanted = email("Spring");
    let calls = (0..16).map(|_| create(&app, &tenant, &wanted));
    let answers = futures_util::future::join_all(calls).await;

    let made = answers.iter().filter(|answer| answer.status == 201).count();
    let taken = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!((made, taken), (1, 15));
}

#[tokio::test]
async fn a_repeated_creation_with_its_key_makes_one_campaign() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let body = own(&app, &tenant, &email("Spring")).await;
    let ask = || {
        app.ask(&tenant, "POST", "/api/campaigns")
            .json(&body)
            .idempotency_key("once")
    };

    let first = ask().await;
    let again = ask().await;

    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(
        app.list(&tenant).await.json()["campaigns"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_dry_run_of_a_creation_makes_nothing_and_foresees_a_conflict() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    create(&app, &tenant, &email("Spring")).await;
    let before = app.checksums().await;
    let spring = own(&app, &tenant, &email("Spring")).await;
    let ask = |name: &str| {
        app.ask(&tenant, "POST", "/api/campaigns")
            .json(&spring.replace("Spring", name))
            .dry_run()
    };

    let free = ask("Summer").await;
    let taken = ask("Spring").await;

    assert_eq!(free.status, 200);
    assert_eq!(free.json()["campaign"]["status"], "draft");
    assert!(free.json()["preview"].is_object());
    assert_eq!(taken.problem(), (409, "campaign_name_taken".to_owned()));
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn a_creation_is_one_event_that_tells_its_reason() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let mut body = email("Spring");
    body["reason"] = json!("the season");

    let id = create(&app, &tenant, &body).await.json()["campaign"]["id"].clone();

    let id = domain::CampaignId(id.as_str().unwrap().parse().unwrap());
    let events = app.events(id).await;
    assert_eq!(events.len(), 1);
    assert!(matches!(events[0].event, Event::CampaignCreated(_)));
    assert_eq!(events[0].metadata.reason.as_deref(), Some("the season"));
}
