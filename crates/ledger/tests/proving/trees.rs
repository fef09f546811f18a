//! The tree itself: RFC 6962, with its published example, and the laws that proofs obey.

use crate::given::{entries, entry, tree};
use ledger::{Frontier, Hash, Tree, check_consistency, check_inclusion};
use proptest::prelude::*;

fn hex(hash: Hash) -> String {
    hash.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The leaves and roots of the reference implementation's own test
/// (certificate-transparency, `merkle_tree_test.cc`).
#[test]
fn roots_are_those_of_the_reference_implementation() {
    let leaves: [&[u8]; 8] = [
        b"",
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[
            0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d,
            0x6e, 0x6f,
        ],
    ];
    let mut tree = Tree::default();
    for leaf in leaves {
        tree.append(tlog_tiles::tlog::record_hash(leaf)).unwrap();
    }

    let first = hex(tree.root_of(1).unwrap());
    let last = hex(tree.root_of(8).unwrap());

    assert_eq!(
        first,
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    );
    assert_eq!(
        last,
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    );
}

#[test]
fn the_encoding_of_an_event_never_changes() {
    let leaf = hex(entry(1).leaf());

    assert_eq!(leaf, include_str!("../golden/leaf.txt").trim());
}

#[test]
fn every_field_of_an_event_counts() {
    let original = entry(4);
    let mut altered = Vec::new();
    for field in 0..10 {
        let mut copy = original.clone();
        match field {
            0 => copy.journal += 1,
            1 => copy.position += 1,
            2 => copy.campaign_id = copy.event_id,
            3 => copy.version += 1,
            4 => copy.event_id = copy.campaign_id,
            5 => copy.event_type.push('x'),
            6 => copy.schema_version += 1,
            7 => copy.recorded_at += chrono::Duration::microseconds(1),
            8 => copy.payload.push(' '),
            _ => copy.metadata.push(' '),
        }
        altered.push(copy.leaf());
    }

    assert!(altered.iter().all(|leaf| *leaf != original.leaf()));
}

/// Without lengths, moving a byte from one field to the next would change nothing.
#[test]
fn fields_do_not_run_into_each_other() {
    let (mut one, mut other) = (entry(1), entry(1));
    (one.payload, one.metadata) = ("ab".to_owned(), "c".to_owned());
    (other.payload, other.metadata) = ("a".to_owned(), "bc".to_owned());

    assert!(one.leaf() != other.leaf());
}

proptest! {
    #[test]
    fn a_frontier_has_the_root_of_the_whole_tree(count in 0_i64..300) {
        let all = entries(count);
        let mut frontier = Frontier::default();
        for entry in &all {
            frontier.append(entry.leaf());
        }

        let kept = Frontier::restored(frontier.size(), frontier.roots().to_vec()).unwrap();

        let tree = tree(&all);
        prop_assert!(kept.root() == tree.root_of(tree.size()).unwrap());
    }

    #[test]
    fn every_leaf_of_every_tree_is_proven_and_no_other(count in 1_i64..200, which in 0_u64..200) {
        let all = entries(count);
        let tree = tree(&all);
        let size = tree.size();
        let index = which % size;
        let root = tree.root_of(size).unwrap();

        let proof = tree.prove_inclusion(index, size).unwrap();

        let leaf = all[usize::try_from(index).unwrap()].leaf();
        prop_assert!(check_inclusion(&proof, (size, root), (index, leaf)).is_ok());
        let foreign = entry(count + 1).leaf();
        prop_assert!(check_inclusion(&proof, (size, root), (index, foreign)).is_err());
        prop_assert!(check_inclusion(&proof, (size, root), (size, leaf)).is_err());
    }

    #[test]
    fn a_tree_that_grew_is_consistent_and_one_that_was_rewritten_is_not(
        old in 0_i64..120,
        more in 0_i64..120,
        altered in 0_usize..120,
    ) {
        let mut all = entries(old + more);
        let grown = tree(&all);
        let (old, new) = (u64::try_from(old).unwrap(), grown.size());
        let roots = (grown.root_of(old).unwrap(), grown.root_of(new).unwrap());

        let proof = grown.prove_consistency(old, new).unwrap();

        prop_assert!(check_consistency(&proof, (old, roots.0), (new, roots.1)).is_ok());
        if 0 < old {
            let place = altered % usize::try_from(old).unwrap();
            all[place].payload.push(' ');
            let rewritten = tree(&all);
            let proof = rewritten.prove_consistency(old, new).unwrap();
            let root = rewritten.root_of(new).unwrap();
            prop_assert!(check_consistency(&proof, (old, roots.0), (new, root)).is_err());
        }
    }
}

#[test]
fn a_tree_answers_only_for_leaves_that_it_has() {
    let tree = tree(&entries(5));

    assert!(tree.root_of(6).is_err());
    assert!(tree.prove_inclusion(5, 5).is_err());
    assert!(tree.prove_inclusion(0, 6).is_err());
    assert!(tree.prove_consistency(4, 6).is_err());
    assert!(tree.prove_consistency(4, 3).is_err());
}
