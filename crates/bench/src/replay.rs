//! How fast the log is replayed, and how much memory that takes however long it is.
//!
//! The reference is what PostgreSQL itself can do: a binary COPY of all columns of all events to a
//! client that only counts bytes, in the order that is faster. The replay reads the log through
//! `projector::Replay`, campaign by campaign, all journals, at most as many at a time as there are
//! cores. Then all rows are rebuilt by `projector::Rebuilder`. They take turns on one cluster. The log is made by `history`, which knows what a replay of
//! it must come to; anything else is a failure.

mod copying;
mod folding;
mod memory;
mod rebuilding;

use copying::{Copied, Order, copy};
use folding::Folding;
use rebuilding::{Rebuilt, differences, rebuild};
use serde::Serialize;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tokio::process::Command;

use crate::arguments::Arguments;
use crate::cluster::{Cluster, ServerSettings};
use crate::history::{self, Outcome};
use crate::processor;
use crate::progress::Progress;
use crate::report;

/// Events a second of the replay, to those of the reference.
const RATIO_MIN: f64 = 0.6;
/// The same of a rebuild.
const REBUILD_RATIO_MIN: f64 = 1.0 / 3.0;
/// What may be added to the memory of the start.
const MEMORY_MAX: u64 = 64 << 20;

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub struct Replayed {
    pub log: Outcome,
    pub log_bytes: i64,
    pub server: ServerSettings,
    pub rounds: Vec<Round>,
    pub reference_per_second: f64,
    pub replay_per_second: f64,
    pub ratio: f64,
    pub rebuild_per_second: f64,
    pub rebuild_ratio: f64,
    /// Campaigns whose rows are not what the log says, after the last rebuild.
    pub differences: u64,
    pub first_difference: Option<String>,
    /// The most that any replay's memory grew by, in bytes.
    pub memory_grown: Option<u64>,
}

/// One turn of each.
#[derive(Debug, Serialize)]
pub struct Round {
    pub unordered: Copied,
    pub by_position: Copied,
    pub replay: Folding,
    pub rebuild: Rebuilt,
}

struct Bench<'a> {
    arguments: &'a Arguments,
    cluster: &'a Cluster,
    progress: &'a Progress,
}

/// Measures. Whatever happens, the cluster is deleted.
pub async fn run(arguments: &Arguments) -> Result<Replayed, Box<dyn Error>> {
    let progress = Progress::new(u64::from(arguments.rounds.get()) * 4 + 3);
    progress.begin("making a cluster");
    let cluster = Cluster::open(arguments.directory.as_deref(), arguments.journals).await?;
    progress.end("made a cluster");
    let bench = Bench {
        arguments,
        cluster: &cluster,
        progress: &progress,
    };
    let measured = bench.measure().await;
    let closed = cluster.close().await;
    progress.finish();
    let measured = measured?;
    closed?;
    Ok(measured)
}

/// Replays the log of the database there, and tells what came of it as JSON: what the process of its
/// own does.
pub async fn there(url: &str) -> Result<String, Box<dyn Error>> {
    let folding = folding::fold(&url.parse()?)
        .await
        .map_err(|failure| -> Box<dyn Error> { failure })?;
    Ok(serde_json::to_string(&folding)?)
}

impl Bench<'_> {
    async fn measure(&self) -> Result<Replayed, Box<dyn Error>> {
        let log = self.make().await?;
        let mut rounds = Vec::new();
        for round in 1..=self.arguments.rounds.get() {
            // Whoever comes second finds more in the memory of the machine: take turns at that too.
            rounds.push(if round % 2 == 0 {
                let rebuild = self.rebuild(round).await?;
                let replay = self.replay(round).await?;
                let by_position = self.copy(round, Order::Positions, log).await?;
                let unordered = self.copy(round, Order::None, log).await?;
                Round {
                    unordered,
                    by_position,
                    replay,
                    rebuild,
                }
            } else {
                Round {
                    unordered: self.copy(round, Order::None, log).await?,
                    by_position: self.copy(round, Order::Positions, log).await?,
                    replay: self.replay(round).await?,
                    rebuild: self.rebuild(round).await?,
                }
            });
        }
        self.progress.begin("comparing the rows with the log");
        let differences = differences(self.cluster).await?;
        self.progress.end("compared the rows with the log");
        let log_bytes = "SELECT pg_table_size('events')";
        let client = &self.cluster.connection.client;
        let log_bytes = client.query_one(log_bytes, &[]).await?.get(0);
        let server = self.cluster.settings().await?;
        Ok(Replayed {
            log_bytes,
            server,
            differences: differences.0,
            first_difference: differences.1,
            ..Replayed::of(log, rounds)
        })
    }

    async fn make(&self) -> Result<Outcome, Box<dyn Error>> {
        self.progress.begin("making a log");
        let began = Instant::now();
        let (events, seed) = (self.arguments.events.get(), self.arguments.seed);
        let log = history::write(self.cluster, events, seed).await?;
        let took = began.elapsed().as_secs_f64();
        self.cluster.settle().await?;
        self.progress.end(&format!(
            "made a log of {} events in {took:.1} s",
            log.events
        ));
        Ok(log)
    }

    async fn copy(&self, round: u32, order: Order, log: Outcome) -> Result<Copied, Box<dyn Error>> {
        let name = order.name();
        self.progress.begin(&format!("{name}, round {round}"));
        processor::quiet(self.arguments.patience()).await;
        let copied = copy(&self.cluster.config(), order).await?;
        let per_second = report::number(log.events) / copied.seconds;
        self.progress.end(&format!(
            "{name}, round {round}: {per_second:.0} events a second"
        ));
        Ok(copied)
    }

    async fn rebuild(&self, round: u32) -> Result<Rebuilt, Box<dyn Error>> {
        self.progress.begin(&format!("rebuild, round {round}"));
        self.cluster.checkpoint().await?;
        processor::quiet(self.arguments.patience()).await;
        let rebuilt = rebuild(self.cluster).await?;
        self.progress
            .end(&format!("rebuild, round {round}: {:.1} s", rebuilt.seconds));
        Ok(rebuilt)
    }

    async fn replay(&self, round: u32) -> Result<Folding, Box<dyn Error>> {
        self.progress.begin(&format!("replay, round {round}"));
        processor::quiet(self.arguments.patience()).await;
        let program = std::env::current_exe()?;
        let process = Command::new(program)
            .args(["--replay-there", &self.cluster.url()])
            .kill_on_drop(true)
            .output()
            .await?;
        if !process.status.success() {
            return Err(String::from_utf8_lossy(&process.stderr).into());
        }
        let folding: Folding = serde_json::from_slice(&process.stdout)?;
        let per_second = report::number(folding.outcome.events) / folding.seconds;
        self.progress.end(&format!(
            "replay, round {round}: {per_second:.0} events a second"
        ));
        Ok(folding)
    }
}

