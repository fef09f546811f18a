//! Making the schema: once, by one process at a time, with a number of journals that stays.

use event_store::{
    Journals, MigrateError, Migrated, check_schema, connect, find_journals, migrate,
};
use futures_util::future::join_all;
use testkit::TestDatabase;

async fn migrated(database: &TestDatabase, asked: Option<i16>) -> Result<Migrated, MigrateError> {
    let mut connection = connect(database.config()).await.unwrap();
    let asked = asked.map(|count| Journals::new(count).unwrap());
    migrate(&mut connection.client, asked).await
}

#[tokio::test]
async fn migrating_again_changes_nothing() {
    let database = TestDatabase::create_bare().await;
    let first = migrated(&database, None).await.unwrap();
    let before = database.checksums().await;

    let second = migrated(&database, None).await.unwrap();

    assert!(!first.applied.is_empty());
    assert_eq!(
        second,
        Migrated {
            applied: vec![],
            journals: Journals::DEFAULT
        }
    );
    assert_eq!(database.checksums().await, before);
    let mut connection = connect(database.config()).await.unwrap();
    check_schema(&mut connection.client).await.unwrap();
}

/// What is said of a schema, and of migrating it.
async fn said_of(database: &TestDatabase) -> [Option<String>; 2] {
    let mut connection = connect(database.config()).await.unwrap();
    let looked = check_schema(&mut connection.client).await;
    let migrated = migrated(database, None).await;
    [looked.err(), migrated.err()].map(|error| error.map(|error| error.to_string()))
}

#[tokio::test]
async fn a_schema_that_is_not_the_programs_is_told_apart_and_left_alone() {
    let bare = TestDatabase::create_bare().await;
    let mut connection = connect(bare.config()).await.unwrap();
    let absent = check_schema(&mut connection.client).await.unwrap_err();
    assert!(matches!(absent, MigrateError::NoSchema), "{absent}");
    migrated(&bare, None).await.unwrap();
    let history = "SELECT max(version) FROM refinery_schema_history";
    let known: i32 = bare.sql().query_one(history, &[]).await.unwrap().get(0);
    let change = async |sql: &str| bare.sql().batch_execute(sql).await.unwrap();

    change(
        "INSERT INTO refinery_schema_history
         SELECT 900, 'later', applied_on, checksum FROM refinery_schema_history WHERE version = 1",
    )
    .await;
    let newer = said_of(&bare).await;
    change(
        "DELETE FROM refinery_schema_history WHERE version = 900;
         UPDATE refinery_schema_history SET checksum = '7' WHERE version = 3",
    )
    .await;
    let other = said_of(&bare).await;

    let [looked, migrated] = newer;
    let expected = format!("V900, is newer than this program, which knows V{known}");
    assert!(looked.clone().unwrap().contains(&expected), "{looked:?}");
    assert_eq!(looked, migrated);
    let [looked, migrated] = other;
    assert!(
        looked.clone().unwrap().contains("differ in V3"),
        "{looked:?}"
    );
    assert_eq!(looked, migrated);
}

#[tokio::test]
async fn an_older_schema_says_how_much_it_lacks() {
    let database = TestDatabase::create_bare().await;
    migrated(&database, None).await.unwrap();
    let forget = "DELETE FROM refinery_schema_history
                  WHERE version > (SELECT max(version) - 1 FROM refinery_schema_history)";
    database.sql().batch_execute(forget).await.unwrap();
    let mut connection = connect(database.config()).await.unwrap();

    let older = check_schema(&mut connection.client).await.unwrap_err();

    assert!(matches!(older, MigrateError::Older { lacks: 1 }), "{older}");
}

#[tokio::test]
async fn of_processes_that_migrate_at_once_one_does_it_and_all_succeed() {
    let database = TestDatabase::create_bare().await;

    let done = join_all((0..8).map(|_| migrated(&database, None))).await;

    let done: Vec<Migrated> = done.into_iter().map(Result::unwrap).collect();
    let worked = done.iter().filter(|it| !it.applied.is_empty()).count();
    assert_eq!(worked, 1);
    assert!(done.iter().all(|it| it.journals == Journals::DEFAULT));
    assert_eq!(
        find_journals(database.sql()).await.unwrap(),
        Journals::DEFAULT
    );
}

