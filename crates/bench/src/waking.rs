//! A million sleepers on one campaign: what they cost a pause, and when they hear of it.
//!
//! The tokens are inserted as rows, which is faster than asking for them; everything measured goes
//! over HTTP. For the latencies they are placed behind every pause, so that each of the pauses finds
//! a million who wait; then they are placed before the last one, which wakes them.

use serde::Serialize;
use std::error::Error;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::answer::Answer;
use crate::arguments::Arguments;
use crate::campaigns::{self, Made};
use crate::cluster::Cluster;
use crate::latency::{Latency, micros};
use crate::progress::{Progress, seconds};
use crate::report;
use crate::service::{self, Service};

/// Pauses of which the latency is the median.
const PAUSES: usize = 300;
const STEPS: u64 = 5;
/// How long sleepers may take to hear of a pause before the measurement is given up.
const PATIENCE: Duration = Duration::from_secs(60);
/// Statistics of other backends are seen after a second of theirs at rest.
const STATISTICS_LAG: Duration = Duration::from_millis(2_500);
/// Characters of a key that name it.
const KEY_PREFIX: usize = 24;
/// Polls that are opened at once.
const POLLS_OPENED_AT_ONCE: usize = 250;

const COMPLETED: &[u8] = b"\"status\":\"COMPLETED\"";

const MARK: &str = "INSERT INTO slept_on SELECT journal, id FROM campaigns";
/// Ids of the shape that the service makes: a time, a number, the journal.
const INSERT: &str = "
    INSERT INTO waitpoints (journal, id, campaign_id, kind, registered_at, tags, created_by)
    SELECT journal, 'c0mi000000' || lpad(number::text, 13, '0') || lpad(journal::text, 2, '0'),
           id, 'sleep', 1000000000, ARRAY['campaign:' || id], $2
    FROM campaigns, generate_series(1, $1::bigint) AS number";
const PLACE_BEFORE: &str = "
    UPDATE waitpoints SET registered_at = journals.head
    FROM journals WHERE journals.id = waitpoints.journal";
const SETTLE: &str = "VACUUM (ANALYZE) waitpoints";
const CHECKPOINT: &str = "CHECKPOINT";
const JOURNAL: &str = "SELECT journal::int FROM campaigns";
const ROWS_WRITTEN: &str = "
    SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_user_tables";

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub struct Waking {
    pub tokens: u32,
    pub polls: u32,
    /// Pauses of the campaign without a token, and with a million who wait.
    pub pause_without: Latency,
    pub pause_with: Latency,
    /// The second median, to the first.
    pub ratio: f64,
    #[serde(flatten)]
    pub woken: Woken,
}

/// The pause that woke everybody.
#[derive(Debug, Serialize)]
pub struct Woken {
    /// Rows that the pause that woke everybody wrote, in all tables.
    pub rows_written: i64,
    /// From the 200 of that pause until the first and the last token read as completed.
    pub first_completed_ms: f64,
    pub last_completed_ms: f64,
    /// The same until half of the polls, and all of them, had answered.
    pub half_of_polls_ms: f64,
    pub all_polls_ms: f64,
}

/// Measures. Whatever happens, the cluster is deleted.
pub async fn run(arguments: &Arguments) -> Result<Waking, Box<dyn Error>> {
    let program = service::program(arguments.service.as_deref())?;
    let progress = Progress::new(STEPS);
    progress.begin("making a cluster");
    let cluster = Cluster::open(arguments.directory.as_deref(), arguments.journals).await?;
    progress.end("made a cluster");
    let measured = measure(arguments, &cluster, &program, &progress).await;
    let closed = cluster.close().await;
    progress.finish();
    let measured = measured?;
    closed?;
    Ok(measured)
}

