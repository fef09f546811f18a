//! All figures, as written to `report.json`, and the few that they come down to.

use serde::Serialize;
use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::audit::Audit;
use crate::cluster::ServerSettings;
use crate::latency::Latency;
use crate::machine::Machine;
use crate::processor::Spent;

/// Who answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    Pgbench,
    Fermata,
    /// Each campaign asked about for the first time, so that no lane remembers it.
    FermataFirstTouch,
}

impl System {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pgbench => "pgbench",
            Self::Fermata => "fermata",
            Self::FermataFirstTouch => "fermata, first touch",
        }
    }
}

/// One measurement.
#[derive(Debug, Clone, Serialize)]
pub struct Phase {
    pub system: System,
    pub clients: u32,
    /// From 1; 0 for what is measured once.
    pub round: u32,
    pub requests: u64,
    pub per_second: f64,
    pub latency: Latency,
    pub errors: u64,
    pub errors_shown: Vec<String>,
    pub spent: Option<Spent>,
    pub wal_bytes: u64,
    pub commands_per_commit: Option<f64>,
    pub commit_ms: Option<f64>,
}

/// The medians of all measurements of one kind; the maximum is the greatest of all.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub system: System,
    pub clients: u32,
    pub per_second: f64,
    pub p50_us: f64,
    pub p90_us: f64,
    pub p99_us: f64,
    pub max_us: u32,
    pub load_us_per_request: Option<f64>,
    pub service_us_per_request: Option<f64>,
    pub postgres_us_per_request: Option<f64>,
    pub others_percent: Option<f64>,
    pub idle_percent: Option<f64>,
    pub wal_bytes_per_request: f64,
    pub commands_per_commit: Option<f64>,
    pub commit_ms: Option<f64>,
    pub errors: u64,
}

/// What it comes down to.
#[derive(Debug, Serialize)]
pub struct Ratios {
    /// Requests a second of Fermata at its most connections, to pgbench's best.
    pub throughput: Option<f64>,
    /// The median latency of Fermata with one connection, to pgbench's with one client.
    pub latency_alone: Option<f64>,
}

/// What was asked for.
#[derive(Debug, Serialize)]
pub struct Setting {
    pub seconds: u32,
    pub warm_up_seconds: u32,
    pub rounds: u32,
    pub campaigns: u32,
    pub tenants: u32,
    pub journals: i16,
    /// The share of pgbench's transactions that its percentiles are of.
    pub pgbench_sampled: &'static str,
}

/// Everything.
#[derive(Debug, Serialize)]
pub struct Report {
    pub at: String,
    pub versions: Vec<String>,
    pub machine: Machine,
    pub server: ServerSettings,
    pub setting: Setting,
    pub rows: Vec<Row>,
    pub ratios: Ratios,
    pub audit: Audit,
    pub phases: Vec<Phase>,
}

impl Row {
    /// One for each kind of measurement, in the order in which they first occur.
    pub fn all(phases: &[Phase]) -> Vec<Self> {
        let mut kinds = Vec::new();
        for phase in phases {
            let kind = (phase.system, phase.clients);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        let of = |(system, clients)| -> Vec<&Phase> {
            let alike = |phase: &&Phase| (phase.system, phase.clients) == (system, clients);
            phases.iter().filter(alike).collect()
        };
        kinds
            .into_iter()
            .map(|kind| Self::of(kind, &of(kind)))
            .collect()
    }

    fn of((system, clients): (System, u32), phases: &[&Phase]) -> Self {
        let maybe = |figure: &dyn Fn(&Phase) -> Option<f64>| {
            median(phases.iter().filter_map(|phase| figure(phase)).collect())
        };
        let sure = |figure: &dyn Fn(&Phase) -> f64| {
            maybe(&|phase| Some(figure(phase))).unwrap_or_default()
        };
        let each = |part: fn(&Spent) -> u64| {
            maybe(&|phase| Some(per(part(phase.spent.as_ref()?), phase.requests)))
        };
        let share = |part: fn(&Spent) -> u64| {
            maybe(&|phase| {
                let spent = phase.spent.as_ref()?;
                Some(100.0 * per(part(spent), spent.all_us()))
            })
        };
        Self {
            system,
            clients,
            per_second: sure(&|phase| phase.per_second),
            p50_us: sure(&|phase| f64::from(phase.latency.p50_us)),
            p90_us: sure(&|phase| f64::from(phase.latency.p90_us)),
            p99_us: sure(&|phase| f64::from(phase.latency.p99_us)),
            max_us: phases
                .iter()
                .map(|phase| phase.latency.max_us)
                .max()
                .unwrap_or(0),
            load_us_per_request: each(|spent| spent.load_us),
            service_us_per_request: each(|spent| spent.service_us),
            postgres_us_per_request: each(|spent| spent.postgres_us),
            others_percent: share(|spent| spent.others_us),
            idle_percent: share(|spent| spent.idle_us),
            wal_bytes_per_request: sure(&|phase| per(phase.wal_bytes, phase.requests)),
            commands_per_commit: maybe(&|phase| phase.commands_per_commit),
            commit_ms: maybe(&|phase| phase.commit_ms),
            errors: phases.iter().map(|phase| phase.errors).sum(),
        }
    }
}

impl Ratios {
    /// Of these rows; none where something was not measured.
    pub fn of(rows: &[Row]) -> Self {
        let of = |system| rows.iter().filter(move |row| row.system == system);
        let best = of(System::Pgbench)
            .map(|row| row.per_second)
            .max_by(f64::total_cmp);
        let most = of(System::Fermata).max_by_key(|row| row.clients);
        let alone = |system| {
            of(system)
                .find(|row| row.clients == 1)
                .map(|row| row.p50_us)
        };
        let ratio = |(ours, theirs): (f64, f64)| (0.0 < theirs).then(|| ours / theirs);
        Self {
            throughput: most.map(|row| row.per_second).zip(best).and_then(ratio),
            latency_alone: alone(System::Fermata)
                .zip(alone(System::Pgbench))
                .and_then(ratio),
        }
    }
}

impl Report {
    /// Writes it, by default into the build's directory. Returns where to.
    pub fn write(&self, given: Option<&Path>) -> Result<PathBuf, Box<dyn Error>> {
        let path = path(given)?;
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(&path, serde_json::to_vec_pretty(self)?)?;
        Ok(path)
    }

