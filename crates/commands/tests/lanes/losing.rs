//! Lost connections: nothing that was acknowledged is lost, nothing happens twice, and what is not
//! known is not guessed.

use crate::tags::{Told, assert_kept, tagged};
use commands::{Failure, Verdict};
use domain::{CampaignId, Command, UserId};
use futures_util::future::{join, join_all};
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::{Cut, Script, TestDatabase, TestLanes, Wire, eventually, new_user};

/// A campaign, and lanes on a wire that remember nothing yet.
async fn on_a_wire(database: &TestDatabase) -> (UserId, CampaignId, Wire, TestLanes) {
    let user = new_user();
    let id = Script::new(database.maker(), user).active().await;
    let wire = database.wire().await;
    let lanes = TestLanes::named(wire.config(), "on a wire");
    (user, id, wire, lanes)
}

/// The ways to a commit: under the head; from memory, in one statement or in a transaction. What
/// the lane is asked first, and then.
fn ways() -> [(Option<Command>, Command); 3] {
    [
        (None, Command::Pause),
        (Some(Command::Pause), Command::Resume),
        (Some(Command::Pause), Command::Delete),
    ]
}

#[tokio::test]
async fn a_command_whose_connection_is_lost_before_the_commit_is_made_once() {
    let database = TestDatabase::create().await;

    for (first, command) in ways() {
        let (user, id, wire, lanes) = on_a_wire(&database).await;
        if let Some(first) = first {
            lanes.ask(user, id, first).await.unwrap();
        }
        let before = database.events(id).await.len();

        wire.cut(Cut::BeforeCommit);
        let answer = lanes.ask(user, id, command).await;

        assert!(wire.is_whole(), "the wire was not cut");
        assert!(
            matches!(answer, Ok(Verdict::Done(_) | Verdict::Deleted)),
            "{answer:?}"
        );
        assert_eq!(database.events(id).await.len(), before + 1);
        assert_eq!(lanes.batches("unknown"), 1);
    }
}

#[tokio::test]
async fn a_command_whose_commit_was_not_heard_of_is_found_in_the_log_and_not_made_again() {
    let database = TestDatabase::create().await;

    for (first, command) in ways() {
        let (user, id, wire, lanes) = on_a_wire(&database).await;
        if let Some(first) = first {
            lanes.ask(user, id, first).await.unwrap();
        }
        let (before, committed) = (database.events(id).await.len(), lanes.batches("committed"));

        wire.cut(Cut::AfterCommit);
        let answer = lanes.ask(user, id, command).await;

        assert!(wire.is_whole(), "the wire was not cut");
        let log = database.events(id).await;
        let latest = log.last().unwrap();
        match answer {
            Ok(Verdict::Done(row)) => {
                let told = (row.version, row.updated_at);
                assert_eq!(told, (latest.version, latest.recorded_at));
            }
            answer => assert!(matches!(answer, Ok(Verdict::Deleted)), "{answer:?}"),
        }
        assert_eq!(log.len(), before + 1);
        assert_eq!(
            (lanes.batches("unknown"), lanes.batches("committed")),
            (1, committed)
        );
    }
}

#[tokio::test]
async fn a_batch_whose_commit_was_not_heard_of_is_found_whole() {
    let database = TestDatabase::create().await;
    let (user, id, wire, lanes) = on_a_wire(&database).await;
    let campaigns = join_all((0..20).map(|_| Script::new(database.maker(), user).active())).await;
    let everything = campaigns.iter().copied().chain([id]);

    wire.cut(Cut::AfterCommit);
    let answers = join_all(everything.map(|id| lanes.ask(user, id, Command::Pause))).await;

    assert!(
        answers.iter().all(|it| matches!(it, Ok(Verdict::Done(_)))),
        "{answers:?}"
    );
    for id in campaigns {
        assert_eq!(database.events(id).await.len(), 5);
    }
}

#[tokio::test]
async fn what_the_log_cannot_be_asked_about_is_called_unknown() {
    let database = TestDatabase::create().await;
    let (user, id, wire, lanes) = on_a_wire(&database).await;

    wire.cut(Cut::AfterCommitForGood);
    let answer = lanes.ask(user, id, Command::Pause).await;

    assert!(matches!(answer, Err(Failure::OutcomeUnknown)), "{answer:?}");
    assert_eq!(database.events(id).await.len(), 5);
}

#[tokio::test]
async fn a_database_that_is_away_is_told_as_such_and_nothing_happens() {
    let database = TestDatabase::create().await;
    let (user, id, wire, lanes) = on_a_wire(&database).await;

    wire.cut(Cut::ForGood);
    let away = lanes.ask(user, id, Command::Pause).await;
    wire.cut(Cut::Never);
    let back = lanes.ask(user, id, Command::Pause).await;

    assert!(matches!(away, Err(Failure::Unavailable)), "{away:?}");
    assert!(matches!(back, Ok(Verdict::Done(_))), "{back:?}");
}

#[tokio::test]
async fn a_command_whose_connection_is_lost_while_it_waits_for_the_head_is_made_once() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let lanes = database.lanes("lanes");
    let id = Script::new(&lanes, user).active().await;

    for (command, events) in [(Command::Pause, 5), (Command::Resume, 6)] {
        let held = database.hold_head(database.journal_of(user)).await;
        let (answer, ()) = join(lanes.ask(user, id, command), async {
            database.lock_waiters(1).await;
            assert!(0 < database.cut_connections("lanes", 1).await);
            held.release().await;
        })
        .await;

        assert!(matches!(answer, Ok(Verdict::Done(_))), "{answer:?}");
        assert_eq!(database.events(id).await.len(), events);
    }
}

#[tokio::test]
async fn connections_lost_at_random_under_load_lose_nothing() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let lanes = database.lanes("lanes");
    let campaigns = join_all((0..20).map(|_| Script::new(database.maker(), user).active())).await;
    let working = AtomicBool::new(true);

    let load = async {
        let told = join_all(campaigns.iter().map(|id| alternate(&lanes, user, *id))).await;
        working.store(false, Ordering::Relaxed);
        told
    };
    let cuts = async {
        let mut cuts = 0;
        while working.load(Ordering::Relaxed) {
            let committed = lanes.batches("committed");
            eventually("a few more commits", async || {
                let goes_on = lanes.batches("committed") < committed + 5;
                (!goes_on || !working.load(Ordering::Relaxed)).then_some(())
            })
            .await;
            cuts += database.cut_connections("lanes", 1).await;
        }
        cuts
    };
    let (told, cuts) = join(load, cuts).await;

    let told: Vec<Told> = told.into_iter().flatten().collect();
    assert!(
        told.iter()
            .all(|told| matches!(told.answer, Ok(Verdict::Done(_))))
    );
    assert!(0 < cuts, "no connection was cut");
    assert_kept(&database, &told).await;
}

/// Pauses and resumes a campaign in turns, each when the one before was answered.
async fn alternate(lanes: &TestLanes, user: UserId, id: CampaignId) -> Vec<Told> {
    let mut told = Vec::new();
    for turn in 0..20 {
        let command = if turn % 2 == 0 {
            Command::Pause
        } else {
            Command::Resume
        };
        let (tag, request) = tagged(user, id, command);
        let answer = lanes.submit(user, request).await;
        told.push(Told {
            tag,
            answer,
            may_be_no_news: false,
        });
    }
    told
}
