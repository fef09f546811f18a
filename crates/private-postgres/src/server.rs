//! The server process: brought up, or adopted, or brought down.
//!
//! [`Server::settle`] is the one way to a running server, whatever was before: nothing, a healthy
//! server somebody left behind, one still recovering, one just stopping, or the orphans of a killed
//! postmaster, which keep its shared memory for a moment. It looks, starts what is absent, waits
//! for what is on its way, and gives up after a limit.
//!
//! `pg_ctl` detaches the postmaster into a session of its own. It passes paths through a shell,
//! unquoted; so it is given none: the cluster's path is in its environment, the log's and the
//! configuration's are relative to where it runs.

use std::pin::pin;
use std::process::Output;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::Config;

use crate::configuration::{self, Durability};
use crate::data_directory::DataDirectory;
use crate::error::{CloseError, FileError, OpenError};
use crate::locks::StartLock;
use crate::log_file::{LogFile, last_lines};
use crate::postmaster;
use crate::probe::{Answer, probe};
use crate::programs::Programs;
use crate::socket;

const READY_SECONDS_MAX: u64 = 60;
const STOP_SECONDS_MAX: u64 = 60;
const TELL_EVERY: Duration = Duration::from_secs(5);
const PAUSE_LEAST: Duration = Duration::from_millis(20);
const PAUSE_MOST: Duration = Duration::from_millis(500);

/// What a start is told while processes of the killed postmaster are still ending.
const MEMORY_STILL_USED: &str = "pre-existing shared memory block";

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) directory: DataDirectory,
    pub(crate) programs: Programs,
    pub(crate) durability: Durability,
    pub(crate) log: LogFile,
    parameters: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Started,
    Adopted,
}

impl Server {
    pub(crate) fn new(
        directory: DataDirectory,
        programs: Programs,
        durability: Durability,
        parameters: Vec<(String, String)>,
    ) -> Self {
        let log = LogFile::at(directory.log());
        Self {
            directory,
            programs,
            durability,
            log,
            parameters,
        }
    }

    pub(crate) fn config(&self, database: &str) -> Config {
        let mut config = Config::new();
        config
            .host_path(socket::directory(&self.directory))
            .port(socket::PORT)
            .user("fermata")
            .dbname(database);
        config
    }

    /// Returns when the server accepts connections.
    pub(crate) async fn settle(&self, held: &StartLock) -> Result<Origin, OpenError> {
        let mut settling = pin!(self.start_and_wait(held));
        let begun = Instant::now();
        loop {
            match timeout(TELL_EVERY, &mut settling).await {
                Ok(settled) => return settled,
                Err(_) => tracing::info!(
                    seconds = begun.elapsed().as_secs(),
                    "waiting for PostgreSQL; after an unclean stop it first recovers"
                ),
            }
        }
    }

    async fn start_and_wait(&self, held: &StartLock) -> Result<Origin, OpenError> {
        socket::prepare(&self.directory)?;
        let config = self.config("postgres");
        let deadline = Instant::now() + Duration::from_secs(READY_SECONDS_MAX);
        let mut origin = Origin::Adopted;
        let mut pause = PAUSE_LEAST;
        loop {
            match probe(&config).await {
                Answer::Ready => return Ok(origin),
                Answer::Refused(source) => return Err(self.refused(source)),
                Answer::Absent if postmaster::living(&self.directory).is_none() => {
                    origin = Origin::Started;
                    self.start(deadline, held).await?;
                }
                Answer::Absent | Answer::OnItsWay => {}
            }
            if Instant::now() >= deadline {
                return Err(OpenError::NotReady {
                    seconds: READY_SECONDS_MAX,
                    log: self.log.path().to_path_buf(),
                });
            }
            sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MOST);
        }
    }

    /// Tries once. That it runs, or may run when tried again, is no error.
    async fn start(&self, deadline: Instant, held: &StartLock) -> Result<(), OpenError> {
        postmaster::forget_stale(&self.directory, held)?;
        self.log.trim();
        let log_bytes = self.log.prepare(self.directory.account())?;
        self.configure()?;

        let left = deadline.saturating_duration_since(Instant::now());
        let mut command = self.pg_ctl("start", left.as_secs().max(1));
        command.args(["-o", "-c config_file=fermata.conf", "-l", "postgres.log"]);
        let output = self.run(command).await?;

        if output.status.success() || postmaster::living(&self.directory).is_some() {
            return Ok(());
        }
        match self.log.said_since(log_bytes) {
            said if said.contains(MEMORY_STILL_USED) => {
                tracing::info!("processes of the killed PostgreSQL are still ending; trying again");
                Ok(())
            }
            said if said.is_empty() => Err(self.failed_to_start(last_lines(&output.stderr))),
            said => Err(self.failed_to_start(said)),
        }
    }

    fn configure(&self) -> Result<(), FileError> {
        let path = self.directory.configuration();
        let socket_directory = socket::directory(&self.directory);
        configuration::write(&path, self.durability, &socket_directory, &self.parameters)
    }

    fn failed_to_start(&self, said: String) -> OpenError {
        OpenError::Start {
            log: self.log.path().to_path_buf(),
            said,
        }
    }

    /// Ends every connection, writes what is in memory, and returns when the server is gone.
    pub(crate) async fn stop(&self, _held: &StartLock) -> Result<(), CloseError> {
        if postmaster::living(&self.directory).is_none() {
            return Ok(());
        }
        let mut command = self.pg_ctl("stop", STOP_SECONDS_MAX);
        command.args(["-m", "fast"]);
        let output = self.run(command).await?;
        if !output.status.success() && postmaster::living(&self.directory).is_some() {
            return Err(CloseError::Stop {
                said: last_lines(&output.stderr),
            });
        }
        socket::tidy(&self.directory);
        Ok(())
    }

    fn pg_ctl(&self, action: &str, seconds: u64) -> Command {
        let mut command = self
            .directory
            .account()
            .command(&self.programs.pg_ctl(), self.directory.path());
        command.env("PGDATA", self.directory.cluster());
        command.args([action, "-w", "-t", &seconds.to_string()]);
        command
    }

    async fn run(&self, mut command: Command) -> Result<Output, FileError> {
        command
            .output()
            .await
            .map_err(FileError::on("run", &self.programs.pg_ctl()))
    }

    pub(crate) fn refused(&self, source: tokio_postgres::Error) -> OpenError {
        OpenError::Refused {
            log: self.log.path().to_path_buf(),
            source,
        }
    }
}
