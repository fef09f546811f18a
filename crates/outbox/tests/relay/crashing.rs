//! A sender that dies between any two lines loses nothing: its tokens are sent again.

use crate::recorder::{Recorder, Verdict};
use crate::stage::{Stage, pairs, pool, sender};
use domain::{CampaignId, TokenKind};
use outbox::Completion;
use std::sync::{Arc, Mutex};
use testkit::{Cut, Wire, eventually};
use tokio_util::sync::CancellationToken;

const TOKENS: usize = 100;

/// A stage with a pause that has to be told to [`TOKENS`] sleepers.
async fn paused(recorder: Arc<Recorder>) -> (Stage, CampaignId, Vec<String>) {
    let stage = Stage::with(recorder).await;
    let id = stage.active().await;
    let ids = stage.sleepers(id, TokenKind::Sleep, TOKENS).await;
    stage.pause(id).await;
    stage.take_in().await;
    (stage, id, ids)
}

/// Another process comes after the lease has run out; everybody has been told in the end.
async fn is_made_good(mut stage: Stage, id: CampaignId, ids: &[String]) {
    let first = stage.recorder.clone();
    stage.succeed(Recorder::willing()).await;
    stage.send_all().await;

    let (before, after) = (first.first_told(), stage.recorder.first_told());
    let told = |id: &String| before.contains_key(id) || after.contains_key(id);
    assert!(ids.iter().all(told));
    assert_eq!(stage.count("tokens").await, 0);
    assert_eq!(stage.states(id).await, pairs(&[("paused", "delivered")]));
}

#[tokio::test]
async fn a_sender_that_dies_when_it_has_claimed_or_sent_is_made_good() {
    let (mut stage, id, ids) = paused(Recorder::judging(|_, _| Verdict::Silence)).await;
    let stop = CancellationToken::new();

    let recorder = stage.recorder.clone();
    let has_sent = eventually("the sender sends", async || {
        (0 < recorder.calls()).then_some(())
    });
    tokio::select! {
        _ = stage.sender.run_once(&stop) => panic!("it waits for an answer"),
        () = has_sent => {}
    }

    assert_eq!(stage.count("attempts WHERE ended_at IS NULL").await, 1);
    is_made_good(stage, id, &ids).await;
}

/// A stage whose sender reaches the database by a wire that is cut when the first token was
/// answered: the next commit is the one that writes down what was learned.
async fn answered_and(cut: Cut) -> (Stage, CampaignId, Vec<String>, Wire) {
    let wire: Arc<Mutex<Option<Arc<Wire>>>> = Arc::default();
    let within = wire.clone();
    let recorder = Recorder::judging(move |_, _| {
        if let Some(wire) = within.lock().unwrap().take() {
            wire.cut(cut);
        }
        Verdict::Answered(Completion::Delivered)
    });
    let (mut stage, id, ids) = paused(recorder).await;
    let laid = Arc::new(stage.database.wire().await);
    *wire.lock().unwrap() = Some(laid.clone());
    let through = pool(laid.config());
    stage.sender = sender(&through, stage.recorder.clone(), &stage.clock, "first");
    let stop = CancellationToken::new();
    let died = stage.sender.run_once(&stop).await;
    assert!(died.is_err());
    let wire = Arc::into_inner(laid).unwrap();
    (stage, id, ids, wire)
}

#[tokio::test]
async fn a_sender_that_dies_when_it_was_answered_is_made_good() {
    let (stage, id, ids, _wire) = answered_and(Cut::BeforeCommit).await;

    assert!(!stage.recorder.told().is_empty());
    assert_eq!(stage.count("tokens").await, i64::try_from(TOKENS).unwrap());
    is_made_good(stage, id, &ids).await;
}

#[tokio::test]
async fn a_sender_that_dies_when_it_wrote_down_what_it_learned_is_made_good() {
    let (stage, id, ids, _wire) = answered_and(Cut::AfterCommit).await;

    let told = stage.recorder.told().len();
    let left = i64::try_from(TOKENS - told).unwrap();
    assert_eq!(stage.count("tokens").await, left);
    is_made_good(stage, id, &ids).await;
}

#[tokio::test]
async fn a_sender_that_cannot_write_its_attempt_sends_nothing() {
    let (mut stage, id, ids) = paused(Recorder::willing()).await;
    let wire = stage.database.wire().await;
    let through = pool(wire.config());
    stage.sender = sender(&through, stage.recorder.clone(), &stage.clock, "first");

    wire.cut(Cut::ForGood);
    let stop = CancellationToken::new();
    let died = stage.sender.run_once(&stop).await;

    assert!(died.is_err());
    assert_eq!(stage.recorder.calls(), 0);
    is_made_good(stage, id, &ids).await;
}

#[tokio::test]
async fn a_sender_that_is_told_to_stop_finishes_what_it_sent() {
    let stop = CancellationToken::new();
    let stops = stop.clone();
    let recorder = Recorder::judging(move |_, _| {
        stops.cancel();
        Verdict::Answered(Completion::Delivered)
    });
    let (mut stage, id, ids) = paused(recorder).await;

    stage.sender.run_once(&stop).await.unwrap();
    stage.sender.release().await.unwrap();

    let told = stage.recorder.told().len();
    let left = i64::try_from(TOKENS - told).unwrap();
    assert_eq!(stage.count("tokens").await, left);
    assert_eq!(stage.count("leases WHERE until < now()").await, 1);
    is_made_good(stage, id, &ids).await;
}
