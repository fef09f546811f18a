//! What a server that answers still needs before it is of use: the database `fermata`.
//!
//! The role `fermata` needs no making: the cluster was made by and for it, and nothing could be
//! asked without it.

use tokio_postgres::{Client, Config, Error, NoTls, Row};

use crate::configuration::Durability;

/// What becomes of what is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    Make,
    Refuse,
}

/// What was found to be running.
pub(crate) struct Survey {
    pub(crate) durability: Durability,
    /// Whether the database is there now.
    pub(crate) database_exists: bool,
}

/// Looks at the server, and creates the database if it is absent and wanted. The caller holds the start
/// lock.
pub(crate) async fn prepare(maintenance: &Config, absent: Absent) -> Result<Survey, Error> {
    let (client, connection) = maintenance.connect(NoTls).await?;
    let work = async {
        let mut survey = survey(
            &client
                .query_one(include_str!("../sql/survey.sql"), &[])
                .await?,
        )?;
        if absent == Absent::Make {
            create_unless(survey.database_exists, &client).await?;
            survey.database_exists = true;
        }
        Ok(survey)
    };
    tokio::pin!(work);
    tokio::select! {
        biased;
        done = &mut work => done,
        ended = connection => match ended {
            Ok(()) => work.await,
            Err(error) => Err(error),
        },
    }
}

fn survey(row: &Row) -> Result<Survey, Error> {
    let durable: bool = row.try_get("durable")?;
    let durability = if durable {
        Durability::Full
    } else {
        Durability::None
    };
    Ok(Survey {
        durability,
        database_exists: row.try_get("database_exists")?,
    })
}

async fn create_unless(exists: bool, client: &Client) -> Result<(), Error> {
    if exists {
        return Ok(());
    }
    tracing::info!("creating the database fermata");
    client
        .batch_execute(include_str!("../sql/create_database.sql"))
        .await
}
