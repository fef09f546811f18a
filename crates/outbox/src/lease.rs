//! The lease on sending: one process at a time completes tokens elsewhere, because the budget there
//! is one bucket for all.
//!
//! The database's clock decides. A holder that died keeps the lease until its end and no longer;
//! one that is merely slow may overlap with its successor, which repeats completions and harms
//! nothing.

use crate::failure::RelayFailure;
use std::time::Duration;
use tokio::time::Instant;
use tokio_postgres::Client;

/// The name of the lease on sending.
pub const SENDING: &str = "sending";
/// How long a lease is good without being renewed.
pub const LEASE_SECONDS: u32 = 30;
/// A lease that was renewed this long ago is renewed again before anything is sent.
const RENEWED_SECONDS_MAX: u64 = 5;

/// A process's hold on sending, as far as it knows.
pub(crate) struct Lease {
    holder: String,
    renewed_at: Option<Instant>,
    has_alarm: bool,
}

impl Lease {
    /// Not held yet, by nobody but `holder`.
    pub fn new(holder: String) -> Self {
        Self {
            holder,
            renewed_at: None,
            has_alarm: false,
        }
    }

    /// Takes or renews it. False when another process has it.
    pub async fn hold(&mut self, client: &Client) -> Result<bool, RelayFailure> {
        let fresh = Duration::from_secs(RENEWED_SECONDS_MAX);
        if self.renewed_at.is_some_and(|at| at.elapsed() < fresh) {
            return Ok(true);
        }
        let asked_at = Instant::now();
        let take = include_str!("../sql/take_lease.sql");
        let seconds = f64::from(LEASE_SECONDS);
        let held = client
            .query_opt(take, &[&SENDING, &self.holder, &seconds])
            .await?
            .map(|row| row.get("has_alarm"));
        self.renewed_at = held.map(|_| asked_at);
        self.has_alarm = held.unwrap_or(self.has_alarm);
        Ok(held.is_some())
    }

    /// Whether this holder, or the one before, said why it stopped.
    pub fn has_alarm(&self) -> bool {
        self.has_alarm
    }

    /// Gives it back, if it was held.
    pub async fn release(&mut self, client: &Client) -> Result<(), RelayFailure> {
        if self.renewed_at.take().is_some() {
            let release = include_str!("../sql/release_lease.sql");
            client.execute(release, &[&SENDING, &self.holder]).await?;
        }
        Ok(())
    }

    /// Says why this holder stopped, or that all is well.
    pub async fn alarm(
        &mut self,
        client: &Client,
        alarm: Option<&str>,
    ) -> Result<(), RelayFailure> {
        let raise = include_str!("../sql/raise_alarm.sql");
        client
            .execute(raise, &[&SENDING, &self.holder, &alarm])
            .await?;
        self.has_alarm = alarm.is_some();
        Ok(())
    }
}
