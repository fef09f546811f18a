//! Effects are taken in once, in order, whoever dies and however many relays there are.

use crate::stage::{Stage, intake, pairs, pool};
use domain::{Command, TokenKind};
use futures_util::future::join_all;
use testkit::{Cut, Script, eventually};

#[tokio::test]
async fn a_pause_costs_a_wake_row_and_no_delivery_when_all_tokens_are_built_in() {
    let stage = Stage::set().await;
    let id = stage.active().await;

    stage.pause(id).await;
    stage.take_in().await;

    assert_eq!(stage.count("wakes").await, 1);
    assert!(stage.deliveries(id).await.is_empty());
}

#[tokio::test]
async fn a_pause_costs_no_row_when_nobody_ever_slept_on_the_campaign() {
    let stage = Stage::set().await;
    let script = Script::new(stage.database.maker(), stage.user);
    let id = script.paused().await;

    let taken = stage.intake.run_once().await.unwrap();

    assert!(0 < taken.effects);
    assert_eq!(stage.count("wakes").await, 0);
    assert!(stage.deliveries(id).await.is_empty());
}

#[tokio::test]
async fn a_deletion_wakes_both_kinds() {
    let stage = Stage::set().await;
    let id = stage.active().await;

    stage.ask(stage.user, id, Command::Delete).await;
    stage.take_in().await;

    let outputs = "wakes WHERE output LIKE '%cancelled%'";
    assert_eq!(stage.count(outputs).await, 2);
}

#[tokio::test]
async fn a_launch_waits_for_an_engine_in_sight() {
    let stage = Stage::set().await;
    let id = Script::new(stage.database.maker(), stage.user)
        .launching()
        .await;
    stage.take_in().await;

    let waiting = "deliveries WHERE kind = 'start_run' AND state = 'due'";
    assert_eq!(stage.count(waiting).await, 1);
    assert!(stage.deliveries(id).await.is_empty());
}

#[tokio::test]
async fn an_intake_that_is_cut_off_before_its_commit_took_nothing_in() {
    let stage = Stage::set().await;
    let id = stage.active().await;
    stage.sleepers(id, TokenKind::Sleep, 3).await;
    stage.pause(id).await;
    let wire = stage.database.wire().await;
    let cut_off = intake(&pool(wire.config()));
    cut_off.run_once().await.unwrap();
    stage.resume(id).await;
    stage.pause(id).await;

    wire.cut(Cut::BeforeCommit);
    let taken = cut_off.take_in(stage.journal()).await;

    assert!(taken.is_err());
    assert_eq!(stage.count("wakes").await, 1);
    // The server notices the cut a moment later, and holds the cursor until then.
    eventually("the cursor is free", async || {
        stage.take_in().await;
        (stage.count("wakes").await == 3).then_some(())
    })
    .await;
    let states = pairs(&[("paused", "cancelled"), ("paused", "due")]);
    assert_eq!(stage.states(id).await, states);
}

#[tokio::test]
async fn an_intake_whose_commit_was_not_answered_takes_nothing_in_twice() {
    let stage = Stage::set().await;
    let id = stage.active().await;
    stage.sleepers(id, TokenKind::Sleep, 3).await;
    let wire = stage.database.wire().await;
    let cut_off = intake(&pool(wire.config()));
    cut_off.run_once().await.unwrap();
    stage.pause(id).await;

    wire.cut(Cut::AfterCommit);
    let taken = cut_off.take_in(stage.journal()).await;

    assert!(taken.is_err());
    assert_eq!(stage.count("wakes").await, 1);
    stage.take_in().await;
    assert_eq!(stage.count("wakes").await, 1);
    assert_eq!(stage.states(id).await, pairs(&[("paused", "due")]));
}

#[tokio::test]
async fn several_relays_take_each_effect_in_once() {
    let stage = Stage::set().await;
    let ids = join_all((0..20).map(|_| stage.active_of(stage.user))).await;
    let relays: Vec<_> = (0..4).map(|_| intake(&stage.pool)).collect();

    let writing = async {
        for _ in 0..10 {
            join_all(ids.iter().map(|id| stage.pause(*id))).await;
            join_all(ids.iter().map(|id| stage.resume(*id))).await;
        }
    };
    let taking = join_all(relays.iter().map(async |relay| {
        let mut taken = 0;
        for _ in 0..200 {
            taken += relay.run_once().await.unwrap().effects;
            tokio::task::yield_now().await;
        }
        taken
    }));
    let ((), taken) = tokio::join!(writing, taking);
    stage.take_in().await;

    assert_eq!(stage.count("wakes").await, 400);
    assert_eq!(stage.count("effects").await, 420);
    assert!(taken.iter().sum::<usize>() <= 420);
}
