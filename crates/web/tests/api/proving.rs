//! `GET /internal/ledger/{journal}/checkpoint` and `/proof`.

use event_store::JournalId;
use ledger::{LedgerMetrics, Proof, Sealer, SealerSettings, SigningKey, Trust};
use std::time::Duration;
use testkit::TestApp;

fn key() -> SigningKey {
    SigningKey::generate("fermata.example/ledger", [7; 32])
        .unwrap()
        .0
}

/// Seals what there is, and returns the journal.
async fn seal(app: &TestApp, journal: JournalId) {
    let mut sealer = Sealer::new(SealerSettings {
        journals: app.database().journals(),
        key: key(),
        trust: Trust::of(vec![key().public().clone()]),
        directory: None,
        rest: Duration::ZERO,
        step_events_max: 1_000,
        metrics: LedgerMetrics::default(),
    });
    let mut connection = app.database().connect().await;
    sealer
        .run_once(&mut connection.client, journal)
        .await
        .unwrap();
}

async fn ask(app: &TestApp, path: &str) -> testkit::Answer {
    let key = app.internal_key().await;
    app.internal("GET", path).bearer(&key).await
}

#[tokio::test]
async fn what_was_signed_is_handed_out_and_proves_events() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    app.campaign(&tenant).active().await;
    let journal = app.database().journal_of(tenant.user_id);
    let path = |rest: &str| format!("/internal/ledger/{}/{rest}", journal.0);
    let nothing = ask(&app, &path("checkpoint")).await;
    seal(&app, journal).await;

    let note = ask(&app, &path("checkpoint")).await;
    let proof = ask(&app, &path("proof?position=2")).await;

    assert_eq!(nothing.status, 404);
    assert_eq!(nothing.json()["error"]["code"], "checkpoint_not_found");
    assert!(note.body.starts_with("fermata.example/ledger/journals/"));
    let proven = Proof::read(&proof.body).unwrap().verify(key().public());
    assert_eq!(proven.unwrap().entry.position, 2);
}

#[tokio::test]
async fn a_checkpoint_is_proven_to_continue_an_older_one() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let journal = app.database().journal_of(tenant.user_id);
    app.campaign(&tenant).draft().await;
    seal(&app, journal).await;
    let path = format!("/internal/ledger/{}/checkpoint", journal.0);
    let note = ask(&app, &path).await.body;
    let older: i64 = note.lines().nth(1).unwrap().parse().unwrap();
    app.campaign(&tenant).active().await;
    seal(&app, journal).await;

    let path = format!("/internal/ledger/{}/proof?from={older}", journal.0);
    let proof = ask(&app, &path).await.json();

    assert_eq!(proof["from"], older);
    assert!(proof["to"].as_i64().unwrap() > older);
    assert!(!proof["hashes"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn what_cannot_be_proven_is_told_why() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let journal = app.database().journal_of(tenant.user_id);
    app.campaign(&tenant).draft().await;
    let path = |query: &str| format!("/internal/ledger/{}/proof?{query}", journal.0);

    for (query, status, code) in [
        ("position=1", 404, "not_sealed_yet"),
        ("position=999999", 404, "event_not_found"),
        ("from=1", 404, "checkpoint_not_found"),
        ("", 400, "invalid_request"),
        ("position=0", 400, "invalid_request"),
        ("position=1&from=1", 400, "invalid_request"),
        ("positions=1", 400, "invalid_request"),
    ] {
        let answer = ask(&app, &path(query)).await;
        assert_eq!(answer.status, status, "{query}");
        assert_eq!(answer.json()["error"]["code"], code, "{query}");
    }
    let nowhere = ask(&app, "/internal/ledger/x/checkpoint").await;
    assert_eq!(nowhere.status, 400);
}

#[tokio::test]
async fn an_event_that_is_detached_is_not_called_unknown() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let journal = app.database().journal_of(tenant.user_id);
    app.campaign(&tenant).active().await;
    seal(&app, journal).await;
    app.database().archive(journal, 4, 3).await;
    app.database().detach(journal, 1).await;
    let path = |query: &str| format!("/internal/ledger/{}/proof?{query}", journal.0);

    let detached = ask(&app, &path("position=2")).await;
    let attached = ask(&app, &path("position=4")).await;

    assert_eq!(detached.problem(), (410, "events_detached".to_owned()));
    assert_eq!(detached.details()["position"], 2);
    assert_eq!(attached.status, 200);
    app.database().attach(journal, 1, 3).await;
}
