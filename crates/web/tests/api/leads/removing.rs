//! `DELETE /api/campaigns/{id}/leads`.

use super::{add, empty_draft, ids, rows};
use domain::CampaignId;
use serde_json::{Value, json};
use testkit::{Answer, Tenant, TestApp};

async fn remove(app: &TestApp, tenant: &Tenant, id: CampaignId, body: Value) -> Answer {
    app.leads(tenant, "DELETE", id, "")
        .json(&body.to_string())
        .await
}

async fn people(app: &TestApp) -> i64 {
    app.database().people_on_file().await
}

async fn three(app: &TestApp, tenant: &Tenant) -> (CampaignId, Vec<String>) {
    let id = empty_draft(app, tenant).await;
    add(app, tenant, id, rows("ada", 0..3)).await;
    let ids = ids(app, tenant, id).await;
    (id, ids)
}

#[tokio::test]
async fn leads_are_removed_by_id_with_what_was_on_file() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (id, everybody) = three(&app, &tenant).await;
    let stranger = "8c2b2d4e-e29b-41d4-a716-446655440000";

    let named = json!({"prospect_ids": [everybody[0], everybody[0], everybody[2], stranger]});
    let answer = remove(&app, &tenant, id, named).await;

    assert_eq!(answer.json(), json!({"deleted": 2}));
    assert_eq!(ids(&app, &tenant, id).await, [everybody[1].clone()]);
    assert_eq!(people(&app).await, 1);
}

#[tokio::test]
async fn all_leads_are_removed_and_all_wins() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (id, everybody) = three(&app, &tenant).await;

    let both = json!({"prospect_ids": [everybody[0]], "all": true});
    let answer = remove(&app, &tenant, id, both).await;

    assert_eq!(answer.json(), json!({"deleted": "all"}));
    assert_eq!(ids(&app, &tenant, id).await, Vec::<String>::new());
    assert_eq!(people(&app).await, 0);
}

#[tokio::test]
async fn at_least_one_key_and_one_to_five_hundred_ids_are_asked_for() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (id, everybody) = three(&app, &tenant).await;
    let many = vec![everybody[0].clone(); 501];

    for body in [
        json!({}),
        json!({"all": false}),
        json!({"prospect_ids": []}),
        json!({"prospect_ids": many}),
        json!({"prospect_ids": ["x"]}),
        json!({"all": "yes"}),
    ] {
        let answer = remove(&app, &tenant, id, body).await;

        assert_eq!(answer.problem(), (400, "invalid_request".to_owned()));
    }
    assert_eq!(ids(&app, &tenant, id).await, everybody);
}

#[tokio::test]
async fn whoever_was_removed_may_be_added_again() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (id, everybody) = three(&app, &tenant).await;
    remove(&app, &tenant, id, json!({"prospect_ids": [everybody[0]]})).await;

    let answer = add(&app, &tenant, id, rows("ada", 0..3)).await;

    assert_eq!(answer.json(), json!({"imported": 1, "duplicates": 2}));
}

#[tokio::test]
async fn a_deleted_campaign_leaves_nobody_on_file() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (id, _) = three(&app, &tenant).await;
    let (other, _) = three(&app, &tenant).await;

    app.elsewhere(&tenant, id, domain::Command::Delete).await;

    assert_eq!(people(&app).await, 3);
    assert_eq!(ids(&app, &tenant, other).await.len(), 3);
}
