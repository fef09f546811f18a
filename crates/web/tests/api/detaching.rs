//! What is answered while a partition of the archive is somewhere else: what does not need it as
//! before, and all else names the first event that is missing. It is never taken for one that never was.

use crate::journals::Log;
use crate::streaming::Listener;
use domain::{CampaignId, Command};
use serde_json::{Value, json};
use testkit::{Answer, prospect};

/// A campaign of four events, at the positions 1 to 4 of its journal, in partitions of two; what comes
/// later is of another campaign.
async fn archived() -> Log {
    let log = Log::written().await;
    assert_eq!(log.head().await, 4);
    log.app.draft_campaign(&log.tenant).await;
    // What becomes of its effects would change an answer meanwhile.
    log.app.taken_in().await;
    log.app.database().archive(log.journal, 5, 2).await;
    log
}

async fn about(log: &Log, query: &str) -> Answer {
    log.app.about(&log.tenant, "GET", log.id, query).await
}

/// Panics unless the answer is that this event is detached.
fn missing(answer: &Answer, version: i64) {
    assert_eq!(answer.problem(), (410, "events_detached".to_owned()));
    assert_eq!(answer.details(), json!({ "version": version }));
}

fn versions(answer: &Answer) -> Vec<i64> {
    let events = answer.json()["events"].clone();
    let events = events.as_array().expect("a page").iter();
    events
        .map(|event| event["version"].as_i64().unwrap())
        .collect()
}

const NOW: &str = "?at=9999-12-31T23:59:59Z";

#[tokio::test]
async fn a_past_that_begins_in_what_is_detached_is_told_to_be_there_and_comes_back_with_it() {
    let log = archived().await;
    let asked = [
        "?version=1",
        "?version=4",
        NOW,
        "/history?order=oldest",
        "/history",
    ];
    let mut before = Vec::new();
    for query in asked {
        before.push(about(&log, query).await.body);
    }

    log.app.database().detach(log.journal, 1).await;

    for query in ["?version=1", "?version=4", NOW, "/history?order=oldest"] {
        missing(&about(&log, query).await, 1);
    }
    missing(&about(&log, "/history").await, 2);
    let newest = about(&log, "/history?limit=1").await;
    assert_eq!(versions(&newest), [4]);
    let behind = about(&log, "/history?order=oldest&cursor=2").await;
    assert_eq!(versions(&behind), [3, 4]);
    log.app.database().attach(log.journal, 1, 2).await;
    for (query, body) in asked.into_iter().zip(before) {
        assert_eq!(about(&log, query).await.body, body, "{query}");
    }
}

#[tokio::test]
async fn a_version_at_the_end_that_is_detached_is_not_called_unknown() {
    let log = archived().await;

    log.app.database().detach(log.journal, 3).await;

    for query in ["?version=3", "?version=4", NOW] {
        missing(&about(&log, query).await, 3);
    }
    for query in ["/history", "/history?order=oldest", "/history?cursor=4"] {
        missing(&about(&log, query).await, 3);
    }
    let attached = about(&log, "?version=2").await;
    assert_eq!(attached.header("etag"), Some("\"2\""));
    let page = about(&log, "/history?cursor=3").await;
    assert_eq!(versions(&page), [2, 1]);
    log.app.database().attach(log.journal, 3, 4).await;
    let never = about(&log, "?version=5").await;
    assert_eq!(never.problem(), (404, "version_not_found".to_owned()));
}

#[tokio::test]
async fn an_instant_before_an_attached_event_is_answered_whatever_is_detached_later() {
    let log = archived().await;
    let events = log.app.events(log.id).await;
    let at = format!("?at={}", web::instant(events[1].recorded_at));
    log.app.pause(&log.tenant, log.id).await;
    log.app.draft_campaign(&log.tenant).await;
    let head = log.head().await;
    log.app.database().archive(log.journal, head, 100).await;

    log.app.database().detach(log.journal, 5).await;

    assert_eq!(about(&log, &at).await.header("etag"), Some("\"2\""));
    missing(&about(&log, NOW).await, 5);
    log.app.database().attach(log.journal, 5, head - 1).await;
}

#[tokio::test]
async fn a_deletion_that_is_detached_is_missing_and_not_undone() {
    let log = Log::written().await;
    log.app.pause(&log.tenant, log.id).await;
    log.app
        .elsewhere(&log.tenant, log.id, Command::Delete)
        .await;
    log.app.draft_campaign(&log.tenant).await;
    log.app.database().archive(log.journal, 7, 5).await;

    log.app.database().detach(log.journal, 6).await;

    for query in [NOW, "?version=6", "/history", "/history?order=oldest"] {
        missing(&about(&log, query).await, 6);
    }
    assert_eq!(about(&log, "?version=5").await.status, 200);
    log.app.database().attach(log.journal, 6, 6).await;
    let gone = about(&log, NOW).await;
    assert_eq!(gone.problem(), (404, "campaign_deleted".to_owned()));
}

#[tokio::test]
async fn a_campaign_all_of_whose_events_are_detached_goes_on_with_its_engine() {
    let log = archived().await;
    for first in [1, 3] {
        log.app.database().detach(log.journal, first).await;
    }

    let read = log.get(&engine(log.id, "")).await;
    let whom = prospect(log.id, 0).0;
    let asked = log.app.internal(
        "POST",
        &engine(log.id, &format!("/prospects/{whom}/permits")),
    );
    let body = json!({"node_id": testkit::node(log.id, 0)});
    let granted = asked.bearer(&log.key).json(&body.to_string()).await;
    let permit = granted.json()["permit"]["id"].as_str().unwrap().to_owned();
    let outcome = format!("/internal/permits/{permit}/outcome");
    let reported = log.app.internal("POST", &outcome).bearer(&log.key);
    let reported = reported.json(r#"{"outcome":"sent"}"#).await;
    let paused = log.app.pause(&log.tenant, log.id).await;

    assert_eq!(read.json()["campaign"]["status"], "active", "{read:?}");
    assert_eq!(granted.json()["outcome"], "granted");
    assert_eq!(reported.json()["outcome"], "recorded");
    assert_eq!(paused.json()["campaign"]["status"], "paused");
    for (first, last) in [(1, 2), (3, 4)] {
        log.app.database().attach(log.journal, first, last).await;
    }
}

#[tokio::test]
async fn followers_are_told_of_a_campaign_that_began_in_what_is_detached() {
    let log = archived().await;
    for first in [1, 3] {
        log.app.database().detach(log.journal, first).await;
    }
    let path = format!("/api/campaigns/{}/stream", log.id);

    let mut listener = Listener::of(&log.app, &log.tenant, &path, Some(4)).await;
    log.app.pause(&log.tenant, log.id).await;
    let message = listener.told().await;

    assert_eq!(message.data["type"], "CampaignPaused");
    assert_eq!(message.data["status"], "paused");
    for (first, last) in [(1, 2), (3, 4)] {
        log.app.database().attach(log.journal, first, last).await;
    }
}

fn engine(id: CampaignId, rest: &str) -> String {
    format!("/internal/campaigns/{id}{rest}")
}

#[tokio::test]
async fn anothers_detached_past_is_as_absent_as_ever() {
    let log = archived().await;
    let stranger = log.app.tenant().await;
    log.app.database().detach(log.journal, 1).await;

    for query in ["?version=1", NOW, "/history"] {
        let answer = log.app.about(&stranger, "GET", log.id, query).await;
        let code: Value = answer.json()["error"]["code"].clone();
        assert_eq!((answer.status, code), (404, json!("campaign_not_found")));
    }
    log.app.database().attach(log.journal, 1, 2).await;
}
