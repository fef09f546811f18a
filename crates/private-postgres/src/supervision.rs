//! Keeping the server alive while we use it.
//!
//! PostgreSQL repairs the death of any of its processes but one: when the postmaster dies, the
//! others end too. So we look at it every 200 ms, and when it is gone we start it again, as `open`
//! would, under the start lock: of several processes that see it dead, one starts it and the others
//! find it running. What was committed is there again after recovery. Connections break meanwhile;
//! who holds them reconnects.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::time::Duration;

use tokio::time::sleep;

use crate::error::OpenError;
use crate::locks::StartLock;
use crate::postmaster;
use crate::private_postgres::PrivatePostgres;

const LOOK_EVERY: Duration = Duration::from_millis(200);
const RETRY_MOST: Duration = Duration::from_secs(10);

impl PrivatePostgres {
    /// Runs until `shutdown` resolves; starts the server again whenever it has died. Keeps its log
    /// small.
    ///
    /// A shutdown does not wait for a start that is going on; its server is left to `close`, or to
    /// who opens next.
    pub async fn supervise(&self, shutdown: impl Future<Output = ()>) {
        tokio::select! {
            () = shutdown => {}
            never = self.watch() => match never {},
        }
    }

    async fn watch(&self) -> Infallible {
        let mut pause = LOOK_EVERY;
        loop {
            sleep(pause).await;
            self.server.log.trim();
            pause = match self.repair().await {
                Ok(()) => LOOK_EVERY,
                Err(error) => {
                    let cause = error.source();
                    tracing::error!(%error, cause, "PostgreSQL does not start; trying further");
                    (pause * 2).min(RETRY_MOST)
                }
            };
        }
    }

    async fn repair(&self) -> Result<(), OpenError> {
        if postmaster::living(&self.server.directory).is_some() {
            return Ok(());
        }
        tracing::warn!("PostgreSQL has died; starting it again");
        let held = StartLock::take(&self.server.directory.start_lock()).await?;
        self.server.settle(&held).await?;
        tracing::info!("PostgreSQL is ready again");
        Ok(())
    }
}
