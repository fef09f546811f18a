//! A new key takes over, and the old one signs nothing more.

use crate::given::{JOURNAL, Place, key, sealer, settings, trust};
use ledger::{
    AuditError, Checkpoint, Difference, Evidence, LedgerKey, Retirement, SealError, Sealer,
    SealerSettings, Trust, audit_journal,
};

/// A journal of 300 events that the first key signed and the second took over.
async fn rotated() -> (Place, Sealer) {
    let mut place = Place::with(300).await;
    let mut old = sealer(&place);
    place.seal(&mut old).await;
    let mut new = Sealer::new(SealerSettings {
        key: key(2),
        ..settings(&place)
    });
    place.seal(&mut new).await;
    (place, old)
}

#[tokio::test]
async fn a_server_with_the_old_key_signs_nothing_once_the_new_one_has_signed() {
    let (mut place, mut old) = rotated().await;
    place.write(20).await;

    let step = old.run_once(&mut place.connection.client, JOURNAL).await;
    let mut started_again = sealer(&place);
    let again = started_again.run_once(&mut place.connection.client, JOURNAL);

    assert!(matches!(step, Err(SealError::Retired { .. })), "{step:?}");
    assert!(matches!(again.await, Err(SealError::Retired { .. })));
    assert_eq!(place.checkpoint().await.size, 300);
}

#[tokio::test]
async fn a_checkpoint_that_a_stolen_key_signed_after_its_end_is_named() {
    let (place, _) = rotated().await;
    place.write(20).await;
    let taken_over = place.checkpoint().await;
    let forged = Checkpoint {
        size: 320,
        ..taken_over.clone()
    };
    let note = forged.sign(&key(1)).unwrap();
    let id = key(1).public().id().to_owned();
    let put = "INSERT INTO ledger_checkpoints (journal, size, key_id, root, note)
               VALUES (1, 320, $1, sha256('forged'), $2)";
    place
        .database
        .sql()
        .execute(put, &[&id, &note])
        .await
        .unwrap();
    let old = LedgerKey::from(key(1).public().clone());
    let retired = old.retire(&Retirement::at(&[taken_over]));
    let told = Trust::of(vec![retired, key(2).public().clone().into()]);

    let audited = audit_journal(place.database.sql(), JOURNAL, &told, None).await;

    let Err(AuditError::Differs(Difference::Signature {
        size: 320,
        evidence: Evidence::Stored,
        reason,
    })) = audited
    else {
        panic!("{audited:?}");
    };
    assert!(
        reason.contains("was retired at 300 events of journal 1"),
        "{reason}"
    );
    let not_told = audit_journal(place.database.sql(), JOURNAL, &trust(), None).await;
    assert!(not_told.is_err(), "events do not have the forged root");
}
