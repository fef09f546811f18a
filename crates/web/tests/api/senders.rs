//! Sender accounts: kept by the system that owns them, shown to their user, and in campaigns.

use domain::{AccountId, CampaignId};
use serde_json::{Value, json};
use testkit::{Answer, Call, Tenant, TestApp, account, eventually};
use uuid::Uuid;

fn mailbox(tenant: &Tenant) -> Value {
    json!({
        "user_id": tenant.user_id, "type": "email", "status": "active",
        "display_name": "Ada at Example", "first_name": "Ada", "last_name": "Lovelace",
        "email_address": "ada@example.com", "provider_account_id": "inbox_1", "daily_limit": 40,
    })
}

fn profile(tenant: &Tenant) -> Value {
    json!({
        "user_id": tenant.user_id, "type": "linkedin", "status": "connected",
        "display_name": "Ada Lovelace", "is_premium": true,
        "profile_url": "https://www.linkedin.com/in/ada-example",
    })
}

async fn internal(app: &TestApp, method: &str, id: Uuid) -> Call {
    let path = format!("/internal/senders/{id}");
    app.internal(method, &path)
        .bearer(&app.internal_key().await)
}

async fn put(app: &TestApp, id: Uuid, told: &Value) -> Answer {
    internal(app, "PUT", id).await.json(&told.to_string()).await
}

fn get(app: &TestApp, tenant: &Tenant, path: &str) -> Call {
    app.public("GET", path).bearer(&tenant.key)
}

/// The account of a scripted campaign, as the campaign shows it.
fn shown(answer: &Answer) -> Value {
    answer.json()["campaign"]["sender_accounts"].clone()
}

async fn remove_account(app: &TestApp, id: CampaignId) {
    let removed = internal(app, "DELETE", account(id).0).await.await;
    assert_eq!(removed.json(), json!({"removed": true}));
}

#[tokio::test]
async fn an_account_is_registered_and_told_anew_under_its_owners_id() {
    let app = TestApp::spawn().await;
    let (tenant, id) = (app.tenant().await, Uuid::now_v7());

    let created = put(&app, id, &mailbox(&tenant)).await;
    let mut told = mailbox(&tenant);
    told["status"] = json!("warming");
    told["daily_limit"] = Value::Null;
    let changed = put(&app, id, &told).await;
    let found = internal(&app, "GET", id).await.await;

    assert_eq!((created.status, changed.status), (201, 200));
    assert_eq!(created.json()["sender"]["status"], "active");
    assert_eq!(found.json(), changed.json());
    let found = &found.json()["sender"];
    assert_eq!(found["status"], "warming");
    assert_eq!(found["daily_limit"], Value::Null);
    assert_eq!(found["user_id"], json!(tenant.user_id));
}

#[tokio::test]
async fn an_account_never_changes_its_user_or_its_type() {
    let app = TestApp::spawn().await;
    let (tenant, other, id) = (app.tenant().await, app.tenant().await, Uuid::now_v7());
    put(&app, id, &mailbox(&tenant)).await;

    let of_another = put(&app, id, &mailbox(&other)).await;
    let of_another_type = put(&app, id, &profile(&tenant)).await;

    for refused in [of_another, of_another_type] {
        assert_eq!(refused.problem(), (409, "sender_taken".to_owned()));
    }
    assert_eq!(
        get(&app, &other, &format!("/api/senders/{id}"))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn what_is_wrong_with_an_account_is_told_by_the_fields_name_alone() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    for (field, wrong) in [
        ("status", json!("connected")),
        ("display_name", json!("")),
        ("email_address", Value::Null),
        ("first_name", json!("x".repeat(501))),
        ("daily_limit", json!(1_000_001)),
        ("user_id", json!("secret@example.com")),
        ("secret@example.com", json!(1)),
        ("last_name", json!("a\u{0}b")),
    ] {
        let mut told = mailbox(&tenant);
        told[field] = wrong;

        let refused = put(&app, Uuid::now_v7(), &told).await;

        assert_eq!(
            refused.problem(),
            (400, "invalid_request".to_owned()),
            "{field}"
        );
        assert!(!refused.message().contains("ada@"), "{}", refused.message());
    }
}

#[tokio::test]
async fn only_internal_keys_open_the_registry() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let path = format!("/internal/senders/{}", Uuid::now_v7());

    for method in ["GET", "PUT", "DELETE"] {
        let answer = app.internal(method, &path).bearer(&tenant.key).await;

        assert_eq!(answer.problem(), (401, "unauthorized".to_owned()));
    }
}

