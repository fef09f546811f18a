//! The documented example, to the letter: fields, their order, their values.

use domain::{CampaignId, UserId};
use std::collections::BTreeSet;
use testkit::{Answer, Tenant, TestApp};

const EXAMPLE: &str = include_str!("documented_pause.json");

/// The campaign of the example, under way.
async fn example(app: &TestApp) -> (Tenant, CampaignId) {
    let user = UserId("11111111-1111-1111-1111-111111111111".parse().unwrap());
    let id = CampaignId("8c2b2d4e-e29b-41d4-a716-446655440000".parse().unwrap());
    let tenant = app.tenant_of(user).await;
    let campaign = app.campaign(&tenant).id(id).name("Q2 Enterprise Outreach");
    campaign.prospects(120).sent(34).replied(4).active().await;
    // The example shows no sender accounts, though none is launched without: its own was removed.
    let account = format!("/internal/senders/{}", testkit::account(id).0);
    let removal = app.internal("DELETE", &account);
    removal.bearer(&app.internal_key().await).await;
    (tenant, id)
}

/// The text without the blanks between its tokens.
fn without_blanks(json: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    let kept = json.chars().filter(|next| {
        let keep = inside || !next.is_whitespace();
        match next {
            '"' if !escaped => inside = !inside,
            _ => {}
        }
        escaped = *next == '\\' && !escaped;
        keep
    });
    kept.collect()
}

fn time(answer: &Answer, field: &str) -> String {
    let place = format!("/campaign/{field}");
    answer
        .json()
        .pointer(&place)
        .and_then(|time| time.as_str())
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_pause_answers_the_documented_example_byte_for_byte() {
    let app = TestApp::spawn().await;
    let (tenant, id) = example(&app).await;

    let answer = app.pause(&tenant, id).await;

    let documented = without_blanks(EXAMPLE)
        .replace("2026-04-18T15:12:00Z", &time(&answer, "created_at"))
        .replace("2026-04-22T09:05:00Z", &time(&answer, "updated_at"));
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, documented.as_str())
    );
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn a_pause_makes_updated_at_newer_and_leaves_created_at() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let before = app.get(&tenant, id).await;

    let answer = app.pause(&tenant, id).await;

    assert!(time(&before, "updated_at") < time(&answer, "updated_at"));
    assert_eq!(time(&before, "created_at"), time(&answer, "created_at"));
    assert_eq!(
        time(&answer, "updated_at"),
        web::instant(app.events(id).await.last().unwrap().recorded_at)
    );
}

#[tokio::test]
async fn times_are_utc_and_end_with_a_z() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let answer = app.pause(&tenant, id).await;

    for field in ["created_at", "updated_at"] {
        let text = time(&answer, field);
        let read: chrono::DateTime<chrono::Utc> = text.parse().unwrap();
        assert!(text.ends_with('Z') && !text.contains('+'), "{text}");
        assert_eq!(web::instant(read), text);
    }
}

#[tokio::test]
async fn every_answer_about_a_campaign_has_the_documented_fields_and_no_others() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let documented: serde_json::Value = serde_json::from_str(EXAMPLE).unwrap();
    let fields = |campaign: &serde_json::Value| -> BTreeSet<String> {
        campaign.as_object().unwrap().keys().cloned().collect()
    };

    let paused = app.pause(&tenant, id).await.json();
    let resumed = app.resume(&tenant, id).await.json();
    let read = app.get(&tenant, id).await.json();

    for answer in [paused, resumed, read] {
        assert_eq!(fields(&answer["campaign"]), fields(&documented["campaign"]));
    }
}

#[tokio::test]
async fn a_linkedin_campaign_has_its_own_settings_and_null_for_those_of_email() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app
        .campaign(&tenant)
        .linkedin()
        .prospects(5)
        .sent(2)
        .active()
        .await;

    let campaign = &app.pause(&tenant, id).await.json()["campaign"];

    assert_eq!(campaign["type"], "linkedin");
    assert_eq!(campaign["skip_other_campaigns"], true);
    for field in ["daily_limit", "stop_on_reply", "open_tracking", "signature"] {
        assert!(campaign[field].is_null(), "{field}");
    }
    assert_eq!(campaign["stats"]["connection_sent"], 2);
}
