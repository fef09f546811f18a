//! Putting accounts, removing them, and whose they are.

use domain::{AccountId, ChannelKind, SenderLack, UserId};
use senders::{Put, SENDERS_PER_USER_MAX, Sender, find, find_facts, find_of, list, put, remove};
use testkit::{TestDatabase, new_user};
use uuid::Uuid;

fn account() -> AccountId {
    AccountId(Uuid::now_v7())
}

fn mailbox(user: UserId) -> Sender {
    Sender::active_mailbox(user, account(), "ada@example.com")
}

#[tokio::test]
async fn what_is_told_replaces_what_was_known() {
    let database = TestDatabase::create().await;
    let mut sender = mailbox(new_user());
    sender.first_name = Some("Ada".to_owned());
    let created = put(database.sql(), &sender).await.unwrap();

    sender.first_name = None;
    let changed = put(database.sql(), &sender).await.unwrap();

    let found = find(database.sql(), sender.id).await.unwrap().unwrap();
    assert!(matches!(created, Put::Created(_)), "{created:?}");
    let Put::Changed(times) = changed else {
        panic!("{changed:?}");
    };
    sender.created_at = times.created_at;
    sender.updated_at = times.updated_at;
    assert!(found == sender && times.created_at < times.updated_at);
}

#[tokio::test]
async fn of_two_users_who_put_one_id_the_first_keeps_it() {
    let database = TestDatabase::create().await;
    let first = mailbox(new_user());
    let second = Sender {
        user_id: new_user(),
        ..first.clone()
    };
    put(database.sql(), &first).await.unwrap();

    let taken = put(database.sql(), &second).await.unwrap();

    assert_eq!(taken, Put::Taken);
    let found = find(database.sql(), first.id).await.unwrap().unwrap();
    assert_eq!(found.user_id, first.user_id);
}

#[tokio::test]
async fn a_user_has_a_bounded_number_of_accounts_and_may_still_change_them() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let mut last = mailbox(user);
    for _ in 0..SENDERS_PER_USER_MAX {
        last = mailbox(user);
        put(database.sql(), &last).await.unwrap();
    }

    let one_more = put(database.sql(), &mailbox(user)).await.unwrap();
    let changed = put(database.sql(), &last).await.unwrap();

    assert_eq!(one_more, Put::TooMany);
    assert!(matches!(changed, Put::Changed(_)), "{changed:?}");
}

#[tokio::test]
async fn anothers_account_is_not_there() {
    let database = TestDatabase::create().await;
    let sender = mailbox(new_user());
    put(database.sql(), &sender).await.unwrap();
    let client = database.pool().get().await.unwrap();
    let (stranger, ids) = (new_user(), [sender.id]);

    let facts = find_facts(&client, stranger, &ids).await.unwrap();

    let unknown = vec![(SenderLack::Unknown, sender.id)];
    assert_eq!(facts.unfit(ChannelKind::Email, &ids), unknown);
    assert!(find_of(&client, stranger, &ids).await.unwrap().is_empty());
    assert!(list(&client, stranger, None).await.unwrap().is_empty());
    let own = find_facts(&client, sender.user_id, &ids).await.unwrap();
    assert!(own.unready(ChannelKind::Email, &ids).is_empty());
}

#[tokio::test]
async fn a_mailbox_without_an_account_at_the_provider_has_no_inbox() {
    let database = TestDatabase::create().await;
    let sender = Sender {
        provider_account_id: None,
        ..mailbox(new_user())
    };
    put(database.sql(), &sender).await.unwrap();
    let client = database.pool().get().await.unwrap();
    let ids = [sender.id];

    let facts = find_facts(&client, sender.user_id, &ids).await.unwrap();

    let lacks = vec![(SenderLack::NoInbox, sender.id)];
    assert_eq!(facts.unready(ChannelKind::Email, &ids), lacks);
}

#[tokio::test]
async fn nothing_is_left_of_an_account_that_was_removed() {
    let database = TestDatabase::create().await;
    let sender = mailbox(new_user());
    put(database.sql(), &sender).await.unwrap();
    assert_eq!(database.tables_with("ada@example.com").await, ["senders"]);

    let removed = remove(database.sql(), sender.id).await.unwrap();
    let again = remove(database.sql(), sender.id).await.unwrap();

    assert!(removed && !again);
    assert!(database.tables_with("ada@example.com").await.is_empty());
}

#[test]
fn an_account_is_shown_in_logs_without_names_and_addresses() {
    let shown = format!("{:?}", mailbox(new_user()));

    assert!(!shown.contains("ada"), "{shown}");
}

#[test]
fn processes_listen_where_changes_are_announced() {
    assert_eq!(senders::CHANNEL, event_store::SENDERS_CHANNEL);
}
