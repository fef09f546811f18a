//! One process at a time sends, and its successor goes on where it stopped.

use crate::recorder::Recorder;
use crate::stage::{Stage, sender};
use domain::TokenKind;
use outbox::Sent;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn while_one_process_has_the_lease_no_other_sends() {
    let mut stage = Stage::set().await;
    let id = stage.active().await;
    stage.sleepers(id, TokenKind::Sleep, 200).await;
    stage.pause(id).await;
    stage.take_in().await;
    let (stop, other) = (CancellationToken::new(), Recorder::willing());
    let mut second = sender(&stage.pool, other.clone(), &stage.clock, "second");

    let first = stage.send_once().await;
    let meanwhile = second.run_once(&stop).await.unwrap();
    stage.sender.release().await.unwrap();
    let afterwards = second.run_once(&stop).await.unwrap();

    assert_eq!((first, meanwhile), (Sent::Some(64), Sent::Elsewhere));
    assert_eq!(afterwards, Sent::Some(64));
    assert_eq!(other.calls(), 64);
}
