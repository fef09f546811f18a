//! Making the schema: once, by one process at a time, with a number of journals that stays.

use event_store::{
    Journals, MigrateError, Migrated, connect, find_journals, migrate, pending_migrations,
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
    assert_eq!(pending_migrations(&mut connection.client).await.unwrap(), 0);
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
