//! Limits of sender accounts: what is shown is what holds, over all campaigns of the user.
//!
//! The limits here are a week's, so that no midnight comes in between.

use crate::desk::{Desk, text};
use chrono::{DateTime, NaiveTime, Utc};
use domain::{AccountId, CampaignId};
use serde_json::{Value, json};
use testkit::{Answer, TestApp, node, prospect};

/// A desk beside two campaigns whose mails go out from one account.
struct Office {
    desk: Desk,
    account: AccountId,
    campaigns: [CampaignId; 2],
}

impl Office {
    async fn open() -> Self {
        let app = TestApp::spawn().await;
        let tenant = app.tenant().await;
        let account = app.mailbox(&tenant).await;
        let mut campaigns = Vec::new();
        for _ in 0..2 {
            let id = app.campaign(&tenant).prospects(5).draft().await;
            let senders = json!({"sender_account_ids": [account], "daily_limit": null});
            let path = format!("/api/campaigns/{id}");
            let call = app.public("PATCH", &path).bearer(&tenant.key);
            let changed = call.json(&senders.to_string()).await;
            assert_eq!(changed.status, 200, "{changed:?}");
            for command in [domain::Command::Launch, domain::Command::Activate] {
                app.elsewhere(&tenant, id, command).await;
            }
            campaigns.push(id);
        }
        let campaigns = [campaigns[0], campaigns[1]];
        let desk = Desk::at(app, tenant, campaigns[0]).await;
        Self {
            desk,
            account,
            campaigns,
        }
    }

    async fn limit(&self, limits: &Value) {
        let mut sender = json!({
            "user_id": self.desk.tenant.user_id, "type": "email", "status": "active",
            "display_name": "Ada at Example", "email_address": "ada@example.com",
            "provider_account_id": "inbox_1",
        });
        for (field, limit) in limits.as_object().unwrap() {
            sender[field] = limit.clone();
        }
        let path = format!("/internal/senders/{}", self.account.0);
        let call = self.desk.app.internal("PUT", &path).bearer(&self.desk.key);
        let put = call.json(&sender.to_string()).await;
        assert_eq!(put.status, 200, "{put:?}");
    }

    fn step(&self, id: CampaignId, number: u32) -> Value {
        json!({
            "prospect_id": prospect(id, number), "node_id": node(id, 0), "account_id": self.account,
        })
    }

    async fn ask(&self, campaign: usize, number: u32) -> Value {
        let id = self.campaigns[campaign];
        let step = json!({"node_id": node(id, 0), "account_id": self.account});
        let who = prospect(id, number).0;
        let path = format!("/internal/campaigns/{id}/prospects/{who}/permits");
        self.desk.post(&path, &step).await.json()
    }

    async fn shown(&self, campaign: usize) -> Value {
        let path = format!("/api/campaigns/{}/senders", self.campaigns[campaign]);
        let call = self.desk.app.public("GET", &path);
        let answer: Answer = call.bearer(&self.desk.tenant.key).await;
        answer.json()["senders"][0].clone()
    }
}

/// The midnight at which seven days are over since something was granted.
fn is_a_week_behind(told: &Value, granted: &Value) -> bool {
    let instant = |value: &Value| text(value).parse::<DateTime<Utc>>().unwrap();
    let (at, granted) = (instant(told), instant(&granted["permit"]["granted_at"]));
    let days = (at - granted).num_hours() / 24;
    at.time() == NaiveTime::MIN && (6..=7).contains(&days)
}

#[tokio::test]
async fn an_accounts_limit_holds_over_all_campaigns_and_the_senders_say_so() {
    let office = Office::open().await;
    office
        .limit(&json!({"weekly_message_limit": 3, "daily_limit": 500}))
        .await;

    let granted = [(0, 0), (0, 1), (1, 0)];
    let mut last = Value::Null;
    for (campaign, number) in granted {
        let answer = office.ask(campaign, number).await;
        assert_eq!(answer["outcome"], "granted", "{answer}");
        last = answer;
    }
    let shown = office.shown(1).await;
    let refused = office.ask(1, 1).await;

    assert_eq!(refused["reason"], "weekly_limit", "{refused}");
    assert_eq!(refused["message"], "The account's weekly limit is reached");
    assert!(
        is_a_week_behind(&refused["ask_again_at"], &last),
        "{refused}"
    );
    assert_eq!(shown["weekly_message_limit"], 3);
    let binding = &shown["binding_limits"];
    assert_eq!(
        binding,
        &json!([{
            "send": "email", "limit": "weekly_message_limit", "max": 3, "granted": 3,
            "free_again_at": refused["ask_again_at"],
        }])
    );
}