async fn measure(
    arguments: &Arguments,
    cluster: &Cluster,
    program: &Path,
    progress: &Progress,
) -> Result<Waking, Box<dyn Error>> {
    let made = campaigns::make(cluster, 1, 1).await?;
    let (url, directory) = (cluster.url(), cluster.directory());
    let service = Service::start(program, &url, directory, made.internal_key.clone()).await?;
    let client = &cluster.connection.client;
    let campaign = Campaign::of(&service, &made)?;

    progress.begin("pausing a campaign without tokens");
    let pause_without = campaign.pauses().await?;
    progress.end("paused a campaign without tokens");

    let tokens = arguments.tokens.get();
    progress.begin("inserting tokens");
    let began = Instant::now();
    client.execute(MARK, &[]).await?;
    let made_by = made.internal_key.get(..KEY_PREFIX).unwrap_or_default();
    client
        .execute(INSERT, &[&i64::from(tokens), &made_by])
        .await?;
    progress.end(&format!(
        "inserted {tokens} tokens in {}",
        seconds(began.elapsed())
    ));
    settle(cluster).await?;

    progress.begin("pausing with all of them asleep");
    let pause_with = campaign.pauses().await?;
    progress.end("paused with all of them asleep");

    progress.begin("waking them");
    client.execute(PLACE_BEFORE, &[]).await?;
    settle(cluster).await?;
    let journal: i32 = client.query_one(JOURNAL, &[]).await?.get(0);
    let sleepers = Sleepers {
        address: service.internal(),
        key: made.internal_key.clone(),
        journal,
    };
    let woken = sleepers.wake(cluster, &campaign, arguments).await?;
    progress.end("woke them");
    service.stop().await?;
    let ratio = f64::from(pause_with.p50_us) / f64::from(pause_without.p50_us.max(1));
    Ok(Waking {
        tokens,
        polls: arguments.polls.get(),
        pause_without,
        pause_with,
        ratio,
        woken,
    })
}

async fn settle(cluster: &Cluster) -> Result<(), Box<dyn Error>> {
    let client = &cluster.connection.client;
    client.batch_execute(SETTLE).await?;
    Ok(client.batch_execute(CHECKPOINT).await?)
}

/// The campaign, as its tenant reaches it.
struct Campaign {
    address: SocketAddr,
    pause: Vec<u8>,
    resume: Vec<u8>,
}

impl Campaign {
    fn of(service: &Service, made: &Made) -> Result<Self, Box<dyn Error>> {
        let key = made.keys.first().ok_or("a tenant has a key")?;
        let id = campaigns::campaign(0);
        let ask = |verb| {
            let path = format!("/api/campaigns/{id}/{verb}");
            request("POST", &path, key, "Content-Length: 0\r\n")
        };
        Ok(Self {
            address: service.public,
            pause: ask("pause"),
            resume: ask("resume"),
        })
    }

    /// The latencies of pauses, each followed by a resume.
    async fn pauses(&self) -> Result<Latency, Box<dyn Error>> {
        let mut stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let mut latencies = Vec::with_capacity(PAUSES);
        for _ in 0..PAUSES {
            let began = Instant::now();
            ask(&mut stream, &self.pause, b"\"status\":\"paused\"").await?;
            latencies.push(micros(began.elapsed()));
            ask(&mut stream, &self.resume, b"\"status\":\"active\"").await?;
        }
        Ok(Latency::of(latencies))
    }

    /// When one more pause was answered.
    async fn pause(&self) -> Result<Instant, Box<dyn Error>> {
        let mut stream = TcpStream::connect(self.address).await?;
        ask(&mut stream, &self.pause, b"\"status\":\"paused\"").await?;
        Ok(Instant::now())
    }
}

/// Those who wait, as their engine reaches them.
struct Sleepers {
    address: SocketAddr,
    key: String,
    journal: i32,
}

impl Sleepers {
    async fn wake(
        &self,
        cluster: &Cluster,
        campaign: &Campaign,
        arguments: &Arguments,
    ) -> Result<Woken, Box<dyn Error>> {
        let mut polls = self.open_polls(arguments).await?;
        tokio::time::sleep(STATISTICS_LAG).await;
        let before = rows_written(cluster).await?;
        let answered = campaign.pause().await?;
        let first = self.completed(1).await? - answered;
        let last = self.completed(arguments.tokens.get()).await? - answered;
        let mut heard = Vec::new();
        while let Some(at) = tokio::time::timeout(PATIENCE, polls.join_next()).await? {
            heard.push(at?.map_err(|error| format!("a long poll: {error}"))? - answered);
        }
        heard.sort_unstable();
        tokio::time::sleep(STATISTICS_LAG).await;
        let rows_written = rows_written(cluster).await? - before;
        let at = |place: usize| heard.get(place).copied().unwrap_or_default();
        Ok(Woken {
            rows_written,
            first_completed_ms: milliseconds(first),
            last_completed_ms: milliseconds(last),
            half_of_polls_ms: milliseconds(at(heard.len() / 2)),
            all_polls_ms: milliseconds(at(heard.len().saturating_sub(1))),
        })
    }

