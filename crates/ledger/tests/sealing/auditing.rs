//! Everything that the owner of a database can do to it is found, and its place named.

use crate::given::{JOURNAL, Place, publisher, sealer, trust};
use ledger::{AuditError, Difference, Evidence, TileId, audit_journal};

/// Six thousand events, more than a page, with checkpoints after 5,000 and after all.
async fn sealed(publishes: bool) -> Place {
    let mut place = Place::with(5_000).await;
    let mut sealer = if publishes {
        publisher(&place)
    } else {
        sealer(&place)
    };
    place.seal(&mut sealer).await;
    place.write(1_000).await;
    place.seal(&mut sealer).await;
    place
}

async fn difference(place: &Place, publishes: bool) -> Difference {
    let directory = publishes.then(|| place.directory());
    let sql = place.database.sql();
    let audited = audit_journal(sql, JOURNAL, &trust(), directory.as_ref()).await;
    let Err(AuditError::Differs(difference)) = audited else {
        panic!("{audited:?}");
    };
    difference
}

#[tokio::test]
async fn an_untouched_database_agrees_with_everything_that_was_signed() {
    let place = sealed(true).await;
    place.write(3).await;

    let directory = place.directory();
    let audited = audit_journal(place.database.sql(), JOURNAL, &trust(), Some(&directory)).await;

    let agreement = audited.unwrap();
    assert_eq!((agreement.events, agreement.covered), (6_003, 6_000));
    // One a step of a thousand events, and the published one.
    assert_eq!(agreement.checkpoints, 7);
}

#[tokio::test]
async fn each_deed_is_named_with_its_place() {
    let event = Difference::Event {
        position: 4_500,
        proven: true,
    };
    let deeds = [
        (
            "UPDATE events SET payload = '{\"sends_in_flight\" : 4501}' WHERE position = 4500",
            event.clone(),
        ),
        (
            "UPDATE events SET metadata = '{}' WHERE position = 4500",
            event.clone(),
        ),
        (
            "UPDATE events SET recorded_at = recorded_at + interval '1 microsecond' WHERE position = 4500",
            event,
        ),
        (
            "DELETE FROM events WHERE position = 4500",
            Difference::Missing {
                position: 4_500,
                found: 4_501,
            },
        ),
        (
            "DELETE FROM events WHERE position > 5990",
            Difference::Shorter {
                events: 5_990,
                signed: 6_000,
                evidence: Evidence::Stored,
            },
        ),
        (
            "UPDATE ledger_tiles SET hashes = sha256('x') || substring(hashes FROM 33)
             WHERE level = 0 AND number = 2",
            Difference::Leaf { position: 513 },
        ),
        (
            "UPDATE ledger_tiles SET hashes = sha256('x') || substring(hashes FROM 33) WHERE level = 1",
            Difference::Tile {
                tile: TileId {
                    level: 1,
                    number: 0,
                },
            },
        ),
    ];
    for (deed, expected) in deeds {
        let place = sealed(false).await;
        place.tamper(deed).await;

        assert_eq!(difference(&place, false).await, expected, "{deed}");
    }
}

#[tokio::test]
async fn two_swapped_events_are_named_by_the_first() {
    let place = sealed(false).await;
    let swap = "UPDATE events SET position = -1 WHERE position = 100";
    let constraint = "ALTER TABLE events DROP CONSTRAINT events_positions_count_from_one";
    place.tamper(constraint).await;
    for statement in [
        swap,
        "UPDATE events SET position = 100 WHERE position = 200",
        "UPDATE events SET position = 200 WHERE position = -1",
    ] {
        place.tamper(statement).await;
    }

    let event = Difference::Event {
        position: 100,
        proven: true,
    };
    assert_eq!(difference(&place, false).await, event);
}

/// Events, tiles and checkpoints are replaced as a whole, signed by the stolen key, and agree with
/// each other.
#[tokio::test]
async fn a_consistent_forgery_is_named_by_what_was_published() {
    let mut place = sealed(true).await;
    let forge = "UPDATE events SET payload = '{\"forged\": true}' WHERE position = 777;
                 DELETE FROM ledger_tiles; DELETE FROM ledger_checkpoints";
    place.tamper(forge).await;
    let mut forger = sealer(&place);
    place.seal(&mut forger).await;

    let sql = place.database.sql();
    let alone = audit_journal(sql, JOURNAL, &trust(), None).await;
    let beside = difference(&place, true).await;

    assert!(alone.is_ok(), "nothing in the database tells");
    let event = Difference::Event {
        position: 777,
        proven: true,
    };
    assert_eq!(beside, event);
}

#[tokio::test]
async fn a_consistent_forgery_is_named_by_a_saved_checkpoint_alone() {
    let mut place = sealed(false).await;
    let saved = ledger::find_checkpoint(place.database.sql(), JOURNAL, 5_000).await;
    let mut trust = trust();
    trust.save(&saved.unwrap().unwrap().note).unwrap();
    let forge = "UPDATE events SET payload = '{\"forged\": true}' WHERE position = 777;
                 DELETE FROM ledger_tiles; DELETE FROM ledger_checkpoints";
    place.tamper(forge).await;
    let mut forger = sealer(&place);
    place.seal(&mut forger).await;

    let audited = audit_journal(place.database.sql(), JOURNAL, &trust, None).await;

    let Err(AuditError::Differs(Difference::Between {
        after,
        up_to,
        evidence,
    })) = audited
    else {
        panic!("{audited:?}");
    };
    // What the forger signed in between does not count.
    assert_eq!((after, up_to), (0, 5_000));
    assert_eq!(evidence, Evidence::Saved);
}

#[tokio::test]
async fn a_stored_checkpoint_by_another_key_is_named() {
    let place = sealed(false).await;
    let resign = "UPDATE ledger_checkpoints SET note = replace(note, E'\\n\\n', E'\\nx\\n\\n')
                  WHERE size = 5000";
    place.tamper(resign).await;

    let difference = difference(&place, false).await;

    assert!(
        matches!(
            difference,
            Difference::Signature {
                size: 5_000,
                evidence: Evidence::Stored,
                ..
            }
        ),
        "{difference:?}"
    );
}
