//! Verifying: from the database first, from memory for a moment, and never past a revocation that
//! was heard of.

use crate::clock::{clock, let_milliseconds_pass};
use event_store::{Journals, Wakes, listen};
use futures_util::future::join;
use keys::{
    Holder, Keyring, NewKey, Owner, PresentedKey, TRUST_MILLISECONDS_MAX, VerifyError, create,
    revoke,
};
use secrecy::ExposeSecret;
use testkit::{TestDatabase, eventually, new_user};
use tokio_util::sync::CancellationToken;

fn keyring(database: &TestDatabase) -> Keyring {
    Keyring::new(database.pool(), clock)
}

fn new_key(owner: Owner) -> (NewKey, PresentedKey) {
    let key = NewKey::generate(owner, &mut rand::rng());
    let presented = key.secret().expose_secret().parse().unwrap();
    (key, presented)
}

async fn stored_key(database: &TestDatabase, owner: Owner) -> PresentedKey {
    let (key, presented) = new_key(owner);
    create(database.sql(), &key, None).await.unwrap();
    presented
}

#[tokio::test]
async fn a_key_proves_its_owner() {
    let database = TestDatabase::create().await;
    let keyring = keyring(&database);
    let user_id = new_user().0;

    let public = stored_key(&database, Owner::User(user_id)).await;
    let internal = stored_key(&database, Owner::Internal).await;

    let prefix = public.prefix();
    let holder = keyring.verify(&public).await.unwrap();
    assert_eq!(holder, Some(Holder::Public { user_id, prefix }));
    let prefix = internal.prefix();
    let holder = keyring.verify(&internal).await.unwrap();
    assert_eq!(holder, Some(Holder::Internal { prefix }));
}

#[tokio::test]
async fn a_key_that_was_never_made_or_has_another_rest_proves_nobody() {
    let database = TestDatabase::create().await;
    let keyring = keyring(&database);
    let real = stored_key(&database, Owner::Internal).await;
    let (_, never_made) = new_key(Owner::Internal);
    let forged: PresentedKey = format!("{}{}", real.prefix(), "0".repeat(48))
        .parse()
        .unwrap();

    for key in [never_made, forged] {
        assert_eq!(keyring.verify(&key).await.unwrap(), None);
    }
    // Nor does the forged one spoil what is remembered of the real one.
    assert!(keyring.verify(&real).await.unwrap().is_some());
    assert_eq!(keyring.verify(&forged).await.unwrap(), None);
}

#[tokio::test]
async fn a_revoked_key_proves_nobody_once_everything_is_forgotten() {
    let database = TestDatabase::create().await;
    let keyring = keyring(&database);
    let key = stored_key(&database, Owner::Internal).await;
    assert!(keyring.verify(&key).await.unwrap().is_some());

    revoke(database.sql(), key.prefix()).await.unwrap();
    keyring.forget_all();

    assert_eq!(keyring.verify(&key).await.unwrap(), None);
}

#[tokio::test]
async fn a_revocation_that_nobody_heard_of_holds_within_a_second() {
    let database = TestDatabase::create().await;
    let keyring = keyring(&database);
    let key = stored_key(&database, Owner::Internal).await;
    assert!(keyring.verify(&key).await.unwrap().is_some());
    revoke(database.sql(), key.prefix()).await.unwrap();

    let_milliseconds_pass(TRUST_MILLISECONDS_MAX - 1);
    assert!(keyring.verify(&key).await.unwrap().is_some());
    let_milliseconds_pass(1);
    assert_eq!(keyring.verify(&key).await.unwrap(), None);
}

#[tokio::test]
async fn a_key_that_was_asked_for_before_it_was_made_is_known_within_a_second() {
    let database = TestDatabase::create().await;
    let keyring = keyring(&database);
    let (key, presented) = new_key(Owner::Internal);
    assert_eq!(keyring.verify(&presented).await.unwrap(), None);

    create(database.sql(), &key, None).await.unwrap();
    let_milliseconds_pass(TRUST_MILLISECONDS_MAX);

    assert!(keyring.verify(&presented).await.unwrap().is_some());
}

#[tokio::test]
async fn a_revocation_is_heard_by_every_process_that_listens() {
    let database = TestDatabase::create().await;
    let keyring = keyring(&database);
    let wakes = Wakes::new(Journals::DEFAULT);
    let (stop, mut listening) = (
        CancellationToken::new(),
        wakes.hear(event_store::JournalId(0)).unwrap(),
    );

    let hear = listen(
        database.config(),
        &wakes,
        || keyring.forget_all(),
        |_| (),
        stop.clone(),
    );
    join(hear, async {
        listening.changed().await.unwrap();
        let key = stored_key(&database, Owner::Internal).await;
        assert!(keyring.verify(&key).await.unwrap().is_some());

        // The test's clock stands still, so only the announcement can make the keyring forget.
        revoke(database.sql(), key.prefix()).await.unwrap();
        eventually("a keyring that forgets", async || {
            keyring.verify(&key).await.unwrap().is_none().then_some(())
        })
        .await;
        stop.cancel();
    })
    .await;
}

#[tokio::test]
async fn a_database_that_is_away_is_no_verdict() {
    let database = TestDatabase::create().await;
    let keyring = keyring(&database);
    let key = stored_key(&database, Owner::Internal).await;
    let (_, never_made) = new_key(Owner::Internal);
    assert!(keyring.verify(&key).await.unwrap().is_some());

    database.close_doors().await;
    // What is remembered is still known; what is not cannot be learned.
    assert!(keyring.verify(&key).await.unwrap().is_some());
    let failed = keyring.verify(&never_made).await.unwrap_err();
    database.open_doors().await;

    assert!(
        matches!(
            failed,
            VerifyError::NoConnection(_) | VerifyError::LookUp(_)
        ),
        "{failed:?}"
    );
    keyring.forget_all();
    assert!(keyring.verify(&key).await.unwrap().is_some());
}

#[tokio::test]
async fn a_thousand_requests_with_one_key_are_all_answered() {
    let database = TestDatabase::create().await;
    let keyring = keyring(&database);
    let key = stored_key(&database, Owner::Internal).await;

    let requests = (0..1_000).map(|_| keyring.verify(&key));
    let verdicts = futures_util::future::join_all(requests).await;

    assert!(
        verdicts
            .into_iter()
            .all(|verdict| verdict.unwrap().is_some())
    );
}
