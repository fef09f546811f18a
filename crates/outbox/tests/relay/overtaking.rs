//! What is not worth telling any more is not told.

use crate::stage::{Stage, pairs};
use domain::{Command, TokenKind};
use serde_json::json;

#[tokio::test]
async fn a_resume_overtakes_what_is_left_of_a_pause() {
    let mut stage = Stage::set().await;
    let id = stage.active().await;
    stage.sleepers(id, TokenKind::Sleep, 200).await;
    stage.pause(id).await;
    stage.take_in().await;
    stage.send_once().await;

    stage.resume(id).await;
    stage.deliver().await;

    let sent = stage.recorder.told().len();
    assert!((1..200).contains(&sent), "{sent}");
    assert_eq!(stage.states(id).await, pairs(&[("paused", "cancelled")]));
    let left = i64::try_from(200 - sent).unwrap();
    assert_eq!(stage.count("tokens").await, left);
}

#[tokio::test]
async fn a_pause_overtakes_what_is_left_of_a_resume() {
    let mut stage = Stage::set().await;
    let id = stage.active().await;
    stage.pause(id).await;
    let parked = stage.sleepers(id, TokenKind::Pause, 200).await;
    stage.resume(id).await;
    stage.take_in().await;
    stage.send_once().await;

    stage.pause(id).await;
    stage.deliver().await;
    let sent = stage.recorder.told().len();
    stage.resume(id).await;
    stage.deliver().await;

    assert!((1..200).contains(&sent), "{sent}");
    assert_eq!(stage.recorder.told().len(), parked.len());
    let states = pairs(&[("resumed", "cancelled"), ("resumed", "delivered")]);
    assert_eq!(stage.states(id).await, states);
}

#[tokio::test]
async fn what_is_overtaken_before_it_is_taken_in_is_never_sent() {
    let mut stage = Stage::set().await;
    let id = stage.active().await;
    stage.sleepers(id, TokenKind::Sleep, 5).await;

    stage.pause(id).await;
    stage.resume(id).await;
    stage.deliver().await;

    assert!(stage.recorder.told().is_empty());
    let (told, state, reason) = stage.deliveries(id).await.remove(0);
    assert_eq!((told.as_str(), state.as_str()), ("paused", "cancelled"));
    assert!(reason.unwrap().ends_with("(resumed) overtook it"));
}

#[tokio::test]
async fn a_sleeper_that_a_resume_left_asleep_wakes_at_the_next_pause() {
    let mut stage = Stage::set().await;
    let id = stage.active().await;
    stage.sleepers(id, TokenKind::Sleep, 5).await;
    stage.pause(id).await;
    stage.resume(id).await;

    stage.pause(id).await;
    stage.deliver().await;

    assert_eq!(stage.recorder.told().len(), 5);
}

#[tokio::test]
async fn a_deletion_overtakes_everything_and_wakes_everybody() {
    let mut stage = Stage::set().await;
    let id = stage.active().await;
    stage.sleepers(id, TokenKind::Sleep, 3).await;
    stage.pause(id).await;
    stage.sleepers(id, TokenKind::Pause, 3).await;

    stage.ask(stage.user, id, Command::Delete).await;
    stage.deliver().await;

    let states = pairs(&[("paused", "cancelled"), ("cancelled", "delivered")]);
    assert_eq!(stage.states(id).await, states);
    let cancelled = json!({"cancelled": true});
    assert!(crate::stage::told_alike(&stage.recorder, &cancelled));
    assert_eq!(stage.recorder.told().len(), 6);
    // It was taken up before.
    let run = "deliveries WHERE kind = 'start_run' AND state = 'delivered'";
    assert_eq!(stage.count(run).await, 1);
}
