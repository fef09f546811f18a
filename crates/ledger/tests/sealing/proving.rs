//! Proofs from a database: they hold for whoever has the public key, or there are none.

use crate::given::{JOURNAL, Place, key, sealer};
use domain::{CampaignId, Version};
use ledger::{
    Proof, ProveError, check_consistency, prove_consistency, prove_event, prove_position,
};

#[tokio::test]
async fn a_proof_of_any_event_holds() {
    let mut place = Place::with(300).await;
    let mut sealer = sealer(&place);
    place.seal(&mut sealer).await;

    for entry in place.entries().await.into_iter().step_by(13) {
        let (campaign, version) = (CampaignId(entry.campaign_id), Version(entry.version));
        let proof = prove_event(place.database.sql(), campaign, version).await;
        let file = proof.unwrap().write().unwrap();

        let proven = Proof::read(&file).unwrap().verify(key(1).public()).unwrap();

        assert_eq!(proven.entry, entry);
        assert_eq!(proven.checkpoint.size, 300);
    }
}

#[tokio::test]
async fn an_event_that_no_checkpoint_covers_is_not_proven() {
    let mut place = Place::with(10).await;
    let mut sealer = sealer(&place);
    place.seal(&mut sealer).await;
    place.write(1).await;

    let sql = place.database.sql();
    let early = prove_position(sql, JOURNAL, 11, u64::MAX).await;
    let none = prove_position(sql, JOURNAL, 12, u64::MAX).await;
    let unknown = CampaignId(uuid::Uuid::from_u128(7));
    let nobody = prove_event(sql, unknown, Version(1)).await;

    let is_early = |error: &ProveError| {
        matches!(
            error,
            ProveError::NotSealed {
                position: 11,
                signed: 10
            }
        )
    };
    assert!(is_early(&early.unwrap_err()));
    assert!(matches!(none, Err(ProveError::NoEvent)));
    assert!(matches!(nobody, Err(ProveError::NoCampaign(_))));
}

#[tokio::test]
async fn an_event_that_was_changed_is_not_proven() {
    let mut place = Place::with(100).await;
    let mut sealer = sealer(&place);
    place.seal(&mut sealer).await;
    let change = "UPDATE events SET payload = '{\"sends_in_flight\": 0}' WHERE position = 42";
    place.tamper(change).await;

    let proof = prove_position(place.database.sql(), JOURNAL, 42, u64::MAX).await;

    assert!(matches!(proof, Err(ProveError::Altered(_))), "{proof:?}");
}

#[tokio::test]
async fn a_newer_checkpoint_is_proven_to_continue_an_older_one() {
    let mut place = Place::with(100).await;
    let mut sealer = sealer(&place);
    place.seal(&mut sealer).await;
    let old = place.checkpoint().await;
    place.write(200).await;
    place.seal(&mut sealer).await;
    let new = place.checkpoint().await;

    let sql = place.database.sql();
    let proof = prove_consistency(sql, JOURNAL, 100, None).await.unwrap();

    let (old, new) = ((old.size, old.root), (new.size, new.root));
    assert_eq!((proof.from_size, proof.to_size), (100, 300));
    assert!(check_consistency(&proof.hashes, old, new).is_ok());
    let missing = prove_consistency(sql, JOURNAL, 99, None).await;
    assert!(matches!(
        missing,
        Err(ProveError::NoCheckpoint { size: 99 })
    ));
}
