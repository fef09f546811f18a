//! The barrier at length: a million requests for permits from many connections, while pauses and
//! resumes land at random; then the log is held against everything that anybody was told.

use crate::arguments::Arguments;
use crate::progress::{Progress, seconds};
use crate::report;
use crate::stage::{Extent, Stage};
use rehearsal::{Audit, Play, Record, Scale, audit};
use serde::Serialize;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Together 800,000 steps: most of what is asked for can be granted.
const EXTENT: Extent = Extent {
    campaigns: 8,
    prospects: 5_000,
    steps: 20,
};
const CONNECTIONS: u64 = 32;
const ITEMS_MAX: usize = 50;
const OPEN_MILLISECONDS_MAX: u64 = 60;
const HELD_MILLISECONDS_MAX: u64 = 20;
const STEPS: u64 = 4;

/// Everything that was seen.
#[derive(Debug, Serialize)]
pub struct Barrier {
    pub asked: u64,
    pub seconds: f64,
    pub asked_a_second: f64,
    pub granted: u64,
    pub refused: BTreeMap<String, u64>,
    pub reported: u64,
    pub pauses: u64,
    pub granted_while_held: u64,
    pub granted_twice: u64,
    /// What is not as it must be; nothing, if all is well.
    pub wrong: Vec<String>,
}

/// Plays it.
pub async fn run(arguments: &Arguments) -> Result<Barrier, Box<dyn Error>> {
    let progress = Progress::new(STEPS);
    let mut stage = Stage::set(arguments, EXTENT, &progress).await?;
    let scale = Scale {
        connections: CONNECTIONS,
        requests: arguments.permits.get(),
        items_max: ITEMS_MAX,
        open_ms_max: OPEN_MILLISECONDS_MAX,
        held_ms_max: HELD_MILLISECONDS_MAX,
        adopts: false,
        seed: 1,
    };
    progress.begin("asking for permits while campaigns are paused and resumed");
    let began = Instant::now();
    let grounds = std::mem::take(&mut stage.grounds);
    let record = Play::begin(grounds, &stage.addresses, &stage.keys, scale)
        .end()
        .await;
    let took = began.elapsed();
    progress.end(&format!("asked in {}", seconds(took)));
    progress.begin("reading the log");
    let client = &stage.cluster.connection.client;
    let log = audit(client, stage.cluster.journals).await?;
    progress.end("read the log");
    stage.strike().await?;
    progress.finish();
    Ok(Barrier::of(&record, &log, took))
}

impl Barrier {
    fn of(record: &Record, log: &Audit, took: Duration) -> Self {
        let asked = u32::try_from(record.asked).unwrap_or(u32::MAX);
        Self {
            asked: record.asked,
            seconds: took.as_secs_f64(),
            asked_a_second: f64::from(asked) / took.as_secs_f64(),
            granted: log.granted,
            refused: record.refused.clone(),
            reported: record.reported,
            pauses: log.pauses,
            granted_while_held: record.granted_while_held,
            granted_twice: record.granted_twice,
            wrong: log.against(record),
        }
    }

    /// What people read.
    pub fn lines(&self) -> Vec<String> {
        let refused: Vec<String> = self
            .refused
            .iter()
            .map(|(reason, count)| format!("{count} {reason}"))
            .collect();
        let mut lines = vec![
            format!(
                "permits asked for: {} in {:.1} s, {:.0} a second; granted {}, refused {}",
                self.asked,
                self.seconds,
                self.asked_a_second,
                self.granted,
                refused.join(", ")
            ),
            format!(
                "pauses: {}; outcomes reported: {}",
                self.pauses, self.reported
            ),
            format!(
                "granted between a pause's 200 and the next resume: {}",
                self.granted_while_held
            ),
            format!("steps permitted twice: {}", self.granted_twice),
            format!(
                "differences between what was told and the log: {}",
                self.wrong.len()
            ),
        ];
        lines.extend(self.wrong.iter().take(5).cloned());
        lines
    }

    /// Whether the barrier held.
    pub fn verdict(&self) -> Result<(), Box<dyn Error>> {
        if self.wrong.is_empty() {
            return Ok(());
        }
        Err("the barrier did not hold".into())
    }

    /// Writes every figure beside the other report.
    pub fn write(&self, given: Option<&Path>) -> Result<PathBuf, Box<dyn Error>> {
        report::beside(given, "barrier.json", self)
    }
}