    /// Polls that wait for tokens spread over all, each of which ends with the moment of its answer.
    async fn open_polls(
        &self,
        arguments: &Arguments,
    ) -> Result<JoinSet<Result<Instant, String>>, Box<dyn Error>> {
        let (polls, tokens) = (arguments.polls.get(), arguments.tokens.get());
        let stride = (tokens / polls).max(1);
        let mut open = JoinSet::new();
        for number in 0..polls {
            let asking = self.retrieve(number * stride + 1, "Prefer: wait=60\r\n");
            let mut stream = TcpStream::connect(self.address).await?;
            open.spawn(async move {
                ask(&mut stream, &asking, COMPLETED)
                    .await
                    .map(|()| Instant::now())
            });
            if usize::try_from(number)? % POLLS_OPENED_AT_ONCE == 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Ok(open)
    }

    /// When a token was seen to be completed.
    async fn completed(&self, number: u32) -> Result<Instant, Box<dyn Error>> {
        let asking = self.retrieve(number, "");
        let mut stream = TcpStream::connect(self.address).await?;
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if ask(&mut stream, &asking, COMPLETED).await.is_ok() {
                return Ok(Instant::now());
            }
        }
        Err(format!("token {number} was not completed").into())
    }

    fn retrieve(&self, number: u32, header: &str) -> Vec<u8> {
        let journal = self.journal;
        let path =
            format!("/api/v1/waitpoints/tokens/waitpoint_c0mi000000{number:013}{journal:02}");
        request("GET", &path, &self.key, header)
    }
}

async fn rows_written(cluster: &Cluster) -> Result<i64, Box<dyn Error>> {
    let client = &cluster.connection.client;
    Ok(client.query_one(ROWS_WRITTEN, &[]).await?.get(0))
}

/// A request's head.
pub fn request(method: &str, path: &str, key: &str, header: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: fermata.test\r\nAuthorization: Bearer {key}\r\n{header}\r\n"
    )
    .into_bytes()
}

/// Asks, and makes sure that the answer is a 200 that says `phrase`.
pub async fn ask(stream: &mut TcpStream, request: &[u8], phrase: &[u8]) -> Result<(), String> {
    let broken = |error: std::io::Error| error.to_string();
    stream.write_all(request).await.map_err(broken)?;
    let mut bytes = Vec::with_capacity(4_096);
    while 0 < stream.read_buf(&mut bytes).await.map_err(broken)? {
        let parsed = Answer::parse(&bytes).map_err(|_| "not an answer of the service")?;
        if let Some(answer) = parsed {
            let is_right = answer.status == b"200" && answer.says(phrase);
            return is_right
                .then_some(())
                .ok_or_else(|| String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    Err("the service hung up".to_owned())
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

impl Waking {
    /// What people read.
    pub fn lines(&self) -> Vec<String> {
        let median = |latency: &Latency| f64::from(latency.p50_us) / 1_000.0;
        let woken = &self.woken;
        vec![
            format!(
                "pause, median: {:.2} ms without a token, {:.2} ms with {} asleep: {:.2} times",
                median(&self.pause_without),
                median(&self.pause_with),
                self.tokens,
                self.ratio
            ),
            format!(
                "rows written by the pause that woke them: {}",
                woken.rows_written
            ),
            format!(
                "completed after its 200: the first token {:.1} ms, the last {:.1} ms",
                woken.first_completed_ms, woken.last_completed_ms
            ),
            format!(
                "{} long polls: half answered after {:.0} ms, all after {:.0} ms",
                self.polls, woken.half_of_polls_ms, woken.all_polls_ms
            ),
        ]
    }

    /// Writes every figure beside the other report.
    pub fn write(&self, report: Option<&Path>) -> Result<PathBuf, Box<dyn Error>> {
        let path = report::path(report)?.with_file_name("waking.json");
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(&path, serde_json::to_vec_pretty(self)?)?;
        Ok(path)
    }
}
