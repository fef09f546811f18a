//! The published directory: what standard tools find there.

use crate::given::{JOURNAL, Place, key, publisher, settings, trust};
use ledger::{LedgerMetrics, Sealer, SealerSettings, TileId, TileSet, Wanted, check_inclusion};
use prometheus_client::registry::Registry;
use std::fs;
use std::path::Path;

#[tokio::test]
async fn a_published_ledger_proves_every_event_without_a_database() {
    let mut place = Place::with(700).await;
    let mut sealer = publisher(&place);
    place.seal(&mut sealer).await;
    place.write(30).await;
    place.seal(&mut sealer).await;

    let directory = place.directory();
    let note = directory.checkpoint(1).unwrap().unwrap();
    let checkpoint = trust().open(&note).unwrap();

    assert_eq!(checkpoint, place.checkpoint().await);
    let size = checkpoint.size;
    let read = |id: TileId| {
        let nodes = size >> (8 * id.level);
        let width = usize::try_from(nodes - id.number * 256).unwrap().min(256);
        directory.tile(1, id, width).unwrap()
    };
    for entry in place.entries().await {
        let index = entry.index().unwrap();
        let wanted = Wanted::Inclusion { index, size };
        let tiles: TileSet = wanted.tiles().unwrap().into_iter().map(read).collect();
        let proof = tiles.prove(wanted).unwrap();
        check_inclusion(&proof, (size, checkpoint.root), (index, entry.leaf())).unwrap();
    }
}

#[tokio::test]
async fn a_ledger_is_laid_out_as_tools_for_tiled_logs_expect() {
    let mut place = Place::with(700).await;
    let mut sealer = publisher(&place);

    place.seal(&mut sealer).await;

    for path in [
        "1/checkpoint",
        "1/tile/0/000",
        "1/tile/0/001",
        "1/tile/0/002.p/188",
        "1/tile/1/000.p/2",
    ] {
        assert!(place.path().join(path).is_file(), "{path}");
    }
    let keys = fs::read_to_string(place.path().join("keys")).unwrap();
    assert!(keys.contains(key(1).public().as_str()));
}

#[tokio::test]
async fn what_was_signed_and_not_published_is_published_by_the_next_process() {
    let mut place = Place::with(300).await;
    let mut silent = crate::given::sealer(&place);
    place.seal(&mut silent).await;

    let mut sealer = publisher(&place);
    sealer
        .run_once(&mut place.connection.client, JOURNAL)
        .await
        .unwrap();

    let note = place.directory().checkpoint(1).unwrap().unwrap();
    assert_eq!(trust().open(&note).unwrap().size, 300);
}

/// What a sealer tells of a journal that it refuses.
struct Told(Registry);

impl Told {
    fn refused(&self) -> bool {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.0).unwrap();
        text.contains("fermata_ledger_refused{journal=\"1\"} 1")
    }
}

/// One that publishes, and what it tells.
fn told(place: &Place) -> (Sealer, Told) {
    let mut registry = Registry::default();
    let settings = SealerSettings {
        directory: Some(place.directory()),
        metrics: LedgerMetrics::register(&mut registry),
        ..settings(place)
    };
    (Sealer::new(settings), Told(registry))
}

/// Puts a file where a directory has to be: nobody can write below it, whoever he is.
fn block(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "").unwrap();
}

#[tokio::test]
async fn what_could_not_be_published_is_tried_at_every_look_though_no_event_comes() {
    let mut place = Place::with(300).await;
    let (mut sealer, told) = told(&place);
    let tiles = place.path().join("1/tile");
    block(&tiles);

    place.look(&mut sealer).await;
    place.look(&mut sealer).await;
    assert!(told.refused());
    assert_eq!(place.directory().checkpoint(1).unwrap(), None);
    fs::remove_file(&tiles).unwrap();
    place.look(&mut sealer).await;

    let note = place.directory().checkpoint(1).unwrap().unwrap();
    assert_eq!(trust().open(&note).unwrap().size, 300);
    assert!(!told.refused());
}

#[tokio::test]
async fn a_directory_that_cannot_be_read_at_first_is_tried_at_every_look() {
    let mut place = Place::with(300).await;
    let mut before = publisher(&place);
    place.seal(&mut before).await;
    let (published, away) = (place.path().join("1"), place.path().join("away"));
    fs::rename(&published, &away).unwrap();
    block(&published);
    let (mut sealer, told) = told(&place);

    place.look(&mut sealer).await;
    assert!(told.refused());
    fs::remove_file(&published).unwrap();
    fs::rename(&away, &published).unwrap();
    place.look(&mut sealer).await;

    assert!(!told.refused());
}

#[tokio::test]
async fn what_another_process_signed_is_published_here_too() {
    let mut place = Place::with(300).await;
    let (mut sealer, _) = told(&place);
    place.look(&mut sealer).await;
    place.write(5).await;
    let mut silent = crate::given::sealer(&place);
    place.seal(&mut silent).await;

    place.look(&mut sealer).await;

    let note = place.directory().checkpoint(1).unwrap().unwrap();
    assert_eq!(trust().open(&note).unwrap().size, 305);
}

#[tokio::test]
async fn a_refusal_stays_while_another_process_is_at_it() {
    let mut place = Place::with(300).await;
    let (mut sealer, told) = told(&place);
    let tiles = place.path().join("1/tile");
    block(&tiles);
    place.look(&mut sealer).await;
    fs::remove_file(&tiles).unwrap();
    let mut other = place.database.connect().await;
    let turn = other.client.transaction().await.unwrap();
    let lock = include_str!("../../sql/try_to_lock.sql");
    turn.query_one(lock, &[&JOURNAL.0]).await.unwrap();

    place.look(&mut sealer).await;
    assert!(told.refused());
    turn.rollback().await.unwrap();
    place.look(&mut sealer).await;

    assert!(!told.refused());
}
