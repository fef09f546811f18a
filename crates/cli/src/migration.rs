//! `fermata migrate`.

use crate::configuration::Configuration;
use crate::database::{Database, DatabaseError};
use crate::output;
use event_store::Journals;

/// Brings the schema up to date and says how many journals there are.
///
/// # Errors
/// When the database cannot be opened or migrated.
pub async fn run(
    configuration: &Configuration,
    journals: Option<i16>,
) -> Result<(), Box<dyn std::error::Error>> {
    let journals = journals.map(Journals::new).transpose()?;
    let database = Database::make(configuration, journals).await?;
    let count = database.journals.count();
    let closed: Result<(), DatabaseError> = database.close().await;
    closed?;
    output::line(&format!(
        "The schema is up to date; the database has {count} journals."
    ))?;
    Ok(())
}
