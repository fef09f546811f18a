//! The archive: old events move, and every reader finds them as before.

use crate::writer::{Writer, count, events};
use domain::{CampaignId, Version};
use event_store::{
    ArchiveError, Archiving, Follower, JournalId, Journals, ReadError, Stored, Wakes,
    find_journal_standing, list_archives, read_stored_after, read_stored_stream,
};
use futures_util::future::join;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::TestDatabase;
use tokio_postgres::Client;

pub const JOURNAL: JournalId = JournalId(1);

/// A journal of `count` events, the odd ones all of one campaign.
pub async fn written(count: usize) -> (TestDatabase, CampaignId) {
    let database = TestDatabase::create().await.without_rows();
    let writer = Writer::open(&database, JOURNAL).await;
    let mut fresh = events(count);
    let campaign = fresh.first().unwrap().campaign_id;
    for (event, version) in fresh.iter_mut().step_by(2).zip(1..) {
        event.campaign_id = campaign;
        event.version = Version(version);
    }
    let head = writer.begin().await;
    writer.append(head, &fresh).await.unwrap();
    writer.run("COMMIT").await;
    (database, campaign)
}

/// Moves everything before a position, on a connection that is closed then. Its lock is given back
/// before: PostgreSQL needs a moment to see that a connection is closed.
pub async fn archive(
    database: &TestDatabase,
    before: i64,
    partition_events: i64,
) -> Result<i64, ArchiveError> {
    let mut connection = database.connect().await;
    let moved = carry(&mut connection.client, before, partition_events).await;
    let unlock = "SELECT pg_advisory_unlock_all()";
    connection.client.batch_execute(unlock).await.unwrap();
    moved
}

async fn carry(
    client: &mut Client,
    before: i64,
    partition_events: i64,
) -> Result<i64, ArchiveError> {
    let mut archiving = Archiving::begin(client, JOURNAL, before, partition_events).await?;
    let mut moved = 0;
    loop {
        match archiving.step().await? {
            0 => return Ok(moved),
            step => moved += step,
        }
    }
}

async fn all(client: &Client) -> Vec<Stored> {
    let (mut read, mut position) = (Vec::new(), 0);
    loop {
        let page = read_stored_after(client, JOURNAL, position, 7)
            .await
            .unwrap();
        let Some(last) = page.last() else { return read };
        position = last.position;
        read.extend(page);
    }
}

fn refused(error: &tokio_postgres::Error) -> Option<&str> {
    error.code().map(|code| code.code())
}

#[tokio::test]
async fn what_is_archived_is_read_byte_for_byte_as_before() {
    let (database, campaign) = written(40).await;
    let client = database.sql();
    let before = all(client).await;
    let stream = async || {
        read_stored_stream(client, JOURNAL, campaign, Version(3), 100)
            .await
            .unwrap()
    };
    let stream_before = stream().await;

    assert_eq!(archive(&database, 31, 10).await.unwrap(), 30);

    assert_eq!(count(&database, JOURNAL).await, 10);
    assert_eq!(all(client).await, before);
    assert_eq!(stream().await, stream_before);
    let standing = find_journal_standing(client, JOURNAL)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((standing.head, standing.archived_to), (40, 30));
}

#[tokio::test]
async fn the_archive_has_a_partition_for_each_range_of_positions() {
    let (database, _) = written(40).await;

    archive(&database, 26, 10).await.unwrap();
    archive(&database, 31, 10).await.unwrap();

    let partitions = list_archives(database.sql(), JOURNAL).await.unwrap();
    let ranges: Vec<_> = partitions.iter().map(|it| (it.first, it.last)).collect();
    assert_eq!(ranges, [(1, 10), (11, 20), (21, 25), (26, 30)]);
    assert!(
        partitions
            .iter()
            .all(|it| it.is_attached && it.filled_at.is_some())
    );
}

#[tokio::test]
async fn the_newest_event_is_never_archived() {
    let (database, _) = written(5).await;

    let refused = archive(&database, 6, 10).await.unwrap_err();
    let moved = archive(&database, 5, 10).await.unwrap();

    let is_named = matches!(
        refused,
        ArchiveError::BeyondHead {
            journal: 1,
            head: 5
        }
    );
    assert!(is_named, "{refused:?}");
    assert_eq!((moved, count(&database, JOURNAL).await), (4, 1));
    let again = archive(&database, 5, 10).await.unwrap();
    assert_eq!(again, 0, "what is archived is not archived again");
}

