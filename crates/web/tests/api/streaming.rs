//! Campaigns are followed live, and nobody misses anything.

use domain::{CampaignId, Command, Progress};
use reqwest::{Client, Response};
use serde_json::Value;
use std::time::Duration;
use testkit::{Tenant, TestApp, prospect};
use tokio::time::timeout;

/// The longest that a message may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A message of a stream.
#[derive(Debug)]
pub struct Message {
    pub id: i64,
    pub name: String,
    pub data: Value,
}

/// A client that listens.
pub struct Listener {
    response: Response,
    text: String,
}

impl Listener {
    pub async fn of(app: &TestApp, tenant: &Tenant, path: &str, last: Option<i64>) -> Self {
        Self::to(ask(app, tenant, path, last).await)
    }

    /// Listens to an answer.
    pub fn to(response: Response) -> Self {
        assert_eq!(response.status().as_u16(), 200, "{response:?}");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let text = String::new();
        Self { response, text }
    }

    /// The next message; nothing when the stream has ended.
    async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                if let Some(message) = parse(&block) {
                    return Some(message);
                }
                continue;
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await;
            let chunk = chunk.expect("something in time").ok()??;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    pub async fn told(&mut self) -> Message {
        let message = self.next().await.expect("a message");
        assert_eq!(message.name, "event", "{message:?}");
        message
    }

    async fn snapshot(&mut self) -> Message {
        let message = self.next().await.expect("a message");
        assert_eq!(message.name, "snapshot", "{message:?}");
        message
    }
}

fn parse(block: &str) -> Option<Message> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
    Some(Message {
        id: field("id: ")?.parse().unwrap(),
        name: field("event: ")?.to_owned(),
        data: serde_json::from_str(field("data: ")?).unwrap(),
    })
}

async fn ask(app: &TestApp, tenant: &Tenant, path: &str, last: Option<i64>) -> Response {
    let url = format!("{}{path}", app.public_url());
    let mut request = Client::new().get(url).bearer_auth(&tenant.key);
    if let Some(last) = last {
        request = request.header("last-event-id", last.to_string());
    }
    request.send().await.unwrap()
}

fn path_of(id: CampaignId) -> String {
    format!("/api/campaigns/{id}/stream")
}

fn replied(id: CampaignId, number: u32) -> Command {
    Command::ReportProgress {
        prospect_id: prospect(id, number),
        progress: Progress::Replied,
    }
}

#[tokio::test]
async fn a_stream_begins_with_the_campaign_as_it_is() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let snapshot = Listener::of(&app, &tenant, &path_of(id), None)
        .await
        .snapshot()
        .await;

    let whole = app.get(&tenant, id).await;
    assert_eq!(snapshot.data, whole.json());
    assert_eq!(whole.header("etag"), Some(&*format!("\"{}\"", snapshot.id)));
}

#[tokio::test]
async fn a_pause_is_told_with_its_reason_and_where_the_campaign_stands_then() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let mut of_campaign = Listener::of(&app, &tenant, &path_of(id), None).await;
    let mut of_user = Listener::of(&app, &tenant, "/api/stream", None).await;
    let (snapshot, _) = (of_campaign.snapshot().await, of_user.snapshot().await);

    app.pause(&tenant, id).reason("the list is wrong").await;

    for listener in [&mut of_campaign, &mut of_user] {
        let told = listener.told().await.data;
        assert_eq!(told["type"], "CampaignPaused");
        assert_eq!(told["campaign_id"], id.to_string());
        assert_eq!(told["version"], snapshot.id + 1);
        assert_eq!(told["reason"], "the list is wrong");
        assert_eq!(told["status"], "paused");
    }
}

#[tokio::test]
async fn what_another_process_did_is_told_too() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let mut listener = Listener::of(&app, &tenant, &path_of(id), None).await;
    listener.snapshot().await;

    app.elsewhere(&tenant, id, replied(id, 0)).await;

    let told = listener.told().await.data;
    assert_eq!(told["type"], "ProspectReplied");
    assert_eq!(told["status"], "active");
}

