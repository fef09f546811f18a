//! Signed checkpoints: what is believed, and why not.

use crate::given::{LEDGER, checkpoint, entries, key, other_key, tree};
use ledger::{BadKey, Checkpoint, CheckpointError, Origin, SigningKey, VerifyingKey};

#[test]
fn a_signed_checkpoint_reads_back() {
    let made = checkpoint(&tree(&entries(9)));

    let signed = made.sign(&key()).unwrap();

    assert_eq!(Checkpoint::open(&signed, key().public()).unwrap(), made);
}

#[test]
fn a_checkpoint_is_text_that_standard_tools_read() {
    let signed = checkpoint(&tree(&entries(3))).sign(&key()).unwrap();

    let lines: Vec<&str> = signed.lines().collect();
    assert_eq!(lines[0], "fermata.example/ledger/journals/2");
    assert_eq!(lines[1], "3");
    assert_eq!(lines[3], "");
    assert!(
        lines[4].starts_with("— fermata.example/ledger "),
        "{signed}"
    );
}

#[test]
fn another_key_of_the_same_name_is_not_believed() {
    let forged = checkpoint(&tree(&entries(9))).sign(&other_key()).unwrap();

    let opened = Checkpoint::open(&forged, key().public());

    assert!(matches!(opened, Err(CheckpointError::NotSigned { .. })));
}

#[test]
fn a_key_of_another_ledger_speaks_only_for_its_own() {
    let (foreign, _) = SigningKey::generate("other.example", [9; 32]).unwrap();
    let signed = checkpoint(&tree(&entries(9))).sign(&foreign).unwrap();

    let opened = Checkpoint::open(&signed, foreign.public());

    assert!(matches!(opened, Err(CheckpointError::OtherLedger { .. })));
}

#[test]
fn a_witness_may_sign_beside_the_ledger() {
    let signed = checkpoint(&tree(&entries(9))).sign(&key()).unwrap();
    let (witness, _) = SigningKey::generate("witness.example", [5; 32]).unwrap();
    let by_witness = checkpoint(&tree(&entries(9))).sign(&witness).unwrap();
    let signature = by_witness.lines().last().unwrap();

    let both = format!("{signed}{signature}\n");

    assert!(Checkpoint::open(&both, key().public()).is_ok());
}

#[test]
fn no_byte_of_a_checkpoint_may_change() {
    let signed = checkpoint(&tree(&entries(9))).sign(&key()).unwrap();

    for place in 0..signed.len() {
        let mut bytes = signed.clone().into_bytes();
        bytes[place] ^= 1;
        if let Ok(text) = String::from_utf8(bytes) {
            assert!(Checkpoint::open(&text, key().public()).is_err(), "{text}");
        }
    }
}

#[test]
fn an_origin_is_written_in_one_way_only() {
    let origin = Origin::read("fermata.example/ledger/journals/12").unwrap();

    assert_eq!((origin.ledger.as_str(), origin.journal), (LEDGER, 12));
    for line in [
        "x",
        "x/journals/-1",
        "x/journals/012",
        "x/journals/+1",
        "x/journals/",
    ] {
        assert_eq!(Origin::read(line), None, "{line}");
    }
}

#[test]
fn a_key_is_kept_in_one_line_and_never_printed() {
    let (made, line) = SigningKey::generate(LEDGER, [3; 32]).unwrap();

    let read = SigningKey::read(&format!("{line}\n")).unwrap();

    assert_eq!(read.public(), made.public());
    let secret = line.rsplit('+').next().unwrap();
    assert!(!format!("{read:?}").contains(secret));
    let public = VerifyingKey::read(made.public().as_str()).unwrap();
    assert_eq!(public.ledger(), LEDGER);
}

#[test]
fn a_key_is_read_whatever_its_bytes_are() {
    for byte in 0..=255 {
        let (made, line) = SigningKey::generate(LEDGER, [byte; 32]).unwrap();

        let signed = checkpoint(&tree(&entries(2))).sign(&made).unwrap();

        let read = SigningKey::read(&line).unwrap();
        assert_eq!(read.public(), made.public());
        let public = VerifyingKey::read(made.public().as_str()).unwrap();
        assert!(Checkpoint::open(&signed, &public).is_ok(), "{byte}");
    }
}

#[test]
fn what_is_no_key_is_refused() {
    assert_eq!(
        SigningKey::generate("a b", [1; 32]).err(),
        Some(BadKey::Name)
    );
    for text in ["", "x", "PRIVATE+KEY+x+00000000+AAAA", LEDGER] {
        assert!(SigningKey::read(text).is_err(), "{text}");
        assert!(VerifyingKey::read(text).is_err(), "{text}");
    }
}

#[test]
fn every_key_that_is_made_is_read_again_whatever_signs_its_base64_has() {
    let lines: Vec<String> = (0..=255)
        .map(|seed| {
            SigningKey::generate("example.org/log", [seed; 32])
                .unwrap()
                .1
        })
        .collect();

    assert!(lines.iter().any(|line| 4 < line.matches('+').count()));
    assert!(lines.iter().all(|line| SigningKey::read(line).is_ok()));
}
