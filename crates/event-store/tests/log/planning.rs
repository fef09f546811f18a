//! What the archive costs those who read: plans, as the service's statements have them.

use crate::archiving::{archive, written};
use tokio_postgres::{Client, SimpleQueryMessage};

/// The plan of a statement, prepared and executed as the service does.
async fn plan(client: &Client, statement: &str, binds: &str) -> String {
    let prepare = format!("DEALLOCATE ALL; PREPARE asked AS {statement}");
    client.batch_execute(&prepare).await.unwrap();
    let explain = format!("EXPLAIN (COSTS OFF) EXECUTE asked ({binds})");
    let rows = client.simple_query(&explain).await.unwrap();
    let lines = rows.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn reading_near_the_head_looks_at_the_live_table_alone() {
    let (database, _) = written(200).await;
    archive(&database, 101, 10).await.unwrap();
    let client = database.sql();
    client.batch_execute("ANALYZE").await.unwrap();

    for mode in ["force_custom_plan", "force_generic_plan"] {
        let set = format!("SET plan_cache_mode = {mode}; SET enable_seqscan = off");
        client.batch_execute(&set).await.unwrap();
        let near_the_head = plan(
            client,
            include_str!("../../sql/read_after.sql"),
            "1, 150, 10",
        )
        .await;

        assert_eq!(
            near_the_head.lines().map(str::trim).collect::<Vec<_>>()[..2],
            ["Limit", "->  Index Scan using events_pk on events"],
        );
        assert!(!near_the_head.contains("archived"), "{near_the_head}");
    }
}

#[tokio::test]
async fn reading_the_archive_opens_the_partitions_of_the_range_alone() {
    let (database, _) = written(200).await;
    archive(&database, 101, 10).await.unwrap();
    let client = database.sql();
    client
        .batch_execute("ANALYZE; SET enable_seqscan = off")
        .await
        .unwrap();
    let (after, stream) = (
        include_str!("../../sql/read_archived_after.sql"),
        include_str!("../../sql/read_stream.sql"),
    );

    for mode in ["force_custom_plan", "force_generic_plan"] {
        let set = format!("SET plan_cache_mode = {mode}");
        client.batch_execute(&set).await.unwrap();
        let range = plan(client, after, "1, 35, 41, 10").await;
        let campaign = plan(client, stream, "1, gen_random_uuid(), 3, 10").await;

        assert_eq!(
            range.matches("_pkey on archived_events_1_").count(),
            1,
            "{range}"
        );
        assert!(range.contains("archived_events_1_31"), "{range}");
        assert!(!range.contains("Sort"), "{range}");
        assert!(campaign.contains("events_version_once"), "{campaign}");
        assert!(!campaign.contains("Seq Scan"), "{campaign}");
    }
}