#[tokio::test]
async fn nothing_is_removed_of_which_the_archive_has_no_identical_copy() {
    let (database, _) = written(6).await;
    let database = database.unchecked();
    let client = database.sql();
    let copy = "SELECT make_archive(1::smallint, 1, 3);
                INSERT INTO archived_events
                SELECT journal, position, campaign_id, version, event_id, schema_version,
                       recorded_at, type, payload,
                       CASE position WHEN 2 THEN '{}'::json ELSE metadata END
                FROM events WHERE position <= 3;";
    client.batch_execute(copy).await.unwrap();

    for statement in [
        "DELETE FROM events WHERE position <= 3",
        "DELETE FROM events WHERE position = 2",
        "DELETE FROM events WHERE position = 6",
        "DELETE FROM events",
    ] {
        let error = client.batch_execute(statement).await.unwrap_err();
        assert_eq!(refused(&error), Some("FM002"), "{statement}");
    }
    assert_eq!(count(&database, JOURNAL).await, 6);
}

#[tokio::test]
async fn a_copy_that_differs_stops_the_move_before_anything_is_removed() {
    let (database, _) = written(6).await;
    let damage = "CREATE FUNCTION damage() RETURNS trigger LANGUAGE plpgsql AS
                      $$ BEGIN NEW.metadata := '{}'; RETURN NEW; END $$;
                  CREATE TRIGGER damage BEFORE INSERT ON archived_events FOR EACH ROW
                      WHEN (NEW.position = 3) EXECUTE FUNCTION damage();";
    database.sql().batch_execute(damage).await.unwrap();

    let error = archive(&database, 6, 10).await.unwrap_err();

    let is_named = matches!(
        error,
        ArchiveError::CopyDiffers {
            journal: 1,
            position: 3
        }
    );
    assert!(is_named, "{error:?}");
    assert_eq!(count(&database, JOURNAL).await, 6);
}

#[tokio::test]
async fn events_are_removed_from_the_oldest_on_and_never_from_the_middle() {
    let (database, _) = written(6).await;
    let client = database.sql();
    let copy = "SELECT make_archive(1::smallint, 1, 5);
                INSERT INTO archived_events
                SELECT journal, position, campaign_id, version, event_id, schema_version,
                       recorded_at, type, payload, metadata
                FROM events WHERE position <= 5;";
    client.batch_execute(copy).await.unwrap();

    let middle = "DELETE FROM events WHERE position BETWEEN 2 AND 5";
    let error = client.batch_execute(middle).await.unwrap_err();

    assert_eq!(refused(&error), Some("FM002"));
    let oldest = "DELETE FROM events WHERE position <= 5";
    client.batch_execute(oldest).await.unwrap();
    assert_eq!(all(client).await.len(), 6);
}

#[tokio::test]
async fn an_archived_event_can_be_neither_changed_nor_removed() {
    let (database, _) = written(6).await;
    archive(&database, 5, 10).await.unwrap();
    let before = database.checksums().await;

    for statement in [
        "UPDATE archived_events SET payload = '{}'",
        "DELETE FROM archived_events",
        "TRUNCATE archived_events",
        "UPDATE archived_events_1_1 SET payload = '{}'",
        "DELETE FROM archived_events_1_1 WHERE position = 1",
        "TRUNCATE archived_events_1_1",
    ] {
        let error = database.sql().batch_execute(statement).await.unwrap_err();
        assert_eq!(refused(&error), Some("FM002"), "{statement}");
    }
    assert_eq!(database.checksums().await, before);
}

