//! Tasks of a campaign that truly sleep in a Node, while the campaign is paused and resumed and the
//! service is killed.

use crate::npm::Package;
use crate::station::{CAMPAIGN, SUITES, Station};
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout};

const TASKS: usize = 250;
const EVENT_SECONDS_MAX: u64 = 120;
/// All tasks know within this time of the answer to the pause, or to the resume. Generous: the
/// machine may be busy with other tests.
const WAKE_SECONDS_MAX: u64 = 10;

/// Node with sleeping tasks.
struct Tasks {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Tasks {
    fn start(station: &Station, package: &Package) -> Self {
        let count = TASKS.to_string();
        let mut command = station.node(package, &["pausing/prospects.mjs", CAMPAIGN, &count]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, said }
    }

    /// The next event, which must be this one.
    async fn event(&mut self, name: &str) -> Value {
        let limit = Duration::from_secs(EVENT_SECONDS_MAX);
        let line = tokio::time::timeout(limit, self.said.next_line()).await;
        let line = line.expect("an event in time").unwrap();
        let line = line.expect("a Node that goes on");
        let event: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
        assert_eq!(event["event"], name, "{line:.500}");
        event
    }

    /// What every task was told, once all are done and Node has ended well.
    async fn end(mut self) -> Value {
        let done = self.event("done").await;
        assert!(self.child.wait().await.unwrap().success());
        done
    }
}

/// Milliseconds since the epoch, as JavaScript counts them.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_millis().try_into().unwrap()
}

/// How long after `since` the last task woke.
fn woke_within(event: &Value, since: u64, what: &str) {
    let milliseconds = event["last_at"].as_u64().unwrap().saturating_sub(since);
    println!("{what}: the last of {TASKS} tasks knew {milliseconds} ms after the answer");
    assert!(milliseconds <= WAKE_SECONDS_MAX * 1_000);
}

fn each_was_told(done: &Value) {
    let expected = json!([{"paused": true}, {"resumed": true}, {"timed_out": true}]);
    let told = done["told"].as_array().unwrap();
    assert_eq!(told.len(), TASKS);
    assert!(told.iter().all(|told| *told == expected), "{told:?}");
    assert!(
        900 <= done["shortest_sleep"].as_u64().unwrap(),
        "nobody slept"
    );
}

#[tokio::test]
async fn a_pause_wakes_every_sleeping_task_and_a_resume_lets_all_go_on() {
    let package = Package::open(SUITES).await;
    let station = Station::open(&[]).await;
    let mut tasks = Tasks::start(&station, &package);
    assert_eq!(tasks.event("asleep").await["woken"], 0, "they do not sleep");

    station.ask("pause").await;
    let paused_at = now();
    let parked = tasks.event("parked").await;
    station.ask("resume").await;
    let resumed_at = now();
    let done = tasks.end().await;

    woke_within(&parked, paused_at, "pause");
    woke_within(&done, resumed_at, "resume");
    each_was_told(&done);
}

#[tokio::test]
async fn a_crash_right_after_the_answer_loses_no_sleeping_task() {
    let package = Package::open(SUITES).await;
    let mut station = Station::open(&[]).await;
    let mut tasks = Tasks::start(&station, &package);
    assert_eq!(tasks.event("asleep").await["woken"], 0, "they do not sleep");

    station.ask("pause").await;
    station.crash().await;
    let paused_at = now();
    let parked = tasks.event("parked").await;
    station.ask("resume").await;
    station.crash().await;
    let resumed_at = now();
    let done = tasks.end().await;

    woke_within(&parked, paused_at, "pause, killed and started again");
    woke_within(&done, resumed_at, "resume, killed and started again");
    each_was_told(&done);
}
