//! The published directory: what standard tools find there.

use crate::given::{JOURNAL, Place, key, publisher, trust};
use ledger::{TileId, TileSet, Wanted, check_inclusion};
use std::fs;

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