#[tokio::test]
async fn a_detached_partition_is_told_and_never_left_out() {
    let (database, campaign) = written(20).await;
    let client = database.sql();
    archive(&database, 16, 5).await.unwrap();
    let before = all(client).await;
    let table = "archived_events_1_6";

    let detach = format!("ALTER TABLE archived_events DETACH PARTITION {table}");
    client.batch_execute(&detach).await.unwrap();

    assert_eq!(
        read_stored_after(client, JOURNAL, 10, 99)
            .await
            .unwrap()
            .len(),
        10
    );
    let missing = read_stored_after(client, JOURNAL, 2, 99).await.unwrap_err();
    let is_named = matches!(missing, ReadError::NotAttached { position: 6, .. });
    assert!(is_named, "{missing:?}");
    let stream = read_stored_stream(client, JOURNAL, campaign, Version(0), 99).await;
    let is_named = matches!(stream, Err(ReadError::StreamBroken { version: 4, .. }));
    assert!(is_named, "{stream:?}");
    assert!(!list_archives(client, JOURNAL).await.unwrap()[1].is_attached);

    let attach = format!(
        "ALTER TABLE archived_events ATTACH PARTITION {table} FOR VALUES FROM (1, 6) TO (1, 11)"
    );
    client.batch_execute(&attach).await.unwrap();
    assert_eq!(all(client).await, before);
}

#[tokio::test]
async fn a_move_that_broke_off_goes_on_where_it_was() {
    let (database, _) = written(40).await;
    let before = all(database.sql()).await;
    let broken = async {
        let mut connection = database.connect().await;
        let client = &mut connection.client;
        let mut archiving = Archiving::begin(client, JOURNAL, 21, 30).await.unwrap();
        archiving.step().await.unwrap();
        // The partition is there, and nothing of the rest has moved.
        let make = "SELECT make_archive(1::smallint, 21, 30)";
        client.batch_execute(make).await.unwrap();
    };
    broken.await;

    let moved = archive(&database, 39, 100).await.unwrap();

    assert_eq!(moved, 18);
    assert_eq!(all(database.sql()).await, before);
    let partitions = list_archives(database.sql(), JOURNAL).await.unwrap();
    let ranges: Vec<_> = partitions.iter().map(|it| (it.first, it.last)).collect();
    assert_eq!(ranges, [(1, 20), (21, 30), (31, 38)]);
}

#[tokio::test]
async fn one_process_at_a_time_moves_events_of_a_journal() {
    let (database, _) = written(40).await;
    let mut connection = database.connect().await;
    let _first = Archiving::begin(&mut connection.client, JOURNAL, 21, 30)
        .await
        .unwrap();

    let second = archive(&database, 21, 30).await;

    assert!(
        matches!(second, Err(ArchiveError::UnderWay(1))),
        "{second:?}"
    );
}

#[tokio::test]
async fn a_snapshot_has_every_event_once_while_events_move() {
    let (database, _) = written(600).await;
    let reader = database.connect().await;
    let is_moved = AtomicBool::new(false);
    let snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ; TABLE journals";
    reader.client.batch_execute(snapshot).await.unwrap();
    let count = "SELECT count(*), count(DISTINCT position), max(position) FROM all_events";
    let look = async |client: &Client| {
        let row = client.query_one(count, &[]).await.unwrap();
        (
            row.get::<_, i64>(0),
            row.get::<_, i64>(1),
            row.get::<_, i64>(2),
        )
    };
    let other = database.connect().await;

    let ((), ()) = join(
        async {
            for before in (100..=600).step_by(50) {
                archive(&database, before, 70).await.unwrap();
            }
            is_moved.store(true, Ordering::Relaxed);
        },
        async {
            while !is_moved.load(Ordering::Relaxed) {
                assert_eq!(look(&other.client).await, (600, 600, 600));
            }
        },
    )
    .await;

    assert_eq!(
        look(&reader.client).await,
        (600, 600, 600),
        "the old snapshot"
    );
}

#[tokio::test]
async fn a_follower_that_is_far_behind_crosses_into_what_was_not_archived() {
    let (database, _) = written(40).await;
    archive(&database, 25, 10).await.unwrap();
    let mut follower = Follower::new(&Wakes::new(Journals::DEFAULT), JOURNAL, 0);

    let mut handed = Vec::new();
    while follower.position() < 40 {
        let next = follower.poll(database.sql(), 9).await.unwrap();
        handed.extend(next.iter().map(|it| it.position));
    }

    assert_eq!(handed, (1..=40).collect::<Vec<_>>());
}
