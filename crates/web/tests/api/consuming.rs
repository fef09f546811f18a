//! Consumers over HTTP: made, claimed, read, committed, given back.

use crate::journals::Log;
use serde_json::{Value, json};
use testkit::Answer;

impl Log {
    async fn put(&self, name: &str, body: &Value) -> Answer {
        let path = self.path(&format!("/consumers/{name}"));
        let call = self.app.internal("PUT", &path).bearer(&self.key);
        call.json(&body.to_string()).await
    }

    async fn post(&self, verb: &str, body: &Value) -> Answer {
        let path = self.path(&format!("/consumers/indexer/{verb}"));
        let call = self.app.internal("POST", &path).bearer(&self.key);
        call.json(&body.to_string()).await
    }

    async fn consumer(&self) -> Value {
        self.get(&self.path("/consumers/indexer")).await.json()
    }

    /// Makes the consumer and claims it. The lease.
    async fn claimed(&self) -> String {
        self.put("indexer", &json!({})).await;
        let claimed = self.post("claim", &json!({"holder": "first"})).await;
        claimed.json()["lease"].as_str().unwrap().to_owned()
    }

    async fn read(&self, lease: &str, query: &str) -> Answer {
        let path = format!("/consumers/indexer/events?lease={lease}{query}");
        self.get(&self.path(&path)).await
    }
}

#[tokio::test]
async fn a_consumer_is_made_once_and_shown() {
    let log = Log::written().await;

    let made = log.put("indexer", &json!({})).await;
    let again = log.put("indexer", &json!({})).await;
    let placed = log.put("indexer", &json!({"cursor": 2})).await;

    assert_eq!((made.status, again.status, placed.status), (201, 200, 200));
    let (shown, head) = (log.consumer().await, log.head().await);
    assert_eq!(shown, placed.json());
    assert_eq!(shown["cursor"], 2);
    assert_eq!(
        (&shown["head"], &shown["behind"]),
        (&json!(head), &json!(head - 2))
    );
    assert_eq!(shown["lease"], Value::Null);
    let listed = log.get(&log.path("/consumers")).await.json();
    assert_eq!(listed["consumers"], json!([shown]));
}

#[tokio::test]
async fn a_reader_claims_reads_and_commits() {
    let log = Log::written().await;
    let lease = log.claimed().await;

    let page = log.read(&lease, "&limit=2").await.json();
    let committed = log
        .post("commit", &json!({"lease": lease, "cursor": page["cursor"]}))
        .await;
    let next = log.read(&lease, "&limit=1").await.json();

    assert_eq!(page["cursor"], 2);
    assert_eq!(committed.json()["cursor"], 2);
    assert_eq!(next["events"][0]["position"], 3);
    assert_eq!(log.consumer().await["lease"]["holder"], "first");
}

#[tokio::test]
async fn a_reader_may_read_on_before_it_commits() {
    let log = Log::written().await;
    let lease = log.claimed().await;

    let ahead = log.read(&lease, "&after=2&limit=1").await.json();

    assert_eq!(ahead["events"][0]["position"], 3);
    assert_eq!(log.consumer().await["cursor"], 0);
}

#[tokio::test]
async fn another_reader_is_told_who_reads_and_until_when() {
    let log = Log::written().await;
    log.claimed().await;

    let refused = log.post("claim", &json!({"holder": "second"})).await;

    assert_eq!(refused.problem(), (409, "consumer_leased".to_owned()));
    assert_eq!(refused.details()["holder"], "first");
    let until = &log.consumer().await["lease"]["leased_until"];
    assert_eq!(&refused.details()["leased_until"], until);
}

#[tokio::test]
async fn who_comes_after_a_reader_that_died_begins_behind_its_last_commit() {
    let log = Log::written().await;
    let dead = log.claimed().await;
    log.post("commit", &json!({"lease": dead, "cursor": 1}))
        .await;
    log.read(&dead, "&limit=2").await;
    log.app.database().let_leases_end().await;

    let next = log.post("claim", &json!({"holder": "second"})).await.json();
    let late = log
        .post("commit", &json!({"lease": dead, "cursor": 3}))
        .await;
    let blind = log.read(&dead, "").await;

    assert_eq!(next["cursor"], 1);
    assert_eq!(late.problem(), (409, "lease_over".to_owned()));
    assert_eq!(blind.problem(), (409, "lease_over".to_owned()));
    let lease = next["lease"].as_str().unwrap();
    let handed = log.read(lease, "&limit=1").await.json();
    assert_eq!(handed["events"][0]["position"], 2);
}

#[tokio::test]
async fn a_lease_that_is_given_back_can_be_claimed_at_once() {
    let log = Log::written().await;
    let lease = log.claimed().await;

    let released = log.post("release", &json!({"lease": lease})).await;
    let again = log.post("release", &json!({"lease": lease})).await;

    assert_eq!((released.status, again.status), (204, 204));
    assert_eq!(log.consumer().await["lease"], Value::Null);
    assert_eq!(log.post("claim", &json!({})).await.status, 200);
}

#[tokio::test]
async fn a_cursor_that_cannot_be_is_refused_with_those_that_can() {
    let log = Log::written().await;
    let lease = log.claimed().await;
    let head = log.head().await;

    let beyond = log
        .post("commit", &json!({"lease": lease, "cursor": head + 1}))
        .await;
    let placed = log.put("indexer", &json!({"cursor": head + 1})).await;

    for refused in [beyond, placed] {
        assert_eq!(refused.problem(), (400, "cursor_out_of_range".to_owned()));
        assert_eq!(refused.details(), json!({"cursor": 0, "head": head}));
    }
}

#[tokio::test]
async fn a_consumer_that_is_forgotten_is_unknown() {
    let log = Log::written().await;
    let lease = log.claimed().await;
    let path = log.path("/consumers/indexer");
    let remove = || log.app.internal("DELETE", &path).bearer(&log.key);

    let removed = remove().await;

    assert_eq!(removed.status, 204);
    for refused in [
        remove().await,
        log.get(&path).await,
        log.post("claim", &json!({})).await,
        log.post("commit", &json!({"lease": lease, "cursor": 1}))
            .await,
        log.read(&lease, "").await,
    ] {
        assert_eq!(refused.problem(), (404, "consumer_not_found".to_owned()));
    }
}

#[tokio::test]
async fn what_is_not_understood_of_a_consumer_is_told() {
    let log = Log::written().await;
    let lease = log.claimed().await;

    let mut refused = vec![
        log.put("Indexer", &json!({})).await,
        log.put("indexer", &json!({"cursor": "1"})).await,
        log.put("indexer", &json!({"place": 1})).await,
        log.post("commit", &json!({"lease": lease})).await,
        log.post("commit", &json!({"lease": "it", "cursor": 1}))
            .await,
        log.read("it", "").await,
        log.read(&lease, "&wait=61").await,
    ];
    for claim in [
        json!({"lease_seconds": 0}),
        json!({"lease_seconds": 3601}),
        json!({"holder": ""}),
        json!({"holder": "a\nb"}),
        json!({"holder": "a".repeat(101)}),
    ] {
        refused.push(log.post("claim", &claim).await);
    }

    for refused in refused {
        assert_eq!(refused.problem(), (400, "invalid_request".to_owned()));
    }
}
