//! The directory: what is remembered, and when it is not.

use domain::{AccountId, OwnLimits, UserId};
use futures_util::{FutureExt, pin_mut};
use senders::{Directory, Sender, TRUST_SECONDS_MAX, put};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use testkit::{TestDatabase, new_user};
use uuid::Uuid;

/// A clock that only the test of time moves; tests run in processes of their own.
static SECONDS: AtomicU64 = AtomicU64::new(0);

fn clock() -> Instant {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    let began = *BEGAN.get_or_init(Instant::now);
    began + Duration::from_secs(SECONDS.load(Ordering::SeqCst))
}

async fn registered(database: &TestDatabase) -> (UserId, AccountId) {
    let (user, id) = (new_user(), AccountId(Uuid::now_v7()));
    let sender = Sender::active_mailbox(user, id, "ada@example.com");
    put(database.sql(), &sender).await.unwrap();
    (user, id)
}

fn announced(user: UserId, id: AccountId) -> String {
    format!("{} {}", user.0, id.0)
}

#[tokio::test]
async fn an_account_that_was_read_is_remembered_until_it_changes() {
    let database = TestDatabase::create().await;
    let (user, id) = registered(&database).await;
    let client = database.pool().get().await.unwrap();
    let directory = Directory::new(clock);
    assert!(directory.recall(user, &[id]).is_none());

    directory.read(&client, user, &[id]).await.unwrap();

    assert_eq!(directory.recall(user, &[id]).unwrap()[0].id, id);
    directory.forget(&announced(new_user(), id));
    assert!(directory.recall(user, &[id]).is_some());
    directory.forget(&announced(user, id));
    assert!(directory.recall(user, &[id]).is_none());
}

#[tokio::test]
async fn that_an_account_is_not_there_is_remembered_too() {
    let database = TestDatabase::create().await;
    let (user, id) = registered(&database).await;
    let client = database.pool().get().await.unwrap();
    let directory = Directory::new(clock);
    let (stranger, gone) = (new_user(), AccountId(Uuid::now_v7()));

    directory
        .read(&client, stranger, &[id, gone])
        .await
        .unwrap();

    assert!(directory.recall(stranger, &[gone, id]).unwrap().is_empty());
    assert!(directory.recall(user, &[id]).is_none());
}

#[tokio::test]
async fn what_was_read_before_a_change_is_not_remembered_after_it() {
    let database = TestDatabase::create().await;
    let (user, id) = registered(&database).await;
    let client = database.pool().get().await.unwrap();
    let directory = Directory::new(clock);
    let ids = [id];

    // The read has begun and waits for the table when the change is heard of.
    let lock = "BEGIN; LOCK TABLE senders IN ACCESS EXCLUSIVE MODE";
    database.sql().batch_execute(lock).await.unwrap();
    let reading = directory.read(&client, user, &ids);
    pin_mut!(reading);
    assert!(reading.as_mut().now_or_never().is_none());
    directory.forget(&announced(user, id));
    database.sql().batch_execute("COMMIT").await.unwrap();
    let read = reading.await.unwrap();

    assert_eq!(read.len(), 1);
    assert!(directory.recall(user, &ids).is_none());
}

#[tokio::test]
async fn an_announcement_that_nobody_understands_makes_everything_forgotten() {
    let database = TestDatabase::create().await;
    let (user, id) = registered(&database).await;
    let client = database.pool().get().await.unwrap();
    let directory = Directory::new(clock);
    directory.read(&client, user, &[id]).await.unwrap();

    directory.forget("nonsense");

    assert!(directory.recall(user, &[id]).is_none());
}

#[tokio::test]
async fn nothing_is_trusted_for_longer_than_a_minute() {
    let database = TestDatabase::create().await;
    let (user, id) = registered(&database).await;
    let client = database.pool().get().await.unwrap();
    let directory = Directory::new(clock);
    directory.read(&client, user, &[id]).await.unwrap();

    SECONDS.fetch_add(TRUST_SECONDS_MAX, Ordering::SeqCst);
    let at_the_last = directory.recall(user, &[id]).is_some();
    SECONDS.fetch_add(1, Ordering::SeqCst);
    let too_late = directory.recall(user, &[id]).is_none();

    assert!(at_the_last && too_late);
}

#[tokio::test]
async fn limits_are_remembered_until_they_change_and_never_from_a_read_before_that() {
    let directory = Directory::new(clock);
    let (user, id) = (new_user(), AccountId(Uuid::now_v7()));
    let limits = OwnLimits {
        daily: Some(7),
        ..OwnLimits::default()
    };
    let early = directory.begin_reading();

    directory.remember_limits(early, (user, id), limits);
    assert_eq!(directory.recall_limits(user, id), Some(limits));
    assert_eq!(directory.recall_limits(new_user(), id), None);

    directory.forget(&announced(user, id));
    assert_eq!(directory.recall_limits(user, id), None);
    directory.remember_limits(early, (user, id), limits);
    assert_eq!(directory.recall_limits(user, id), None);

    directory.remember_limits(directory.begin_reading(), (user, id), limits);
    SECONDS.store(TRUST_SECONDS_MAX, Ordering::SeqCst);
    assert_eq!(directory.recall_limits(user, id), Some(limits));
    SECONDS.store(TRUST_SECONDS_MAX + 1, Ordering::SeqCst);
    assert_eq!(directory.recall_limits(user, id), None);
}
