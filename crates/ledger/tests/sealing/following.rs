//! Following a journal: bounded steps, one process at a time, a checkpoint when it is due.

use crate::given::{JOURNAL, Place, key, sealer, settings, trust};
use ledger::{Frontier, Sealer, SealerSettings, Step};
use std::time::Duration;
use testkit::eventually;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_journal_is_sealed_in_bounded_steps() {
    let mut place = Place::with(2_500).await;
    let mut sealer = sealer(&place);

    let mut sealed = Vec::new();
    for _ in 0..4 {
        let step = sealer.run_once(&mut place.connection.client, JOURNAL).await;
        let step = step.unwrap();
        sealed.push((step.sealed, step.more));
    }

    assert_eq!(
        sealed,
        [(1_000, true), (1_000, true), (500, false), (0, false)]
    );
}

#[tokio::test]
async fn the_root_is_that_of_all_events_whatever_the_steps() {
    let mut place = Place::with(700).await;
    let mut sealer = Sealer::new(SealerSettings {
        step_events_max: 37,
        ..settings(&place)
    });

    place.seal(&mut sealer).await;
    place.write(600).await;
    place.seal(&mut sealer).await;

    let mut frontier = Frontier::default();
    for entry in place.entries().await {
        frontier.append(entry.leaf());
    }
    let checkpoint = place.checkpoint().await;
    assert_eq!((checkpoint.size, checkpoint.root), (1_300, frontier.root()));
    assert_eq!(place.count("ledger_tiles WHERE level = 0").await, 6);
    assert_eq!(place.count("ledger_tiles WHERE level = 1").await, 1);
}

#[tokio::test]
async fn nothing_is_signed_before_its_time_nor_without_news() {
    let mut place = Place::with(10).await;
    let mut sealer = Sealer::new(SealerSettings {
        rest: Duration::from_secs(3_600),
        ..settings(&place)
    });

    let first = place.seal(&mut sealer).await;
    place.write(10).await;
    let too_soon = place.seal(&mut sealer).await;
    let mut hasty = crate::given::sealer(&place);
    let in_time = place.seal(&mut hasty).await;
    let no_news = place.seal(&mut hasty).await;

    let signed = [first, too_soon, in_time, no_news].map(|step| step.signed);
    assert_eq!(signed, [Some(10), None, Some(20), None]);
    assert_eq!(too_soon.sealed, 10);
}

#[tokio::test]
async fn one_process_at_a_time_seals_a_journal() {
    let mut place = Place::with(10).await;
    let other = place.database.connect().await;
    let lock = "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('fermata.ledger', 1))";
    other.client.batch_execute(lock).await.unwrap();
    let mut sealer = sealer(&place);

    let meanwhile = place.seal(&mut sealer).await;
    other.client.batch_execute("ROLLBACK").await.unwrap();
    let afterwards = place.seal(&mut sealer).await;

    let elsewhere = Step {
        elsewhere: true,
        ..Step::default()
    };
    assert_eq!(meanwhile, elsewhere);
    assert_eq!(afterwards.signed, Some(10));
}

#[tokio::test]
async fn processes_that_take_turns_grow_one_tree() {
    let mut place = Place::with(0).await;
    let mut sealers = [sealer(&place), sealer(&place)];

    for turn in 0..10 {
        place.write(61).await;
        place.seal(&mut sealers[turn % 2]).await;
    }

    assert_eq!(place.checkpoint().await.size, 610);
    assert_eq!(place.count("ledger_checkpoints").await, 10);
    let audited = ledger::audit_journal(place.database.sql(), JOURNAL, &trust(), None).await;
    assert_eq!(audited.unwrap().covered, 610);
}

#[tokio::test]
async fn a_new_key_signs_the_same_tree_and_both_keys_are_kept() {
    let mut place = Place::with(300).await;
    let mut old = sealer(&place);
    place.seal(&mut old).await;
    let before = place.checkpoint().await;

    let mut new = Sealer::new(SealerSettings {
        key: key(2),
        ..settings(&place)
    });
    let step = place.seal(&mut new).await;

    assert_eq!(step.signed, Some(300));
    assert_eq!(place.checkpoint().await, before, "the same size and root");
    let keys = ledger::list_keys(place.database.sql()).await.unwrap();
    let keys: Vec<&str> = keys.iter().map(|key| key.public_key.as_str()).collect();
    assert_eq!(keys, [1, 2].map(|number| key(number).public().to_string()));
    let audited = ledger::audit_journal(place.database.sql(), JOURNAL, &trust(), None).await;
    assert_eq!(audited.unwrap().checkpoints, 2);
}

#[tokio::test]
async fn the_sealer_follows_by_itself_until_told_to_stop() {
    let place = Place::with(5).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (sealer, config) = (sealer(&place), place.database.config().clone());
        let stop = stop.clone();
        async move { sealer.run(&config, stop).await }
    });

    for size in [5, 12] {
        eventually("a checkpoint of all events", async || {
            let found = ledger::find_checkpoint(place.database.sql(), JOURNAL, u64::MAX).await;
            found.unwrap().filter(|found| found.size == size)
        })
        .await;
        place.write(7).await;
    }
    stop.cancel();

    running.await.unwrap();
}
