//! Consumers: one reader at a time, and order that survives the death of a reader.

use crate::writer::Writer;
use event_store::{
    Claim, ConsumerError, ConsumerName, JournalId, Journals, Leased, LeasedReader, Wakes,
    claim_consumer, commit_cursor, find_consumer, list_consumers, place_consumer, release_lease,
    remove_consumer, renew_lease,
};
use std::time::Duration;
use testkit::TestDatabase;
use tokio_postgres::Client;
use uuid::Uuid;

const JOURNAL: JournalId = JournalId(1);

fn name() -> ConsumerName {
    "search-index".parse().unwrap()
}

/// A database with a journal of `events` and a consumer that begins before the first.
async fn consumed(events: usize) -> TestDatabase {
    let database = TestDatabase::create().await.without_rows();
    Writer::open(&database, JOURNAL).await.write(events).await;
    place_consumer(database.sql(), JOURNAL, &name(), None)
        .await
        .unwrap();
    database
}

async fn claim(client: &Client, holder: &str) -> Result<Leased, ConsumerError> {
    let lease = Uuid::now_v7();
    let seconds = 60;
    let claim = Claim {
        lease,
        seconds,
        holder,
    };
    claim_consumer(client, JOURNAL, &name(), claim).await
}

#[tokio::test]
async fn one_reader_at_a_time_reads_for_a_consumer() {
    let database = consumed(3).await;

    let first = claim(database.sql(), "first").await.unwrap();
    let second = claim(database.sql(), "second").await.unwrap_err();

    assert_eq!(first.cursor, 0);
    let ConsumerError::Leased(reading) = second else {
        panic!("{second:?}");
    };
    assert_eq!(reading.holder, "first");
    assert_eq!(reading.leased_until, first.leased_until);
}

#[tokio::test]
async fn of_many_that_claim_at_once_one_has_the_lease() {
    let database = consumed(1).await;
    let connections = futures_util::future::join_all((0..16).map(|_| database.connect())).await;

    let claims = connections
        .iter()
        .map(|connection| claim(&connection.client, "somebody"));
    let claims = futures_util::future::join_all(claims).await;

    assert_eq!(claims.iter().filter(|claim| claim.is_ok()).count(), 1);
}

#[tokio::test]
async fn the_next_reader_begins_behind_the_last_committed_cursor() {
    let database = consumed(5).await;
    let client = database.sql();
    let dead = claim(client, "dead").await.unwrap();
    commit_cursor(client, JOURNAL, &name(), dead.lease, 3)
        .await
        .unwrap();

    database.let_leases_end().await;
    let next = claim(client, "next").await.unwrap();

    assert_eq!(next.cursor, 3);
}

#[tokio::test]
async fn a_stale_leases_commit_is_refused_and_moves_nothing() {
    let database = consumed(5).await;
    let client = database.sql();
    let stale = claim(client, "stale").await.unwrap();
    let commit = async |lease, cursor| commit_cursor(client, JOURNAL, &name(), lease, cursor).await;

    database.let_leases_end().await;
    let over = commit(stale.lease, 2).await.unwrap_err();
    let next = claim(client, "next").await.unwrap();
    let taken = commit(stale.lease, 2).await.unwrap_err();

    assert!(matches!(over, ConsumerError::LeaseOver), "{over:?}");
    assert!(matches!(taken, ConsumerError::LeaseOver), "{taken:?}");
    assert_eq!(next.cursor, 0);
    assert_eq!(commit(next.lease, 1).await.unwrap().cursor, 1);
}

#[tokio::test]
async fn a_sign_of_life_lets_the_lease_last_on() {
    let database = consumed(5).await;
    let client = database.sql();
    let begun = claim(client, "reader").await.unwrap();

    let read = renew_lease(client, JOURNAL, &name(), begun.lease, 30)
        .await
        .unwrap();
    let committed = commit_cursor(client, JOURNAL, &name(), begun.lease, 1)
        .await
        .unwrap();

    assert!(begun.leased_until + Duration::from_secs(30) <= read.leased_until);
    assert!(begun.leased_until < committed.leased_until);
}

#[tokio::test]
async fn a_cursor_goes_neither_backwards_nor_beyond_the_head() {
    let database = consumed(5).await;
    let client = database.sql();
    let lease = claim(client, "reader").await.unwrap().lease;
    let commit = async |cursor| commit_cursor(client, JOURNAL, &name(), lease, cursor).await;
    commit(3).await.unwrap();

    for cursor in [2, 6, -1] {
        let refused = commit(cursor).await.unwrap_err();

        let is_named = matches!(
            refused,
            ConsumerError::CursorOutOfRange { cursor: 3, head: 5 }
        );
        assert!(is_named, "{refused:?}");
    }
    assert_eq!(commit(3).await.unwrap().cursor, 3, "the same again is fine");
}

