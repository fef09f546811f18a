//! `fermata serve` as a process of its own: started, found, signalled, waited for.

use crate::playground::Playground;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// A start may have to wait for the recovery of a killed database.
const START_SECONDS_MAX: u64 = 60;
const EXIT_SECONDS_MAX: u64 = 60;

/// Ports that are free, and clients without limits.
const ARGUMENTS: [&str; 6] = [
    "serve",
    "--listen=127.0.0.1:0",
    "--internal-listen=127.0.0.1:0",
    "--rate-limit-per-second=0",
    "--workers=2",
    "--log=warn",
];

pub struct Service {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
    /// Where the public API is, as in `http://127.0.0.1:1234`.
    pub url: String,
}

impl Service {
    /// Started on the playground's data directory; returns when it listens.
    pub async fn start(playground: &Playground) -> Self {
        Self::start_with(playground.program(&ARGUMENTS)).await
    }

    /// Started as `command` has it.
    pub async fn start_with(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let announced = line_after(&mut said, "Public API    ");
        let url = tokio::time::timeout(Duration::from_secs(START_SECONDS_MAX), announced)
            .await
            .expect("the service announces itself in time");
        Self { child, said, url }
    }

    /// What the program says next after `beginning`, on a line that begins so.
    pub async fn says(&mut self, beginning: &str) -> String {
        line_after(&mut self.said, beginning).await
    }

    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().unwrap().try_into().unwrap())
    }

    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    /// Kills it and returns when it is gone.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    pub async fn exit(&mut self) -> ExitStatus {
        tokio::time::timeout(Duration::from_secs(EXIT_SECONDS_MAX), self.child.wait())
            .await
            .expect("the service ends in time")
            .unwrap()
    }
}

async fn line_after(said: &mut Lines<BufReader<ChildStdout>>, beginning: &str) -> String {
    while let Some(line) = said.next_line().await.unwrap() {
        if let Some(rest) = line.strip_prefix(beginning) {
            return rest.to_owned();
        }
    }
    panic!("the service ended and never said `{beginning}`");
}