#[tokio::test]
async fn a_user_sees_its_accounts_of_both_types_or_of_one() {
    let app = TestApp::spawn().await;
    let (tenant, other) = (app.tenant().await, app.tenant().await);
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    put(&app, first, &mailbox(&tenant)).await;
    put(&app, second, &profile(&tenant)).await;

    let ids = async |path: &str, tenant: &Tenant| -> Vec<Value> {
        let listed = get(&app, tenant, path).await.json();
        let senders = listed["senders"].as_array().unwrap().clone();
        senders.iter().map(|sender| sender["id"].clone()).collect()
    };

    assert_eq!(
        ids("/api/senders", &tenant).await,
        [json!(first), json!(second)]
    );
    assert_eq!(
        ids("/api/senders?type=email", &tenant).await,
        [json!(first)]
    );
    assert_eq!(
        ids("/api/senders?type=linkedin", &tenant).await,
        [json!(second)]
    );
    assert!(ids("/api/senders", &other).await.is_empty());
    let unknown = get(&app, &tenant, "/api/senders?type=fax").await;
    assert_eq!(unknown.problem(), (400, "invalid_request".to_owned()));
}

#[tokio::test]
async fn an_account_has_exactly_the_documented_fields() {
    let app = TestApp::spawn().await;
    let (tenant, id) = (app.tenant().await, Uuid::now_v7());
    put(&app, id, &mailbox(&tenant)).await;

    let found = get(&app, &tenant, &format!("/api/senders/{id}")).await;

    assert_eq!(
        found.json(),
        json!({"sender": {
            "id": id, "type": "email", "email_address": "ada@example.com",
            "provider_account_id": "inbox_1", "display_name": "Ada at Example",
            "first_name": "Ada", "last_name": "Lovelace", "status": "active", "daily_limit": 40,
            "weekly_connection_limit": null, "weekly_message_limit": null, "is_premium": null,
        }})
    );
}

#[tokio::test]
async fn every_answer_about_a_campaign_flattens_its_accounts() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let paused = app.pause(&tenant, id).await;
    let resumed = app.resume(&tenant, id).await;
    let foreseen = app.pause(&tenant, id).dry_run().await;
    let found = app.get(&tenant, id).await;
    let listed = app.list(&tenant).await.json()["campaigns"][0]["sender_accounts"].clone();

    let account = get(&app, &tenant, &format!("/api/senders/{}", account(id).0)).await;
    let accounts = json!([account.json()["sender"]]);
    for answer in [paused, resumed, foreseen, found] {
        assert_eq!(shown(&answer), accounts);
    }
    assert_eq!(listed, accounts);
}

#[tokio::test]
async fn an_account_that_was_removed_is_shown_nowhere() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    assert_eq!(
        shown(&app.get(&tenant, id).await).as_array().unwrap().len(),
        1
    );

    remove_account(&app, id).await;

    assert_eq!(shown(&app.pause(&tenant, id).await), json!([]));
    assert_eq!(shown(&app.get(&tenant, id).await), json!([]));
    let path = format!("/api/senders/{}", account(id).0);
    let gone = get(&app, &tenant, &path).await;
    assert_eq!(gone.problem(), (404, "sender_not_found".to_owned()));
    let again = internal(&app, "DELETE", account(id).0).await.await;
    assert_eq!(again.json(), json!({"removed": false}));
}

