//! Following: every event once, in order, whatever the writers do.

use crate::writer::{Writer, count, events};
use event_store::{Follower, JournalId, Journals, Wakes};
use futures_util::future::{join, join_all};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::sync::atomic::{AtomicI64, Ordering};
use testkit::TestDatabase;

const JOURNAL: JournalId = JournalId(1);

#[tokio::test]
async fn a_follower_is_handed_every_event_once_and_in_order_while_writers_come_and_go() {
    let database = TestDatabase::create().await.without_rows();
    let wakes = Wakes::new(Journals::DEFAULT);
    let total = AtomicI64::new(-1);
    let work = async |seed| {
        let writer = Writer::open(&database, JOURNAL).await;
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..50 {
            let head = writer.begin().await;
            writer
                .append(head, &events(random.random_range(1..4)))
                .await
                .unwrap();
            let end = if random.random_ratio(1, 3) {
                "ROLLBACK"
            } else {
                "COMMIT"
            };
            writer.run(end).await;
            if random.random_ratio(1, 2) {
                wakes.ring(JOURNAL);
            }
        }
    };
    let write = async {
        join_all((0..8).map(work)).await;
        total.store(count(&database, JOURNAL).await, Ordering::Relaxed);
    };
    let follow = async {
        let reader = database.connect().await;
        let mut follower = Follower::new(&wakes, JOURNAL, 0);
        let mut handed = Vec::new();
        while total.load(Ordering::Relaxed) != follower.position() {
            let next = follower.poll(&reader.client, 7).await.unwrap();
            handed.extend(next.iter().map(|it| it.position));
        }
        handed
    };

    let ((), handed) = join(write, follow).await;

    assert_eq!(
        handed,
        (1..=total.load(Ordering::Relaxed)).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_follower_that_waits_is_woken_by_the_bell() {
    let database = TestDatabase::create().await.without_rows();
    let wakes = Wakes::new(Journals::DEFAULT);
    let writer = Writer::open(&database, JOURNAL).await;
    let mut follower = Follower::new(&wakes, JOURNAL, 0);

    let (handed, ()) = join(follower.next(database.sql(), 10), async {
        writer.write(3).await;
        wakes.ring(JOURNAL);
    })
    .await;

    assert_eq!(handed.unwrap().len(), 3);
}

#[tokio::test]
async fn a_follower_that_nobody_wakes_finds_what_is_new_all_the_same() {
    let database = TestDatabase::create().await.without_rows();
    let writer = Writer::open(&database, JOURNAL).await;
    let mut follower = Follower::new(&Wakes::new(Journals::DEFAULT), JOURNAL, 0);

    let (handed, _) = join(follower.next(database.sql(), 10), writer.write(3)).await;

    assert_eq!(handed.unwrap().len(), 3);
}

#[tokio::test]
async fn a_follower_begins_behind_the_position_it_is_given() {
    let database = TestDatabase::create().await.without_rows();
    Writer::open(&database, JOURNAL).await.write(5).await;
    let mut follower = Follower::new(&Wakes::new(Journals::DEFAULT), JOURNAL, 3);

    let handed = follower.next(database.sql(), 10).await.unwrap();

    assert_eq!(
        handed.iter().map(|it| it.position).collect::<Vec<_>>(),
        [4, 5]
    );
    assert_eq!(follower.position(), 5);
    assert!(follower.poll(database.sql(), 10).await.unwrap().is_empty());
}
