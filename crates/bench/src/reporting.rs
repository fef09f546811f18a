//! A campaign of many prospects whose progress many writers report, and what that costs a pause.
//!
//! Two phases: `connected` for everybody, one report a request; then `replied` for everybody, in
//! lists. Meanwhile the campaign is paused and resumed all the time. In the end nothing is lost: the
//! counters are what was reported, and the rows equal a replay of the log.

use crate::arguments::Arguments;
use crate::latency::{Latency, micros};
use crate::progress::{Progress, seconds};
use crate::report;
use crate::stage::{Extent, Stage};
use domain::ProspectId;
use rehearsal::{Ground, Http};
use serde::Serialize;
use serde_json::{Value, json};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const WRITERS: usize = 16;
const LIST: usize = 100;
const PAUSES: usize = 300;
/// Between a resume and the next pause.
const REST: Duration = Duration::from_millis(10);
const STEPS: u64 = 6;

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub struct Reporting {
    pub prospects: u32,
    pub writers: usize,
    pub idle_pause: Latency,
    pub single: Phase,
    pub lists: Phase,
}

/// One way of reporting.
#[derive(Debug, Serialize)]
pub struct Phase {
    pub reports: usize,
    pub seconds: f64,
    pub reports_a_second: f64,
    pub pause: Latency,
    /// The pause's median, to the idle one.
    pub ratio: f64,
}

/// How progress is reported.
#[derive(Debug, Clone, Copy)]
enum Way {
    Single,
    Lists,
}

/// Measures.
pub async fn run(arguments: &Arguments) -> Result<Reporting, Box<dyn Error>> {
    let prospects = arguments.prospects.get();
    let extent = Extent {
        campaigns: 1,
        prospects,
        steps: 2,
    };
    let progress = Progress::new(STEPS);
    let mut stage = Stage::set(arguments, extent, &progress).await?;
    let ground = stage.grounds.pop().ok_or("a campaign was made")?;
    let measuring = Measuring {
        stage: &stage,
        ground: Arc::new(ground),
    };
    progress.begin("pausing while nothing else goes on");
    let idle = measuring.pauses(&AtomicBool::new(false), PAUSES).await?;
    let idle_pause = Latency::of(idle);
    progress.end("paused while nothing else went on");
    let single = measuring.phase(Way::Single, idle_pause, &progress).await?;
    let lists = measuring.phase(Way::Lists, idle_pause, &progress).await?;
    measuring.counts_are(prospects).await?;
    stage.strike().await?;
    progress.end("looked whether nothing was lost");
    progress.finish();
    Ok(Reporting {
        prospects,
        writers: WRITERS,
        idle_pause,
        single,
        lists,
    })
}

struct Measuring<'a> {
    stage: &'a Stage,
    ground: Arc<Ground>,
}

