//! Making the schema, and the journals of a new database.

use crate::{BadJournals, Journals};
use refinery::Migration;
use tokio_postgres::Client;

mod embedded {
    refinery::embed_migrations!("../../migrations");
}

/// What `migrate` did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// The migrations applied now, in order.
    pub applied: Vec<String>,
    /// The journals of the database.
    pub journals: Journals,
}

/// Why the schema is not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A migration failed or does not match what was applied before.
    #[error("apply the migrations")]
    Refinery(#[from] refinery::Error),
    /// The database did not answer.
    #[error("make the journals")]
    Database(#[from] tokio_postgres::Error),
    /// Another number of journals was asked for than the database was made with.
    #[error(
        "the database was made with {made} journals, and that never changes; {asked} were asked for"
    )]
    JournalsDiffer {
        /// What the database has.
        made: i16,
        /// What was asked for.
        asked: i16,
    },
    /// The database has no journals: it was never migrated.
    #[error("the database has no journals: run `fermata migrate` first")]
    NoJournals,
    /// The database has no schema.
    #[error(
        "the database has no schema of fermata: is it the right one? fermata migrate makes the schema"
    )]
    NoSchema,
    /// The schema is older than the program.
    #[error(
        "the database's schema is older than this program and lacks {lacks} of its migrations: fermata \
         migrate brings it up to date"
    )]
    Older {
        /// How many migrations it lacks.
        lacks: usize,
    },
    /// The schema is newer than the program.
    #[error(
        "the database's schema, V{found}, is newer than this program, which knows V{known}: use the \
         program that made it"
    )]
    Newer {
        /// The latest migration of the database.
        found: i32,
        /// The latest one that the program knows.
        known: i32,
    },
    /// There is no schema of the program, and tables of another have its names.
    #[error(
        "the database has a table {table} of another program, and nothing was made: is it the right \
         database?"
    )]
    Taken {
        /// One of them.
        table: String,
    },
    /// The schema is another program's.
    #[error(
        "the database's schema is not that of this program: they differ in V{version}. Is it the right \
         database?"
    )]
    Other {
        /// The first migration that differs.
        version: i32,
    },
    /// Not a number of journals.
    #[error(transparent)]
    BadJournals(#[from] BadJournals),
}

/// Brings the schema up to date, one process at a time, and makes the journals of a new database: `asked`, or
/// [`Journals::DEFAULT`].
///
/// # Errors
/// When a migration fails, or `asked` is not what the database was made with.
pub async fn migrate(
    client: &mut Client,
    asked: Option<Journals>,
) -> Result<Migrated, MigrateError> {
    client
        .execute(include_str!("../sql/lock_migrations.sql"), &[])
        .await?;
    let migrated = migrate_locked(client, asked).await;
    client
        .execute(include_str!("../sql/unlock_migrations.sql"), &[])
        .await?;
    migrated
}

async fn migrate_locked(
    client: &mut Client,
    asked: Option<Journals>,
) -> Result<Migrated, MigrateError> {
    match check_schema(client).await {
        Err(MigrateError::NoSchema) => refuse_taken(client).await?,
        Ok(()) | Err(MigrateError::Older { .. }) => {}
        Err(error) => return Err(error),
    }
    let report = embedded::migrations::runner().run_async(client).await?;
    let applied = report
        .applied_migrations()
        .iter()
        .map(ToString::to_string)
        .collect();
    let wanted = asked.unwrap_or(Journals::DEFAULT).count();
    client
        .execute(
            include_str!("../sql/make_journals.sql"),
            &[&i64::from(wanted)],
        )
        .await?;
    let journals = find_journals(client).await?;
    match asked {
        Some(asked) if asked != journals => Err(MigrateError::JournalsDiffer {
            made: journals.count(),
            asked: asked.count(),
        }),
        _ => Ok(Migrated { applied, journals }),
    }
}

/// Refuses a database in which another program has tables of our names, before anything is made.
async fn refuse_taken(client: &Client) -> Result<(), MigrateError> {
    let find = include_str!("../sql/find_taken_table.sql");
    match client.query_opt(find, &[]).await? {
        Some(row) => Err(MigrateError::Taken {
            table: row.get("table_name"),
        }),
        None => Ok(()),
    }
}

/// The journals of a migrated database.
///
/// # Errors
/// When there are none, or the database does not answer.
pub async fn find_journals(client: &Client) -> Result<Journals, MigrateError> {
    let row = client
        .query_one(include_str!("../sql/count_journals.sql"), &[])
        .await?;
    let count: i64 = row.get(0);
    if count == 0 {
        return Err(MigrateError::NoJournals);
    }
    Ok(Journals::new(
        i16::try_from(count).map_err(|_| BadJournals)?,
    )?)
}

/// Where the schema of a database stands. Changes nothing.
///
/// # Errors
/// [`MigrateError::NoSchema`], [`MigrateError::Older`], [`MigrateError::Newer`] or [`MigrateError::Other`]
/// when it is not the program's; otherwise when the database does not answer.
pub async fn check_schema(client: &mut Client) -> Result<(), MigrateError> {
    let find = include_str!("../sql/find_history.sql");
    let has_history: bool = client.query_one(find, &[]).await?.get("has_history");
    let runner = embedded::migrations::runner();
    let applied = if has_history {
        runner.get_applied_migrations_async(client).await?
    } else {
        Vec::new()
    };
    compare(runner.get_migrations(), &applied)
}

fn compare(known: &[Migration], applied: &[Migration]) -> Result<(), MigrateError> {
    if applied.is_empty() {
        return Err(MigrateError::NoSchema);
    }
    let latest = |all: &[Migration]| all.iter().map(Migration::version).max().unwrap_or(0);
    let (found, newest) = (latest(applied), latest(known));
    for one in applied.iter().filter(|one| one.version() <= newest) {
        let is_same = |ours: &&Migration| ours.version() == one.version();
        let ours = known.iter().find(is_same);
        if ours.is_none_or(|ours| ours.checksum() != one.checksum()) {
            let version = one.version();
            return Err(MigrateError::Other { version });
        }
    }
    if newest < found {
        let known = newest;
        return Err(MigrateError::Newer { found, known });
    }
    match known.len().saturating_sub(applied.len()) {
        0 => Ok(()),
        lacks => Err(MigrateError::Older { lacks }),
    }
}
