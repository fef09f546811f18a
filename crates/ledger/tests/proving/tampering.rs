//! Everything that can be done to a journal is found, and its place named.
//!
//! A checkpoint was saved elsewhere. The tampered journal is audited against it: with the leaves as
//! they were sealed (then the very event is named), with leaves that were forged to fit, and without
//! any (then the place is between two checkpoints).

use crate::given::{LEDGER, entries, entry, key, other_key};
use chrono::TimeDelta;
use ledger::{
    Agreement, Audit, Checkpoint, Difference, Entry, Evidence, Frontier, Hash, Origin, Trust,
};
use proptest::prelude::*;
use std::ops::Range;

const EVENTS: i64 = 300;
/// Sizes of the checkpoints that were saved.
const SAVED: [u64; 3] = [100, 256, 300];

fn leaves(entries: &[Entry]) -> Vec<Hash> {
    entries.iter().map(Entry::leaf).collect()
}

fn checkpoint(entries: &[Entry]) -> Checkpoint {
    let mut frontier = Frontier::default();
    entries
        .iter()
        .for_each(|entry| frontier.append(entry.leaf()));
    Checkpoint {
        origin: Origin {
            ledger: LEDGER.to_owned(),
            journal: 2,
        },
        size: frontier.size(),
        root: frontier.root(),
    }
}

fn saved() -> Vec<Checkpoint> {
    let size = |size: u64| usize::try_from(size).unwrap();
    let honest = entries(EVENTS);
    SAVED
        .iter()
        .map(|saved| checkpoint(&honest[..size(*saved)]))
        .collect()
}

fn audit(found: &[Entry], sealed: &[Hash]) -> Result<Agreement, Difference> {
    let mut audit = Audit::of(2);
    for checkpoint in saved() {
        audit.expect(Evidence::Saved, &checkpoint);
    }
    for (place, entry) in found.iter().enumerate() {
        audit.push(entry, sealed.get(place).copied(), &mut Vec::new())?;
    }
    audit.finish()
}

/// With the leaves as they were sealed.
fn judged(found: &[Entry]) -> Difference {
    audit(found, &leaves(&entries(EVENTS))).unwrap_err()
}

fn altered(place: usize, alter: impl FnOnce(&mut Entry)) -> Vec<Entry> {
    let mut found = entries(EVENTS);
    alter(&mut found[place]);
    found
}

fn flip(text: &mut String, at: usize) {
    let at = at % text.len();
    let byte = text.as_bytes()[at];
    let other = if byte == b'7' { "8" } else { "7" };
    text.replace_range(at..=at, other);
}

/// Positions follow each other again, as if nothing had happened.
fn renumbered(mut found: Vec<Entry>) -> Vec<Entry> {
    for (position, entry) in (1..).zip(&mut found) {
        entry.position = position;
    }
    found
}

fn event(position: u64) -> Difference {
    Difference::Event {
        position,
        proven: true,
    }
}

#[test]
fn an_untouched_journal_agrees() {
    let found = entries(EVENTS);

    let agreement = audit(&found, &leaves(&found)).unwrap();

    assert_eq!((agreement.events, agreement.covered), (300, 300));
    assert_eq!(agreement.checkpoints, 3);
    assert!(audit(&found, &[]).is_ok(), "leaves are not needed");
}

#[test]
fn a_changed_byte_in_a_payload_is_named() {
    let found = altered(149, |entry| flip(&mut entry.payload, 5));

    assert_eq!(judged(&found), event(150));
}

#[test]
fn a_changed_byte_in_metadata_is_named() {
    let found = altered(149, |entry| flip(&mut entry.metadata, 20));

    assert_eq!(judged(&found), event(150));
}

#[test]
fn a_changed_time_is_named() {
    let found = altered(149, |entry| {
        entry.recorded_at += TimeDelta::microseconds(1);
    });

    assert_eq!(judged(&found), event(150));
}

#[test]
fn a_removed_event_is_named() {
    let mut found = entries(EVENTS);
    found.remove(149);

    let gap = Difference::Missing {
        position: 150,
        found: 151,
    };
    assert_eq!(judged(&found), gap);
    assert_eq!(judged(&renumbered(found)), event(150));
}

#[test]
fn an_inserted_event_is_named() {
    let mut found = entries(EVENTS);
    found.insert(149, entry(150));

    let twice = Difference::Misplaced {
        position: 151,
        found: 150,
    };
    assert_eq!(judged(&found), twice);
    found[149].payload.push(' ');
    assert_eq!(judged(&renumbered(found)), event(150));
}

#[test]
fn two_swapped_events_are_named() {
    let mut found = entries(EVENTS);
    found.swap(149, 200);

    let misplaced = Difference::Missing {
        position: 150,
        found: 201,
    };
    assert_eq!(judged(&found), misplaced);
    assert_eq!(judged(&renumbered(found)), event(150));
}

#[test]
fn a_truncated_tail_is_named() {
    let found = entries(290);

    let shorter = Difference::Shorter {
        events: 290,
        signed: 300,
        evidence: Evidence::Saved,
    };
    assert_eq!(judged(&found), shorter);
    assert_eq!(shorter.position(), 291);
}

#[test]
fn a_tree_that_was_signed_again_with_another_key_is_not_believed() {
    let mut trust = Trust::of(vec![key().public().clone()]);
    let rewritten = checkpoint(&altered(149, |entry| flip(&mut entry.payload, 5)));

    let refused = trust.save(&rewritten.sign(&other_key()).unwrap());

    assert!(refused.is_err());
    assert_eq!(trust.saved(2).count(), 0);
}

