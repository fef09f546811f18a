//! The order of things: make everything, measure in turns, look whether it was right, clean up.

use std::error::Error;
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};

use crate::arguments::Arguments;
use crate::audit::Audit;
use crate::campaigns;
use crate::cluster::Cluster;
use crate::latency::Latency;
use crate::load::{Load, Order, Outcome};
use crate::machine::Machine;
use crate::pgbench;
use crate::processor::{self, Sample, Spent, Watched};
use crate::progress::{Progress, seconds};
use crate::reference::Reference;
use crate::report::{Phase, Ratios, Report, Row, Setting, System};
use crate::requests::Requests;
use crate::service::{self, Service};

/// Connections that ask about every campaign for the first time.
const FIRST_TOUCH_CONNECTIONS: u32 = 64;
/// How long that may take at most.
const FIRST_TOUCH_MAX: Duration = Duration::from_secs(600);
/// Steps besides the measurements: the cluster, the campaigns, the first touch, the audit.
const STEPS_AROUND: usize = 4;

/// Measures everything. Whatever happens, the cluster is deleted.
pub async fn run(arguments: &Arguments) -> Result<Report, Box<dyn Error>> {
    let program = service::program(arguments.service.as_deref())?;
    let progress = Progress::new(steps(arguments));
    progress.begin("making a cluster");
    let cluster = Cluster::open(arguments.directory.as_deref(), arguments.journals).await?;
    progress.end("made a cluster");
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    let bench = Bench {
        arguments,
        cluster: &cluster,
        progress: &progress,
    };
    let report = tokio::select! {
        report = bench.run(&program) => report,
        _ = interrupt.recv() => Err("interrupted".into()),
        _ = terminate.recv() => Err("told to stop".into()),
    };
    progress.begin("deleting the cluster");
    let closed = cluster.close().await;
    progress.finish();
    let report = report?;
    closed?;
    Ok(report)
}

fn steps(arguments: &Arguments) -> u64 {
    let kinds = arguments.clients.len() + arguments.connections.len();
    let rounds = usize::try_from(arguments.rounds.get()).unwrap_or(1);
    u64::try_from(STEPS_AROUND + kinds * rounds).unwrap_or(u64::MAX)
}

struct Bench<'a> {
    arguments: &'a Arguments,
    cluster: &'a Cluster,
    progress: &'a Progress,
}

/// The service under load.
struct Subject {
    service: Service,
    requests: Arc<Requests>,
    /// Events that the log must have.
    events: u64,
}

