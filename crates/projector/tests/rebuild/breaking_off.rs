//! What is broken off anywhere, cancelled, or done by two.

use crate::world::World;
use projector::{Asked, Ended, Phase, Projection, cancel_rebuild, find_rebuild};
use std::future::Future;
use std::pin::pin;
use std::task::Poll;

/// Polls `future` so many times at most. None when it was not ready by then; it is dropped.
async fn broken_off<F: Future>(future: F, polls: u32) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

#[tokio::test]
async fn what_was_broken_off_anywhere_goes_on_from_there() {
    let world = World::populated().await;
    world.execute("UPDATE prospects SET node_id = NULL").await;
    world.ask(&Projection::ALL).await;

    for polls in (1..).step_by(4) {
        if let Some(done) = broken_off(world.rebuilder().run_once(), polls).await {
            done.unwrap();
        }
        if world.phase().await.is_over() {
            break;
        }
    }

    assert_eq!(world.phase().await, Phase::Done);
    world.rebuilder().run_once().await.unwrap();
    world.database.rows_equal_replay().await;
}

#[tokio::test]
async fn what_happens_between_the_attempts_is_not_lost() {
    let world = World::populated().await;
    world.ask(&Projection::ALL).await;

    for polls in 1.. {
        let (user, script) = (world.users[1], world.database.maker());
        testkit::Script::new(script, user)
            .sent(2)
            .replied(1)
            .active()
            .await;
        broken_off(world.rebuilder().run_once(), polls * 90).await;
        if world.phase().await.is_over() {
            break;
        }
    }

    world.database.rows_equal_replay().await;
}

#[tokio::test]
async fn a_cancelled_rebuild_leaves_everything_as_it_was() {
    let world = World::populated().await;
    let before = world.database.checksums().await;
    world.ask(&Projection::ALL).await;
    assert!(broken_off(world.rebuilder().run_once(), 40).await.is_none());
    world.until_nobody_rebuilds().await;

    let cancelled = cancel_rebuild(world.database.sql(), None).await.unwrap();

    assert_eq!(cancelled, Some(Projection::ALL.to_vec()));
    assert_eq!(world.rebuilder().run_once().await.unwrap(), None);
    let standing = find_rebuild(world.database.sql()).await.unwrap().unwrap();
    assert_eq!(standing.phase, Phase::Cancelled);
    let after = world.database.checksums().await;
    assert_eq!(before.get("campaigns"), after.get("campaigns"));
    let left = "SELECT count(*) FROM pg_class WHERE relnamespace = 'rebuilding'::regnamespace";
    assert_eq!(world.number(left).await, 0);
}

#[tokio::test]
async fn one_rebuild_at_a_time_is_under_way() {
    let world = World::populated().await;
    let Asked::Accepted(first) = world.ask(&[Projection::Sends]).await else {
        panic!("nothing is under way yet");
    };

    let again = world.ask(&[Projection::Sends]).await;
    let other = world.ask(&Projection::ALL).await;

    assert_eq!(again, Asked::UnderWay(first));
    assert_eq!(other, Asked::Busy(vec![Projection::Sends]));
}

#[tokio::test]
async fn of_two_processes_one_rebuilds() {
    let world = World::populated().await;
    world.ask(&Projection::ALL).await;

    let (one, other) = (world.rebuilder(), world.rebuilder());
    let (one, other) = tokio::join!(one.run_once(), other.run_once());

    let done = [one.unwrap(), other.unwrap()];
    assert_eq!(done.iter().flatten().count(), 1, "{done:?}");
}

#[tokio::test]
async fn who_reads_for_long_is_not_disturbed_and_only_delays_the_switch() {
    let world = World::populated().await;
    let reader = world.database.connect().await;
    let read = "BEGIN; SELECT count(*) FROM campaigns";
    reader.client.batch_execute(read).await.unwrap();
    world.ask(&Projection::ALL).await;
    let rebuilder = world.rebuilder();
    let rebuilding = tokio::spawn(async move { rebuilder.run_once().await.unwrap() });

    let phase = async || {
        let found = find_rebuild(world.database.sql()).await.unwrap();
        found.filter(|rebuild| rebuild.phase == Phase::CatchingUp)
    };
    testkit::eventually("the rebuild waits for the reader", phase).await;
    let count = "SELECT count(*) FROM prospects; COMMIT";
    reader.client.batch_execute(count).await.unwrap();

    let ended = rebuilding.await.unwrap();
    assert!(matches!(ended, Some(Ended::Switched(_))));
}

#[tokio::test]
async fn a_cancel_is_heard_while_the_switch_is_waited_for() {
    let world = World::populated().await;
    let reader = world.database.connect().await;
    let read = "BEGIN; SELECT count(*) FROM campaigns";
    reader.client.batch_execute(read).await.unwrap();
    world.ask(&Projection::ALL).await;
    let rebuilder = world.rebuilder();
    let rebuilding = tokio::spawn(async move { rebuilder.run_once().await.unwrap() });
    let waits = async || (world.phase().await == Phase::CatchingUp).then_some(());
    testkit::eventually("the rebuild waits for the reader", waits).await;

    let cancelled = cancel_rebuild(world.database.sql(), None).await.unwrap();

    assert_eq!(cancelled, Some(Projection::ALL.to_vec()));
    // The reader still reads: it is not the switch that ends it.
    assert_eq!(rebuilding.await.unwrap(), Some(Ended::Cancelled));
}
