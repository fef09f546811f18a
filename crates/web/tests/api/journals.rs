//! Tooling reads journals: pages, long polls and streams of events as they are stored.

use crate::streaming::Listener;
use domain::CampaignId;
use event_store::{Archiving, JournalId, Stored, read_stored_after};
use reqwest::Client;
use serde_json::Value;
use std::time::Instant;
use testkit::{Answer, Tenant, TestApp};

/// A service with a campaign that is under way, and a key for the internal listener.
pub struct Log {
    pub app: TestApp,
    pub tenant: Tenant,
    pub id: CampaignId,
    pub key: String,
    pub journal: JournalId,
}

impl Log {
    pub async fn written() -> Self {
        let app = TestApp::spawn().await;
        let (tenant, key) = (app.tenant().await, app.internal_key().await);
        let id = app.active_campaign(&tenant).await;
        let journal = app.database().journal_of(tenant.user_id);
        Self {
            app,
            tenant,
            id,
            key,
            journal,
        }
    }

    /// A path below the journal.
    pub fn path(&self, rest: &str) -> String {
        format!("/internal/journals/{}{rest}", self.journal.0)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.app.internal("GET", path).bearer(&self.key).await
    }

    pub async fn stored(&self) -> Vec<Stored> {
        read_stored_after(self.app.sql(), self.journal, 0, 1_000)
            .await
            .unwrap()
    }

    pub async fn head(&self) -> i64 {
        self.stored().await.last().unwrap().position
    }

    async fn listen(&self, path: &str, last: Option<i64>) -> Listener {
        let url = format!("{}{path}", self.app.internal_url());
        let mut request = Client::new()
            .get(url)
            .bearer_auth(&self.key)
            .header("accept", "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last.to_string());
        }
        Listener::to(request.send().await.unwrap())
    }
}

fn positions(page: &Value) -> Vec<i64> {
    let events = page["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| event["position"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn every_journal_says_how_far_it_has_come() {
    let log = Log::written().await;

    let listed = log.get("/internal/journals").await.json();

    let journals = listed["journals"].as_array().unwrap();
    assert_eq!(journals.len(), 4);
    let ours = &journals[usize::try_from(log.journal.0).unwrap()];
    assert_eq!(ours["journal"], log.journal.0);
    assert_eq!(ours["head"], log.head().await);
    assert_eq!(ours["archived_to"], 0);
}

#[tokio::test]
async fn events_are_told_in_order_behind_a_position_and_with_the_stored_bytes() {
    let log = Log::written().await;
    let stored = log.stored().await;

    let all = log.get(&log.path("/events")).await;
    let page = log.get(&log.path("/events?after=1&limit=2")).await.json();

    assert_eq!(all.json()["events"].as_array().unwrap().len(), stored.len());
    for event in &stored {
        for text in [&event.payload, &event.metadata] {
            assert!(all.body.contains(text.as_str()), "{text}");
        }
    }
    assert_eq!(positions(&page), [2, 3]);
    assert_eq!(page["cursor"], 3);
    let first = &all.json()["events"][0];
    assert_eq!(first["type"], "CampaignCreated");
    assert_eq!(first["campaign_id"], log.id.to_string());
    assert_eq!(first["event_id"], stored[0].event_id.to_string());
    let at = serde_json::to_value(stored[0].recorded_at).unwrap();
    assert_eq!(first["recorded_at"], at);
}

#[tokio::test]
async fn whoever_has_everything_is_told_nothing_and_keeps_the_cursor() {
    let log = Log::written().await;
    let head = log.head().await;

    let page = log
        .get(&log.path(&format!("/events?after={head}")))
        .await
        .json();

    assert_eq!(positions(&page), [0; 0]);
    assert_eq!(page["cursor"], head);
}

#[tokio::test]
async fn an_answer_is_held_back_until_there_is_an_event() {
    let log = Log::written().await;
    let head = log.head().await;
    let path = log.path(&format!("/events?after={head}&wait=60"));

    let (page, paused) = tokio::join!(log.get(&path), async {
        while log.app.metrics().await.body.contains("answers_held 0") {}
        log.app.pause(&log.tenant, log.id).await
    });

    assert_eq!(paused.status, 200);
    let page = page.json();
    assert_eq!(page["events"][0]["type"], "CampaignPaused");
    assert_eq!(page["cursor"], head + 1);
}

#[tokio::test]
async fn an_answer_is_not_held_back_longer_than_was_asked() {
    let log = Log::written().await;
    let begun = Instant::now();

    let last = log.head().await;
    let path = log.path(&format!("/events?after={last}&wait=1"));

    let page = log.get(&path).await.json();

    assert_eq!(positions(&page), [0; 0]);
    assert!((1..30).contains(&begun.elapsed().as_secs()));
}

#[tokio::test]
async fn what_is_not_understood_is_told() {
    let log = Log::written().await;

    for query in [
        "after=-1",
        "after=x",
        "limit=0",
        "limit=501",
        "wait=61",
        "wait=-1",
        "before=3",
    ] {
        let answer = log.get(&log.path(&format!("/events?{query}"))).await;
        assert_eq!(
            answer.problem(),
            (400, "invalid_request".to_owned()),
            "{query}"
        );
    }
    for journal in ["4", "-1", "x", "99999"] {
        let path = format!("/internal/journals/{journal}/events");
        let answer = log.get(&path).await;
        assert_eq!(
            answer.problem(),
            (404, "journal_not_found".to_owned()),
            "{journal}"
        );
    }
}

#[tokio::test]
async fn a_public_key_opens_no_journal() {
    let log = Log::written().await;

    for path in [
        "/internal/journals".to_owned(),
        log.path("/events"),
        log.path("/consumers"),
        log.path("/consumers/indexer"),
    ] {
        let answer = log.app.internal("GET", &path).bearer(&log.tenant.key).await;
        assert_eq!(answer.problem().0, 401, "{path}");
    }
}

#[tokio::test]
async fn a_stream_tells_what_was_and_then_what_comes() {
    let log = Log::written().await;
    let head = log.head().await;
    let mut listener = log.listen(&log.path("/events"), None).await;

    for position in 1..=head {
        assert_eq!(listener.told().await.id, position);
    }
    log.app.pause(&log.tenant, log.id).await;
    let told = listener.told().await;

    assert_eq!((told.id, &*told.name), (head + 1, "event"));
    assert_eq!(told.data["type"], "CampaignPaused");
    assert_eq!(told.data["position"], head + 1);
}

#[tokio::test]
async fn a_stream_goes_on_behind_the_last_event_that_its_client_saw() {
    let log = Log::written().await;
    let path = log.path("/events?after=1");

    let by_parameter = log.listen(&path, None).await.told().await;
    let by_last_id = log.listen(&path, Some(2)).await.told().await;

    assert_eq!((by_parameter.id, by_last_id.id), (2, 3));
}

#[tokio::test]
async fn a_key_has_a_bounded_number_of_streams() {
    let log = Log::written().await;
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(log.listen(&log.path("/events"), None).await);
    }

    let refused = log
        .app
        .internal("GET", &log.path("/events"))
        .bearer(&log.key)
        .header("accept", "text/event-stream")
        .await;

    assert_eq!(refused.problem(), (429, "too_many_streams".to_owned()));
}

