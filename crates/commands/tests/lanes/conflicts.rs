//! Several processes with lanes on one journal: the head orders them, and what a lane remembers
//! is never answered from when it is no longer true.

use commands::{Expected, Verdict};
use domain::{Command, Rejection, Status};
use futures_util::future::{join, join_all};
use testkit::{Script, TestDatabase, TestLanes, new_user, request};

/// A campaign of a new user that `lanes` remembers as paused or active.
async fn remembered(
    database: &TestDatabase,
    lanes: &TestLanes,
    status: Status,
) -> (domain::UserId, domain::CampaignId) {
    let user = new_user();
    let id = Script::new(database.maker(), user).active().await;
    let commands = match status {
        Status::Paused => vec![Command::Pause],
        _ => vec![Command::Pause, Command::Resume],
    };
    for command in commands {
        lanes.ask(user, id, command).await.unwrap();
    }
    (user, id)
}

#[tokio::test]
async fn a_yes_that_memory_would_give_is_a_no_once_another_process_was_first() {
    let database = TestDatabase::create().await;
    let (one, other) = (database.lanes("one"), database.lanes("other"));
    let (user, id) = remembered(&database, &one, Status::Active).await;
    other.ask(user, id, Command::Pause).await.unwrap();

    let answer = one.ask(user, id, Command::Pause).await;

    assert!(
        matches!(
            answer,
            Ok(Verdict::Rejected {
                rejection: Rejection::NotActive(Status::Paused),
                ..
            })
        ),
        "{answer:?}"
    );
    // It was decided from memory first, which the append then refused.
    assert_eq!(one.batches("lost_head"), 1);
}

#[tokio::test]
async fn a_no_that_memory_would_give_is_a_yes_once_another_process_was_first() {
    let database = TestDatabase::create().await;
    let (one, other) = (database.lanes("one"), database.lanes("other"));
    let (user, id) = remembered(&database, &one, Status::Paused).await;
    other.ask(user, id, Command::Resume).await.unwrap();

    let answer = one.ask(user, id, Command::Pause).await;

    assert!(matches!(answer, Ok(Verdict::Done(_))), "{answer:?}");
}

#[tokio::test]
async fn a_version_that_memory_knows_is_old_once_another_process_was_first() {
    let database = TestDatabase::create().await;
    let (one, other) = (database.lanes("one"), database.lanes("other"));
    let (user, id) = remembered(&database, &one, Status::Active).await;
    let known = database.events(id).await.pop().unwrap().version;
    other.ask(user, id, Command::Pause).await.unwrap();
    other.ask(user, id, Command::Resume).await.unwrap();
    let mut conditional = request(user, id, Command::Pause);
    conditional.expected = Some(Expected::OneOf(vec![known]));

    let answer = one.submit(user, conditional).await;

    let now = known.next().next();
    assert!(
        matches!(answer, Ok(Verdict::VersionDiffers { version: at, .. }) if at == now),
        "{answer:?}"
    );
}

#[tokio::test]
async fn what_another_process_did_to_another_campaign_makes_memory_untrue_as_well() {
    let database = TestDatabase::create().await;
    let (one, other) = (database.lanes("one"), database.lanes("other"));
    let (user, id) = remembered(&database, &one, Status::Active).await;
    Script::new(&other, user).active().await;

    let answer = one.ask(user, id, Command::Pause).await;

    assert!(matches!(answer, Ok(Verdict::Done(_))), "{answer:?}");
    assert_eq!(one.batches("lost_head"), 1);
}

#[tokio::test]
async fn a_head_that_is_found_moved_makes_all_of_memory_untrue() {
    let database = TestDatabase::create().await;
    let (one, other) = (database.lanes("one"), database.lanes("other"));
    let (user, id) = remembered(&database, &one, Status::Active).await;
    let neighbour = Script::new(&one, user).active().await;
    other.ask(user, id, Command::Pause).await.unwrap();

    // A permit is decided under the head, which the lane finds moved; not about this campaign.
    let permit = one
        .ask(user, neighbour, testkit::request_permit(neighbour, 0))
        .await;
    let answer = one.ask(user, id, Command::Pause).await;

    assert!(matches!(permit, Ok(Verdict::Done(_))), "{permit:?}");
    let paused = Rejection::NotActive(Status::Paused);
    assert!(
        matches!(&answer, Ok(Verdict::Rejected { rejection: told, .. }) if *told == paused),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_lane_that_lost_the_head_trusts_its_memory_again_after_a_while() {
    let database = TestDatabase::create().await;
    let (one, other) = (database.lanes("one"), database.lanes("other"));
    let (user, id) = remembered(&database, &one, Status::Active).await;

    for round in 1..=3 {
        other.ask(user, id, Command::Pause).await.unwrap();
        other.ask(user, id, Command::Resume).await.unwrap();
        for _ in 0..20 {
            one.ask(user, id, Command::Pause).await.unwrap();
            one.ask(user, id, Command::Resume).await.unwrap();
        }
        assert_eq!(one.batches("lost_head"), round);
    }
}

#[tokio::test]
async fn of_two_processes_that_ask_the_same_at_once_one_is_told_yes() {
    let database = TestDatabase::create().await;
    let (one, other) = (database.lanes("one"), database.lanes("other"));
    let (user, id) = remembered(&database, &one, Status::Active).await;

    for turn in 0..50 {
        let command = if turn % 2 == 0 {
            Command::Pause
        } else {
            Command::Resume
        };
        let (first, second) = join(
            one.ask(user, id, command.clone()),
            other.ask(user, id, command),
        )
        .await;

        let answers = [first.unwrap(), second.unwrap()];
        let done = answers
            .iter()
            .filter(|it| matches!(it, Verdict::Done(_)))
            .count();
        let refused = answers
            .iter()
            .filter(|it| matches!(it, Verdict::Rejected { .. }))
            .count();
        assert_eq!((done, refused), (1, 1), "{answers:?}");
    }
}

#[tokio::test]
async fn two_processes_with_many_conflicting_commands_lose_and_invent_nothing() {
    let database = TestDatabase::create().await;
    let processes = [database.lanes("one"), database.lanes("other")];
    let user = new_user();
    let campaigns = join_all((0..4).map(|_| Script::new(database.maker(), user).active())).await;
    let before = database.events(campaigns[0]).await.len();

    let turns = (0..400).map(|turn| {
        let command = if turn % 4 < 2 {
            Command::Pause
        } else {
            Command::Resume
        };
        processes[turn % 2].ask(user, campaigns[turn % 3], command)
    });
    let answers = join_all(turns).await;

    let done = answers
        .iter()
        .filter(|it| matches!(it, Ok(Verdict::Done(_))))
        .count();
    assert!(answers.iter().all(Result::is_ok));
    let mut happened = 0;
    for id in &campaigns {
        happened += database.events(*id).await.len() - before;
    }
    assert_eq!(happened, done);
}
