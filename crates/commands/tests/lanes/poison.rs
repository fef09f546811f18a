//! A command that the database refuses, which it never should, fails alone.

use commands::{Failure, Verdict};
use domain::Command;
use futures_util::future::join_all;
use testkit::{Script, TestDatabase, new_user};

#[tokio::test]
async fn a_poison_command_in_a_batch_of_a_hundred_fails_and_ninety_nine_succeed() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let campaigns = join_all((0..100).map(|_| Script::new(database.maker(), user).active())).await;
    let poison = campaigns[50];
    let lanes = database.lanes("lanes");
    database.poison(poison).await;

    let answers = join_all(
        campaigns
            .iter()
            .map(|id| lanes.ask(user, *id, Command::Pause)),
    )
    .await;

    for (id, answer) in campaigns.iter().zip(&answers) {
        let events = database.events(*id).await.len();
        if *id == poison {
            assert!(matches!(answer, Err(Failure::Refused)), "{answer:?}");
            assert_eq!(events, 4);
        } else {
            assert!(matches!(answer, Ok(Verdict::Done(_))), "{answer:?}");
            assert_eq!(events, 5);
        }
    }
    // The whole batch once, then the poison alone.
    assert_eq!(
        (lanes.batches("refused"), lanes.batches("committed")),
        (2, 99)
    );
}

#[tokio::test]
async fn a_poison_command_decided_from_memory_fails_alone_too() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let lanes = database.lanes("lanes");
    let campaigns = join_all((0..10).map(|_| Script::new(&lanes, user).active())).await;
    database.poison(campaigns[5]).await;

    let answers = join_all(
        campaigns
            .iter()
            .map(|id| lanes.ask(user, *id, Command::Pause)),
    )
    .await;
    let after = join_all(
        campaigns
            .iter()
            .map(|id| lanes.ask(user, *id, Command::Resume)),
    )
    .await;

    let done = |answer: &&Result<_, _>| matches!(answer, Ok(Verdict::Done(_)));
    assert_eq!(answers.iter().filter(done).count(), 9);
    assert!(
        matches!(answers[5], Err(Failure::Refused)),
        "{:?}",
        answers[5]
    );
    // The refused pause left no trace in the lane's memory: the campaign is still active.
    assert_eq!(after.iter().filter(done).count(), 9);
    assert!(
        matches!(after[5], Ok(Verdict::Rejected { .. })),
        "{:?}",
        after[5]
    );
}

#[tokio::test]
async fn a_campaign_whose_row_is_damaged_fails_alone() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let campaigns = join_all((0..10).map(|_| Script::new(database.maker(), user).active())).await;
    let damage = "UPDATE campaigns SET census = '{\"at\": 1}' WHERE id = $1";
    database
        .sql()
        .execute(damage, &[&campaigns[3].0])
        .await
        .unwrap();
    let lanes = database.lanes("lanes");

    let answers = join_all(
        campaigns
            .iter()
            .map(|id| lanes.ask(user, *id, Command::Pause)),
    )
    .await;

    let _damaged = database.unchecked();
    for (number, answer) in answers.iter().enumerate() {
        match number {
            3 => assert!(matches!(answer, Err(Failure::Refused)), "{answer:?}"),
            _ => assert!(matches!(answer, Ok(Verdict::Done(_))), "{answer:?}"),
        }
    }
}

#[tokio::test]
async fn a_row_that_is_behind_its_history_is_never_written_over() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let id = Script::new(database.maker(), user).active().await;
    let lanes = database.lanes("lanes");
    lanes.ask(user, id, Command::Pause).await.unwrap();
    let before = database.events(id).await.len();
    let damage = "UPDATE campaigns SET version = version - 1 WHERE id = $1";
    database.sql().execute(damage, &[&id.0]).await.unwrap();

    let from_memory = lanes.ask(user, id, Command::Resume).await;
    let under_the_head = database.lanes("other").ask(user, id, Command::Resume).await;

    assert!(
        matches!(from_memory, Err(Failure::Refused)),
        "{from_memory:?}"
    );
    assert!(
        matches!(under_the_head, Err(Failure::Refused)),
        "{under_the_head:?}"
    );
    assert_eq!(database.events(id).await.len(), before);
    let _damaged = database.unchecked();
}
