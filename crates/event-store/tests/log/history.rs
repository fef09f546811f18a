//! What happened stays as it was written.

use crate::writer::{Writer, count, events};
use domain::Version;
use event_store::{JournalId, find_journal, read_after, read_stream};
use testkit::TestDatabase;

const JOURNAL: JournalId = JournalId(1);

#[tokio::test]
async fn an_event_can_be_neither_changed_nor_removed() {
    let database = TestDatabase::create().await.without_rows();
    Writer::open(&database, JOURNAL).await.write(3).await;
    let before = database.checksums().await;

    for statement in [
        "UPDATE events SET payload = '{}'",
        "UPDATE events SET position = position + 1 WHERE false",
        "DELETE FROM events",
        "DELETE FROM events WHERE position = 3",
        "TRUNCATE events",
        "TRUNCATE events CASCADE",
    ] {
        let refused = database.sql().batch_execute(statement).await.unwrap_err();

        assert_eq!(
            refused.code().map(|code| code.code()),
            Some("FM002"),
            "{statement}"
        );
    }
    assert_eq!(database.checksums().await, before);
}

#[tokio::test]
async fn the_schema_refuses_a_position_or_a_version_twice_and_below_one() {
    let database = TestDatabase::create().await.without_rows();
    let writer = Writer::open(&database, JOURNAL).await;
    writer.write(1).await;
    let copy = |position: &str, campaign: &str, version: &str| {
        format!(
            "INSERT INTO events (journal, position, campaign_id, version, event_id, type,
                                 schema_version, payload, metadata, recorded_at)
             SELECT journal, {position}, {campaign}, {version}, gen_random_uuid(), type,
                    schema_version, payload, metadata, recorded_at
             FROM events"
        )
    };

    for (position, campaign, version, constraint) in [
        ("position", "gen_random_uuid()", "1", "events_pk"),
        ("position + 1", "campaign_id", "1", "events_version_once"),
        (
            "0",
            "gen_random_uuid()",
            "1",
            "events_positions_count_from_one",
        ),
        (
            "position + 1",
            "campaign_id",
            "0",
            "events_versions_count_from_one",
        ),
    ] {
        let insert = copy(position, campaign, version);
        let refused = database.sql().batch_execute(&insert).await.unwrap_err();

        let named = refused.as_db_error().and_then(|error| error.constraint());
        assert_eq!(named, Some(constraint), "{refused:?}");
    }
    assert_eq!(count(&database, JOURNAL).await, 1);
}

#[tokio::test]
async fn payload_and_metadata_are_kept_byte_for_byte() {
    let database = TestDatabase::create().await.without_rows();
    let writer = Writer::open(&database, JOURNAL).await;
    let mut fresh = events(1);
    fresh[0].metadata.reason = Some("  two  blanks, ü, \"quotes\" and \\ ".to_owned());
    let head = writer.begin().await;
    writer.append(head, &fresh).await.unwrap();
    writer.run("COMMIT").await;

    let kept = "SELECT payload::text, metadata::text FROM events";
    let row = database.sql().query_one(kept, &[]).await.unwrap();

    assert_eq!(row.get::<_, String>(0), fresh[0].event.payload().unwrap());
    assert_eq!(
        row.get::<_, String>(1),
        serde_json::to_string(&fresh[0].metadata).unwrap()
    );
    let read = read_after(database.sql(), JOURNAL, 0, 10).await.unwrap();
    assert_eq!(
        (&read[0].event, &read[0].metadata),
        (&fresh[0].event, &fresh[0].metadata)
    );
}

#[tokio::test]
async fn a_journal_is_read_after_a_position_and_up_to_a_limit() {
    let database = TestDatabase::create().await.without_rows();
    Writer::open(&database, JOURNAL).await.write(10).await;
    let positions = async |position, limit| {
        let read = read_after(database.sql(), JOURNAL, position, limit)
            .await
            .unwrap();
        read.iter().map(|it| it.position).collect::<Vec<_>>()
    };

    assert_eq!(positions(0, 3).await, [1, 2, 3]);
    assert_eq!(positions(8, 100).await, [9, 10]);
    assert!(positions(10, 100).await.is_empty());
    assert!(
        read_after(database.sql(), JournalId(2), 0, 100)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_stream_is_one_campaigns_events_after_a_version() {
    let database = TestDatabase::create().await.without_rows();
    let writer = Writer::open(&database, JOURNAL).await;
    let mut fresh = events(6);
    let campaign = fresh[0].campaign_id;
    for (event, version) in fresh.iter_mut().step_by(2).zip(1..) {
        event.campaign_id = campaign;
        event.version = Version(version);
    }
    let head = writer.begin().await;
    writer.append(head, &fresh).await.unwrap();
    writer.run("COMMIT").await;

    let stream = read_stream(database.sql(), JOURNAL, campaign, Version(1), 100)
        .await
        .unwrap();

    let places: Vec<_> = stream
        .iter()
        .map(|it| (it.version.0, it.position))
        .collect();
    assert_eq!(places, [(2, 3), (3, 5)]);
    assert_eq!(
        find_journal(database.sql(), campaign).await.unwrap(),
        Some(JOURNAL)
    );
    let nobody = testkit::new_campaign_id();
    assert_eq!(find_journal(database.sql(), nobody).await.unwrap(), None);
}
