//! Leads stand in the order in which they were added, whatever the clocks of those who took them.

use crate::leads::{add, empty_draft, leads, rows};
use commands::Sources;
use domain::CampaignId;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use testkit::{Tenant, TestApp};
use uuid::{NoContext, Timestamp, Uuid};

/// By a clock that goes backwards, a second with each id.
fn earlier_id() -> Uuid {
    static SECONDS: AtomicU64 = AtomicU64::new(2_000_000_000);
    let seconds = SECONDS.fetch_sub(1, Ordering::Relaxed);
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, 0))
}

async fn spawn() -> TestApp {
    TestApp::spawn_with(|settings| {
        settings.sources = Sources {
            new_id: earlier_id,
            ..settings.sources
        };
    })
    .await
}

async fn page(app: &TestApp, tenant: &Tenant, id: CampaignId, query: &str) -> Vec<String> {
    let page = app.leads(tenant, "GET", id, query).await.json();
    let email = |lead: &Value| lead["email"].as_str().unwrap().to_owned();
    let leads = page["prospects"].as_array().unwrap();
    leads.iter().map(email).collect()
}

fn names(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(|it| format!("ada{it}@example.com")).collect()
}

#[tokio::test]
async fn leads_come_in_the_order_in_which_they_were_added_whatever_the_clock_says() {
    let app = spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;
    for call in 0..5 {
        add(&app, &tenant, id, rows("ada", call * 5..call * 5 + 5)).await;
    }

    assert_eq!(page(&app, &tenant, id, "?limit=200").await, names(0..25));
    for (query, numbers) in [
        ("?limit=10&page=1", 0..10),
        ("?limit=10&page=2", 10..20),
        ("?limit=10&page=3", 20..25),
        ("?limit=10&page=2&status=pending", 10..20),
        ("?limit=10&page=3&status=pending", 20..25),
    ] {
        assert_eq!(
            page(&app, &tenant, id, query).await,
            names(numbers),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_page_that_was_read_stays_as_it_is_when_more_are_added() {
    let app = spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;
    add(&app, &tenant, id, rows("ada", 0..12)).await;
    let first = page(&app, &tenant, id, "?limit=10&page=1").await;

    add(&app, &tenant, id, rows("ada", 12..25)).await;

    assert_eq!(page(&app, &tenant, id, "?limit=10&page=1").await, first);
    let rest = page(&app, &tenant, id, "?limit=10&page=2").await;
    assert_eq!(rest, names(10..20));
}

#[tokio::test]
async fn whoever_is_removed_and_added_again_comes_last_and_an_edit_moves_nobody() {
    let app = spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;
    add(&app, &tenant, id, rows("ada", 0..4)).await;
    let known = leads(&app, &tenant, id).await;
    let body = json!({"prospect_ids": [known[0]["id"]]}).to_string();
    app.leads(&tenant, "DELETE", id, "").json(&body).await;
    add(&app, &tenant, id, rows("ada", 0..1)).await;

    let edit = json!({"prospect_id": known[2]["id"], "updates": {"company": "Engines"}});
    let edited = app.leads(&tenant, "PATCH", id, "").json(&edit.to_string());
    assert_eq!(edited.await.status, 200);

    let names = [1, 2, 3, 0].map(|it| format!("ada{it}@example.com"));
    assert_eq!(page(&app, &tenant, id, "").await, names);
}