#[tokio::test]
async fn of_two_limits_that_are_reached_the_later_one_is_shown_and_told() {
    let office = Office::open().await;
    let both = json!({"weekly_message_limit": 1, "daily_limit": 1});
    office.limit(&both).await;
    let granted = office.ask(0, 0).await;

    let refused = office.ask(1, 0).await;
    let shown = office.shown(1).await;

    assert_eq!(refused["reason"], "weekly_limit", "{refused}");
    let again = &refused["ask_again_at"];
    assert!(is_a_week_behind(again, &granted), "{refused}");
    assert_eq!(
        shown["binding_limits"],
        json!([{
            "send": "email", "limit": "weekly_message_limit", "max": 1, "granted": 1,
            "free_again_at": again,
        }])
    );
}

#[tokio::test]
async fn a_changed_limit_holds_for_the_next_permit() {
    let office = Office::open().await;
    office.limit(&json!({"weekly_message_limit": 1})).await;
    assert_eq!(office.ask(0, 0).await["outcome"], "granted");
    assert_eq!(office.ask(1, 0).await["reason"], "weekly_limit");

    office.limit(&json!({"weekly_message_limit": 2})).await;
    assert_eq!(office.ask(1, 0).await["outcome"], "granted");
    office.limit(&json!({"weekly_message_limit": 1})).await;

    assert_eq!(office.ask(1, 1).await["reason"], "weekly_limit");
    let binding = &office.shown(0).await["binding_limits"][0];
    assert_eq!(
        (&binding["max"], &binding["granted"]),
        (&json!(1), &json!(2))
    );
}

#[tokio::test]
async fn a_list_of_permits_is_granted_up_to_the_limit_in_its_order() {
    let office = Office::open().await;
    office.limit(&json!({"weekly_message_limit": 3})).await;
    let id = office.campaigns[0];

    let steps: Vec<Value> = (0..5).map(|number| office.step(id, number)).collect();
    let answer = office
        .desk
        .post(&office.desk.path("permits"), &json!({"permits": steps}))
        .await
        .json();

    let outcomes = answer["permits"].as_array().unwrap().iter();
    let outcomes: Vec<&Value> = outcomes.map(|one| &one["outcome"]).collect();
    assert_eq!(
        outcomes,
        ["granted", "granted", "granted", "refused", "refused"]
    );
}

#[tokio::test]
async fn a_failed_send_counts_against_the_limit_and_sent_ones_are_shown_apart() {
    let office = Office::open().await;
    office.limit(&json!({"weekly_message_limit": 1})).await;
    let granted = office.ask(0, 0).await;
    let permit = text(&granted["permit"]["id"]);
    office
        .desk
        .report(&permit, &json!({"outcome": "failed"}))
        .await;

    let refused = office.ask(0, 1).await;
    let shown = office.shown(0).await;

    assert_eq!(refused["reason"], "weekly_limit");
    assert_eq!(shown["weekly_messages_sent"], 0);
    assert_eq!(shown["binding_limits"][0]["granted"], 1);
}

#[tokio::test]
async fn the_smaller_of_two_limits_is_the_one_that_is_shown() {
    let office = Office::open().await;
    let path = format!("/api/campaigns/{}", office.campaigns[0]);
    let mut found = Vec::new();
    for (own, of_campaign) in [(20, 10), (10, 20)] {
        office.limit(&json!({"daily_limit": own})).await;
        let limits = json!({"account_limits": [{
            "account_id": office.account, "daily_limit": of_campaign,
        }]});
        let call = office.desk.app.public("PATCH", &path);
        let call = call.bearer(&office.desk.tenant.key);
        assert_eq!(call.json(&limits.to_string()).await.status, 200);
        let shown = office.shown(0).await;
        let binding = shown["binding_limits"][0]["limit"].clone();
        found.push((shown["daily_limit"].clone(), binding));
    }

    assert_eq!(
        found,
        [
            (json!(10), json!("account_limits")),
            (json!(10), json!("daily_limit"))
        ]
    );
}

#[tokio::test]
async fn an_id_that_another_user_registered_has_that_users_count_alone() {
    let office = Office::open().await;
    office.limit(&json!({"weekly_message_limit": 1})).await;
    assert_eq!(office.ask(0, 0).await["outcome"], "granted");
    let (database, user) = (office.desk.app.database(), office.desk.tenant.user_id);
    database.give_counted_permits_to(testkit::new_user()).await;

    let shown = office.shown(0).await;

    database.give_counted_permits_to(user).await;
    assert_eq!(shown["binding_limits"][0]["granted"], 0);
}
