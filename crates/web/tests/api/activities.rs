//! The feed of what happened to prospects (campaign API, section 1.14).

use domain::{CampaignId, Command, Progress};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::{Answer, Tenant, TestApp, account, node, prospect};

async fn activities(app: &TestApp, tenant: &Tenant, query: &str) -> Answer {
    let path = format!("/api/activities{query}");
    app.public("GET", &path).bearer(&tenant.key).await
}

fn types(page: &Value) -> Vec<&str> {
    let all = page["activities"].as_array().unwrap();
    all.iter()
        .map(|one| one["activity_type"].as_str().unwrap())
        .collect()
}

async fn report(app: &TestApp, tenant: &Tenant, id: CampaignId, number: u32, progress: Progress) {
    let prospect_id = prospect(id, number);
    let command = Command::ReportProgress {
        prospect_id,
        progress,
    };
    app.elsewhere(tenant, id, command).await;
}

#[tokio::test]
async fn what_happened_to_prospects_is_told_the_newest_first() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).sent(1).active().await;
    report(&app, &tenant, id, 0, Progress::Bounced).await;
    report(&app, &tenant, id, 1, Progress::Completed).await;
    app.pause(&tenant, id).await;

    let page = activities(&app, &tenant, "").await.json();

    assert_eq!(
        types(&page),
        ["prospect_completed", "email_bounced", "email_sent"]
    );
    assert_eq!(page["nextCursor"], Value::Null);
    let sent = page["activities"][2].clone();
    let event = &app.events(id).await[5];
    assert_eq!(
        sent,
        json!({
            "id": event.event_id, "campaign_id": id, "prospect_id": prospect(id, 0),
            "activity_type": "email_sent", "channel": "email",
            "metadata": {"node_id": node(id, 0), "account_id": account(id)},
            "created_at": web::instant(event.recorded_at),
            "prospect": {"id": prospect(id, 0)},
            "campaign": {"id": id, "name": format!("Campaign {id}"), "type": "email", "status": "paused"},
        })
    );
    assert_eq!(
        page["activities"][1]["metadata"],
        json!({"bounce_reason": null})
    );
    assert_eq!(page["activities"][0]["channel"], "system");
}

#[tokio::test]
async fn linkedin_activities_have_words_of_their_own() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).linkedin().sent(2).active().await;
    report(&app, &tenant, id, 0, Progress::Connected).await;
    report(&app, &tenant, id, 0, Progress::Replied).await;
    report(&app, &tenant, id, 1, Progress::TimedOut).await;

    let page = activities(&app, &tenant, "").await.json();

    assert_eq!(
        types(&page),
        [
            "prospect_timed_out",
            "linkedin_replied",
            "linkedin_connection_accepted",
            "linkedin_connection_sent",
            "linkedin_connection_sent",
        ]
    );
}

#[tokio::test]
async fn pages_follow_each_other_without_gaps_or_repeats_over_all_campaigns() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    for _ in 0..3 {
        app.campaign(&tenant).sent(3).replied(2).active().await;
    }
    let whole = activities(&app, &tenant, "?limit=200").await.json();
    let ids = |page: &Value| -> Vec<Value> {
        let all = page["activities"].as_array().unwrap();
        all.iter().map(|one| one["id"].clone()).collect()
    };

    let (mut paged, mut query) = (Vec::new(), "?limit=4".to_owned());
    loop {
        let page = activities(&app, &tenant, &query).await.json();
        paged.extend(ids(&page));
        let Some(cursor) = page["nextCursor"].as_str() else {
            break;
        };
        query = format!("?limit=4&cursor={}", cursor.replace('|', "%7C"));
    }

    assert_eq!(paged, ids(&whole));
    let different: BTreeSet<String> = paged.iter().map(Value::to_string).collect();
    assert_eq!((paged.len(), different.len()), (15, 15));
}

#[tokio::test]
async fn a_feed_may_be_of_one_campaign() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let one = app.campaign(&tenant).sent(1).active().await;
    app.campaign(&tenant).sent(2).active().await;

    let page = activities(&app, &tenant, &format!("?campaign_id={one}"))
        .await
        .json();

    assert_eq!(types(&page), ["email_sent"]);
    assert_eq!(page["activities"][0]["campaign_id"], json!(one));
}

#[tokio::test]
async fn anothers_activities_are_not_there() {
    let app = TestApp::spawn().await;
    let (tenant, stranger) = (app.tenant().await, app.tenant().await);
    let id = app.campaign(&tenant).sent(1).active().await;

    let all = activities(&app, &stranger, "").await.json();
    let of_one = activities(&app, &stranger, &format!("?campaign_id={id}")).await;

    assert_eq!(all, json!({"activities": [], "nextCursor": null}));
    assert_eq!(of_one.problem(), (404, "campaign_not_found".to_owned()));
}

#[tokio::test]
async fn a_malformed_cursor_limit_or_campaign_is_refused() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    for query in [
        "?cursor=",
        "?cursor=yesterday",
        "?cursor=2026-04-22T09:05:00Z",
        "?cursor=2026-04-22T09:05:00Z%7Cnobody",
        "?cursor=22026-04-22T09:05:00Z%7C8c2b2d4e-e29b-41d4-a716-446655440000",
        "?limit=0",
        "?limit=201",
        "?limit=many",
        "?campaign_id=nobody",
    ] {
        let answer = activities(&app, &tenant, query).await;

        assert_eq!(
            answer.problem(),
            (400, "invalid_request".to_owned()),
            "{query}"
        );
    }
}

#[tokio::test]
async fn the_feed_of_a_campaign_is_read_from_its_own_index_and_a_pause_has_no_entry() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).sent(3).active().await;
    for _ in 0..5 {
        app.pause(&tenant, id).await;
        app.resume(&tenant, id).await;
    }

    assert_eq!(app.database().entries_of("events_of_prospects").await, 3);
}
