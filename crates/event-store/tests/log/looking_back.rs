//! One campaign's events up to a moment, and backwards.

use crate::archiving::{archive, written as interleaved};
use crate::writer::{Writer, events};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{CampaignId, Version};
use event_store::{JournalId, Moment, NewEvent, ReadError, read_facts, read_stream_back};
use futures_util::TryStreamExt;
use testkit::{TestDatabase, new_campaign_id};

const JOURNAL: JournalId = JournalId(1);
const TICK: TimeDelta = TimeDelta::microseconds(1);

/// Three events of a campaign at one instant, three more at a later one, another's between them.
async fn written(database: &TestDatabase) -> (CampaignId, [DateTime<Utc>; 2]) {
    let writer = Writer::open(database, JOURNAL).await;
    let id = new_campaign_id();
    let first = append(&writer, &numbered(id, 1)).await;
    append(&writer, &events(2)).await;
    let second = append(&writer, &numbered(id, 4)).await;
    (id, [first, second])
}

async fn append(writer: &Writer, events: &[NewEvent]) -> DateTime<Utc> {
    let head = writer.begin().await;
    let recorded_at = writer.append(head, events).await.unwrap();
    writer.run("COMMIT").await;
    recorded_at
}

fn numbered(campaign_id: CampaignId, first: i64) -> Vec<NewEvent> {
    let three = events(3).into_iter().zip(first..);
    three
        .map(|(event, version)| NewEvent {
            campaign_id,
            version: Version(version),
            ..event
        })
        .collect()
}

async fn facts(database: &TestDatabase, id: CampaignId, moment: Moment) -> Vec<i64> {
    let facts = read_facts(database.sql(), JOURNAL, id, moment).await;
    let facts: Vec<_> = facts.unwrap().try_collect().await.unwrap();
    facts.iter().map(|fact| fact.version.0).collect()
}

#[tokio::test]
async fn facts_end_with_the_version_that_is_named() {
    let database = TestDatabase::create().await.without_rows();
    let (id, _) = written(&database).await;

    for (version, expected) in [(0, vec![]), (1, vec![1]), (5, vec![1, 2, 3, 4, 5])] {
        let moment = Moment::Version(Version(version));
        assert_eq!(facts(&database, id, moment).await, expected);
    }
    let all = vec![1, 2, 3, 4, 5, 6];
    assert_eq!(facts(&database, id, Moment::Version(Version(7))).await, all);
    assert_eq!(facts(&database, id, Moment::Now).await, all);
}

#[tokio::test]
async fn facts_of_an_instant_are_those_recorded_until_then_and_at_it() {
    let database = TestDatabase::create().await.without_rows();
    let (id, [first, second]) = written(&database).await;

    for (instant, expected) in [
        (first - TICK, vec![]),
        (first, vec![1, 2, 3]),
        (second - TICK, vec![1, 2, 3]),
        (second, vec![1, 2, 3, 4, 5, 6]),
    ] {
        let found = facts(&database, id, Moment::Instant(instant)).await;
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn a_stream_is_read_backwards_a_page_at_a_time() {
    let database = TestDatabase::create().await.without_rows();
    let (id, _) = written(&database).await;
    let page = async |before: i64| {
        let found = read_stream_back(database.sql(), JOURNAL, id, Version(before), 4).await;
        let found = found.unwrap().into_iter();
        found.map(|event| event.version.0).collect::<Vec<_>>()
    };

    assert_eq!(page(i64::MAX).await, [6, 5, 4, 3]);
    assert_eq!(page(3).await, [2, 1]);
    assert!(page(1).await.is_empty());
}

#[tokio::test]
async fn the_past_is_read_from_the_archive_and_what_is_detached_is_told() {
    let (database, id) = interleaved(20).await;
    let database = database.unchecked();
    let client = database.sql();
    archive(&database, 16, 5).await.unwrap();
    assert_eq!(facts(&database, id, Moment::Now).await.len(), 10);
    let back = read_stream_back(client, JOURNAL, id, Version(6), 99).await;
    assert_eq!(back.unwrap().len(), 5);

    let detach = "ALTER TABLE archived_events DETACH PARTITION archived_events_1_6";
    client.batch_execute(detach).await.unwrap();

    let facts = read_facts(client, JOURNAL, id, Moment::Now).await.unwrap();
    let missing = facts.try_collect::<Vec<_>>().await.unwrap_err();
    let is_named = matches!(missing, ReadError::StreamBroken { version: 4, .. });
    assert!(is_named, "{missing:?}");
    let back = read_stream_back(client, JOURNAL, id, Version(10), 99).await;
    let is_named = matches!(back, Err(ReadError::StreamBroken { version: 5, .. }));
    assert!(is_named, "{back:?}");
}
