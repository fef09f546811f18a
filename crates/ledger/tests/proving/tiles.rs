//! Tiles: the same trees, cut into pieces.

use crate::given::{entries, tree};
use ledger::{
    Edge, Frontier, Hash, TILE_HASHES, Tile, TileId, TileSet, Wanted, check_consistency,
    check_inclusion, grown,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn leaf(number: u32) -> Hash {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    Hash(bytes)
}

/// A tree of so many leaves, as tiles.
fn tiles(size: u32) -> (Edge, TileSet) {
    let (mut edge, mut full) = (Edge::default(), Vec::new());
    for number in 0..size {
        edge.append(leaf(number), &mut full);
    }
    let tiles = full.into_iter().chain(edge.tiles()).collect();
    (edge, tiles)
}

#[test]
fn an_edge_has_the_root_of_its_tree_at_every_size() {
    let (mut edge, mut frontier) = (Edge::default(), Frontier::default());

    for number in 0..70_000 {
        assert_eq!(edge.size(), frontier.size());
        if number < 1_000 || number % 997 == 0 || (65_530..65_545).contains(&number) {
            assert_eq!(edge.root(), frontier.root(), "of {number} leaves");
        }
        edge.append(leaf(number), &mut Vec::new());
        frontier.append(leaf(number));
    }
}

#[test]
fn an_edge_is_small_however_large_its_tree() {
    let (edge, _) = tiles(70_000);

    let kept: usize = edge.tiles().map(|tile| tile.bytes.len()).sum();

    assert!(kept <= 2 * TILE_HASHES * 32, "{kept}");
}

#[test]
fn tiles_are_named_as_standard_tools_name_them() {
    let path = |level, number, width| TileId { level, number }.path(width);

    assert_eq!(path(0, 0, 256), "tile/0/000");
    assert_eq!(path(1, 7, 5), "tile/1/007.p/5");
    assert_eq!(path(0, 1_234_067, 256), "tile/0/x001/x234/067");
    assert_eq!(path(2, 1_000, 255), "tile/2/x001/000.p/255");
}

#[test]
fn a_tile_that_is_too_narrow_restores_no_edge() {
    let (_, set) = tiles(300);

    assert_eq!(Edge::restored(300, &set).map(|edge| edge.size()), Some(300));
    assert!(Edge::restored(301, &set).is_none());
    assert!(Edge::restored(300, &TileSet::default()).is_none());
}

#[test]
fn a_proof_from_a_changed_tile_does_not_hold() {
    let entries = entries(700);
    let tree = tree(&entries);
    let (mut edge, mut full) = (Edge::default(), Vec::new());
    entries
        .iter()
        .for_each(|entry| edge.append(entry.leaf(), &mut full));
    let honest: Vec<Tile> = full.into_iter().chain(edge.tiles()).collect();
    let (index, size) = (300, 700);
    let wanted = Wanted::Inclusion { index, size };

    for changed in wanted.tiles().unwrap() {
        let mut tiles = honest.clone();
        let tile = tiles.iter_mut().find(|tile| tile.id == changed).unwrap();
        tile.bytes.iter_mut().for_each(|byte| *byte ^= 1);

        let proof = TileSet::from_iter(tiles).prove(wanted).unwrap();

        let root = tree.root_of(size).unwrap();
        let leaf = entries[usize::try_from(index).unwrap()].leaf();
        assert!(check_inclusion(&proof, (size, root), (index, leaf)).is_err());
    }
}

proptest! {
    #[test]
    fn grown_tiles_are_those_that_changed(old in 0_u32..1_500, more in 0_u32..1_500) {
        let new = old + more;
        let widths = |size: u32| -> BTreeMap<TileId, usize> {
            grown(0, u64::from(size)).collect()
        };
        let (before, after) = (widths(old), widths(new));

        let named: BTreeMap<TileId, usize> = grown(u64::from(old), u64::from(new)).collect();

        let changed = after.into_iter().filter(|(id, width)| before.get(id) != Some(width));
        prop_assert_eq!(named, changed.collect());
    }

    #[test]
    fn an_edge_grows_on_from_its_tiles(size in 0_u32..1_200, more in 0_u32..600) {
        let (_, set) = tiles(size);

        let mut edge = Edge::restored(u64::from(size), &set).unwrap();
        (size..size + more).for_each(|number| edge.append(leaf(number), &mut Vec::new()));

        prop_assert_eq!(edge, tiles(size + more).0);
    }

    #[test]
    fn tiles_prove_what_they_are_asked(old in 1_u64..900, more in 0_u64..900, at in 0_u64..900) {
        let new = old + more;
        let (edge, set) = tiles(u32::try_from(new).unwrap());
        let root = edge.root();
        let only = |wanted: Wanted| -> TileSet {
            let tiles = wanted.tiles().unwrap();
            tiles.into_iter().map(|id| set.get(id).unwrap()).collect()
        };
        let (index, size) = (at % new, new);

        let wanted = Wanted::Inclusion { index, size };
        let proof = only(wanted).prove(wanted).unwrap();
        let leaf = leaf(u32::try_from(index).unwrap());
        prop_assert!(check_inclusion(&proof, (size, root), (index, leaf)).is_ok());

        let wanted = Wanted::Consistency { old, new };
        let proof = only(wanted).prove(wanted).unwrap();
        let (older, _) = tiles(u32::try_from(old).unwrap());
        prop_assert!(check_consistency(&proof, (old, older.root()), (new, root)).is_ok());
        let wanted = Wanted::Root { size: old };
        prop_assert_eq!(only(wanted).root(old).unwrap(), older.root());
    }
}
