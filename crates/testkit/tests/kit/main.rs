//! The kit itself: that what it looks at is seen when it is wrong.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod lateness;

use domain::CampaignId;
use testkit::{Script, TestApp, TestDatabase, new_user};

/// A database with one campaign.
async fn database() -> (TestDatabase, CampaignId) {
    let database = TestDatabase::create().await;
    let id = Script::new(database.maker(), new_user()).active().await;
    (database, id)
}

async fn run(database: &TestDatabase, statement: &str) {
    // Only this way may history be changed at all.
    let forced = format!("SET session_replication_role = replica; {statement}");
    database.sql().batch_execute(&forced).await.unwrap();
}

#[tokio::test]
async fn each_test_has_a_database_of_its_own() {
    let ((one, id), (other, _)) = (database().await, database().await);

    assert_eq!(one.events(id).await.len(), 4);
    assert!(other.events(id).await.is_empty());
}

#[tokio::test]
#[should_panic(expected = "differ from a replay")]
async fn a_row_that_is_not_what_the_log_says_is_seen_when_the_test_is_over() {
    let (database, _) = database().await;

    run(
        &database,
        "UPDATE campaigns SET updated_at = updated_at + interval '1 second'",
    )
    .await;
}

#[tokio::test]
#[should_panic(expected = "differ from a replay")]
async fn a_prospect_that_is_not_in_the_log_is_seen() {
    let (database, _) = database().await;

    run(
        &database,
        "UPDATE prospects SET id = gen_random_uuid() WHERE ctid = '(0,1)'",
    )
    .await;
}

#[tokio::test]
#[should_panic(expected = "does not follow what is before it")]
async fn a_gap_in_a_journal_is_seen() {
    let (database, _) = database().await;

    run(&database, "DELETE FROM events WHERE position = 2").await;
}

#[tokio::test]
#[should_panic(expected = "does not follow what is before it")]
async fn a_time_that_goes_backwards_is_seen() {
    let (database, _) = database().await;

    let back = "UPDATE events SET recorded_at = recorded_at - interval '1 day' WHERE position = 4";
    run(&database, back).await;
}

#[tokio::test]
#[should_panic(expected = "its latest event is 4")]
async fn a_head_that_is_not_at_the_latest_event_is_seen() {
    let (database, _) = database().await;

    run(
        &database,
        "UPDATE journals SET head = head + 1 WHERE head = 4",
    )
    .await;
}

#[tokio::test]
async fn a_checksum_changes_with_any_value_and_not_with_the_order_of_rows() {
    let (database, _) = database().await;
    let before = database.checksums().await;

    run(
        &database,
        "UPDATE prospects SET replies = replies WHERE ctid = '(0,1)'",
    )
    .await;
    assert_eq!(database.checksums().await, before);

    run(
        &database,
        "UPDATE journals SET fence = fence + 1 WHERE id = 0",
    )
    .await;
    let after = database.checksums().await;
    assert_ne!(after["journals"], before["journals"]);
    assert_eq!(after["prospects"], before["prospects"]);
}

#[tokio::test]
#[should_panic(expected = "differ from a replay")]
async fn an_apps_database_is_looked_at_when_it_is_stopped() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    app.active_campaign(&tenant).await;
    run(app.database(), "DELETE FROM campaigns").await;

    app.stop().await;
}

#[tokio::test]
async fn an_app_that_is_settled_has_nothing_under_way() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    app.pause(&tenant, id).await;

    app.settle().await;

    app.rows_equal_replay().await;
    app.positions_are_dense().await;
    assert_eq!(app.events(id).await.len(), 5);
}
