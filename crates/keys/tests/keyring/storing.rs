//! The table of keys.

use keys::{CreateError, Label, NewKey, Owner, Revocation, create, list, revoke};
use secrecy::ExposeSecret;
use testkit::{TestDatabase, new_user};

fn new_key(owner: Owner) -> NewKey {
    NewKey::generate(owner, &mut rand::rng())
}

#[tokio::test]
async fn a_stored_key_is_listed_with_its_owner_and_label_the_newest_first() {
    let database = TestDatabase::create().await;
    let user = Owner::User(new_user().0);
    let (first, second) = (new_key(user), new_key(Owner::Internal));
    let label = Label::new("nightly import").unwrap();

    create(database.sql(), &first, Some(&label)).await.unwrap();
    create(database.sql(), &second, None).await.unwrap();

    let listed = list(database.sql()).await.unwrap();
    let seen: Vec<_> = listed
        .iter()
        .map(|it| (it.prefix, it.owner, it.label.clone()))
        .collect();
    assert_eq!(
        seen,
        [
            (second.prefix(), Owner::Internal, None),
            (first.prefix(), user, Some(label))
        ]
    );
    assert!(listed.iter().all(|it| it.revoked_at.is_none()));
}

#[tokio::test]
async fn the_secret_is_nowhere_in_the_database() {
    let database = TestDatabase::create().await;
    let key = new_key(Owner::Internal);

    create(database.sql(), &key, None).await.unwrap();

    let row = "SELECT api_keys::text FROM api_keys";
    let text: String = database.sql().query_one(row, &[]).await.unwrap().get(0);
    let secret = key.secret().expose_secret();
    assert!(text.contains(&secret[..24]));
    assert!(!text.contains(&secret[24..]) && !text.contains(&secret[24..40]));
}

#[tokio::test]
async fn a_prefix_belongs_to_one_key() {
    let database = TestDatabase::create().await;
    let key = new_key(Owner::Internal);
    create(database.sql(), &key, None).await.unwrap();

    let refused = create(database.sql(), &key, None).await.unwrap_err();

    assert!(matches!(refused, CreateError::PrefixTaken(prefix) if prefix == key.prefix()));
    assert_eq!(list(database.sql()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_is_revoked_once_and_its_first_time_is_kept() {
    let database = TestDatabase::create().await;
    let (key, never_made) = (new_key(Owner::Internal), new_key(Owner::Internal));
    create(database.sql(), &key, None).await.unwrap();

    let first = revoke(database.sql(), key.prefix()).await.unwrap();
    let revoked_at = list(database.sql()).await.unwrap()[0].revoked_at.unwrap();
    let second = revoke(database.sql(), key.prefix()).await.unwrap();
    let unknown = revoke(database.sql(), never_made.prefix()).await.unwrap();

    assert_eq!(first, Revocation::Revoked);
    assert_eq!(second, Revocation::AlreadyRevoked { revoked_at });
    assert_eq!(unknown, Revocation::Unknown);
    assert_eq!(
        list(database.sql()).await.unwrap()[0].revoked_at,
        Some(revoked_at)
    );
}

#[tokio::test]
async fn the_table_refuses_what_no_key_is() {
    let database = TestDatabase::create().await;
    let digest = "'\\x' || repeat('00', 32)";

    for (prefix, kind, user, digest, constraint) in [
        ("pk_live_0123456789abcdef", "public", "NULL", digest, "user"),
        (
            "ik_live_0123456789abcdef",
            "internal",
            "gen_random_uuid()",
            digest,
            "user",
        ),
        (
            "pk_live_0123456789abcdef",
            "internal",
            "NULL",
            digest,
            "24_characters",
        ),
        (
            "pk_live_0123456789ABCDEF",
            "public",
            "gen_random_uuid()",
            digest,
            "24_characters",
        ),
        (
            "ik_live_0123456789abcdef",
            "internal",
            "NULL",
            "'\\x00'",
            "32_bytes",
        ),
        (
            "ik_live_0123456789abcdef",
            "owner",
            "NULL",
            digest,
            "public_or_internal",
        ),
    ] {
        let insert = format!(
            "INSERT INTO api_keys (prefix, kind, user_id, digest)
             VALUES ('{prefix}', '{kind}', {user}, ({digest})::bytea)"
        );
        let refused = database.sql().batch_execute(&insert).await.unwrap_err();

        let named = refused.as_db_error().and_then(|error| error.constraint());
        assert!(
            named.is_some_and(|it| it.contains(constraint)),
            "{refused:?}"
        );
    }
}
