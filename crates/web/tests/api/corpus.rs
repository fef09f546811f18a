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

#[tokio::test]
async fn every_file_of_the_corpus_is_answered_as_it_says() {
    let app = TestApp::spawn().await;
    let files = files();
    assert!(!files.is_empty(), "the corpus is empty");

    let mut complaints = Vec::new();
    for file in &files {
        let run = tokio::time::timeout(CASE_TIME_MAX, run(&app, file));
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

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let entries = fs::read_dir(folder).expect("the corpus").flatten();
    let is_case = |path: &PathBuf| path.extension().is_some_and(|it| it == "http");
    let mut files: Vec<_> = entries.map(|entry| entry.path()).filter(is_case).collect();
    files.sort();
    files
}

async fn run(app: &TestApp, file: &Path) -> Result<(), String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let case = Case::parse(&text)?;
    let mut names = Names::new(app).await;
    let mut connection = None;
    for (number, exchange) in case.exchanges.iter().enumerate() {
        let outcome = exchange_with(app, &mut names, &mut connection, exchange).await;
        outcome.map_err(|complaint| format!("request {}: {complaint}", number + 1))?;
    }
    Ok(())
}

async fn exchange_with(
    app: &TestApp,
    names: &mut Names<'_>,
    connection: &mut Option<Connection>,
    exchange: &Exchange,
) -> Result<(), String> {
    let address: Option<SocketAddr> = match exchange.listener.as_str() {
        "public" => Some(address(&app.public_url())),
        "internal" => Some(address(&app.internal_url())),
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

fn address(url: &str) -> SocketAddr {
    let authority = url.trim_start_matches("http://");
    authority.parse().expect("an address")
}
