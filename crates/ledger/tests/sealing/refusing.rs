//! What the sealer does not sign, because the database was changed; and what the schema refuses.

use crate::given::{JOURNAL, Place, publisher, sealer};
use ledger::SealError;

/// The trees were rewritten since: other hashes in the place of those that were signed.
const REWRITE: &str =
    "UPDATE ledger_tiles SET hashes = sha256('forged') || substring(hashes FROM 33)
                       WHERE level = 0 AND number = 0";

#[tokio::test]
async fn a_tree_that_was_rewritten_is_not_signed() {
    let mut place = Place::with(100).await;
    let mut sealer = sealer(&place);
    place.seal(&mut sealer).await;
    place.tamper(REWRITE).await;
    place.write(10).await;

    let step = sealer.run_once(&mut place.connection.client, JOURNAL).await;

    assert!(
        matches!(step, Err(SealError::Rewritten { signed: 100, .. })),
        "{step:?}"
    );
    assert_eq!(place.checkpoint().await.size, 100);
}

#[tokio::test]
async fn what_was_signed_is_remembered_outside_of_the_database() {
    let mut place = Place::with(100).await;
    let mut before = publisher(&place);
    place.seal(&mut before).await;
    let forget = "DELETE FROM ledger_checkpoints; DELETE FROM ledger_tiles";
    place.tamper(forget).await;

    let mut started_again = publisher(&place);
    let step = started_again.run_once(&mut place.connection.client, JOURNAL);

    assert!(matches!(
        step.await,
        Err(SealError::Cut {
            found: 0,
            signed: 100,
            ..
        })
    ));
}

#[tokio::test]
async fn a_journal_that_lost_its_tail_is_not_signed() {
    let mut place = Place::with(100).await;
    let mut sealer = sealer(&place);
    place.seal(&mut sealer).await;
    let cut = "DELETE FROM events WHERE position > 90; UPDATE journals SET head = 90 WHERE id = 1";
    place.tamper(cut).await;

    let step = sealer.run_once(&mut place.connection.client, JOURNAL).await;

    assert!(
        matches!(
            step,
            Err(SealError::Cut {
                found: 90,
                signed: 100,
                ..
            })
        ),
        "{step:?}"
    );
}

#[tokio::test]
async fn a_journal_with_a_gap_is_not_sealed_beyond_it() {
    let mut place = Place::with(100).await;
    place.tamper("DELETE FROM events WHERE position = 42").await;
    let mut sealer = sealer(&place);

    let step = sealer.run_once(&mut place.connection.client, JOURNAL).await;

    assert!(
        matches!(step, Err(SealError::Gap { position: 42, .. })),
        "{step:?}"
    );
    assert_eq!(place.count("ledger_tiles").await, 0);
}

#[tokio::test]
async fn a_checkpoint_by_a_key_that_nobody_named_is_not_continued() {
    let mut place = Place::with(100).await;
    let mut before = publisher(&place);
    place.seal(&mut before).await;
    let note = place.directory().checkpoint(1).unwrap().unwrap();
    let swapped = note.replace("fermata.example/ledger ", "someone.else/ledger ");
    place.directory().write_checkpoint(1, &swapped).unwrap();

    let mut started_again = publisher(&place);
    let step = started_again.run_once(&mut place.connection.client, JOURNAL);

    assert!(matches!(step.await, Err(SealError::Foreign { .. })));
}

#[tokio::test]
async fn the_schema_refuses_to_change_what_was_sealed_and_signed() {
    let mut place = Place::with(300).await;
    let mut sealer = sealer(&place);
    place.seal(&mut sealer).await;

    for statement in [
        "DELETE FROM ledger_tiles",
        "TRUNCATE ledger_tiles",
        REWRITE,
        "UPDATE ledger_tiles SET number = number + 1",
        "UPDATE ledger_tiles SET hashes = substring(hashes FROM 1 FOR 32)",
        "DELETE FROM ledger_checkpoints",
        "UPDATE ledger_checkpoints SET size = size + 1",
        "TRUNCATE ledger_checkpoints",
        "DELETE FROM ledger_keys",
    ] {
        let refused = place.database.sql().batch_execute(statement).await;
        let code = refused.unwrap_err().code().unwrap().code().to_owned();
        assert_eq!(code, "FM005", "{statement}");
    }
}
