//! What a rebuild of all rows costs those who use the service meanwhile.
//!
//! A pretended engine asks for permits and campaigns are paused and resumed all the time, with room
//! to spare: what is asked is the same with and without a rebuild. A campaign of its own is paused and
//! resumed by turns, and how long each pause takes is what counts: normally, and while rows are
//! rebuilt again and again. In the end nothing was lost and the rows equal a replay of the log.

use crate::arguments::Arguments;
use crate::latency::{Latency, micros};
use crate::progress::Progress;
use crate::report;
use crate::stage::{Extent, Stage};
use rehearsal::{Ground, Http, Play, Scale, audit};
use serde::Serialize;
use serde_json::Value;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const CAMPAIGNS: u32 = 4;
const PROSPECTS: u32 = 25_000;
const NODES: u32 = 6;
const CONNECTIONS: u64 = 2;
const REST: Duration = Duration::from_millis(10);
const LOOK: Duration = Duration::from_millis(50);
/// How much slower a pause may be.
const RATIO_MAX: f64 = 2.0;
const STEPS: u64 = 5;

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub struct Rebuilding {
    pub normal: Latency,
    pub meanwhile: Latency,
    /// The median meanwhile, to the normal one.
    pub ratio: f64,
    pub rebuilds: Vec<Rebuilt>,
    pub permits_asked: u64,
    pub connections_broken: u64,
    pub wrong: Vec<String>,
}

/// One rebuild.
#[derive(Debug, Serialize)]
pub struct Rebuilt {
    pub events: u64,
    pub seconds: f64,
}

/// Measures.
pub async fn run(arguments: &Arguments) -> Result<Rebuilding, Box<dyn Error>> {
    let progress = Progress::new(STEPS);
    let extent = Extent {
        campaigns: CAMPAIGNS,
        prospects: PROSPECTS,
        steps: NODES,
    };
    let mut stage = Stage::set(arguments, extent, &progress).await?;
    let own = stage.grounds.pop().ok_or("campaigns were made")?;
    let play = Play::begin(
        std::mem::take(&mut stage.grounds),
        &stage.addresses,
        &stage.keys,
        Scale {
            connections: CONNECTIONS,
            requests: u64::MAX,
            items_max: 10,
            open_ms_max: 200,
            held_ms_max: 50,
            adopts: false,
            seed: 1,
        },
    );
    let probe = Probe { stage: &stage, own };
    let measured = probe.measure(arguments, &progress).await;
    let record = play.stop().await;
    let (normal, meanwhile, rebuilds) = measured?;
    let client = &stage.cluster.connection.client;
    let wrong = audit(client, stage.cluster.journals)
        .await?
        .against(&record);
    stage.strike().await?;
    progress.end("looked whether nothing was lost");
    progress.finish();
    Ok(Rebuilding {
        normal,
        meanwhile,
        ratio: f64::from(meanwhile.p50_us) / f64::from(normal.p50_us.max(1)),
        rebuilds,
        permits_asked: record.asked,
        connections_broken: record.broken,
        wrong,
    })
}

struct Probe<'a> {
    stage: &'a Stage,
    own: Ground,
}

type Measured = (Latency, Latency, Vec<Rebuilt>);

