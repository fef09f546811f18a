//! Making the schema, and the journals of a new database.

use crate::{BadJournals, Journals};
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

/// How many migrations the database lacks, or `None` when it is ahead of this program.
///
/// # Errors
/// When the database does not answer.
pub async fn pending_migrations(client: &mut Client) -> Result<usize, MigrateError> {
    let runner = embedded::migrations::runner();
    let known = runner.get_migrations().len();
    let applied = runner.get_applied_migrations_async(client).await?.len();
    Ok(known.saturating_sub(applied))
}
