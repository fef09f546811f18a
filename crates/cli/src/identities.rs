//! Bringing people to the rules of this program by which they are told apart: when a database is opened, and
//! while a service runs, because a program of before may work on the same database.

use deadpool_postgres::{Object, Pool};
use people::{Rekeyed, rekey_all};
use std::error::Error;
use std::time::Duration;
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

/// How often a service looks whether anybody is kept by older rules.
const LOOK: Duration = Duration::from_secs(10);
/// How long the database may say nothing.
const SILENCE_MAX: Duration = Duration::from_secs(60);

type Failure = Box<dyn Error + Send + Sync>;

/// Brings everybody along, and says how many that were.
///
/// # Errors
/// When the database does not answer; doing it again goes on.
pub async fn bring_along(client: &mut Client) -> Result<(), tokio_postgres::Error> {
    let Rekeyed {
        rows,
        doubled,
        unknown,
    } = rekey_all(client).await?;
    if 0 < rows {
        tracing::info!(rows, "identities were brought to the rules of this program");
    }
    if 0 < doubled || 0 < unknown {
        tracing::warn!(
            doubled,
            unknown,
            "people have no identity of their own: see fermata people check"
        );
    }
    Ok(())
}

/// Brings along whom programs of before wrote, until the service ends.
pub(crate) async fn run(pool: &Pool, shutdown: CancellationToken) {
    let mut said = String::new();
    while !shutdown.is_cancelled() {
        let looked = tokio::select! {
            () = shutdown.cancelled() => return,
            looked = look(pool) => looked,
        };
        match looked {
            Ok(()) => said.clear(),
            // Once, and again when the reason is another.
            Err(error) if error.to_string() != said => {
                said = error.to_string();
                let error: &(dyn Error + 'static) = error.as_ref();
                tracing::warn!(
                    error,
                    "identities are not brought to the rules of this program"
                );
            }
            Err(_) => {}
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// A connection that says nothing leaves the pool.
async fn look(pool: &Pool) -> Result<(), Failure> {
    let mut client = pool.get().await?;
    match tokio::time::timeout(SILENCE_MAX, bring_along(&mut client)).await {
        Ok(brought) => Ok(brought?),
        Err(elapsed) => {
            drop(Object::take(client));
            Err(elapsed.into())
        }
    }
}