#[tokio::test]
async fn a_change_in_another_process_is_seen_here() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let script = app.campaign(&tenant);
    let mut sender = script.sender();
    let id = script.active().await;
    app.pause(&tenant, id).await;

    sender.display_name = "Renamed".to_owned();
    app.database().maker().put_sender(&sender).await;

    eventually("the new name", async || {
        let shown = shown(&app.get(&tenant, id).await);
        (shown[0]["display_name"] == "Renamed").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_stored_answer_holds_no_name_and_is_told_with_the_accounts_as_they_are() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let call = app.pause(&tenant, id).idempotency_key("once");

    let first = call.clone().await;
    let again = call.clone().await;
    let tables = app.database().tables_with("sender@example.com").await;
    remove_account(&app, id).await;
    let later = call.await;

    assert_eq!(first.body, again.body);
    assert_eq!(shown(&first)[0]["display_name"], "sender@example.com");
    assert_eq!(shown(&later), json!([]));
    assert_eq!(tables, ["senders"]);
    let tables = app.database().tables_with("sender@example.com").await;
    assert!(tables.is_empty(), "{tables:?}");
}

#[tokio::test]
async fn a_draft_with_an_account_that_cannot_send_is_not_launched() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let mut told = mailbox(&tenant);
    told["status"] = json!("warming");
    put(&app, account(id).0, &told).await;
    let launch = || {
        let path = format!("/api/campaigns/{id}/launch");
        app.public("POST", &path).bearer(&tenant.key)
    };

    let refused = launch().await;
    let validated = get(&app, &tenant, &format!("/api/campaigns/{id}/validate")).await;
    let foreseen = launch().dry_run().await;
    put(&app, account(id).0, &mailbox(&tenant)).await;
    let launched = launch().await;

    assert_eq!(refused.problem(), (400, "launch_blocked".to_owned()));
    assert!(refused.message().contains(&account(id).0.to_string()));
    assert_eq!(foreseen.problem(), refused.problem());
    let validated = validated.json();
    assert_eq!(
        (
            &validated["ready"],
            &validated["checks"]["sender_accounts_ready"]
        ),
        (&json!(true), &json!(true))
    );
    assert!(
        validated["warnings"]
            .to_string()
            .contains("warm-up is incomplete")
    );
    assert_eq!(launched.status, 200);
}

#[tokio::test]
async fn a_campaign_is_created_and_changed_with_accounts_of_its_user_and_type_alone() {
    let app = TestApp::spawn().await;
    let (tenant, other) = (app.tenant().await, app.tenant().await);
    let [own, foreign, linkedin] = [(); 3].map(|()| Uuid::now_v7());
    put(&app, own, &mailbox(&tenant)).await;
    put(&app, foreign, &mailbox(&other)).await;
    put(&app, linkedin, &profile(&tenant)).await;
    let create = |name: &str, id: Uuid| {
        let body = json!({"type": "email", "name": name, "sender_account_ids": [id]});
        let call = app.public("POST", "/api/campaigns").bearer(&tenant.key);
        call.json(&body.to_string())
    };

    let created = create("Own", own).await;
    let path = format!(
        "/api/campaigns/{}",
        created.json()["campaign"]["id"].as_str().unwrap()
    );
    let assign = |id: Uuid| {
        let body = json!({"sender_account_ids": [id]}).to_string();
        app.public("PATCH", &path).bearer(&tenant.key).json(&body)
    };

    assert_eq!(created.status, 201);
    assert_eq!(created.json()["campaign"].get("sender_accounts"), None);
    for unfit in [foreign, linkedin, Uuid::now_v7()] {
        for refused in [create("Unfit", unfit).await, assign(unfit).await] {
            assert_eq!(refused.problem(), (400, "invalid_senders".to_owned()));
            assert!(refused.message().contains(&unfit.to_string()));
        }
    }
    assert_eq!(shown(&assign(own).await)[0]["id"], json!(AccountId(own)));
}
