//! Wakes between processes.

use event_store::{Announcer, JournalId, Journals, KEYS_CHANNEL, Wakes, listen};
use futures_util::future::join;
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::{TestDatabase, eventually};
use tokio_util::sync::CancellationToken;

const GROWN: JournalId = JournalId(2);
const QUIET: JournalId = JournalId(1);

/// Runs a process that announces and one that listens for as long as `test` takes.
async fn beside(
    database: &TestDatabase,
    announcer: &Announcer,
    wakes: &Wakes,
    keys_changed: &AtomicUsize,
    test: impl Future<Output = ()>,
) {
    let config = database
        .config()
        .clone()
        .application_name("listener")
        .clone();
    let stop = CancellationToken::new();
    let heard = || {
        keys_changed.fetch_add(1, Ordering::Relaxed);
    };
    let processes = join(
        announcer.run(database.config(), stop.clone()),
        listen(&config, wakes, heard, |_| (), stop.clone()),
    );
    join(processes, async {
        test.await;
        stop.cancel();
    })
    .await;
}

#[tokio::test]
async fn the_growth_of_a_journal_rings_its_bell_in_another_process_and_no_other() {
    let database = TestDatabase::create().await;
    let (announcer, wakes) = (Announcer::default(), Wakes::new(Journals::DEFAULT));
    let mut grown = wakes.hear(GROWN).unwrap();
    let mut quiet = wakes.hear(QUIET).unwrap();

    beside(&database, &announcer, &wakes, &AtomicUsize::new(0), async {
        // Whoever begins to listen assumes that everything has changed.
        grown.changed().await.unwrap();
        quiet.changed().await.unwrap();

        for _ in 0..10 {
            announcer.grown(GROWN);
            grown.changed().await.unwrap();
        }
    })
    .await;

    assert!(!quiet.has_changed().unwrap());
}

#[tokio::test]
async fn a_change_of_keys_is_heard() {
    let database = TestDatabase::create().await;
    let (announcer, wakes) = (Announcer::default(), Wakes::new(Journals::DEFAULT));
    let heard = AtomicUsize::new(0);
    let times = async |count| {
        let look = async || (heard.load(Ordering::Relaxed) == count).then_some(());
        eventually("the keys' announcement", look).await;
    };

    beside(&database, &announcer, &wakes, &heard, async {
        times(1).await;
        let notify = format!("NOTIFY {KEYS_CHANNEL}, 'a prefix'");
        database.sql().batch_execute(&notify).await.unwrap();
        times(2).await;
    })
    .await;
}

#[tokio::test]
async fn whoever_stopped_hearing_for_a_while_assumes_that_everything_has_changed() {
    let database = TestDatabase::create().await;
    let (announcer, wakes) = (Announcer::default(), Wakes::new(Journals::DEFAULT));
    let keys_changed = AtomicUsize::new(0);
    let mut bells: Vec<_> = Journals::DEFAULT
        .iter()
        .map(|journal| wakes.hear(journal).unwrap())
        .collect();

    beside(&database, &announcer, &wakes, &keys_changed, async {
        for bell in &mut bells {
            bell.changed().await.unwrap();
        }
        assert_eq!(database.cut_connections("listener", 1).await, 1);
        for bell in &mut bells {
            bell.changed().await.unwrap();
        }
        announcer.grown(GROWN);
        bells[2].changed().await.unwrap();
    })
    .await;

    assert_eq!(keys_changed.load(Ordering::Relaxed), 2);
}
