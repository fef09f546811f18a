//! What is believed of a key that was replaced.

use crate::given::{checkpoint, entries, entry, key, other_key, proof, tree};
use ledger::{
    Checkpoint, Difference, Entry, Evidence, LedgerKey, Retirement, SigningKey, Trust, TrustError,
    audit_export,
};

fn of(count: i64) -> Checkpoint {
    checkpoint(&tree(&entries(count)))
}

/// The key, replaced when there were 200 events.
fn retired() -> LedgerKey {
    LedgerKey::from(key().public().clone()).retire(&Retirement::at(&[of(200)]))
}

fn trust() -> Trust {
    Trust::of(vec![retired(), other_key().public().clone().into()])
}

fn open(checkpoint: &Checkpoint, key: &SigningKey) -> Result<Checkpoint, TrustError> {
    trust().open(&checkpoint.sign(key).unwrap())
}

#[test]
fn a_line_of_the_list_is_read_as_it_was_written() {
    let alone = LedgerKey::from(key().public().clone());
    for known in [
        alone.clone(),
        retired(),
        alone.retire(&Retirement::default()),
    ] {
        assert_eq!(LedgerKey::read(&known.to_string()).unwrap(), known);
    }
    for bad in [
        "retired 2:3",
        "since 2:3:x",
        "retired 2:x:AAAA",
        "retired 2:3:AAAA",
    ] {
        let line = format!("{} {bad}", key().public());
        assert!(LedgerKey::read(&line).is_err(), "{bad}");
    }
}

#[test]
fn a_replaced_key_is_believed_as_far_as_it_signed_and_no_further() {
    assert_eq!(open(&of(150), &key()).unwrap(), of(150));
    assert_eq!(open(&of(200), &key()).unwrap(), of(200));
    assert_eq!(open(&of(300), &other_key()).unwrap(), of(300));

    let late = open(&of(201), &key()).unwrap_err();

    assert!(matches!(late, TrustError::TooLate(_)), "{late}");
    assert!(late.to_string().contains("was retired at 200 events"));
}

#[test]
fn a_replaced_key_signs_no_other_tree_of_that_size_and_nothing_of_other_journals() {
    let mut forged = entries(200);
    forged[10].payload.push(' ');
    let mut elsewhere = of(10);
    elsewhere.origin.journal = 3;

    for signed in [checkpoint(&tree(&forged)), elsewhere] {
        let refused = open(&signed, &key());
        assert!(
            matches!(refused, Err(TrustError::TooLate(_))),
            "{refused:?}"
        );
    }
}

#[test]
fn a_proof_by_a_replaced_key_counts_only_for_what_it_signed() {
    let proven = |count| proof(&entries(count), 42, &key()).verify(key().public());

    let before = proven(180).unwrap();
    let after = proven(240).unwrap();

    assert!(retired().allow(&before.checkpoint).is_ok());
    assert!(retired().allow(&after.checkpoint).is_err());
}

#[test]
fn a_second_rotation_does_not_move_the_first() {
    let again = retired().retire(&Retirement::at(&[of(300)]));

    assert_eq!(again, retired());
}

/// The thief rewrote the log, signed it with the stolen key, and took everything else away.
#[test]
fn events_in_front_of_a_rotation_are_held_to_it_though_all_checkpoints_are_forged() {
    let mut found: Vec<Entry> = (1..=220).map(entry).collect();
    found[99].payload.push(' ');
    let mut trust = trust();
    let forged = checkpoint(&tree(&found[..190])).sign(&key()).unwrap();
    trust.save(&forged).unwrap();
    let lines = found
        .iter()
        .map(|it| serde_json::to_string(it).unwrap() + "\n");

    let audited = audit_export(lines.collect::<String>().as_bytes(), &trust, None, &[2]);

    let between = Difference::Between {
        after: 190,
        up_to: 200,
        evidence: Evidence::Rotated,
    };
    assert_eq!(audited.unwrap()[&2], Err(between));
}
