//! `fermata rebuild`: with and without a service, shown and cancelled.

use crate::playground::Playground;
use crate::running::{DEMO_EVENTS, demo, does, json, misused, refuses};
use crate::service::Service;

#[tokio::test]
async fn rows_are_rebuilt_without_a_service() {
    let playground = Playground::new();
    demo(&playground).await;

    let said = does(&playground, &["rebuild"]).await;

    let beginning = "Rebuilt campaigns, prospects, permits, permits_of_accounts, sends from ";
    assert!(said.starts_with(beginning), "{said}");
    let shown = json(&does(&playground, &["rebuild", "--status", "--json"]).await);
    assert_eq!(shown["rebuild"]["phase"], "done");
    let events = shown["rebuild"]["events"].as_u64().unwrap();
    assert!(u64::try_from(DEMO_EVENTS).unwrap() < events);
    for projection in shown["projections"].as_array().unwrap() {
        assert_eq!(projection["version"], projection["program_version"]);
        assert!(projection["rebuilt_at"].is_string());
    }
}

#[tokio::test]
async fn rows_are_rebuilt_beside_a_service() {
    let playground = Playground::new();
    demo(&playground).await;
    let service = Service::start(&playground, &[]).await;

    let told = json(&does(&playground, &["rebuild", "permits", "--json"]).await);

    assert_eq!(told["phase"], "done");
    assert_eq!(told["projections"], serde_json::json!(["permits"]));
    assert_eq!(told["percentage"], 100.0);
    let table = does(&playground, &["rebuild", "--status"]).await;
    assert!(table.contains("Rebuild of permits: done, 100 %"), "{table}");
    drop(service);
}

#[tokio::test]
async fn what_cannot_be_rebuilt_is_said() {
    let playground = Playground::new();
    does(&playground, &["migrate"]).await;

    let unknown = misused(&playground, &["rebuild", "people"]).await;
    let nothing = refuses(&playground, &["rebuild", "--cancel"]).await;

    assert!(
        unknown.contains("campaigns, prospects, permits, permits_of_accounts, sends, or all"),
        "{unknown}"
    );
    assert!(nothing.contains("nothing is being rebuilt"), "{nothing}");
}
