//! A relay in small: inserts the wakes of a journal's effects, in order, as the real one does.

use domain::{CampaignId, TokenKind};
use event_store::JournalId;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, Ordering};
use tokio_postgres::{Client, Row};
use waitpoints::{WakeRow, WakingLock, insert_wakes, lock_waking};

/// Knows up to where it took the effects of one journal in.
#[derive(Default)]
pub struct Relay {
    cursor: AtomicI64,
}

impl Relay {
    /// One transaction on a connection that nobody else uses meanwhile. Returns how many wakes it
    /// inserted.
    pub async fn run_once(&self, client: &Client, journal: JournalId) -> usize {
        client.batch_execute("BEGIN").await.unwrap();
        let wakes = self.insert(client, journal).await;
        client.batch_execute("COMMIT").await.unwrap();
        wakes
    }

    /// What stands between `BEGIN` and `COMMIT`.
    pub async fn insert(&self, client: &Client, journal: JournalId) -> usize {
        lock_waking(client, journal, WakingLock::Exclusive)
            .await
            .unwrap();
        let effects = "SELECT effects.position, effects.campaign_id, effects.kind,
                              effects.detail::text AS detail, events.recorded_at
                       FROM effects JOIN events USING (journal, position)
                       WHERE journal = $1 AND effects.position > $2 ORDER BY position LIMIT 1000";
        let cursor = self.cursor.load(Ordering::SeqCst);
        let rows = client.query(effects, &[&journal.0, &cursor]).await.unwrap();
        let wakes: Vec<WakeRow> = rows.iter().flat_map(wakes_of).collect();
        let inserted = insert_wakes(client, journal, &wakes).await.unwrap();
        if let Some(last) = rows.last() {
            self.cursor.store(last.get("position"), Ordering::SeqCst);
        }
        inserted
    }
}

fn wakes_of(row: &Row) -> Vec<WakeRow> {
    let detail: Value = serde_json::from_str(row.get("detail")).unwrap();
    let (kinds, output) = match row.get("kind") {
        "cancel_runs" => (TokenKind::ALL.to_vec(), json!({"cancelled": true})),
        "complete_waitpoints" => {
            let kind = serde_json::from_value(detail["token_kind"].clone()).unwrap();
            (vec![kind], detail["output"].clone())
        }
        _ => (vec![], Value::Null),
    };
    let wake = |kind| WakeRow {
        campaign_id: CampaignId(row.get("campaign_id")),
        kind,
        position: row.get("position"),
        output: output.clone(),
        recorded_at: row.get("recorded_at"),
    };
    kinds.into_iter().map(wake).collect()
}
