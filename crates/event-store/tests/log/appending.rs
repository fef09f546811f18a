//! Appending: dense positions in commit order, behind a head that nobody else has moved.

use crate::writer::{Writer, count, events};
use chrono::TimeDelta;
use event_store::{Head, JournalId, is_determinate, lost_the_head, read_after};
use futures_util::future::join_all;
use futures_util::{join, poll};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::pin::pin;
use testkit::TestDatabase;

const JOURNAL: JournalId = JournalId(1);

#[tokio::test]
async fn writers_that_commit_and_roll_back_at_random_leave_no_gap() {
    let database = TestDatabase::create().await.without_rows();
    let work = async |seed| {
        let writer = Writer::open(&database, JOURNAL).await;
        let mut random = StdRng::seed_from_u64(seed);
        let mut written = 0;
        for _ in 0..50 {
            let head = writer.begin().await;
            let fresh = events(random.random_range(1..5));
            writer.append(head, &fresh).await.unwrap();
            if random.random_ratio(1, 3) {
                writer.run("ROLLBACK").await;
            } else {
                writer.run("COMMIT").await;
                written += i64::try_from(fresh.len()).unwrap();
            }
        }
        written
    };

    let written: i64 = join_all((0..8).map(work)).await.into_iter().sum();

    database.positions_are_dense().await;
    assert_eq!(count(&database, JOURNAL).await, written);
    assert_eq!(
        Writer::open(&database, JOURNAL).await.head().await.position,
        written
    );
}

#[tokio::test]
async fn a_journal_has_positions_of_its_own() {
    let database = TestDatabase::create().await.without_rows();

    Writer::open(&database, JournalId(0)).await.write(2).await;
    Writer::open(&database, JournalId(3)).await.write(3).await;

    for (journal, expected) in [(0, 2), (1, 0), (3, 3)] {
        let writer = Writer::open(&database, JournalId(journal)).await;
        assert_eq!(writer.head().await.position, expected);
    }
}

#[tokio::test]
async fn an_append_behind_a_head_that_has_moved_is_refused_with_all_behind_it() {
    let database = TestDatabase::create().await.without_rows();
    let (slow, quick) = (
        Writer::open(&database, JOURNAL).await,
        Writer::open(&database, JOURNAL).await,
    );
    let believed = slow.head().await;
    quick.write(1).await;

    // Pipelined, the commit too, as a lane sends it.
    let fresh = events(2);
    let (begun, appended, committed) = join!(
        slow.client().batch_execute("BEGIN"),
        slow.append(believed, &fresh),
        slow.client().batch_execute("COMMIT"),
    );

    begun.unwrap();
    let refused = appended.unwrap_err();
    assert!(
        lost_the_head(&refused) && is_determinate(&refused),
        "{refused:?}"
    );
    // The commit of an aborted transaction is a rollback that does not say so.
    committed.unwrap();
    assert_eq!(count(&database, JOURNAL).await, 1);
}

#[tokio::test]
async fn an_append_sent_under_an_old_fence_is_refused_once_the_fence_is_raised() {
    let database = TestDatabase::create().await.without_rows();
    let (lost, other) = (
        Writer::open(&database, JOURNAL).await,
        Writer::open(&database, JOURNAL).await,
    );
    let believed = lost.head().await;

    let raised = other
        .log
        .raise_fence(other.client(), JOURNAL)
        .await
        .unwrap();
    lost.run("BEGIN").await;
    let refused = lost.append(believed, &events(1)).await.unwrap_err();

    assert_eq!(
        (raised.position, raised.fence),
        (believed.position, believed.fence + 1)
    );
    assert!(lost_the_head(&refused), "{refused:?}");
    lost.run("ROLLBACK").await;
    lost.run("BEGIN").await;
    lost.append(raised, &events(1)).await.unwrap();
    lost.run("COMMIT").await;
    assert_eq!(count(&database, JOURNAL).await, 1);
}

#[tokio::test]
async fn raising_the_fence_waits_for_who_holds_the_head_and_then_sees_what_they_wrote() {
    let database = TestDatabase::create().await.without_rows();
    let (holder, other) = (
        Writer::open(&database, JOURNAL).await,
        Writer::open(&database, JOURNAL).await,
    );
    let fresh = events(1);
    let head = holder.begin().await;
    holder.append(head, &fresh).await.unwrap();

    let mut raising = pin!(other.log.raise_fence(other.client(), JOURNAL));
    assert!(poll!(&mut raising).is_pending());
    database.lock_waiters(1).await;
    assert!(poll!(&mut raising).is_pending());
    holder.run("COMMIT").await;
    let raised = raising.await.unwrap();

    assert_eq!(raised.position, 1);
    let event_id = fresh[0].event_id;
    let found = other
        .log
        .find_event(other.client(), JOURNAL, head.position, event_id)
        .await;
    assert!(found.unwrap().is_some());
    let behind = other
        .log
        .find_event(other.client(), JOURNAL, 1, event_id)
        .await;
    assert!(behind.unwrap().is_none());
}

