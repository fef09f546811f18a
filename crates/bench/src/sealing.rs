//! What the sealer costs a pause: the same load on the same cluster, with and without it, in turns.
//!
//! The service is started anew for each measurement, with a key or without one. Before it is
//! measured with one, everything that was written is sealed, so that the sealer has what comes
//! anew to do and nothing else.

use serde::Serialize;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::arguments::Arguments;
use crate::campaigns;
use crate::cluster::Cluster;
use crate::latency::Latency;
use crate::load::{Load, Order};
use crate::processor;
use crate::progress::Progress;
use crate::report;
use crate::requests::Requests;
use crate::service::{self, Service};

const CONNECTIONS: u32 = 64;
/// Of the throughput without a sealer, what is left with one at least.
const LEFT_MIN: f64 = 0.95;
const PATIENCE: Duration = Duration::from_secs(600);
const LOOK: Duration = Duration::from_millis(100);
const NOT_SIGNED: &str = "
    SELECT coalesce(sum(head - (SELECT coalesce(max(size), 0) FROM ledger_checkpoints
                                WHERE journal = journals.id)), 0)::bigint
    FROM journals";

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub struct Sealing {
    pub rounds: Vec<Round>,
    /// The median throughput with the sealer, to that without.
    pub left: f64,
    /// From the end of the last load until all of it was signed.
    pub signed_after_ms: f64,
}

/// One turn.
#[derive(Debug, Serialize)]
pub struct Round {
    pub without: Measured,
    pub with: Measured,
}

/// One measurement.
#[derive(Debug, Serialize)]
pub struct Measured {
    pub per_second: f64,
    pub latency: Latency,
    pub errors: u64,
}

struct Bench<'a> {
    arguments: &'a Arguments,
    cluster: &'a Cluster,
    program: PathBuf,
    requests: Arc<Requests>,
    internal_key: String,
    progress: &'a Progress,
}

/// Measures. Whatever happens, the cluster is deleted.
pub async fn run(arguments: &Arguments) -> Result<Sealing, Box<dyn Error>> {
    let program = service::program(arguments.service.as_deref())?;
    let progress = Progress::new(u64::from(arguments.rounds.get()) * 2 + 2);
    progress.begin("making a cluster and active campaigns");
    let cluster = Cluster::open(arguments.directory.as_deref(), arguments.journals).await?;
    let (count, tenants) = (arguments.campaigns.get(), arguments.tenants.get());
    let made = campaigns::make(&cluster, count, tenants).await?;
    progress.end("made a cluster and active campaigns");
    let bench = Bench {
        arguments,
        cluster: &cluster,
        program,
        requests: Arc::new(made.requests),
        internal_key: made.internal_key,
        progress: &progress,
    };
    let measured = bench.measure().await;
    let closed = cluster.close().await;
    progress.finish();
    let measured = measured?;
    closed?;
    Ok(measured)
}