#[tokio::test]
async fn a_database_has_the_journals_it_was_made_with() {
    let database = TestDatabase::create_bare().await;

    let made = migrated(&database, Some(7)).await.unwrap();
    let asked_again = migrated(&database, Some(7)).await.unwrap();
    let not_asked = migrated(&database, None).await.unwrap();

    for done in [made, asked_again, not_asked] {
        assert_eq!(done.journals.count(), 7);
    }
}

#[tokio::test]
async fn another_number_of_journals_is_refused() {
    let database = TestDatabase::create_bare().await;
    migrated(&database, None).await.unwrap();
    let before = database.checksums().await;

    let refused = migrated(&database, Some(8)).await.unwrap_err();

    assert!(
        matches!(refused, MigrateError::JournalsDiffer { made: 4, asked: 8 }),
        "{refused:?}"
    );
    assert_eq!(database.checksums().await, before);
    assert!(
        migrated(&database, None).await.is_ok(),
        "the refusal left a lock behind"
    );
}

#[tokio::test]
async fn of_processes_that_ask_for_different_journals_at_once_one_decides() {
    let database = TestDatabase::create_bare().await;

    let done = join_all((1..=4).map(|count| migrated(&database, Some(count)))).await;

    assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 1);
    let differs = |it: &&Result<_, _>| matches!(it, Err(MigrateError::JournalsDiffer { .. }));
    assert_eq!(done.iter().filter(differs).count(), 3, "{done:?}");
}

#[tokio::test]
async fn a_database_that_was_never_migrated_has_no_journals() {
    let database = TestDatabase::create_bare().await;

    assert!(find_journals(database.sql()).await.is_err());
}