#[tokio::test]
async fn times_never_go_backwards_within_a_journal() {
    let database = TestDatabase::create().await.without_rows();
    let writer = Writer::open(&database, JOURNAL).await;
    let first = writer.write(1).await;
    // The clock of the machine that wrote before was an hour ahead.
    let ahead = "UPDATE journals SET head_at = head_at + interval '1 hour' WHERE id = $1";
    database.sql().execute(ahead, &[&JOURNAL.0]).await.unwrap();

    let head = writer.begin().await;
    let second = writer
        .append_at(head, &events(1), Some(head.now_at))
        .await
        .unwrap();
    writer.run("COMMIT").await;
    let third = writer.write(1).await;
    let head = writer.begin().await;
    let long_ago = first - TimeDelta::days(1);
    let fourth = writer
        .append_at(head, &events(1), Some(long_ago))
        .await
        .unwrap();
    writer.run("COMMIT").await;

    assert_eq!(second, first + TimeDelta::hours(1));
    assert_eq!((third, fourth), (second, second));
    let read = read_after(database.sql(), JOURNAL, 0, 10).await.unwrap();
    let times: Vec<_> = read.iter().map(|it| it.recorded_at).collect();
    assert_eq!(times, [first, second, third, fourth]);
}

#[tokio::test]
async fn events_are_recorded_when_the_holder_of_the_head_was_told() {
    let database = TestDatabase::create().await.without_rows();
    let writer = Writer::open(&database, JOURNAL).await;

    let head = writer.begin().await;
    let recorded_at = writer
        .append_at(head, &events(2), Some(head.now_at))
        .await
        .unwrap();
    writer.run("COMMIT").await;

    assert_eq!(recorded_at, head.now_at);
}

#[tokio::test]
async fn the_time_of_a_head_is_read_after_it_is_taken() {
    let database = TestDatabase::create().await.without_rows();
    let (holder, waiter) = (
        Writer::open(&database, JOURNAL).await,
        Writer::open(&database, JOURNAL).await,
    );
    let head = holder.begin().await;

    let (told, recorded_at) = join!(waiter.begin(), async {
        database.lock_waiters(1).await;
        let recorded_at = holder.append(head, &events(1)).await.unwrap();
        holder.run("COMMIT").await;
        recorded_at
    });

    assert!(recorded_at <= told.now_at);
    assert_eq!(told.position, 1);
}

#[tokio::test]
async fn there_is_no_writing_to_a_journal_that_is_not_there() {
    let database = TestDatabase::create().await.without_rows();
    let nowhere = Writer::open(&database, JournalId(4)).await;
    let head = Head {
        position: 0,
        fence: 0,
        now_at: chrono::DateTime::UNIX_EPOCH,
    };

    let locked = nowhere.log.lock(nowhere.client(), JournalId(4)).await;
    let appended = nowhere.append(head, &events(1)).await;

    assert!(locked.is_err());
    assert!(lost_the_head(&appended.unwrap_err()));
}

#[tokio::test]
async fn a_connection_that_is_gone_proves_nothing() {
    let database = TestDatabase::create().await.without_rows();
    let writer = Writer::open(&database, JOURNAL).await;
    let head = writer.begin().await;
    database.cut_connections("writer", 1).await;

    let lost = writer.append(head, &events(1)).await.unwrap_err();

    assert!(!is_determinate(&lost) && !lost_the_head(&lost), "{lost:?}");
}

#[tokio::test]
async fn a_server_that_ends_the_connection_and_says_so_proves_nothing_either() {
    let database = TestDatabase::create().await.without_rows();
    let writer = Writer::open(&database, JOURNAL).await;
    let held = database.hold_head(JOURNAL).await;

    let (locked, cut) = join!(writer.log.lock(writer.client(), JOURNAL), async {
        database.lock_waiters(1).await;
        database.cut_connections("writer", 1).await
    });

    held.release().await;
    let lost = locked.unwrap_err();
    assert_eq!(
        (cut, lost.code().map(|code| code.code())),
        (1, Some("57P01"))
    );
    assert!(!is_determinate(&lost) && !lost_the_head(&lost), "{lost:?}");
}