impl Measuring<'_> {
    fn tenant(&self) -> Http {
        let (addresses, key) = (self.stage.addresses.clone(), &self.stage.keys.public);
        Http::new(addresses, |there| there.public, key)
    }

    fn engine(&self) -> Http {
        let (addresses, key) = (self.stage.addresses.clone(), &self.stage.keys.internal);
        Http::new(addresses, |there| there.internal, key)
    }

    /// Latencies of pauses, each followed by a resume, until so many or until it is over.
    async fn pauses(&self, over: &AtomicBool, most: usize) -> Result<Vec<u32>, Box<dyn Error>> {
        let mut http = self.tenant();
        let path = format!("/api/campaigns/{}", self.ground.campaign_id);
        let mut latencies = Vec::new();
        while latencies.len() < most && !over.load(Ordering::Relaxed) {
            let began = Instant::now();
            let reply = http.ask("POST", &format!("{path}/pause"), "").await?;
            latencies.push(micros(began.elapsed()));
            if reply.status != 200 {
                return Err(String::from_utf8_lossy(&reply.body).into_owned().into());
            }
            http.ask("POST", &format!("{path}/resume"), "").await?;
            tokio::time::sleep(REST).await;
        }
        Ok(latencies)
    }

    async fn phase(
        &self,
        way: Way,
        idle: Latency,
        progress: &Progress,
    ) -> Result<Phase, Box<dyn Error>> {
        let word = way.word();
        progress.begin(&format!("reporting {word} for everybody"));
        // The last one never ends, so that the campaign stays what can be paused.
        let whom = self.ground.prospects.len().saturating_sub(1);
        let whom = self.ground.prospects.get(..whom).unwrap_or_default();
        let share = whom.len().div_ceil(WRITERS).max(1);
        let mut writers = JoinSet::new();
        let began = Instant::now();
        for some in whom.chunks(share) {
            let (http, ground, some) = (self.engine(), self.ground.clone(), some.to_vec());
            writers.spawn(async move { way.report(http, &ground, &some).await });
        }
        let over = AtomicBool::new(false);
        let pausing = self.pauses(&over, usize::MAX);
        let writing = async {
            let mut failed = None;
            while let Some(done) = writers.join_next().await {
                failed = match done {
                    Ok(Ok(())) => failed,
                    Ok(Err(error)) => Some(error),
                    Err(error) => Some(error.to_string()),
                };
            }
            over.store(true, Ordering::Relaxed);
            (failed, began.elapsed())
        };
        let (latencies, (failed, took)) = tokio::join!(pausing, writing);
        if let Some(error) = failed {
            return Err(error.into());
        }
        let pause = Latency::of(latencies?);
        progress.end(&format!(
            "reported {word} for {} in {}",
            whom.len(),
            seconds(took)
        ));
        let count = u32::try_from(whom.len())?;
        Ok(Phase {
            reports: whom.len(),
            seconds: took.as_secs_f64(),
            reports_a_second: f64::from(count) / took.as_secs_f64(),
            pause,
            ratio: f64::from(pause.p50_us) / f64::from(idle.p50_us.max(1)),
        })
    }

    /// No update is lost: the campaign counts what was reported.
    async fn counts_are(&self, prospects: u32) -> Result<(), Box<dyn Error>> {
        let path = format!("/api/campaigns/{}", self.ground.campaign_id);
        let reply = self.tenant().ask("GET", &path, "").await?;
        let found: Value = serde_json::from_slice(&reply.body)?;
        let stats = found.pointer("/campaign/stats").cloned();
        let stats = stats.unwrap_or_default();
        let reported = prospects.saturating_sub(1);
        let counted = |name: &str| stats.get(name).and_then(Value::as_u64);
        if counted("connected") == Some(reported.into())
            && counted("replied") == Some(reported.into())
        {
            return Ok(());
        }
        Err(format!("updates were lost: {stats}, not {reported} each").into())
    }
}

impl Way {
    fn word(self) -> &'static str {
        match self {
            Self::Single => "connected",
            Self::Lists => "replied",
        }
    }

    async fn report(
        self,
        mut http: Http,
        ground: &Ground,
        whom: &[ProspectId],
    ) -> Result<(), String> {
        let (campaign, word) = (ground.campaign_id, self.word());
        let size = match self {
            Self::Single => 1,
            Self::Lists => LIST,
        };
        for some in whom.chunks(size) {
            let (path, body) = match (self, some) {
                (Self::Single, [one]) => (
                    format!(
                        "/internal/campaigns/{campaign}/prospects/{}/progress",
                        one.0
                    ),
                    json!({ "progress": word }),
                ),
                (_, some) => {
                    let item = |id| json!({"prospect_id": id, "progress": word});
                    let items: Vec<Value> = some.iter().map(item).collect();
                    (
                        format!("/internal/campaigns/{campaign}/progress"),
                        json!({ "progress": items }),
                    )
                }
            };
            let reply = http.ask("POST", &path, &body.to_string()).await;
            let reply = reply.map_err(|error| error.to_string())?;
            let said = String::from_utf8_lossy(&reply.body);
            if said.matches("\"recorded\"").count() != some.len() {
                return Err(said.into_owned());
            }
        }
        Ok(())
    }
}

impl Reporting {
    /// What people read.
    pub fn lines(&self) -> Vec<String> {
        let median = |latency: &Latency| f64::from(latency.p50_us) / 1_000.0;
        let phase = |name: &str, phase: &Phase| {
            format!(
                "{name}: {:.0} a second by {} writers; a pause's median meanwhile {:.2} ms, {:.2} \
                 times the idle {:.2} ms ({} pauses)",
                phase.reports_a_second,
                self.writers,
                median(&phase.pause),
                phase.ratio,
                median(&self.idle_pause),
                phase.pause.samples
            )
        };
        vec![
            format!("progress of a campaign of {} prospects", self.prospects),
            phase("one report a request", &self.single),
            phase("lists of a hundred", &self.lists),
            "no update was lost".to_owned(),
        ]
    }

    /// Writes every figure beside the other report.
    pub fn write(&self, given: Option<&Path>) -> Result<PathBuf, Box<dyn Error>> {
        report::beside(given, "progress.json", self)
    }
}
