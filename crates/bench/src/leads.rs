//! A hundred thousand leads: how long it takes to add them, a thousand a call over HTTP, and how
//! long a page of them takes, wherever it is.

use serde::Serialize;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tokio::net::TcpStream;

use crate::arguments::Arguments;
use crate::campaigns;
use crate::cluster::Cluster;
use crate::latency::{Latency, micros};
use crate::progress::{Progress, seconds};
use crate::report;
use crate::service::{self, Service};
use crate::waking::{ask, request};

/// Leads that a call adds at most (campaign API, section 1.12).
const LEADS_A_CALL: u32 = 1_000;
/// Leads on a page.
const PAGE: u32 = 100;
/// How often each page is read.
const READS: usize = 50;
/// What all calls together may take.
const ADDING_SECONDS_MAX: f64 = 30.0;
const STEPS: u64 = 3;

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub struct Leads {
    pub leads: u32,
    /// All calls, one after another.
    pub adding_seconds: f64,
    pub call: Latency,
    /// The same leads again: nobody is added.
    pub duplicates_call: Latency,
    pub pages: Vec<Page>,
}

/// Reading one page, again and again.
#[derive(Debug, Serialize)]
pub struct Page {
    pub which: &'static str,
    pub read: Latency,
}

/// Measures. Whatever happens, the cluster is deleted.
pub async fn run(arguments: &Arguments) -> Result<Leads, Box<dyn Error>> {
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
) -> Result<Leads, Box<dyn Error>> {
    let (id, key, internal_key) = campaigns::make_draft(cluster).await?;
    let (url, directory) = (cluster.url(), cluster.directory());
    let service = Service::start(program, &url, directory, internal_key).await?;
    let path = format!("/api/campaigns/{id}/leads");
    let draft = Draft {
        address: service.public,
        path,
        key,
    };
    let calls = arguments.lead_calls.get();
    progress.begin("adding leads");
    let began = Instant::now();
    let call = draft.add(0..calls, "\"imported\":1000").await?;
    let adding = began.elapsed();
    let duplicates_call = draft.add(0..calls.min(10), "\"duplicates\":1000").await?;
    progress.end(&format!(
        "added {calls} thousand leads in {}",
        seconds(adding)
    ));

    progress.begin("reading pages");
    let last = (calls * LEADS_A_CALL).div_ceil(PAGE);
    let mut pages = Vec::new();
    for (which, query) in [
        ("the first", "page=1".to_owned()),
        ("the middle one", format!("page={}", last / 2)),
        ("the last", format!("page={last}")),
        (
            "the last that is pending",
            format!("page={last}&status=pending"),
        ),
        (
            "one of a status that nobody has",
            "page=1&status=replied".to_owned(),
        ),
    ] {
        let read = draft.read(&query).await?;
        pages.push(Page { which, read });
    }
    progress.end("read pages");
    service.stop().await?;
    Ok(Leads {
        leads: calls * LEADS_A_CALL,
        adding_seconds: adding.as_secs_f64(),
        call,
        duplicates_call,
        pages,
    })
}

/// The draft, as its tenant reaches it.
struct Draft {
    address: SocketAddr,
    path: String,
    key: String,
}

impl Draft {
    /// Adds a thousand leads a call; every call must answer so.
    async fn add(
        &self,
        calls: std::ops::Range<u32>,
        answer: &str,
    ) -> Result<Latency, Box<dyn Error>> {
        let mut stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let mut latencies = Vec::new();
        for call in calls {
            let body = leads(call * LEADS_A_CALL)?;
            let headers = format!(
                "Content-Type: application/json\r\nContent-Length: {}\r\n",
                body.len()
            );
            let mut asking = request("POST", &self.path, &self.key, &headers);
            asking.extend_from_slice(body.as_bytes());
            let began = Instant::now();
            ask(&mut stream, &asking, answer.as_bytes()).await?;
            latencies.push(micros(began.elapsed()));
        }
        Ok(Latency::of(latencies))
    }

    async fn read(&self, query: &str) -> Result<Latency, Box<dyn Error>> {
        let mut stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let path = format!("{}?limit={PAGE}&{query}", self.path);
        let asking = request("GET", &path, &self.key, "");
        let mut latencies = Vec::with_capacity(READS);
        for _ in 0..READS {
            let began = Instant::now();
            ask(&mut stream, &asking, b"\"prospects\":").await?;
            latencies.push(micros(began.elapsed()));
        }
        Ok(Latency::of(latencies))
    }
}

fn leads(from: u32) -> Result<String, std::fmt::Error> {
    let mut body = String::from("{\"prospects\":[");
    for number in from..from + LEADS_A_CALL {
        let comma = if number == from { "" } else { "," };
        write!(
            body,
            "{comma}{{\"email\":\"prospect-{number}@company-{number}.example\",\
             \"linkedin_url\":\"https://www.linkedin.com/in/prospect-{number}/\",\
             \"first_name\":\"Prospect\",\"last_name\":\"Number {number}\",\
             \"company\":\"Company {number}\",\"position\":\"Head of numbers\",\
             \"custom_fields\":{{\"row\":{number},\"list\":\"spring\"}}}}"
        )?;
    }
    body.push_str("]}");
    Ok(body)
}

impl Leads {
    /// What people read.
    pub fn lines(&self) -> Vec<String> {
        let median = |latency: &Latency| f64::from(latency.p50_us) / 1_000.0;
        let added = format!(
            "{} leads added in {:.1} s; a call of 1,000: {:.0} ms, of duplicates: {:.0} ms",
            self.leads,
            self.adding_seconds,
            median(&self.call),
            median(&self.duplicates_call),
        );
        let page = |page: &Page| {
            let (which, read) = (page.which, median(&page.read));
            format!("page of {PAGE}, {which}: {read:.2} ms")
        };
        [vec![added], self.pages.iter().map(page).collect()].concat()
    }

    /// A failure when it took too long.
    pub fn verdict(&self) -> Result<(), String> {
        if self.adding_seconds <= ADDING_SECONDS_MAX {
            return Ok(());
        }
        Err(format!(
            "adding leads took longer than {ADDING_SECONDS_MAX} s"
        ))
    }

    /// Writes every figure beside the report of the pauses.
    pub fn write(&self, path: Option<&Path>) -> Result<PathBuf, Box<dyn Error>> {
        let path = report::path(path)?.with_file_name("leads.json");
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(&path, serde_json::to_vec_pretty(self)?)?;
        Ok(path)
    }
}