impl Replayed {
    fn of(log: Outcome, rounds: Vec<Round>) -> Self {
        let median = |seconds: &dyn Fn(&Round) -> f64| {
            let seconds = rounds.iter().map(seconds).collect();
            report::number(log.events) / report::median(seconds).unwrap_or(f64::INFINITY)
        };
        let unordered = median(&|round| round.unordered.seconds);
        let by_position = median(&|round| round.by_position.seconds);
        let reference_per_second = unordered.max(by_position);
        let replay_per_second = median(&|round| round.replay.seconds);
        let rebuild_per_second = median(&|round| round.rebuild.seconds);
        Self {
            log,
            log_bytes: 0,
            server: ServerSettings::default(),
            differences: 0,
            first_difference: None,
            rebuild_per_second,
            rebuild_ratio: rebuild_per_second / reference_per_second,
            reference_per_second,
            replay_per_second,
            ratio: replay_per_second / reference_per_second,
            memory_grown: rounds.iter().filter_map(|round| round.replay.grown()).max(),
            rounds,
        }
    }

    /// What people read.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "Replay of {} events about {} campaigns ({} MiB):",
            self.log.events,
            self.log.campaigns,
            self.log_bytes >> 20
        )];
        lines.extend(self.rounds.iter().map(|round| {
            let per_second = |seconds: f64| report::number(self.log.events) / seconds;
            format!(
                "  COPY {:>9.0} events a second, by position {:>9.0}   replay {:>9.0}, rebuild {:>9.0}; {}",
                per_second(round.unordered.seconds),
                per_second(round.by_position.seconds),
                per_second(round.replay.seconds),
                per_second(round.rebuild.seconds),
                round.replay.memory(),
            )
        }));
        lines.push(format!(
            "  the replay comes to {:.2} of COPY's events a second (at least {RATIO_MIN} should be); \
             its memory grew by {} MiB (at most {} should be)",
            self.ratio,
            self.memory_grown.map_or("?".to_owned(), mebibytes),
            MEMORY_MAX >> 20,
        ));
        lines.push(format!(
            "  a rebuild of all rows comes to {:.2} of it (at least {REBUILD_RATIO_MIN:.2} should be); \
             differences between rows and log: {}",
            self.rebuild_ratio, self.differences,
        ));
        lines
    }

    /// Writes every figure beside the report.
    pub fn write(&self, given: Option<&Path>) -> Result<PathBuf, Box<dyn Error>> {
        report::beside(given, "replay.json", self)
    }

    /// Whether every replay came to what the log was made of, and the rows with it.
    pub fn verdict(&self) -> Result<(), Box<dyn Error>> {
        if let Some(first) = &self.first_difference {
            return Err(format!("rows differ from the log: {first}").into());
        }
        let differs = |round: &&Round| round.replay.outcome != self.log;
        match self.rounds.iter().find(differs) {
            None => Ok(()),
            Some(round) => Err(format!(
                "a replay came to {:?}, but the log was made of {:?}",
                round.replay.outcome, self.log
            )
            .into()),
        }
    }
}

impl Folding {
    /// By how much the memory grew at most.
    fn grown(&self) -> Option<u64> {
        Some(
            self.memory_at_most?
                .saturating_sub(self.memory_at_the_start?),
        )
    }

    fn memory(&self) -> String {
        let looks = self.looks.iter().filter_map(|look| {
            Some(format!(
                "{} after {}",
                mebibytes(look.resident?),
                look.events
            ))
        });
        let start = self.memory_at_the_start.map_or("?".to_owned(), mebibytes);
        let looks: Vec<String> = looks.collect();
        format!("MiB: {start} at first, {}", looks.join(", "))
    }
}

fn mebibytes(bytes: u64) -> String {
    (bytes >> 20).to_string()
}