#[test]
fn a_consistent_forgery_is_named_by_the_checkpoints_that_it_is_between() {
    let found = altered(149, |entry| flip(&mut entry.payload, 5));

    let difference = audit(&found, &leaves(&found)).unwrap_err();

    let between = Difference::Between {
        after: 100,
        up_to: 256,
        evidence: Evidence::Saved,
    };
    assert_eq!(difference, between);
}

#[test]
fn a_checkpoint_by_the_stolen_key_does_not_outweigh_the_one_that_was_saved() {
    let found = altered(149, |entry| flip(&mut entry.payload, 5));
    let forged = checkpoint(&found).sign(&key()).unwrap();
    let mut trust = Trust::of(vec![key().public().clone()]);
    trust.save(&forged).unwrap();
    let honest = checkpoint(&entries(EVENTS)).sign(&key()).unwrap();
    trust.save(&honest).unwrap();

    let mut audit = Audit::of(2);
    for checkpoint in trust.saved(2) {
        audit.expect(Evidence::Saved, checkpoint);
    }
    let mut pushed = found
        .iter()
        .map(|entry| audit.push(entry, None, &mut Vec::new()));

    assert!(matches!(
        pushed.find_map(Result::err),
        Some(Difference::Between {
            after: 0,
            up_to: 300,
            ..
        })
    ));
}

#[test]
fn a_changed_leaf_is_not_taken_for_a_changed_event() {
    let mut sealed = leaves(&entries(EVENTS));
    sealed[149].0[0] ^= 1;

    let difference = audit(&entries(EVENTS), &sealed).unwrap_err();

    assert_eq!(difference, Difference::Leaf { position: 150 });
}

#[test]
fn an_event_of_another_journal_is_named() {
    let found = altered(9, |entry| entry.journal = 3);

    let foreign = Difference::OtherJournal {
        position: 10,
        journal: 3,
    };
    assert_eq!(judged(&found), foreign);
}

/// What a forger may do to a journal; `true` when positions are made to fit again.
#[derive(Debug, Clone)]
enum Deed {
    Payload(usize, usize),
    Metadata(usize, usize),
    Time(usize, i64),
    Field(usize),
    Remove(usize, bool),
    Insert(usize, bool),
    Swap(usize, usize, bool),
    Truncate(usize),
    Replace(usize),
}

fn deed() -> impl Strategy<Value = Deed> {
    let place = 0..300_usize;
    prop_oneof![
        (place.clone(), any::<usize>()).prop_map(|(place, at)| Deed::Payload(place, at)),
        (place.clone(), any::<usize>()).prop_map(|(place, at)| Deed::Metadata(place, at)),
        (place.clone(), 1..1_000_000_000_i64).prop_map(|(place, by)| Deed::Time(place, by)),
        place.clone().prop_map(Deed::Field),
        (place.clone(), any::<bool>()).prop_map(|(place, fit)| Deed::Remove(place, fit)),
        (place.clone(), any::<bool>()).prop_map(|(place, fit)| Deed::Insert(place, fit)),
        (place.clone(), 1..300_usize, any::<bool>()).prop_map(|(one, by, fit)| Deed::Swap(
            one,
            (one + by) % 300,
            fit
        )),
        place.clone().prop_map(Deed::Truncate),
        place.prop_map(Deed::Replace),
    ]
}

/// The journal after the deed, and the first position that is not what it was.
fn done(deed: &Deed) -> (Vec<Entry>, u64) {
    let mut found = entries(EVENTS);
    let (first, fit) = match *deed {
        Deed::Payload(place, at) => {
            flip(&mut found[place].payload, at);
            (place, false)
        }
        Deed::Metadata(place, at) => {
            flip(&mut found[place].metadata, at);
            (place, false)
        }
        Deed::Time(place, by) => {
            found[place].recorded_at += TimeDelta::microseconds(by);
            (place, false)
        }
        Deed::Field(place) => {
            found[place].version += 1;
            (place, false)
        }
        Deed::Remove(place, fit) => {
            found.remove(place);
            (place, fit)
        }
        Deed::Insert(place, fit) => {
            let mut new = found[place].clone();
            new.payload.push(' ');
            found.insert(place, new);
            (place, fit)
        }
        Deed::Swap(one, other, fit) => {
            found.swap(one, other);
            (one.min(other), fit)
        }
        Deed::Truncate(length) => {
            found.truncate(length);
            (length, false)
        }
        Deed::Replace(from) => {
            for entry in &mut found[from..] {
                entry.payload.push('\n');
            }
            (from, false)
        }
    };
    let found = if fit { renumbered(found) } else { found };
    (found, u64::try_from(first).unwrap() + 1)
}

/// The positions among which the difference is, without leaves that tell which event it is: behind
/// what a checkpoint covers, and at the latest where positions break off.
fn place(difference: &Difference) -> Range<u64> {
    match difference {
        Difference::Between { after, up_to, .. } => after + 1..up_to + 1,
        other => 1..other.position() + 1,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn each_of_a_thousand_alterations_is_found_and_its_place_named(deed in deed()) {
        let (found, first) = done(&deed);

        let with_leaves = audit(&found, &leaves(&entries(EVENTS)));
        let without = audit(&found, &[]);
        let forged = audit(&found, &leaves(&found));

        prop_assert_eq!(with_leaves.unwrap_err().position(), first);
        for difference in [without.unwrap_err(), forged.unwrap_err()] {
            prop_assert!(place(&difference).contains(&first), "{difference:?}, not at {first}");
        }
    }
}
