//! Tokens are completed once each when nothing fails; failures are waited out, parked, dropped.

use crate::recorder::{Recorder, Verdict, failed};
use crate::stage::{Stage, pairs};
use chrono::TimeDelta;
use domain::TokenKind;
use outbox::{ATTEMPTS_MAX, Completion, Fault, Sent};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::new_user;

#[tokio::test]
async fn every_token_is_completed_once_and_let_go_of() {
    let mut stage = Stage::set().await;
    let id = stage.active().await;
    let ids = stage.sleepers(id, TokenKind::Sleep, 1_500).await;

    stage.pause(id).await;
    stage.deliver().await;

    assert_eq!(stage.recorder.told().len(), ids.len());
    let told = stage.recorder.first_told();
    assert!(
        ids.iter()
            .all(|id| told.get(id) == Some(&json!({"paused": true})))
    );
    assert_eq!(stage.count("tokens").await, 0);
    assert_eq!(stage.states(id).await, pairs(&[("paused", "delivered")]));
    let counted = "deliveries WHERE completed = 1500 AND unknown = 0 AND failed = 0";
    assert_eq!(stage.count(counted).await, 1);
    assert_eq!(stage.count("attempts WHERE ended_at IS NULL").await, 0);
}

#[tokio::test]
async fn a_tenant_with_ten_does_not_wait_for_one_with_ten_thousand() {
    let mut stage = Stage::set().await;
    let (big, small) = (stage.active().await, stage.active_of(new_user()).await);
    stage.sleepers(big, TokenKind::Sleep, 10_000).await;
    let ten = stage.sleepers(small, TokenKind::Sleep, 10).await;
    stage.pause(big).await;
    stage.take_in().await;
    stage.send_once().await;
    let before = stage.recorder.told().len();

    let owner = "SELECT user_id FROM campaigns WHERE id = $1";
    let row = stage.database.sql().query_one(owner, &[&small.0]).await;
    let owner = domain::UserId(row.unwrap().get(0));
    stage.ask(owner, small, domain::Command::Pause).await;
    stage.take_in().await;
    stage.send_once().await;

    let told = stage.recorder.told();
    let first = |id: &String| told.iter().position(|(told, _)| told == id).unwrap();
    let last = ten.iter().map(first).max().unwrap();
    assert!(
        last < before + 20,
        "{last} of {} after {before}",
        told.len()
    );
}

#[tokio::test]
async fn owed_tokens_of_a_tenant_with_many_do_not_starve_another() {
    let mut stage = Stage::set().await;
    let (big, small) = (stage.active().await, stage.active_of(new_user()).await);
    let ten = stage.sleepers(small, TokenKind::Sleep, 10).await;
    stage.pause(big).await;
    for _ in 0..3 {
        let late = crate::stage::tokens(TokenKind::Sleep, 1_000);
        stage.registrar.register(big, &late).await.unwrap();
    }
    let owner = "SELECT user_id FROM campaigns WHERE id = $1";
    let row = stage.database.sql().query_one(owner, &[&small.0]).await;
    let owner = domain::UserId(row.unwrap().get(0));
    stage.ask(owner, small, domain::Command::Pause).await;
    stage.take_in().await;

    stage.send_once().await;

    let told = stage.recorder.first_told();
    assert!(ten.iter().all(|id| told.contains_key(id)));
}

#[tokio::test]
async fn a_token_that_is_not_there_any_more_is_counted_and_dropped() {
    let gone = Recorder::judging(|_, _| Verdict::Answered(Completion::Gone));
    let mut stage = Stage::with(gone).await;
    let id = stage.active().await;
    stage.sleepers(id, TokenKind::Sleep, 3).await;

    stage.pause(id).await;
    stage.deliver().await;

    assert_eq!(stage.count("tokens").await, 0);
    assert_eq!(stage.count("deliveries WHERE unknown = 3").await, 1);
    assert_eq!(stage.states(id).await, pairs(&[("paused", "delivered")]));
}

