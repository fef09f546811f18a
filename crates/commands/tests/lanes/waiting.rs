//! Waiting for the head, and for a place in the queue.

use commands::{Failure, Verdict};
use domain::Command;
use futures_util::future::{join, join_all};
use testkit::{Script, TestDatabase, new_user};

#[tokio::test]
async fn a_held_head_delays_a_command_and_nothing_else() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let id = Script::new(database.maker(), user).active().await;
    let lanes = database.lanes("lanes");
    let held = database.hold_head(database.journal_of(user)).await;

    let (answer, waited) = join(lanes.ask(user, id, Command::Pause), async {
        database.lock_waiters(1).await;
        let waited = database.events(id).await.len();
        held.release().await;
        waited
    })
    .await;

    assert!(matches!(answer, Ok(Verdict::Done(_))), "{answer:?}");
    assert_eq!((waited, database.events(id).await.len()), (4, 5));
}

#[tokio::test]
async fn a_held_head_delays_a_command_decided_from_memory_too() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let lanes = database.lanes("lanes");
    let id = Script::new(&lanes, user).active().await;
    let held = database.hold_head(database.journal_of(user)).await;

    let (answer, ()) = join(lanes.ask(user, id, Command::Pause), async {
        database.lock_waiters(1).await;
        held.release().await;
    })
    .await;

    assert!(matches!(answer, Ok(Verdict::Done(_))), "{answer:?}");
    assert_eq!(lanes.batches("lost_head"), 0);
}

#[tokio::test]
async fn one_journals_held_head_holds_up_no_other_journal() {
    let database = TestDatabase::create().await;
    let held_user = new_user();
    let journal = database.journal_of(held_user);
    let elsewhere = |user: &_| database.journal_of(*user) != journal;
    let user = std::iter::repeat_with(new_user).find(elsewhere).unwrap();
    let id = Script::new(database.maker(), user).active().await;
    let lanes = database.lanes("lanes");
    let held = database.hold_head(journal).await;

    let answer = lanes.ask(user, id, Command::Pause).await;

    held.release().await;
    assert!(matches!(answer, Ok(Verdict::Done(_))), "{answer:?}");
}

#[tokio::test]
async fn a_full_queue_refuses_one_more_and_keeps_what_it_took() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let id = Script::new(database.maker(), user).active().await;
    let lanes = database.lanes("lanes");
    let held = database.hold_head(database.journal_of(user)).await;

    let asked = join_all((0..10_000).map(|_| lanes.ask(user, id, Command::Pause)));
    let (answers, ()) = join(asked, async {
        database.lock_waiters(1).await;
        held.release().await;
    })
    .await;

    let overloaded = |it: &&Result<_, _>| matches!(it, Err(Failure::Overloaded { .. }));
    let refused = answers.iter().filter(overloaded).count();
    let done = answers
        .iter()
        .filter(|it| matches!(it, Ok(Verdict::Done(_))))
        .count();
    let rejected = answers
        .iter()
        .filter(|it| matches!(it, Ok(Verdict::Rejected { .. })))
        .count();
    assert_eq!((refused + done + rejected, done), (10_000, 1));
    assert!(
        (10_000 - 8_192 - 512..=10_000 - 8_192).contains(&refused),
        "{refused} refused"
    );
    // There is room again.
    assert!(matches!(
        lanes.ask(user, id, Command::Resume).await,
        Ok(Verdict::Done(_))
    ));
}

#[tokio::test]
async fn a_caller_that_went_away_before_its_turn_causes_nothing() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let (id, other) = {
        let active = || Script::new(database.maker(), user).active();
        (active().await, active().await)
    };
    let lanes = database.lanes("lanes");
    let held = database.hold_head(database.journal_of(user)).await;

    let (first, ()) = join(lanes.ask(user, id, Command::Pause), async {
        database.lock_waiters(1).await;
        let mut impatient = Box::pin(lanes.ask(user, other, Command::Pause));
        let queued = futures_util::poll!(&mut impatient);
        assert!(queued.is_pending());
        drop(impatient);
        held.release().await;
    })
    .await;
    let last = lanes.ask(user, id, Command::Resume).await;

    assert!(matches!(
        (first, last),
        (Ok(Verdict::Done(_)), Ok(Verdict::Done(_)))
    ));
    assert_eq!(database.events(other).await.len(), 4);
}

#[tokio::test]
async fn lanes_that_wait_for_others_give_their_turns_away() {
    let database = TestDatabase::create().await;
    // A user of each journal; there are fewer turns than journals.
    let users = database.journals().iter().map(|journal| {
        let in_it = |user: &_| database.journal_of(*user) == journal;
        std::iter::repeat_with(new_user).find(in_it).unwrap()
    });
    let users: Vec<_> = users.collect();
    let mut ids = Vec::new();
    for user in &users {
        ids.push(Script::new(database.maker(), *user).active().await);
    }
    let lanes = database.lanes("lanes");
    let (free, waiting) = (0, 1..users.len());
    let mut held = Vec::new();
    for number in waiting.clone() {
        held.push(database.hold_head(database.journal_of(users[number])).await);
    }

    let stuck = waiting.map(|number| lanes.ask(users[number], ids[number], Command::Pause));
    let (stuck, answer) = join(join_all(stuck), async {
        database.lock_waiters(3).await;
        let answer = lanes.ask(users[free], ids[free], Command::Pause).await;
        for head in held {
            head.release().await;
        }
        answer
    })
    .await;

    assert!(matches!(answer, Ok(Verdict::Done(_))), "{answer:?}");
    assert!(
        stuck.iter().all(|it| matches!(it, Ok(Verdict::Done(_)))),
        "{stuck:?}"
    );
}
