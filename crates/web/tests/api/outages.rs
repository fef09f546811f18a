//! When the machine fails: the caller is told whether it happened, and when to come again.

use futures_util::future::join_all;
use testkit::{Cut, TestApp};

#[tokio::test]
async fn while_the_database_is_away_every_call_is_told_to_come_again() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    app.database().close_doors().await;

    for call in [
        app.list(&tenant),
        app.get(&tenant, id),
        app.pause(&tenant, id),
    ] {
        let answer = call.await;

        assert_eq!(answer.problem(), (503, "unavailable".to_owned()));
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    assert_eq!(app.internal("GET", "/health/ready").await.status, 503);
    assert_eq!(app.internal("GET", "/health/live").await.status, 200);

    app.database().open_doors().await;
    assert_eq!(app.internal("GET", "/health/ready").await.status, 200);
    assert_eq!(app.pause(&tenant, id).await.status, 200);
}

#[tokio::test]
async fn a_change_that_the_database_refuses_is_our_fault_and_did_not_happen() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    app.database().poison(id).await;
    let before = app.checksums().await;

    let answer = app.pause(&tenant, id).idempotency_key("once").await;

    assert_eq!(answer.problem(), (500, "internal_error".to_owned()));
    assert!(
        answer.message().contains("nothing happened"),
        "{}",
        answer.message()
    );
    assert!(!answer.body.contains("poison"), "{}", answer.body);
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn a_database_that_says_nothing_holds_up_no_caller_for_long() {
    let (app, wire) = TestApp::spawn_on_a_wire().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let known = app.get(&tenant, id).await;
    wire.cut(Cut::Silent);

    // The key's look-up is remembered for a second at most; then it hangs as the reads do.
    let answers = join_all((0..3).map(|_| app.get(&tenant, id).send())).await;

    assert_eq!(known.status, 200);
    for answer in answers {
        assert_eq!(answer.problem(), (503, "unavailable".to_owned()));
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    wire.cut(Cut::Never);
    assert_eq!(app.get(&tenant, id).await.status, 200);
}
