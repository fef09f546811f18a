//! What must be true of every database, whatever happened to it.

use event_store::Journals;
use std::collections::BTreeMap;
use tokio_postgres::Client;

/// Rows that no dense journal has: a hole, a version out of turn, a time that goes backwards.
const IRREGULAR: &str = "
    SELECT journal, position, version, expected_position, expected_version
    FROM (SELECT journal, position, version, recorded_at,
                 row_number() OVER journal_order AS expected_position,
                 lag(recorded_at) OVER journal_order AS previous_at,
                 row_number() OVER (PARTITION BY campaign_id ORDER BY journal, position)
                     AS expected_version
          FROM all_events
          WINDOW journal_order AS (PARTITION BY journal ORDER BY position)) AS ordered
    WHERE position <> expected_position OR version <> expected_version
       OR recorded_at < previous_at
    ORDER BY journal, position LIMIT 1";

/// Journals whose head is not at their latest event.
const HEADLESS: &str = "
    SELECT journals.id, journals.head, coalesce(latest.position, 0) AS position
    FROM journals
    LEFT JOIN LATERAL (SELECT position, recorded_at FROM all_events AS events
                       WHERE events.journal = journals.id
                       ORDER BY position DESC LIMIT 1) AS latest ON true
    WHERE journals.head <> coalesce(latest.position, 0) OR journals.head_at < latest.recorded_at";

/// Every table.
const TABLES: &str = "
    SELECT quote_ident(table_name) FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1";

/// People on file who are no prospects: they would outlive their deletion.
const STRAYS: &str = "
    SELECT count(*) FROM people
    WHERE NOT EXISTS (SELECT 1 FROM prospects
                      WHERE prospects.journal = people.journal
                        AND prospects.campaign_id = people.campaign_id
                        AND prospects.id = people.prospect_id)";

pub(crate) async fn rows_equal_replay(client: &Client, journals: Journals) {
    for journal in journals.iter() {
        let report = projector::check(client, journal).await;
        let report = report.unwrap_or_else(|error| panic!("journal {}: {error:?}", journal.0));
        if let Some(first) = report.differences.first() {
            panic!(
                "the rows of journal {} differ from a replay: {first:#?}",
                journal.0
            );
        }
    }
    let strays: i64 = client.query_one(STRAYS, &[]).await.unwrap().get(0);
    assert_eq!(strays, 0, "people on file without a prospect");
}

pub(crate) async fn positions_are_dense(client: &Client, journals: Journals) {
    if let Some(row) = client.query_opt(IRREGULAR, &[]).await.unwrap() {
        let (journal, position): (i16, i64) = (row.get("journal"), row.get("position"));
        let (version, expected): (i64, i64) = (row.get("version"), row.get("expected_version"));
        panic!(
            "position {position} of journal {journal} (version {version}, expected {expected}) \
             does not follow what is before it"
        );
    }
    if let Some(row) = client.query_opt(HEADLESS, &[]).await.unwrap() {
        let (journal, head): (i16, i64) = (row.get("id"), row.get("head"));
        let position: i64 = row.get("position");
        panic!("the head of journal {journal} is {head}, its latest event is {position}");
    }
    let count: i64 = client
        .query_one("SELECT count(*) FROM journals", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(count, i64::from(journals.count()), "journals");
}

pub(crate) async fn checksums(client: &Client) -> BTreeMap<String, String> {
    let mut checksums = BTreeMap::new();
    for row in client.query(TABLES, &[]).await.unwrap() {
        let table: String = row.get(0);
        let sum = format!(
            "SELECT coalesce(md5(string_agg(sum, '' ORDER BY sum)), 'empty')
             FROM (SELECT md5(row_of::text) AS sum FROM {table} AS row_of) AS rows_of"
        );
        let sum = client.query_one(&sum, &[]).await.unwrap().get(0);
        checksums.insert(table, sum);
    }
    checksums
}

/// The tables in which a row holds `phrase`, in whatever case.
pub(crate) async fn tables_with(client: &Client, phrase: &str) -> Vec<String> {
    let mut found = Vec::new();
    for row in client.query(TABLES, &[]).await.unwrap() {
        let table: String = row.get(0);
        let count = format!(
            "SELECT count(*) FROM {table} AS it WHERE strpos(lower(it::text), lower($1)) > 0"
        );
        let count: i64 = client.query_one(&count, &[&phrase]).await.unwrap().get(0);
        if 0 < count {
            found.push(table);
        }
    }
    found
}

/// How many people are on file.
pub(crate) async fn people_on_file(client: &Client) -> i64 {
    let count = "SELECT count(*) FROM people";
    client.query_one(count, &[]).await.unwrap().get(0)
}
