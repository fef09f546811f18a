//! One connection of one's own, for those who cannot share the pool's.

use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, Error, NoTls};

/// A client and the task that carries its bytes. Dropping it ends both.
pub struct Connection {
    /// Sends statements.
    pub client: Client,
    carrier: JoinHandle<()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.carrier.abort();
    }
}

/// Opens a connection and carries it in a task of the current runtime.
///
/// # Errors
/// When the database does not let us in.
pub async fn connect(config: &Config) -> Result<Connection, Error> {
    let (client, connection) = config.connect(NoTls).await?;
    let carrier = tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a database connection ended");
        }
    });
    Ok(Connection { client, carrier })
}