impl Probe<'_> {
    async fn measure(
        &self,
        arguments: &Arguments,
        progress: &Progress,
    ) -> Result<Measured, Box<dyn Error>> {
        progress.begin("pausing under load");
        tokio::time::sleep(arguments.warm_up()).await;
        let until = Instant::now() + arguments.measured();
        let normal = self.pauses(|| Instant::now() < until).await?;
        progress.end("paused under load");
        progress.begin("pausing while everything is rebuilt");
        let over = AtomicBool::new(false);
        let pausing = self.pauses(|| !over.load(Ordering::Relaxed));
        let rebuilding = async {
            let rebuilt = self.rebuild_for(arguments.measured()).await;
            over.store(true, Ordering::Relaxed);
            rebuilt
        };
        let (meanwhile, rebuilds) = tokio::join!(pausing, rebuilding);
        progress.end("paused while everything was rebuilt");
        Ok((normal, meanwhile?, rebuilds?))
    }

    /// Latencies of pauses, each followed by a resume.
    async fn pauses(&self, goes_on: impl Fn() -> bool) -> Result<Latency, Box<dyn Error>> {
        let (addresses, key) = (self.stage.addresses.clone(), &self.stage.keys.public);
        let mut http = Http::new(addresses, |there| there.public, key);
        let path = format!("/api/campaigns/{}", self.own.campaign_id);
        let mut latencies = Vec::new();
        while goes_on() {
            let began = Instant::now();
            let reply = http.ask("POST", &format!("{path}/pause"), "").await?;
            latencies.push(micros(began.elapsed()));
            if reply.status != 200 {
                return Err(String::from_utf8_lossy(&reply.body).into_owned().into());
            }
            http.ask("POST", &format!("{path}/resume"), "").await?;
            tokio::time::sleep(REST).await;
        }
        Ok(Latency::of(latencies))
    }

    /// Rebuilds everything again and again, for so long.
    async fn rebuild_for(&self, time: Duration) -> Result<Vec<Rebuilt>, Box<dyn Error>> {
        let (until, mut rebuilds) = (Instant::now() + time, Vec::new());
        while Instant::now() < until {
            rebuilds.push(self.rebuild().await?);
        }
        Ok(rebuilds)
    }

    async fn rebuild(&self) -> Result<Rebuilt, Box<dyn Error>> {
        let (addresses, key) = (self.stage.addresses.clone(), &self.stage.keys.internal);
        let mut http = Http::new(addresses, |there| there.internal, key);
        let began = Instant::now();
        let asked = http.ask("POST", "/internal/projections/all/rebuild", "");
        let mut reply = asked.await?;
        loop {
            let told: Value = serde_json::from_slice(&reply.body)?;
            let rebuild = told.get("rebuild").cloned().unwrap_or_default();
            let phase = rebuild.get("phase").and_then(Value::as_str);
            let events = rebuild.get("events_total").and_then(Value::as_u64);
            match phase.unwrap_or_default() {
                "done" => {
                    return Ok(Rebuilt {
                        events: events.unwrap_or_default(),
                        seconds: began.elapsed().as_secs_f64(),
                    });
                }
                "failed" | "cancelled" | "" => return Err(told.to_string().into()),
                _ => tokio::time::sleep(LOOK).await,
            }
            reply = http.ask("GET", "/internal/projections", "").await?;
        }
    }
}

impl Rebuilding {
    /// What people read.
    pub fn lines(&self) -> Vec<String> {
        let median = |latency: &Latency| f64::from(latency.p50_us) / 1_000.0;
        let longest = |latency: &Latency| f64::from(latency.max_us) / 1_000.0;
        let mut lines = vec![format!(
            "While all rows are rebuilt, a pause's median is {:.2} ms, {:.2} times the normal {:.2} ms (at most \
             {RATIO_MAX:.0} times it should be); the longest {:.0} ms, normally {:.0} ms",
            median(&self.meanwhile),
            self.ratio,
            median(&self.normal),
            longest(&self.meanwhile),
            longest(&self.normal),
        )];
        lines.extend(self.rebuilds.iter().map(|one| {
            format!(
                "  rebuilt from {} events in {:.1} s",
                one.events, one.seconds
            )
        }));
        lines.push(format!(
            "  {} permits were asked for meanwhile; {} connections broke, {} answers were wrong",
            self.permits_asked,
            self.connections_broken,
            self.wrong.len()
        ));
        lines
    }

    /// Writes every figure beside the other report.
    pub fn write(&self, given: Option<&Path>) -> Result<PathBuf, Box<dyn Error>> {
        report::beside(given, "rebuilding.json", self)
    }

    /// Whether the figures may stand.
    pub fn verdict(&self) -> Result<(), String> {
        match self.wrong.first() {
            Some(first) => Err(first.clone()),
            None if self.connections_broken != 0 => Err("connections broke".to_owned()),
            None => Ok(()),
        }
    }
}