#[tokio::test]
async fn a_lease_that_is_given_back_is_free_at_once() {
    let database = consumed(1).await;
    let client = database.sql();
    let first = claim(client, "first").await.unwrap();

    release_lease(client, JOURNAL, &name(), first.lease)
        .await
        .unwrap();

    assert!(claim(client, "second").await.is_ok());
    let late = renew_lease(client, JOURNAL, &name(), first.lease, 0).await;
    assert!(matches!(late, Err(ConsumerError::LeaseOver)), "{late:?}");
}

#[tokio::test]
async fn a_consumer_that_is_made_again_stays_as_it_is() {
    let database = consumed(5).await;
    let client = database.sql();
    let lease = claim(client, "reader").await.unwrap().lease;
    commit_cursor(client, JOURNAL, &name(), lease, 4)
        .await
        .unwrap();

    let is_new = place_consumer(client, JOURNAL, &name(), None)
        .await
        .unwrap();

    assert!(!is_new);
    let found = find_consumer(client, JOURNAL, &name())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.cursor, found.head), (4, 5));
    assert_eq!(found.reading.unwrap().holder, "reader");
}

#[tokio::test]
async fn a_consumer_that_is_placed_anew_ends_the_lease_of_its_reader() {
    let database = consumed(5).await;
    let client = database.sql();
    let lease = claim(client, "reader").await.unwrap().lease;
    commit_cursor(client, JOURNAL, &name(), lease, 4)
        .await
        .unwrap();

    place_consumer(client, JOURNAL, &name(), Some(1))
        .await
        .unwrap();

    let late = commit_cursor(client, JOURNAL, &name(), lease, 5).await;
    assert!(matches!(late, Err(ConsumerError::LeaseOver)), "{late:?}");
    assert_eq!(claim(client, "next").await.unwrap().cursor, 1);
}

#[tokio::test]
async fn a_consumer_is_not_placed_where_the_journal_has_not_come_to() {
    let database = consumed(5).await;

    let refused = place_consumer(database.sql(), JOURNAL, &name(), Some(6)).await;

    let is_named = matches!(
        refused,
        Err(ConsumerError::CursorOutOfRange { head: 5, .. })
    );
    assert!(is_named, "{refused:?}");
}

#[tokio::test]
async fn a_consumer_that_is_forgotten_is_not_there() {
    let database = consumed(5).await;
    let client = database.sql();
    let lease = claim(client, "reader").await.unwrap().lease;

    assert!(remove_consumer(client, JOURNAL, &name()).await.unwrap());

    assert!(!remove_consumer(client, JOURNAL, &name()).await.unwrap());
    let late = commit_cursor(client, JOURNAL, &name(), lease, 5).await;
    let unknown = claim(client, "next").await;
    for answer in [late, unknown] {
        let is_unknown = matches!(answer, Err(ConsumerError::NoSuchConsumer));
        assert!(is_unknown, "{answer:?}");
    }
    assert!(list_consumers(client, JOURNAL).await.unwrap().is_empty());
}

#[tokio::test]
async fn consumers_of_one_journal_do_not_know_those_of_another() {
    let database = consumed(5).await;
    let client = database.sql();
    let other = JournalId(2);

    place_consumer(client, other, &name(), None).await.unwrap();
    claim(client, "reader").await.unwrap();

    let of_other = find_consumer(client, other, &name())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((of_other.head, of_other.reading), (0, None));
    assert_eq!(list_consumers(client, JOURNAL).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_leased_reader_is_handed_again_what_was_not_committed() {
    let database = consumed(5).await;
    let client = database.sql();
    let wakes = Wakes::new(Journals::DEFAULT);
    let open = async |holder| {
        let lease = Uuid::now_v7();
        let seconds = 60;
        let claim = Claim {
            lease,
            seconds,
            holder,
        };
        LeasedReader::claim(client, &wakes, (JOURNAL, name()), claim)
            .await
            .unwrap()
    };
    let positions = async |reader: &mut LeasedReader| {
        let events = reader.next(client, 2, Duration::ZERO).await.unwrap();
        events.iter().map(|it| it.position).collect::<Vec<_>>()
    };
    let mut first = open("first").await;
    assert_eq!(positions(&mut first).await, [1, 2]);
    first.commit(client).await.unwrap();
    assert_eq!(positions(&mut first).await, [3, 4]);

    first.release(client).await.unwrap();
    let mut second = open("second").await;

    assert_eq!(positions(&mut second).await, [3, 4]);
    assert_eq!(positions(&mut second).await, [5]);
}

#[test]
fn a_consumers_name_is_plain() {
    for good in ["a", "7", "search-index", "a.b_c-d", &"a".repeat(63)] {
        assert!(good.parse::<ConsumerName>().is_ok(), "{good}");
    }
    for bad in ["", "-a", ".a", "A", "ü", "a b", "a/b", &"a".repeat(64)] {
        assert!(bad.parse::<ConsumerName>().is_err(), "{bad}");
    }
}