/// The migrations before and after permits became rows, oldest first.
fn migrations() -> Vec<(u32, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
    let mut all: Vec<(u32, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let number = name[1..].split("__").next().unwrap().parse().unwrap();
            (number, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    all.sort();
    all
}

const BEFORE_PERMITS: &str = r#"
    INSERT INTO journals (id) VALUES (0);
    INSERT INTO campaigns (journal, id, version, updated_at, stage, census, tally, user_id, name,
                           settings, sequence, created_at)
    VALUES (0, '00000000-0000-4000-8000-0000000000c1', 3, now(), '{"status": "active"}', '{}',
            '{}', '00000000-0000-4000-8000-0000000000ee', 'Spring', '{}', '[]', now());
    INSERT INTO prospects (journal, campaign_id, id, status, permits, replies, created_at, updated_at)
    VALUES (0, '00000000-0000-4000-8000-0000000000c1', '00000000-0000-4000-8000-0000000000a1',
            'sent', '[]', 0, now(), now());
    INSERT INTO events (journal, position, campaign_id, version, event_id, schema_version,
                        recorded_at, type, payload, metadata)
    SELECT 0, position, campaign_id::uuid, position, gen_random_uuid(), 1,
           '2026-04-20T10:00:00Z'::timestamptz + position * interval '1 minute', type,
           payload::json, '{}'
    FROM (VALUES
        (1, '00000000-0000-4000-8000-0000000000c1', 'SendPermitted',
         '{"permit_id": "00000000-0000-4000-8000-0000000000b1",
           "prospect_id": "00000000-0000-4000-8000-0000000000a1",
           "node_id": "00000000-0000-4000-8000-0000000000d1", "send": "email",
           "account_id": "00000000-0000-4000-8000-0000000000ac", "day": "2026-04-20"}'),
        (2, '00000000-0000-4000-8000-0000000000c1', 'SendSucceeded',
         '{"permit_id": "00000000-0000-4000-8000-0000000000b1",
           "prospect_id": "00000000-0000-4000-8000-0000000000a1"}'),
        (3, '00000000-0000-4000-8000-0000000000c1', 'SendPermitted',
         '{"permit_id": "00000000-0000-4000-8000-0000000000b2",
           "prospect_id": "00000000-0000-4000-8000-0000000000a1",
           "node_id": "00000000-0000-4000-8000-0000000000d2", "send": "email",
           "day": "2026-04-20"}'),
        (4, '00000000-0000-4000-8000-0000000000c2', 'SendPermitted',
         '{"permit_id": "00000000-0000-4000-8000-0000000000b3",
           "prospect_id": "00000000-0000-4000-8000-0000000000a9",
           "node_id": "00000000-0000-4000-8000-0000000000d1", "send": "email",
           "day": "2026-04-20"}'))
        AS told (position, campaign_id, type, payload)"#;

#[tokio::test]
async fn permits_are_made_from_the_log_with_their_accounts_and_times() {
    let database = TestDatabase::create_bare().await;
    let client = database.sql();
    let all = migrations();
    for (_, migration) in all.iter().filter(|(number, _)| *number < 10) {
        client.batch_execute(migration).await.unwrap();
    }
    client.batch_execute(BEFORE_PERMITS).await.unwrap();

    let (_, permits) = all.iter().find(|(number, _)| *number == 10).unwrap();
    client.batch_execute(permits).await.unwrap();

    let found = "SELECT concat_ws(' ', right(id::text, 2), right(node_id::text, 2), state,
                                  right(account_id::text, 2),
                                  to_char(granted_at AT TIME ZONE 'UTC', 'MI'),
                                  to_char(closed_at AT TIME ZONE 'UTC', 'MI'))
                 FROM permits ORDER BY id";
    let rows = client.query(found, &[]).await.unwrap();
    let permits: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    // Of the campaign that is gone there is nothing.
    assert_eq!(permits, ["b1 d1 sent ac 01 02", "b2 d2 open 03"]);
}

const BEFORE_ACCOUNTS: &str = r#"
    INSERT INTO journals (id) VALUES (0);
    INSERT INTO events (journal, position, campaign_id, version, event_id, schema_version,
                        recorded_at, type, payload, metadata)
    SELECT 0, position, '00000000-0000-4000-8000-0000000000c1', position, gen_random_uuid(), 1,
           '2026-04-20T23:58:00Z'::timestamptz + position * interval '1 minute', type,
           payload::json, '{}'
    FROM (VALUES
        (1, 'CampaignCreated', '{"user_id": "00000000-0000-4000-8000-0000000000ee"}'),
        (2, 'SendPermitted', '{"send": "email", "day": "2026-04-20",
                               "account_id": "00000000-0000-4000-8000-0000000000ac"}'),
        (3, 'SendPermitted', '{"send": "email", "day": "2026-04-20",
                               "account_id": "00000000-0000-4000-8000-0000000000ac"}'),
        (4, 'SendPermitted', '{"send": "email", "day": "2026-04-20"}'),
        (5, 'CampaignDeleted', '{}'))
        AS told (position, type, payload)"#;

#[tokio::test]
async fn permits_of_accounts_are_counted_from_the_log_also_of_campaigns_that_are_gone() {
    let database = TestDatabase::create_bare().await;
    let client = database.sql();
    let all = migrations();
    for (_, migration) in all.iter().filter(|(number, _)| *number < 18) {
        client.batch_execute(migration).await.unwrap();
    }
    client.batch_execute(BEFORE_ACCOUNTS).await.unwrap();

    let (_, counts) = all.iter().find(|(number, _)| *number == 18).unwrap();
    client.batch_execute(counts).await.unwrap();

    // They count for the day on which they were recorded; the third names no account.
    assert_eq!(
        counted_permits(client).await,
        ["ee ac 2026-04-21 c1 email 2"]
    );
}

#[tokio::test]
async fn permits_that_a_program_of_before_goes_on_granting_are_counted_once() {
    let database = TestDatabase::create_bare().await;
    let client = database.sql();
    for (_, migration) in &migrations() {
        client.batch_execute(migration).await.unwrap();
    }
    let told = BEFORE_ACCOUNTS.replace(
        "(5, 'CampaignDeleted', '{}')",
        r#"(5, 'SendPermitted', '{"send": "email", "day": "2026-04-20", "account_day": "2026-04-20",
                                  "account_id": "00000000-0000-4000-8000-0000000000ac"}'),
           (6, 'CampaignDeleted', '{}')"#,
    );

    // The newer program's own permit, which names the day, is counted by that program.
    client.batch_execute(&told).await.unwrap();

    assert_eq!(
        counted_permits(client).await,
        ["ee ac 2026-04-21 c1 email 2"]
    );
}

async fn counted_permits(client: &tokio_postgres::Client) -> Vec<String> {
    let found = "SELECT concat_ws(' ', right(user_id::text, 2), right(account_id::text, 2), day,
                                  right(campaign_id::text, 2), kind, count)
                 FROM permits_of_accounts";
    let rows = client.query(found, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}