#[tokio::test]
async fn archived_events_are_read_as_all_others_and_detached_ones_are_told() {
    let log = Log::written().await;
    let before = log.get(&log.path("/events")).await.body;
    let mut connection = log.app.database().connect().await;
    let client = &mut connection.client;
    Archiving::begin(client, log.journal, 3, 10)
        .await
        .unwrap()
        .step()
        .await
        .unwrap();

    let archived = log.get(&log.path("/events")).await.body;
    let table = format!("archived_events_{}_1", log.journal.0);
    let alter = format!("ALTER TABLE archived_events DETACH PARTITION {table}");
    log.app.sql().batch_execute(&alter).await.unwrap();
    let detached = log.get(&log.path("/events")).await;
    let behind = log.get(&log.path("/events?after=2")).await;
    let of = log.journal.0;
    let attach = format!(
        "ALTER TABLE archived_events ATTACH PARTITION {table} FOR VALUES FROM ({of}, 1) TO ({of}, 3)"
    );
    log.app.sql().batch_execute(&attach).await.unwrap();

    assert_eq!(archived, before);
    assert_eq!(detached.problem(), (410, "events_detached".to_owned()));
    assert_eq!(detached.details()["position"], 1);
    assert_eq!(behind.status, 200);
    assert_eq!(log.get(&log.path("/events")).await.body, before);
}

#[tokio::test]
async fn a_campaign_whose_events_are_archived_goes_on_as_before() {
    let log = Log::written().await;
    let mut connection = log.app.database().connect().await;
    let head = log.head().await;
    Archiving::begin(&mut connection.client, log.journal, head, 10)
        .await
        .unwrap()
        .step()
        .await
        .unwrap();

    let paused = log.app.pause(&log.tenant, log.id).await;
    let resumed = log.app.resume(&log.tenant, log.id).await;

    assert_eq!((paused.status, resumed.status), (200, 200));
    let types: Vec<_> = log.app.events(log.id).await;
    assert_eq!(types.len(), usize::try_from(head).unwrap() + 2);
}
