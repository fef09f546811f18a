//! `fermata serve` as a process of its own: started, found, signalled, waited for.

use crate::playground::Playground;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// A start may have to wait for the recovery of a killed database.
const START_SECONDS_MAX: u64 = 120;
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
    /// Where the public API is, as in `http://127.0.0.1:1234`; empty while it does not listen.
    pub url: String,
    /// Where the internal listener is.
    pub internal_url: String,
}

impl Service {
    /// Started on the playground's data directory; returns when it listens.
    pub async fn start(playground: &Playground, more: &[&str]) -> Self {
        let arguments = [ARGUMENTS.as_slice(), more].concat();
        let mut service = Self::spawn(playground.program(&arguments));
        service.listens().await;
        service
    }

    /// Started, in a process group of its own, as a terminal does it.
    pub fn spawn(mut command: Command) -> Self {
        let mut child = command
            .process_group(0)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            said,
            url: String::new(),
            internal_url: String::new(),
        }
    }

    /// Returns when it has said where it listens.
    pub async fn listens(&mut self) {
        let announced = self.says("Public API    ");
        let url = tokio::time::timeout(Duration::from_secs(START_SECONDS_MAX), announced).await;
        self.url = url.expect("the service announces itself in time");
        self.internal_url = self.says("Internal API  ").await;
    }

    /// What the program says next after `beginning`, on a line that begins so.
    pub async fn says(&mut self, beginning: &str) -> String {
        while let Some(line) = self.said.next_line().await.unwrap() {
            if let Some(rest) = line.strip_prefix(beginning) {
                return rest.to_owned();
            }
        }
        panic!("the service ended and never said `{beginning}`");
    }

    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().unwrap().try_into().unwrap())
    }

    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    /// Kills it, if it has not ended yet, and returns when it is gone.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
        self.url.clear();
    }

    pub async fn exit(&mut self) -> ExitStatus {
        tokio::time::timeout(Duration::from_secs(EXIT_SECONDS_MAX), self.child.wait())
            .await
            .expect("the service ends in time")
            .unwrap()
    }
}

/// A client in the making. TLS has to have a provider, even where it is not used.
pub fn client() -> reqwest::ClientBuilder {
    // Somebody was first, which is as good.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
}
