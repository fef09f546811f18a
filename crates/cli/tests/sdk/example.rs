//! `examples/prospect-task` is what its README says: it type-checks, and its tasks park while their
//! campaign is paused.

use crate::npm::{Package, succeeds};
use crate::station::{CAMPAIGN, Station};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::ChildStdout;

const EXAMPLE: &str = "examples/prospect-task";
const PROSPECTS: usize = 4;
const LINE_SECONDS_MAX: u64 = 60;

/// Reads on until as many lines end so as there are prospects; all lines that were read.
async fn each_says(said: &mut Lines<BufReader<ChildStdout>>, ending: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let saying = |lines: &[String]| lines.iter().filter(|line| line.ends_with(ending)).count();
    while saying(&lines) < PROSPECTS {
        let limit = Duration::from_secs(LINE_SECONDS_MAX);
        let line = tokio::time::timeout(limit, said.next_line()).await;
        let line = line.unwrap_or_else(|_| panic!("nobody says `{ending}`: {lines:?}"));
        lines.push(line.unwrap().expect("a Node that goes on"));
    }
    lines
}

#[tokio::test]
async fn the_example_type_checks_for_trigger_dev() {
    let package = Package::open(EXAMPLE).await;

    let mut check = package.command("npm");
    check.args(["run", "check"]);

    succeeds(check).await;
}

#[tokio::test]
async fn the_examples_tasks_park_while_the_campaign_is_paused_and_then_finish() {
    let package = Package::open(EXAMPLE).await;
    let mut build = package.command("npm");
    build.args(["run", "build"]);
    succeeds(build).await;
    let station = Station::open(&[]).await;
    let prospects = PROSPECTS.to_string();
    let arguments = ["dist/src/fermata/run.js", CAMPAIGN, &prospects, "3"];
    let mut command = station.node(&package, &arguments);
    let mut running = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(running.stdout.take().unwrap()).lines();

    each_says(&mut said, "sleeps").await;
    station.ask("pause").await;
    each_says(&mut said, "parks").await;
    station.ask("resume").await;
    each_says(&mut said, "finished after 3 messages").await;

    assert!(running.wait().await.unwrap().success());
}