impl Bench<'_> {
    async fn run(&self, program: &Path) -> Result<Report, Box<dyn Error>> {
        let machine = Machine::survey(self.cluster.directory())?;
        let made = self.make_campaigns().await?;
        let campaigns = self.arguments.campaigns.get();
        let mut reference = Reference::make(self.cluster, campaigns).await?;
        self.cluster.settle().await?;
        let (url, directory) = (self.cluster.url(), self.cluster.directory());
        let service = Service::start(program, &url, directory, made.internal_key).await?;
        let mut subject = Subject {
            service,
            requests: Arc::new(made.requests),
            events: made.events,
        };
        let mut phases = vec![self.first_touch(&mut subject).await?];
        for round in 1..=self.arguments.rounds.get() {
            for clients in &self.arguments.clients {
                phases.push(self.pgbench(&mut reference, clients.get(), round).await?);
            }
            for connections in &self.arguments.connections {
                phases.push(self.fermata(&mut subject, connections.get(), round).await?);
            }
        }
        subject.service.stop().await?;
        reference.check(self.cluster).await?;
        let audit = self.audit(subject.events).await?;
        let rows = Row::all(&phases);
        let server = self.cluster.settings().await?;
        let versions = vec![
            version(program)?,
            version(&self.cluster.program("pgbench"))?,
            version(&self.cluster.program("postgres"))?,
        ];
        let (setting, ratios, at) = (self.setting(), Ratios::of(&rows), now());
        Ok(Report {
            at,
            versions,
            machine,
            server,
            setting,
            rows,
            ratios,
            audit,
            phases,
        })
    }

    async fn make_campaigns(&self) -> Result<campaigns::Made, Box<dyn Error>> {
        let (count, tenants) = (self.arguments.campaigns.get(), self.arguments.tenants.get());
        self.progress.begin("making active campaigns");
        let began = Instant::now();
        let made = campaigns::make(self.cluster, count, tenants).await?;
        let (events, took) = (made.events, seconds(began.elapsed()));
        self.progress.end(&format!(
            "made {count} active campaigns, {events} events, in {took}"
        ));
        Ok(made)
    }

    async fn first_touch(&self, subject: &mut Subject) -> Result<Phase, Box<dyn Error>> {
        let clients = FIRST_TOUCH_CONNECTIONS.min(self.arguments.campaigns.get());
        self.rest().await?;
        let from = Instant::now();
        let load = load(
            subject,
            clients,
            Order::Once,
            (from, from + FIRST_TOUCH_MAX),
        )?;
        self.progress
            .begin("fermata, every campaign for the first time");
        let phase = self.under_load(subject, load, None).await?;
        let phase = Phase {
            system: System::FermataFirstTouch,
            clients,
            round: 0,
            ..phase
        };
        self.say(&phase);
        Ok(phase)
    }

    async fn fermata(
        &self,
        subject: &mut Subject,
        clients: u32,
        round: u32,
    ) -> Result<Phase, Box<dyn Error>> {
        self.progress
            .begin(&format!("fermata, {clients} connections, round {round}"));
        self.rest().await?;
        let from = Instant::now() + self.arguments.warm_up();
        let window = (from, from + self.arguments.measured());
        let load = load(subject, clients, Order::Random, window)?;
        let phase = self.under_load(subject, load, Some(window)).await?;
        let phase = Phase {
            clients,
            round,
            ..phase
        };
        self.say(&phase);
        Ok(phase)
    }

    /// Runs a load. Counters are read at the ends of the window, or of the whole.
    async fn under_load(
        &self,
        subject: &mut Subject,
        load: Load,
        window: Option<(Instant, Instant)>,
    ) -> Result<Phase, Box<dyn Error>> {
        let pid = subject.service.pid();
        let watched = Watched {
            service: pid,
            postmaster: self.cluster.postmaster()?,
        };
        let counted_before = subject.service.counted().await?;
        let running = tokio::task::spawn_blocking(move || load.run());
        let (outcome, before, after) = match window {
            Some((from, until)) => {
                tokio::time::sleep_until(from.into()).await;
                let before = self.read(watched).await?;
                tokio::time::sleep_until(until.into()).await;
                let after = self.read(watched).await?;
                (running.await??, before, after)
            }
            None => {
                let before = self.read(watched).await?;
                (running.await??, before, self.read(watched).await?)
            }
        };
        subject.events += outcome.acknowledged;
        let counted = subject.service.counted().await?;
        let took = window.map_or(after.at - before.at, |(from, until)| until - from);
        Ok(Phase {
            commands_per_commit: counted.commands_per_commit(&counted_before),
            commit_ms: counted.commit_ms(&counted_before),
            ..phase(outcome, took, before.until(&after))
        })
    }

    async fn pgbench(
        &self,
        reference: &mut Reference,
        clients: u32,
        round: u32,
    ) -> Result<Phase, Box<dyn Error>> {
        self.progress
            .begin(&format!("pgbench, {clients} clients, round {round}"));
        self.rest().await?;
        let times = (self.arguments.warm_up(), self.arguments.measured());
        let measured = reference.measure(self.cluster, clients, times).await?;
        let phase = Phase {
            system: System::Pgbench,
            clients,
            round,
            requests: measured.said.transactions,
            per_second: measured.said.per_second,
            latency: measured.latency,
            errors: 0,
            errors_shown: vec![],
            spent: measured.spent,
            wal_bytes: measured.wal_bytes,
            commands_per_commit: None,
            commit_ms: None,
        };
        self.say(&phase);
        Ok(phase)
    }

    /// Every measurement starts alike: right after a checkpoint, with nobody else at work.
    async fn rest(&self) -> Result<(), Box<dyn Error>> {
        self.cluster.taken_in().await?;
        self.cluster.checkpoint().await?;
        processor::quiet(self.arguments.patience()).await;
        Ok(())
    }

    async fn read(&self, watched: Watched) -> Result<Reading, Box<dyn Error>> {
        let wal_bytes = self.cluster.wal_bytes().await?;
        Ok(Reading {
            at: Instant::now(),
            sample: Sample::take(watched),
            wal_bytes,
        })
    }

    async fn audit(&self, events: u64) -> Result<Audit, Box<dyn Error>> {
        self.progress
            .begin("comparing every row with a replay of the log");
        let began = Instant::now();
        let audit = Audit::make(self.cluster, events).await?;
        self.progress.end(&format!(
            "read {} events in {}",
            audit.events,
            seconds(began.elapsed())
        ));
        Ok(audit)
    }

    fn say(&self, phase: &Phase) {
        let who = phase.system.name();
        let (clients, errors) = (phase.clients, phase.errors);
        let median = f64::from(phase.latency.p50_us) / 1_000.0;
        self.progress.end(&format!(
            "{who:>20} {clients:>4}  {:>7.0} a second, median {median:.2} ms, {errors} errors",
            phase.per_second
        ));
    }

    fn setting(&self) -> Setting {
        Setting {
            seconds: self.arguments.seconds.get(),
            warm_up_seconds: self.arguments.warm_up_seconds.get(),
            rounds: self.arguments.rounds.get(),
            campaigns: self.arguments.campaigns.get(),
            tenants: self.arguments.tenants.get(),
            journals: self.cluster.journals.count(),
            pgbench_sampled: pgbench::SAMPLED,
        }
    }
}

/// Counters at one end of a measurement.
struct Reading {
    at: Instant,
    sample: Option<Sample>,
    wal_bytes: u64,
}

impl Reading {
    fn until(&self, later: &Self) -> (Option<Spent>, u64) {
        let samples = later.sample.zip(self.sample);
        let spent = samples.map(|(later, earlier)| later.since(&earlier));
        (spent, later.wal_bytes.saturating_sub(self.wal_bytes))
    }
}

fn phase(outcome: Outcome, took: Duration, (spent, wal_bytes): (Option<Spent>, u64)) -> Phase {
    let latency = Latency::of(outcome.micros);
    let counted = u32::try_from(latency.samples).unwrap_or(u32::MAX);
    Phase {
        system: System::Fermata,
        clients: 0,
        round: 0,
        requests: u64::from(counted),
        per_second: f64::from(counted) / took.as_secs_f64(),
        latency,
        errors: outcome.errors,
        errors_shown: outcome.shown,
        spent,
        wal_bytes,
        commands_per_commit: None,
        commit_ms: None,
    }
}

fn load(
    subject: &Subject,
    connections: u32,
    order: Order,
    (counted_from, until): (Instant, Instant),
) -> Result<Load, Box<dyn Error>> {
    let connections = usize::try_from(connections)?;
    let (address, requests) = (subject.service.public, subject.requests.clone());
    Ok(Load {
        address,
        requests,
        connections,
        order,
        counted_from,
        until,
    })
}

/// What a program says of its version.
fn version(program: &Path) -> io::Result<String> {
    let output = Command::new(program)
        .arg("--version")
        .env_clear()
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[expect(clippy::disallowed_methods, reason = "a program reads the clock")]
fn now() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
