//! An adapter for a fake, and many completions at once.

use chrono::Utc;
use outbox::{Completion, Patience, Surroundings, TriggerDev, TriggerSettings, WaitpointCompleter};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use testkit::FakeTrigger;
use tokio_util::sync::CancellationToken;
use waitpoints::TokenId;

/// Patience of a test: an outage is waited out in fractions of a second.
pub const SHORT: Patience = Patience {
    request_time_max: Duration::from_secs(2),
    failures_max: 5,
    outage_wait_min: Duration::from_millis(30),
    outage_wait_max: Duration::from_millis(200),
    refused_wait: Duration::from_millis(300),
    budget_wait_min: Duration::from_millis(20),
    budget_wait_max: Duration::from_millis(300),
};

/// Tries of a token, before a test says that it will never be delivered.
const TRIES_MAX: u32 = 50;
const SENDERS: usize = 12;

pub fn surroundings() -> Surroundings {
    Surroundings {
        now: Arc::new(Utc::now),
        chance: Arc::new(rand::random::<f64>),
    }
}

pub fn settings(fake: &FakeTrigger) -> TriggerSettings {
    let key = FakeTrigger::KEY.to_owned().into();
    let mut settings = TriggerSettings::new(fake.url(), key, surroundings());
    settings.patience = SHORT;
    settings
}

pub fn adapter(fake: &FakeTrigger) -> TriggerDev {
    TriggerDev::new(&settings(fake)).unwrap()
}

pub fn paused() -> Value {
    json!({"paused": true})
}

pub async fn complete(completer: &TriggerDev, token: &TokenId) -> Completion {
    let turn = completer.ready().await;
    completer.complete(turn, token, &paused()).await
}

/// Completes all tokens as the relay would: what is unknown is tried again, later. Returns those
/// that came to anything but `Delivered`.
pub async fn complete_all(completer: &TriggerDev, tokens: Vec<TokenId>) -> Vec<Completion> {
    let queue: VecDeque<(TokenId, u32)> = tokens.into_iter().map(|token| (token, 0)).collect();
    let left = AtomicUsize::new(queue.len());
    let queue = Mutex::new(queue);
    let others = Mutex::new(Vec::new());
    let over = CancellationToken::new();
    let send_next = || async {
        let turn = completer.ready().await;
        let next = queue.lock().unwrap().pop_front();
        let Some((token, tries)) = next else {
            return tokio::task::yield_now().await;
        };
        match completer.complete(turn, &token, &paused()).await {
            Completion::Unknown { .. } | Completion::Refused if tries < TRIES_MAX => {
                return queue.lock().unwrap().push_back((token, tries + 1));
            }
            Completion::Delivered => {}
            other => others.lock().unwrap().push(other),
        }
        if left.fetch_sub(1, Ordering::SeqCst) == 1 {
            over.cancel();
        }
    };
    let send = || async {
        // Not one whose fate is open is given up half-way: there is none when all is over.
        over.run_until_cancelled(async {
            loop {
                send_next().await;
            }
        })
        .await;
    };
    // More senders than the adapter lets through: bounding them is its work.
    futures_util::future::join_all((0..SENDERS).map(|_| send())).await;
    others.into_inner().unwrap()
}