#[tokio::test]
async fn a_client_that_comes_again_is_told_what_it_missed_and_nothing_twice() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let mut first = Listener::of(&app, &tenant, &path_of(id), None).await;
    let last = first.snapshot().await.id;
    drop(first);
    app.pause(&tenant, id).await;
    app.resume(&tenant, id).await;

    let mut again = Listener::of(&app, &tenant, &path_of(id), Some(last)).await;

    let told = [again.told().await, again.told().await];
    assert_eq!(told.each_ref().map(|it| it.id), [last + 1, last + 2]);
    let statuses = told.each_ref().map(|it| it.data["status"].clone());
    assert_eq!(statuses, ["paused", "active"]);
    app.pause(&tenant, id).await;
    assert_eq!(again.told().await.id, last + 3);
}

#[tokio::test]
async fn from_zero_on_a_stream_is_the_whole_history() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.paused_campaign(&tenant).await;

    let mut listener = Listener::of(&app, &tenant, &path_of(id), Some(0)).await;

    for event in app.events(id).await {
        let told = listener.told().await;
        assert_eq!(told.id, event.version.0);
        assert_eq!(told.data["type"], event.event.event_type());
        let payload: Value = serde_json::from_str(&event.event.payload().unwrap()).unwrap();
        assert_eq!(told.data["payload"], payload);
    }
}

#[tokio::test]
async fn a_burst_is_told_without_a_gap() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).prospects(400).active().await;
    let mut listener = Listener::of(&app, &tenant, &path_of(id), None).await;
    let last = listener.snapshot().await.id;

    let replies = (0..300).map(|number| app.elsewhere(&tenant, id, replied(id, number)));
    futures_util::future::join_all(replies).await;

    for number in 1..=300 {
        assert_eq!(listener.told().await.id, last + number);
    }
}

#[tokio::test]
async fn a_users_stream_has_nothing_of_anybody_else() {
    let app = TestApp::spawn().await;
    let (tenant, other) = (app.tenant().await, app.tenant().await);
    let others = app.active_campaign(&other).await;
    let mut listener = Listener::of(&app, &tenant, "/api/stream", Some(0)).await;

    app.pause(&other, others).await;
    let own = app.active_campaign(&tenant).await;
    let events = app.events(own).await;

    for event in events {
        let told = listener.told().await;
        assert_eq!(told.data["campaign_id"], own.to_string());
        assert_eq!(told.id, event.position);
    }
}

#[tokio::test]
async fn anothers_campaign_has_no_stream() {
    let app = TestApp::spawn().await;
    let (tenant, other) = (app.tenant().await, app.tenant().await);
    let others = app.active_campaign(&other).await;

    let refused = app
        .public("GET", &path_of(others))
        .bearer(&tenant.key)
        .await;

    assert_eq!(refused.problem(), (404, "campaign_not_found".to_owned()));
}

#[tokio::test]
async fn a_stream_ends_with_its_campaign() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let mut listener = Listener::of(&app, &tenant, &path_of(id), None).await;
    listener.snapshot().await;

    app.elsewhere(&tenant, id, Command::Delete).await;

    let told = listener.told().await.data;
    assert_eq!(told["type"], "CampaignDeleted");
    assert_eq!(told["status"], Value::Null);
    assert!(listener.next().await.is_none());
}

#[tokio::test]
async fn a_stream_ends_with_the_service() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let mut listener = Listener::of(&app, &tenant, &path_of(id), None).await;
    listener.snapshot().await;

    app.stop().await;

    assert!(listener.next().await.is_none());
}

#[tokio::test]
async fn a_key_has_16_streams_and_gets_the_place_of_one_that_ended() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let mut listeners = Vec::new();
    for _ in 0..16 {
        listeners.push(Listener::of(&app, &tenant, "/api/stream", None).await);
    }

    let refused = app.public("GET", "/api/stream").bearer(&tenant.key).await;

    assert_eq!(refused.problem(), (429, "too_many_streams".to_owned()));
    assert!(refused.header("retry-after").is_some());
    let other = app.tenant().await;
    Listener::of(&app, &other, "/api/stream", None).await;
    drop(listeners);
    let id = app.active_campaign(&tenant).await;
    testkit::eventually("a place", async || {
        // What is written to a connection that is gone tells that it is.
        app.pause(&tenant, id).await;
        app.resume(&tenant, id).await;
        let asked = ask(&app, &tenant, "/api/stream", None).await;
        (asked.status().as_u16() == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_id_that_no_message_has_is_refused() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    for id in ["", "-1", "seven", "1.5"] {
        let asked = app.public("GET", "/api/stream").bearer(&tenant.key);
        let refused = asked.header("last-event-id", id).await;

        assert_eq!(
            refused.problem(),
            (400, "invalid_request".to_owned()),
            "{id}"
        );
    }
}
