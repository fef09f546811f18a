//! Runs the corpus: every file of `tests/corpus` is a request, or a few, and the answers that must come.
//!
//! All files share one service. Each has users and campaigns of its own, so their order does not matter.
//! `tests/corpus/README.md` explains the form of a file.

mod case;
mod connection;
mod expectation;
mod names;

use case::{Case, Exchange};
use connection::Connection;
use names::Names;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use testkit::TestApp;

/// How long one file may take.
const CASE_TIME_MAX: Duration = Duration::from_secs(30);

/// Where the listeners are, or what stands before them.
pub struct Addresses {
    pub public: SocketAddr,
    pub internal: SocketAddr,
}

#[tokio::test]
async fn every_file_of_the_corpus_is_answered_as_it_says() {
    let app = TestApp::spawn().await;
    let addresses = Addresses {
        public: address(&app.public_url()),
        internal: address(&app.internal_url()),
    };

    run_folder(&app, &addresses, "").await;
}

/// Runs the files of a folder of the corpus, and names each that fails.
pub async fn run_folder(app: &TestApp, addresses: &Addresses, folder: &str) {
    let files = files(folder);
    assert!(!files.is_empty(), "the corpus is empty: {folder}");
    let mut complaints = Vec::new();
    for file in &files {
        let run = tokio::time::timeout(CASE_TIME_MAX, run(app, addresses, file));
        let outcome = run.await.unwrap_or_else(|_| Err("no end".to_owned()));
        if let Err(complaint) = outcome {
            complaints.push(format!("{}: {complaint}", file.display()));
        }
    }
    assert!(
        complaints.is_empty(),
        "{} of {} files:\n\n{}\n",
        complaints.len(),
        files.len(),
        complaints.join("\n\n")
    );
}

fn files(folder: &str) -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let entries = fs::read_dir(corpus.join(folder)).expect("a folder of the corpus");
    let is_case = |path: &PathBuf| path.extension().is_some_and(|it| it == "http");
    let entries = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<_> = entries.filter(is_case).collect();
    files.sort();
    files
}

async fn run(app: &TestApp, addresses: &Addresses, file: &Path) -> Result<(), String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let case = Case::parse(&text)?;
    let mut names = Names::new(app).await;
    let mut connection = None;
    for (number, exchange) in case.exchanges.iter().enumerate() {
        let outcome = exchange_with(addresses, &mut names, &mut connection, exchange).await;
        outcome.map_err(|complaint| format!("request {}: {complaint}", number + 1))?;
    }
    Ok(())
}

async fn exchange_with(
    addresses: &Addresses,
    names: &mut Names<'_>,
    connection: &mut Option<Connection>,
    exchange: &Exchange,
) -> Result<(), String> {
    let address = match exchange.listener.as_str() {
        "public" => Some(addresses.public),
        "internal" => Some(addresses.internal),
        "same" => None,
        other => return Err(format!("no such listener: {other}")),
    };
    if let Some(address) = address {
        *connection = Some(Connection::open(address).await?);
    }
    let connection = connection.as_mut().ok_or("no connection yet")?;
    let request = exchange.request(names).await?;
    let awaited = exchange.awaited(names).await?;
    let answer = connection.ask(&request, &awaited).await?;
    for expectation in &exchange.expectations {
        let held = expectation.hold(&answer, names).await;
        held.map_err(|complaint| format!("{complaint}\n{answer}"))?;
    }
    Ok(())
}

/// The socket address of a URL.
pub fn address(url: &str) -> SocketAddr {
    let authority = url.trim_start_matches("http://");
    authority.parse().expect("an address")
}
