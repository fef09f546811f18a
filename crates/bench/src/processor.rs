//! Who spent the processors' time, as Linux counts it in `/proc`. Elsewhere nothing is known.
//!
//! Counters are compared over a measurement. Those of processes that ended in it are not lost:
//! Linux adds them to their parent's.

use serde::Serialize;
use std::fs;
use std::process;
use std::time::{Duration, Instant};

/// Linux reports times in hundredths of a second on every architecture, and sums up exactly.
const TICK_MICROSECONDS: u64 = 10_000;

/// How much of the processors is idle when the machine is quiet, and for how long.
const QUIET_PERCENT: u64 = 85;
const QUIET_MOMENTS: u32 = 4;
const MOMENT: Duration = Duration::from_millis(500);

/// Whose time is counted.
#[derive(Debug, Clone, Copy)]
pub struct Watched {
    pub service: Option<u32>,
    pub postmaster: u32,
}

/// Counters at one moment, in microseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sample {
    /// This program and the programs that it ran and that ended.
    load: u64,
    service: u64,
    postgres: u64,
    machine: Machine,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Machine {
    all: u64,
    idle: u64,
}

/// What was spent between two samples.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Spent {
    /// By the load generator, pgbench or this program.
    pub load_us: u64,
    /// By the service.
    pub service_us: u64,
    /// By all processes of the cluster.
    pub postgres_us: u64,
    /// By everything else that ran, interrupts included.
    pub others_us: u64,
    /// By nobody.
    pub idle_us: u64,
}

impl Sample {
    /// The counters now; none where there is no `/proc`.
    pub fn take(watched: Watched) -> Option<Self> {
        let own = Process::read(process::id())?;
        Some(Self {
            load: own.own + own.ended,
            service: watched
                .service
                .and_then(Process::read)
                .map_or(0, |service| service.own),
            postgres: cluster(watched.postmaster)?,
            machine: Machine::read()?,
        })
    }

    /// What was spent since `before`.
    pub fn since(&self, before: &Self) -> Spent {
        let load_us = self.load.saturating_sub(before.load);
        let service_us = self.service.saturating_sub(before.service);
        let postgres_us = self.postgres.saturating_sub(before.postgres);
        let all = self.machine.all.saturating_sub(before.machine.all);
        let idle_us = self.machine.idle.saturating_sub(before.machine.idle);
        let known = load_us + service_us + postgres_us + idle_us;
        Spent {
            load_us,
            service_us,
            postgres_us,
            others_us: all.saturating_sub(known),
            idle_us,
        }
    }
}

impl Spent {
    /// By all and nobody: the length of time on every core.
    pub fn all_us(&self) -> u64 {
        self.load_us + self.service_us + self.postgres_us + self.others_us + self.idle_us
    }
}

/// Waits until nobody else has used the processors for a moment, or for as long as `patience`.
/// Returns at once where there is no `/proc`.
pub async fn quiet(patience: Duration) {
    let deadline = Instant::now() + patience;
    let mut quiet_moments = 0;
    let mut before = Machine::read();
    while quiet_moments < QUIET_MOMENTS && Instant::now() < deadline {
        tokio::time::sleep(MOMENT).await;
        let after = Machine::read();
        let Some((after, before)) = after.zip(before.replace(after.unwrap_or_default())) else {
            return;
        };
        let all = after.all.saturating_sub(before.all);
        let idle = after.idle.saturating_sub(before.idle);
        quiet_moments = if all * QUIET_PERCENT <= idle * 100 {
            quiet_moments + 1
        } else {
            0
        };
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Process {
    parent: u32,
    own: u64,
    ended: u64,
}

impl Process {
    fn read(pid: u32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// proc(5): the name in parentheses may hold anything, so the fields are counted behind it.
    fn parse(line: &str) -> Option<Self> {
        let (_, fields) = line.rsplit_once(')')?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let number = |place: usize| fields.get(place)?.parse::<u64>().ok();
        let sum = |one, other| Some((number(one)? + number(other)?) * TICK_MICROSECONDS);
        Some(Self {
            parent: u32::try_from(number(1)?).ok()?,
            own: sum(11, 12)?,
            ended: sum(13, 14)?,
        })
    }
}

fn cluster(postmaster: u32) -> Option<u64> {
    let first = Process::read(postmaster)?;
    let pids = fs::read_dir("/proc").ok()?.filter_map(|entry| {
        let name = entry.ok()?.file_name();
        name.to_str()?.parse::<u32>().ok()
    });
    let children = pids
        .filter_map(Process::read)
        .filter(|process| process.parent == postmaster);
    Some(first.own + first.ended + children.map(|child| child.own).sum::<u64>())
}

impl Machine {
    fn read() -> Option<Self> {
        Self::parse(&fs::read_to_string("/proc/stat").ok()?)
    }

    /// user nice system idle iowait irq softirq steal; what guests spend is in user and nice.
    fn parse(text: &str) -> Option<Self> {
        let line = text.lines().next()?.strip_prefix("cpu ")?;
        let ticks: Vec<u64> = line
            .split_whitespace()
            .filter_map(|it| it.parse().ok())
            .collect();
        let all: u64 = ticks.iter().take(8).sum();
        let idle: u64 = ticks.iter().skip(3).take(2).sum();
        Some(Self {
            all: all * TICK_MICROSECONDS,
            idle: idle * TICK_MICROSECONDS,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_a_strange_name_is_read() {
        let line = "42 (a) b (c) S 7 0 0 0 -1 0 0 0 0 0 10 20 3 4 20 0 1 0 99 0 0";

        let process = Process::parse(line).unwrap();

        assert_eq!(
            process,
            Process {
                parent: 7,
                own: 300_000,
                ended: 70_000
            }
        );
    }

    #[test]
    fn waiting_for_a_disk_is_idle_and_guests_count_once() {
        let text = "cpu  1 2 3 40 50 6 7 8 1000 1000\ncpu0 1 2 3\n";

        let machine = Machine::parse(text).unwrap();

        assert_eq!(
            machine,
            Machine {
                all: 1_170_000,
                idle: 900_000
            }
        );
    }
}