impl Bench<'_> {
    async fn measure(&self) -> Result<Sealing, Box<dyn Error>> {
        let key = self.make_key()?;
        let (mut rounds, mut signed_after_ms) = (Vec::new(), 0.0);
        for round in 1..=self.arguments.rounds.get() {
            // Whoever comes second finds more events and warmer memory: take turns at that too.
            let (without, (with, took)) = if round % 2 == 0 {
                let with = self.once(round, Some(&key)).await?;
                (self.once(round, None).await?.0, with)
            } else {
                let without = self.once(round, None).await?.0;
                (without, self.once(round, Some(&key)).await?)
            };
            signed_after_ms = took.as_secs_f64() * 1_000.0;
            rounds.push(Round { without, with });
        }
        let median = |of: fn(&Round) -> &Measured| {
            let mut all: Vec<f64> = rounds.iter().map(|round| of(round).per_second).collect();
            all.sort_by(f64::total_cmp);
            let middle = all.len() / 2;
            let pair = [all.get(all.len().saturating_sub(1) / 2), all.get(middle)];
            pair.into_iter().flatten().sum::<f64>() / 2.0
        };
        let left = median(|round| &round.with) / median(|round| &round.without);
        Ok(Sealing {
            left,
            rounds,
            signed_after_ms,
        })
    }

    fn make_key(&self) -> Result<PathBuf, Box<dyn Error>> {
        let key = self.cluster.directory().join("ledger.key");
        let made = Command::new(&self.program)
            .args(["ledger", "key", "new", "--name", "bench", "--ledger-key"])
            .arg(&key)
            .env_clear()
            .output()?;
        if made.status.success() {
            Ok(key)
        } else {
            Err(String::from_utf8_lossy(&made.stderr).into())
        }
    }

    /// One load; with a key, also how long it took until all of it was signed.
    async fn once(
        &self,
        round: u32,
        key: Option<&Path>,
    ) -> Result<(Measured, Duration), Box<dyn Error>> {
        let who = if key.is_some() { "with" } else { "without" };
        self.progress
            .begin(&format!("{who} the sealer, round {round}"));
        let (url, directory) = (self.cluster.url(), self.cluster.directory());
        let published = directory.join("ledger");
        let settings = key.map(|key| {
            [
                ("FERMATA_LEDGER_KEY", key),
                ("FERMATA_LEDGER_DIRECTORY", &published),
            ]
        });
        let settings = settings.as_ref().map_or(&[][..], |settings| settings);
        let key_of_ours = self.internal_key.clone();
        let service = Service::start_with(&self.program, &url, directory, (key_of_ours, settings));
        let service = service.await?;
        if key.is_some() {
            self.signed().await?;
        }
        self.cluster.taken_in().await?;
        self.cluster.checkpoint().await?;
        processor::quiet(self.arguments.patience()).await;
        let counted_from = Instant::now() + self.arguments.warm_up();
        let load = Load {
            address: service.public,
            requests: self.requests.clone(),
            connections: usize::try_from(CONNECTIONS.min(self.arguments.campaigns.get()))?,
            order: Order::Random,
            counted_from,
            until: counted_from + self.arguments.measured(),
        };
        let outcome = tokio::task::spawn_blocking(move || load.run()).await??;
        let took = match key {
            Some(_) => self.signed().await?,
            None => Duration::ZERO,
        };
        service.stop().await?;
        let latency = Latency::of(outcome.micros);
        let counted = f64::from(u32::try_from(latency.samples).unwrap_or(u32::MAX));
        let measured = Measured {
            per_second: counted / self.arguments.measured().as_secs_f64(),
            latency,
            errors: outcome.errors,
        };
        let per_second = measured.per_second;
        self.progress.end(&format!(
            "{who:>7} the sealer, round {round}: {per_second:.0} a second"
        ));
        Ok((measured, took))
    }

    /// Waits until everything is signed.
    async fn signed(&self) -> Result<Duration, Box<dyn Error>> {
        let began = Instant::now();
        loop {
            let client = &self.cluster.connection.client;
            let left: i64 = client.query_one(NOT_SIGNED, &[]).await?.get(0);
            if left == 0 {
                return Ok(began.elapsed());
            }
            if PATIENCE < began.elapsed() {
                return Err(format!("{left} events are still not signed").into());
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

impl Sealing {
    /// What is shown.
    pub fn lines(&self) -> Vec<String> {
        let round = |round: &Round| {
            let (without, with) = (&round.without, &round.with);
            format!(
                "  without {:>6.0} a second, median {:.2} ms   with {:>6.0} a second, median {:.2} ms",
                without.per_second,
                f64::from(without.latency.p50_us) / 1_000.0,
                with.per_second,
                f64::from(with.latency.p50_us) / 1_000.0,
            )
        };
        let mut lines = vec![format!("The sealer, {CONNECTIONS} connections:")];
        lines.extend(self.rounds.iter().map(round));
        lines.push(format!(
            "  with the sealer, {:.1} % of the throughput is left (at least {:.0} % should be); \
             all was signed {:.0} ms after the last load",
            self.left * 100.0,
            LEFT_MIN * 100.0,
            self.signed_after_ms,
        ));
        lines
    }

    /// Writes every figure beside the report.
    pub fn write(&self, given: Option<&Path>) -> Result<PathBuf, Box<dyn Error>> {
        let path = report::path(given)?.with_file_name("sealing.json");
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(&path, serde_json::to_string_pretty(self)?)?;
        Ok(path)
    }

    /// Whether the figures may stand.
    pub fn verdict(&self) -> Result<(), String> {
        let errors = |round: &Round| round.with.errors + round.without.errors;
        match self.rounds.iter().map(errors).sum() {
            0_u64 => Ok(()),
            errors => Err(format!(
                "{errors} requests were not answered as they must be"
            )),
        }
    }
}
