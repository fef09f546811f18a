//! Who sends for a campaign, and how much (campaign API, section 1.14).

use domain::{CampaignId, Command};
use serde_json::{Value, json};
use testkit::{Script, Tenant, TestApp, account, request_permit};

async fn senders(app: &TestApp, tenant: &Tenant, id: CampaignId) -> Value {
    let path = format!("/api/campaigns/{id}/senders");
    let answer = app.public("GET", &path).bearer(&tenant.key).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn a_campaign_tells_its_accounts_with_limits_and_usage() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).sent(2).replied(1).active().await;
    app.elsewhere(&tenant, id, request_permit(id, 2)).await;

    let answer = senders(&app, &tenant, id).await;

    let own = account(id).0.to_string();
    assert_eq!(
        answer,
        json!({
            "senders": [{
                "account_id": own, "display_name": "sender@example.com",
                "email_address": "sender@example.com", "profile_url": null, "status": "active",
                "type": "email", "is_premium": null, "warmup_status": null,
                "weekly_connection_limit": null, "weekly_message_limit": null, "daily_limit": 30,
                "weekly_connections_sent": 0, "weekly_messages_sent": 2,
                "campaign_messages_sent": 2, "committed_count": 3, "today_sent": 2,
                "binding_limits": [{
                    "send": "email", "limit": "daily_limit", "max": 30, "granted": 3,
                    "free_again_at": null,
                }],
            }],
            "campaign_total_sent": 2, "campaign_type": "email", "campaign_total_replies": 1,
            "campaign_total_bounced": 0, "campaign_total_completed": 0,
            "campaign_total_committed": 3,
            "campaignStatsByStatus": {"pending": 1, "sent": 1, "replied": 1},
            "campaignSenderStatsByStatus": {&own: {"sent": 2}},
            "campaignSenderTodayStatsByStatus": {&own: {"sent": 2}},
            "campaignActiveProspectsCount": 1,
        })
    );
}

#[tokio::test]
async fn linkedin_limits_are_the_documented_defaults_unless_overridden() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let script = app.campaign(&tenant).linkedin();
    let mut sender = script.sender();
    let id = script.sent(1).active().await;

    let mut found = Vec::new();
    for (is_premium, own) in [
        (Some(false), None),
        (Some(true), None),
        (Some(true), Some(7)),
    ] {
        sender.is_premium = is_premium;
        sender.limits.weekly_connections = own;
        app.database().maker().put_sender(&sender).await;
        let one = senders(&app, &tenant, id).await["senders"][0].clone();
        let limits = [
            "weekly_connection_limit",
            "weekly_message_limit",
            "daily_limit",
        ];
        found.push(limits.map(|limit| one[limit].clone()));
        assert_eq!(one["weekly_connections_sent"], 1);
        assert_eq!(one["weekly_messages_sent"], 0);
    }

    let none = Value::Null;
    assert_eq!(found[0], [json!(80), json!(100), none.clone()]);
    assert_eq!(found[1], [json!(100), json!(150), none.clone()]);
    assert_eq!(found[2], [json!(7), json!(150), none]);
}

#[tokio::test]
async fn usage_is_the_accounts_over_all_campaigns_the_deleted_ones_too_in_seven_days() {
    let app = TestApp::spawn().await;
    let app = app.unchecked();
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).sent(2).active().await;
    // What the account sent for a campaign that is gone: yesterday, six days ago, seven days ago.
    for (days, count) in [(1, 10), (6, 100), (7, 1_000)] {
        let database = app.database();
        database
            .put_sends(tenant.user_id, account(id), days, count)
            .await;
    }

    let answer = senders(&app, &tenant, id).await;

    let one = &answer["senders"][0];
    assert_eq!(one["weekly_messages_sent"], 112);
    assert_eq!(
        (&one["campaign_messages_sent"], &one["today_sent"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(answer["campaign_total_sent"], 2);
}

#[tokio::test]
async fn what_was_sent_stays_counted_when_its_campaign_is_deleted() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).sent(3).active().await;

    app.elsewhere(&tenant, id, Command::Delete).await;

    assert_eq!(app.database().sends_of(account(id)).await, 3);
    // The last look compares the counts with a replay of the log.
}

#[tokio::test]
async fn a_drafts_accounts_are_told_too_and_anothers_campaign_is_not_there() {
    let app = TestApp::spawn().await;
    let (tenant, stranger) = (app.tenant().await, app.tenant().await);
    let id = Script::new(app.database().maker(), tenant.user_id)
        .draft()
        .await;

    let answer = senders(&app, &tenant, id).await;
    let path = format!("/api/campaigns/{id}/senders");
    let foreign = app.public("GET", &path).bearer(&stranger.key).await;

    assert_eq!(answer["senders"].as_array().unwrap().len(), 1);
    assert_eq!(answer["campaign_total_sent"], 0);
    assert_eq!(foreign.problem(), (404, "campaign_not_found".to_owned()));
}
