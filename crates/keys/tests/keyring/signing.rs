//! Signing for holders, and verifying what they signed, with nothing but digests.

use crate::clock::{clock, let_milliseconds_pass};
use keys::{Holder, Keyring, NewKey, Owner, TRUST_MILLISECONDS_MAX, create, revoke};
use testkit::TestDatabase;

async fn stored_key(database: &TestDatabase) -> NewKey {
    let key = NewKey::generate(Owner::Internal, &mut rand::rng());
    create(database.sql(), &key, None).await.unwrap();
    key
}

#[tokio::test]
async fn what_a_live_key_signed_proves_its_holder() {
    let database = TestDatabase::create().await;
    let keyring = Keyring::new(database.pool(), clock);
    let (key, other) = (stored_key(&database).await, stored_key(&database).await);
    let prefix = key.prefix();

    let mac = keyring.sign(prefix, b"message").await.unwrap().unwrap();

    let proved = async |prefix, message| {
        let mac = mac.as_bytes().as_slice();
        keyring.verify_mac(prefix, message, mac).await.unwrap()
    };
    assert_eq!(
        proved(prefix, b"message").await,
        Some(Holder::Internal { prefix })
    );
    assert_eq!(proved(prefix, b"another").await, None);
    assert_eq!(proved(other.prefix(), b"message").await, None);
}

#[tokio::test]
async fn nothing_that_a_revoked_key_signed_counts_any_more() {
    let database = TestDatabase::create().await;
    let keyring = Keyring::new(database.pool(), clock);
    let prefix = stored_key(&database).await.prefix();
    let mac = keyring.sign(prefix, b"message").await.unwrap().unwrap();

    revoke(database.sql(), prefix).await.unwrap();
    let_milliseconds_pass(TRUST_MILLISECONDS_MAX);

    let bytes = mac.as_bytes().as_slice();
    assert_eq!(
        keyring.verify_mac(prefix, b"message", bytes).await.unwrap(),
        None
    );
    assert_eq!(keyring.sign(prefix, b"message").await.unwrap(), None);
}