    /// Whether these are figures of right answers.
    pub fn verdict(&self) -> Result<(), Box<dyn Error>> {
        let errors: u64 = self.phases.iter().map(|phase| phase.errors).sum();
        if errors != 0 {
            return Err(format!("{errors} requests were not answered as they must be").into());
        }
        if !self.audit.is_clean() {
            return Err("the log does not agree with the answers; see the audit".into());
        }
        Ok(())
    }
}

/// Where the report goes.
pub fn path(given: Option<&Path>) -> io::Result<PathBuf> {
    given.map_or_else(beside_the_build, |path| Ok(path.to_path_buf()))
}

/// Writes `figures` beside the report, under this name.
pub fn beside(
    given: Option<&Path>,
    name: &str,
    figures: &impl Serialize,
) -> Result<PathBuf, Box<dyn Error>> {
    let path = path(given)?.with_file_name(name);
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    fs::write(&path, serde_json::to_vec_pretty(figures)?)?;
    Ok(path)
}

/// `target/release/fermata-bench` writes `target/bench/report.json`.
fn beside_the_build() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let target = program.ancestors().nth(2).unwrap_or(Path::new("."));
    Ok(target.join("bench").join("report.json"))
}

/// `part` for each of `whole`; 0 when there is none.
pub fn per(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        number(part) / number(whole)
    }
}

/// A count as a number to reckon with.
pub fn number(count: u64) -> f64 {
    let half = |bits: u64| f64::from(u32::try_from(bits & 0xffff_ffff).unwrap_or(0));
    half(count >> 32) * 4_294_967_296.0 + half(count)
}

/// The middle one, or between the middle two.
pub fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len().checked_sub(1)? / 2;
    let (low, high) = (figures.get(middle)?, figures.get(figures.len() / 2)?);
    Some(f64::midpoint(*low, *high))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phase(system: System, clients: u32, per_second: f64, p50_us: u32) -> Phase {
        Phase {
            system,
            clients,
            round: 1,
            requests: 10,
            per_second,
            latency: Latency {
                p50_us,
                ..Latency::default()
            },
            errors: 0,
            errors_shown: vec![],
            spent: Some(Spent {
                service_us: 50,
                idle_us: 150,
                ..Spent::default()
            }),
            wal_bytes: 0,
            commands_per_commit: None,
            commit_ms: None,
        }
    }

    #[test]
    fn a_row_has_the_medians_of_its_rounds() {
        let rounds = [100.0, 400.0, 200.0].map(|rate| phase(System::Fermata, 1, rate, 7));

        let rows = Row::all(&rounds);

        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].per_second, rows[0].p50_us), (200.0, 7.0));
        assert_eq!(
            (rows[0].service_us_per_request, rows[0].idle_percent),
            (Some(5.0), Some(75.0))
        );
        assert_eq!(median(vec![1.0, 2.0]), Some(1.5));
    }

    #[test]
    fn ratios_compare_the_most_connections_with_the_best_of_pgbench() {
        let rows = Row::all(&[
            phase(System::Pgbench, 1, 100.0, 10),
            phase(System::Pgbench, 16, 900.0, 20),
            phase(System::Pgbench, 64, 800.0, 90),
            phase(System::Fermata, 1, 90.0, 15),
            phase(System::Fermata, 256, 2_700.0, 95),
        ]);

        let ratios = Ratios::of(&rows);

        assert_eq!(
            (ratios.throughput, ratios.latency_alone),
            (Some(3.0), Some(1.5))
        );
    }

    #[test]
    fn a_great_count_stays_exact() {
        assert_eq!(number(10_000_000_001), 10_000_000_001.0);
        assert_eq!(per(1, 0), 0.0);
    }
}