#[tokio::test]
async fn a_token_that_keeps_failing_is_parked_after_its_attempts_and_holds_up_nobody() {
    let bad = Arc::new(std::sync::Mutex::new(String::new()));
    let named = bad.clone();
    let recorder = Recorder::judging(move |id, _| {
        if id.to_string() == *named.lock().unwrap() {
            failed("503 from elsewhere", Fault::Token)
        } else {
            Verdict::Answered(Completion::Delivered)
        }
    });
    let mut stage = Stage::with(recorder).await;
    stage.clock.freeze();
    let id = stage.active().await;
    let ids = stage.sleepers(id, TokenKind::Sleep, 300).await;
    ids[7].clone_into(&mut bad.lock().unwrap());

    stage.pause(id).await;
    stage.deliver().await;
    assert_eq!(stage.recorder.told().len(), 299);
    for _ in 0..ATTEMPTS_MAX {
        stage.clock.pass(TimeDelta::hours(1));
        stage.send_all().await;
    }

    let attempts = u64::try_from(ATTEMPTS_MAX).unwrap();
    assert_eq!(stage.recorder.calls(), 299 + attempts);
    let (_, state, reason) = stage.deliveries(id).await.remove(0);
    assert_eq!(state, "parked");
    assert_eq!(
        reason.unwrap(),
        "what is left cannot be completed: 503 from elsewhere"
    );
    assert_eq!(stage.count("tokens WHERE parked").await, 1);
}

#[tokio::test]
async fn a_parked_token_is_tried_anew_for_the_next_effect() {
    let broken = Arc::new(AtomicBool::new(true));
    let breaks = broken.clone();
    let recorder = Recorder::judging(move |_, _| {
        if breaks.load(Ordering::SeqCst) {
            let reason = "422".to_owned();
            return Verdict::Answered(Completion::Rejected { reason });
        }
        Verdict::Answered(Completion::Delivered)
    });
    let mut stage = Stage::with(recorder).await;
    let id = stage.active().await;
    stage.sleepers(id, TokenKind::Sleep, 2).await;
    stage.pause(id).await;
    stage.deliver().await;
    assert_eq!(stage.states(id).await, pairs(&[("paused", "parked")]));

    broken.store(false, Ordering::SeqCst);
    stage.resume(id).await;
    stage.pause(id).await;
    stage.deliver().await;

    let states = pairs(&[("paused", "cancelled"), ("paused", "delivered")]);
    assert_eq!(stage.states(id).await, states);
    assert_eq!(stage.count("tokens").await, 0);
}

#[tokio::test]
async fn a_refused_key_raises_an_alarm_keeps_every_token_and_gives_the_lease_back() {
    let refused = Arc::new(AtomicBool::new(true));
    let refuses = refused.clone();
    let recorder = Recorder::judging(move |_, _| {
        Verdict::Answered(if refuses.load(Ordering::SeqCst) {
            Completion::Refused
        } else {
            Completion::Delivered
        })
    });
    let mut stage = Stage::with(recorder).await;
    let id = stage.active().await;
    stage.sleepers(id, TokenKind::Sleep, 3).await;
    stage.pause(id).await;
    stage.take_in().await;

    stage.send_once().await;

    assert_eq!(stage.count("tokens WHERE attempts = 0").await, 3);
    let alarmed = "leases WHERE alarm IS NOT NULL AND until < now()";
    assert_eq!(stage.count(alarmed).await, 1);
    refused.store(false, Ordering::SeqCst);
    stage.send_all().await;
    assert_eq!(stage.count("tokens").await, 0);
    assert_eq!(stage.count("leases WHERE alarm IS NULL").await, 1);
}

#[tokio::test]
async fn nothing_is_written_while_there_is_nothing_to_send() {
    let mut stage = Stage::set().await;
    let id = stage.active().await;
    stage.pause(id).await;
    stage.take_in().await;

    assert_eq!(stage.send_once().await, Sent::Nothing);

    assert_eq!(stage.count("leases").await, 0);
}
