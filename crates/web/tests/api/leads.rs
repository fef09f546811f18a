//! Leads over HTTP: what they look like, and what every call about them has in common (campaign
//! API, section 1.12).

mod adding;
mod editing;
mod listing;
mod removing;

use domain::CampaignId;
use serde_json::{Value, json};
use testkit::{Answer, Tenant, TestApp};

/// A draft of nobody.
pub async fn empty_draft(app: &TestApp, tenant: &Tenant) -> CampaignId {
    app.campaign(tenant).prospects(0).draft().await
}

/// A LinkedIn draft of nobody, which leaves out whom other campaigns deal with.
pub async fn empty_linkedin_draft(app: &TestApp, tenant: &Tenant) -> CampaignId {
    app.campaign(tenant).linkedin().prospects(0).draft().await
}

pub async fn add(app: &TestApp, tenant: &Tenant, id: CampaignId, rows: Value) -> Answer {
    let body = json!({ "prospects": rows }).to_string();
    app.leads(tenant, "POST", id, "").json(&body).await
}

/// Rows with the addresses `<name><number>@example.com`.
pub fn rows(name: &str, numbers: std::ops::Range<u32>) -> Value {
    let row = |number| json!({"email": format!("{name}{number}@example.com")});
    numbers.map(row).collect()
}

/// The leads on the first page.
pub async fn leads(app: &TestApp, tenant: &Tenant, id: CampaignId) -> Vec<Value> {
    let page = app.leads(tenant, "GET", id, "?limit=200").await.json();
    page["prospects"].as_array().unwrap().clone()
}

/// The ids of the leads on the first page.
pub async fn ids(app: &TestApp, tenant: &Tenant, id: CampaignId) -> Vec<String> {
    let leads = leads(app, tenant, id).await;
    let id = |lead: &Value| lead["id"].as_str().unwrap().to_owned();
    leads.iter().map(id).collect()
}

#[tokio::test]
async fn leads_are_written_in_a_draft_alone() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let statuses = [
        ("launching", app.launching_campaign(&tenant).await),
        ("active", app.active_campaign(&tenant).await),
        ("paused", app.paused_campaign(&tenant).await),
        ("completed", app.completed_campaign(&tenant).await),
    ];

    for (status, id) in statuses {
        let somebody = ids(&app, &tenant, id).await[0].clone();
        for (method, body) in [
            ("POST", json!({"prospects": [{"email": "ada@example.com"}]})),
            (
                "PATCH",
                json!({"prospect_id": somebody, "updates": {"company": "Engines"}}),
            ),
            ("DELETE", json!({"prospect_ids": [somebody]})),
            ("DELETE", json!({"all": true})),
        ] {
            let call = app.leads(&tenant, method, id, "").json(&body.to_string());

            let answer = call.await;

            assert_eq!(answer.problem(), (400, "campaign_not_draft".to_owned()));
            assert_eq!(answer.details()["current_status"], status);
        }
    }
}

#[tokio::test]
async fn leads_of_another_tenant_are_not_there() {
    let app = TestApp::spawn().await;
    let (owner, stranger) = (app.tenant().await, app.tenant().await);
    let id = empty_draft(&app, &owner).await;
    add(&app, &owner, id, rows("ada", 0..1)).await;
    let somebody = ids(&app, &owner, id).await[0].clone();

    for (method, body) in [
        ("GET", None),
        (
            "POST",
            Some(json!({"prospects": [{"email": "eve@example.com"}]})),
        ),
        (
            "PATCH",
            Some(json!({"prospect_id": somebody, "updates": {"company": "Mine"}})),
        ),
        ("DELETE", Some(json!({"all": true}))),
    ] {
        let call = app.leads(&stranger, method, id, "");
        let call = match body {
            Some(body) => call.json(&body.to_string()),
            None => call,
        };

        let answer = call.await;

        assert_eq!(
            answer.problem(),
            (404, "campaign_not_found".to_owned()),
            "{method}"
        );
    }
    assert_eq!(leads(&app, &owner, id).await.len(), 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_lead_is_told_by_index_and_field_and_never_by_what_was_sent() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;
    let secret = "planted-secret@example.com";
    let long = secret.repeat(60);

    for (rows, message) in [
        (
            json!([{}, {"email": [secret]}]),
            "prospects[1].email must be a string",
        ),
        (
            json!([{"email": secret, "company": long}]),
            "prospects[0].company must have at most 1000 characters",
        ),
        (
            json!([{"email": secret, "custom_fields": secret}]),
            "prospects[0].custom_fields must be an object",
        ),
        (
            json!([{"email": format!("{secret}\0")}]),
            "prospects[0].email must not contain NUL characters",
        ),
        (
            json!([{"email": "a@example.com"}, {"linkedin_url": secret}]),
            "prospects[1] has no usable email, by which this campaign reaches people",
        ),
        (
            json!([{"email": "not an address"}]),
            "prospects[0] has no usable email, by which this campaign reaches people",
        ),
    ] {
        let answer = add(&app, &tenant, id, rows).await;

        assert_eq!((answer.status, answer.message()), (400, message.to_owned()));
    }
    assert_eq!(leads(&app, &tenant, id).await, Vec::<Value>::new());
}
