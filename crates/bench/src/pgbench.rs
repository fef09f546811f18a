//! One run of pgbench, and what it says.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// The share of transactions whose latency pgbench writes down: writing all of them would cost
/// it what we want to measure.
pub const SAMPLED: &str = "0.2";
const THREADS_MAX: u32 = 2;
const LOG: &str = "transactions";

/// A run to be.
#[derive(Debug)]
pub struct Run<'a> {
    pub program: &'a Path,
    pub config: &'a Config,
    pub script: &'a Path,
    /// A new or empty directory for its logs; removed afterwards.
    pub directory: PathBuf,
    pub clients: u32,
    pub duration: Duration,
    pub variables: Vec<(&'static str, u32)>,
}

/// What it said.
#[derive(Debug, PartialEq)]
pub struct Said {
    pub transactions: u64,
    pub per_second: f64,
}

impl Run<'_> {
    /// Runs it to its end. Returns what it said and the latencies that it wrote down, in
    /// microseconds.
    pub async fn run(&self) -> Result<(Said, Vec<u32>), Box<dyn Error>> {
        fs::create_dir_all(&self.directory)?;
        let output = self.command()?.output().await.map_err(|error| {
            format!(
                "{} does not run: {error}; it belongs to PostgreSQL",
                self.program.display()
            )
        })?;
        let (text, complaint) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        if !output.status.success() {
            return Err(format!("pgbench ended with {}: {complaint}", output.status).into());
        }
        let said = Said::parse(&text).ok_or_else(|| format!("pgbench said: {text}"))?;
        let mut micros = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            micros.extend(
                fs::read_to_string(entry?.path())?
                    .lines()
                    .filter_map(latency),
            );
        }
        fs::remove_dir_all(&self.directory)?;
        Ok((said, micros))
    }

    fn command(&self) -> Result<Command, Box<dyn Error>> {
        let Some(Host::Unix(socket)) = self.config.get_hosts().first() else {
            return Err("the cluster has no socket".into());
        };
        let mut command = Command::new(self.program);
        command.env_clear().kill_on_drop(true).stdin(Stdio::null());
        command.args(["--no-vacuum", "--protocol=prepared", "--log"]);
        command.arg(format!("--sampling-rate={SAMPLED}"));
        command.arg("--log-prefix").arg(self.directory.join(LOG));
        command
            .arg("--host")
            .arg(socket)
            .arg("--file")
            .arg(self.script);
        command.arg(format!("--client={}", self.clients));
        command.arg(format!("--jobs={}", self.clients.min(THREADS_MAX)));
        command.arg(format!("--time={}", self.duration.as_secs()));
        for (name, value) in &self.variables {
            command.arg(format!("--define={name}={value}"));
        }
        command.arg(format!(
            "--username={}",
            self.config.get_user().unwrap_or_default()
        ));
        command.arg(self.config.get_dbname().unwrap_or_default());
        Ok(command)
    }
}

impl Said {
    /// None when it does not say that everything went well.
    fn parse(text: &str) -> Option<Self> {
        let after = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        let failed = after("number of failed transactions: ");
        if failed.is_some_and(|failed| !failed.starts_with("0 ")) {
            return None;
        }
        let transactions = after("number of transactions actually processed: ")?;
        let per_second = after("tps = ")?.split_whitespace().next()?;
        Some(Self {
            transactions: transactions.trim().parse().ok()?,
            per_second: per_second.parse().ok()?,
        })
    }
}

/// The third column of a line of the log.
fn latency(line: &str) -> Option<u32> {
    line.split_whitespace().nth(2)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "number of transactions actually processed: 1594\n\
        number of failed transactions: 0 (0.000%)\n\
        latency average = 0.627 ms\ntps = 1594.250000 (without initial connection time)\n";

    #[test]
    fn transactions_and_their_rate_are_read() {
        let said = Said::parse(TEXT).unwrap();

        assert_eq!(
            said,
            Said {
                transactions: 1_594,
                per_second: 1_594.25
            }
        );
        assert_eq!(latency("0 14 645 0 1763900000 123456"), Some(645));
    }

    #[test]
    fn a_failed_transaction_is_a_failure() {
        assert_eq!(
            Said::parse(&TEXT.replace("transactions: 0 ", "transactions: 3 ")),
            None
        );
    }
}
