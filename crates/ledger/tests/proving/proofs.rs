//! Proof files: an auditor has the file and the public key, and nothing else.

use crate::given::{entries, key, other_key, proof};
use ledger::{Proof, ProofError};
use proptest::prelude::*;

#[test]
fn a_proof_file_shows_its_event() {
    let file = proof(&entries(100), 42, &key()).write().unwrap();

    let proven = Proof::read(&file).unwrap().verify(key().public()).unwrap();

    assert_eq!(proven.entry, entries(100)[41]);
    assert_eq!(proven.checkpoint.size, 100);
}

#[test]
fn the_only_event_of_a_journal_is_proven_too() {
    let file = proof(&entries(1), 1, &key()).write().unwrap();

    assert!(Proof::read(&file).unwrap().verify(key().public()).is_ok());
}

#[test]
fn a_file_signed_with_another_key_proves_nothing() {
    let file = proof(&entries(10), 3, &other_key()).write().unwrap();

    let verified = Proof::read(&file).unwrap().verify(key().public());

    assert!(matches!(verified, Err(ProofError::Checkpoint(_))));
}

#[test]
fn an_event_that_was_altered_is_not_in_the_tree() {
    let mut altered = proof(&entries(10), 3, &key());
    altered.entry.payload = altered.entry.payload.replace("requested", "bounce_guard");
    let file = altered.write().unwrap();

    let verified = Proof::read(&file).unwrap().verify(key().public());

    assert!(matches!(
        verified,
        Err(ProofError::NotIncluded { position: 3, .. })
    ));
}

#[test]
fn an_event_of_another_journal_is_refused() {
    let mut moved = proof(&entries(10), 3, &key());
    moved.entry.journal = 1;

    let verified = moved.verify(key().public());

    assert!(matches!(verified, Err(ProofError::OtherJournal { .. })));
}

#[test]
fn no_byte_of_a_proof_file_may_change_be_missing_or_be_added() {
    let file = proof(&entries(20), 7, &key()).write().unwrap();
    let holds = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).ok()?;
        Proof::read(&text).ok()?.verify(key().public()).ok()
    };
    assert!(holds(file.clone().into_bytes()).is_some());

    for place in 0..file.len() {
        let mut changed = file.clone().into_bytes();
        changed[place] ^= 1;
        assert_eq!(holds(changed), None, "byte {place} changed");
        let mut shorter = file.clone().into_bytes();
        shorter.remove(place);
        assert_eq!(holds(shorter), None, "byte {place} missing");
        let mut longer = file.clone().into_bytes();
        longer.insert(place, b' ');
        assert_eq!(holds(longer), None, "a space added at {place}");
    }
}

#[test]
fn a_form_of_the_future_is_named() {
    let file = proof(&entries(2), 1, &key()).write().unwrap();

    let read = Proof::read(&file.replace("\"fermata_proof\": 1", "\"fermata_proof\": 2"));

    assert!(matches!(read, Err(ProofError::UnknownForm(2))));
}

proptest! {
    #[test]
    fn any_byte_may_become_any_other_and_the_proof_is_refused(
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let file = proof(&entries(33), 17, &key()).write().unwrap().into_bytes();
        let place = place.index(file.len());
        prop_assume!(file[place] != byte);
        let mut changed = file;
        changed[place] = byte;

        let verified = String::from_utf8(changed)
            .ok()
            .and_then(|text| Proof::read(&text).ok())
            .and_then(|proof| proof.verify(key().public()).ok());

        prop_assert_eq!(verified, None);
    }
}
