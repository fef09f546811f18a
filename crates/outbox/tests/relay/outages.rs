//! An endpoint that is down for an hour: nothing is lost, nobody spins, and nobody stampedes.

use crate::recorder::{Recorder, Verdict, failed};
use crate::stage::{Stage, pairs};
use chrono::TimeDelta;
use domain::TokenKind;
use outbox::{Completion, Fault};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const TOKENS: usize = 50;

#[tokio::test]
async fn an_hour_of_outage_loses_nothing_and_is_not_spent_calling() {
    let down = Arc::new(AtomicBool::new(true));
    let is_down = down.clone();
    let recorder = Recorder::judging(move |_, _| {
        if is_down.load(Ordering::SeqCst) {
            failed("connection refused", Fault::Endpoint)
        } else {
            Verdict::Answered(Completion::Delivered)
        }
    });
    let mut stage = Stage::with(recorder).await;
    stage.clock.freeze();
    let id = stage.active().await;
    stage.sleepers(id, TokenKind::Sleep, TOKENS).await;
    stage.pause(id).await;
    stage.take_in().await;

    for _ in 0..360 {
        stage.clock.pass(TimeDelta::seconds(10));
        stage.send_all().await;
    }
    let called = stage.recorder.calls();
    assert_eq!(stage.states(id).await, pairs(&[("paused", "due")]));
    down.store(false, Ordering::SeqCst);
    let mut woke = Vec::new();
    for _ in 0..60 {
        stage.clock.pass(TimeDelta::seconds(10));
        let before = stage.recorder.told().len();
        stage.send_all().await;
        woke.push(stage.recorder.told().len() - before);
    }

    let tokens = u64::try_from(TOKENS).unwrap();
    assert!(called < 60 * tokens, "{called} calls in an hour");
    assert_eq!(woke.iter().sum::<usize>(), TOKENS);
    let most = woke.iter().max().unwrap();
    assert!(*most < TOKENS / 2, "{woke:?}");
    assert_eq!(stage.states(id).await, pairs(&[("paused", "delivered")]));
}

#[tokio::test]
async fn what_cannot_be_told_for_a_day_is_parked_for_an_operator() {
    let recorder = Recorder::judging(|_, _| failed("connection refused", Fault::Endpoint));
    let mut stage = Stage::with(recorder).await;
    let id = stage.active().await;
    stage.sleepers(id, TokenKind::Sleep, 3).await;
    stage.pause(id).await;
    stage.deliver().await;

    stage.clock.pass(TimeDelta::hours(25));
    stage.send_all().await;

    assert_eq!(stage.states(id).await, pairs(&[("paused", "parked")]));
    assert_eq!(stage.count("tokens").await, 3);
}
