//! The real program, started as anybody would start it, with the rate limit off.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

const NAME: &str = "fermata";
const START_SECONDS_MAX: u64 = 30;
const STOP_SECONDS_MAX: u64 = 60;

/// The running service.
pub struct Service {
    child: Child,
    pub public: SocketAddr,
    internal: SocketAddr,
    internal_key: String,
    _output: Lines<BufReader<ChildStdout>>,
}

/// What the lanes have counted since the service started.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Counted {
    pub batches: f64,
    pub commands: f64,
    pub commits: f64,
    pub commit_seconds: f64,
}

/// The program that is measured: the one given, or the one beside this program.
pub fn program(given: Option<&Path>) -> Result<PathBuf, Box<dyn Error>> {
    let beside = || io::Result::Ok(std::env::current_exe()?.with_file_name(NAME));
    let program = given.map_or_else(beside, |path| Ok(path.to_path_buf()))?;
    if program.is_file() {
        return Ok(program);
    }
    let program = program.display();
    Err(format!("there is no {program}; build it with `cargo build --release -p cli`").into())
}

impl Service {
    /// Starts the program on ports that are free.
    pub async fn start(
        program: &Path,
        url: &str,
        directory: &Path,
        internal_key: String,
    ) -> Result<Self, Box<dyn Error>> {
        Self::start_with(program, url, directory, (internal_key, &[])).await
    }

    /// The same with settings that are files.
    pub async fn start_with(
        program: &Path,
        url: &str,
        directory: &Path,
        (internal_key, settings): (String, &[(&str, &Path)]),
    ) -> Result<Self, Box<dyn Error>> {
        let mut command = Command::new(program);
        command.arg("serve").current_dir(directory).env_clear();
        command.env("DATABASE_URL", url).env("FERMATA_LOG", "warn");
        command
            .env("FERMATA_LISTEN", "127.0.0.1:0")
            .env("FERMATA_INTERNAL_LISTEN", "127.0.0.1:0");
        command.env("FERMATA_RATE_LIMIT_PER_SECOND", "0");
        command.envs(settings.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command.process_group(0).kill_on_drop(true);
        let mut child = command.spawn()?;
        let output = child.stdout.take().ok_or("the service has no output")?;
        let mut output = BufReader::new(output).lines();
        let said = addresses(&mut output);
        let (public, internal) = timeout(Duration::from_secs(START_SECONDS_MAX), said).await??;
        Ok(Self {
            child,
            public,
            internal,
            internal_key,
            _output: output,
        })
    }

    /// Where its internal listener is.
    pub fn internal(&self) -> SocketAddr {
        self.internal
    }

    /// Its process, while it lives.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Asks it to stop and waits until it has.
    pub async fn stop(mut self) -> Result<(), Box<dyn Error>> {
        let pid = self.child.id().ok_or("the service ended by itself")?;
        kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGTERM)?;
        let limit = Duration::from_secs(STOP_SECONDS_MAX);
        let status = timeout(limit, self.child.wait()).await??;
        if status.success() {
            Ok(())
        } else {
            Err(format!("the service ended: {status}").into())
        }
    }

    /// What its lanes have counted so far.
    pub async fn counted(&self) -> Result<Counted, Box<dyn Error>> {
        let mut stream = TcpStream::connect(self.internal).await?;
        let key = &self.internal_key;
        let request = format!(
            "GET /metrics HTTP/1.1\r\nHost: fermata.test\r\nConnection: close\r\n\
             Authorization: Bearer {key}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(Counted::parse(&answer))
    }
}

async fn addresses(
    output: &mut Lines<BufReader<ChildStdout>>,
) -> Result<(SocketAddr, SocketAddr), Box<dyn Error>> {
    let (mut public, mut internal) = (None, None);
    while let Some(line) = output.next_line().await? {
        public = public.or(address(&line, "Public API"));
        internal = internal.or(address(&line, "Internal API"));
        if let (Some(public), Some(internal)) = (public, internal) {
            return Ok((public, internal));
        }
    }
    Err("the service ended before it listened".into())
}

fn address(line: &str, what: &str) -> Option<SocketAddr> {
    line.strip_prefix(what)?
        .trim()
        .strip_prefix("http://")?
        .parse()
        .ok()
}

impl Counted {
    fn parse(text: &str) -> Self {
        let value = |name: &str| {
            let lines = text
                .lines()
                .filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            lines
                .filter_map(|value| value.trim().parse::<f64>().ok())
                .sum()
        };
        Self {
            batches: value("fermata_batch_commands_count"),
            commands: value("fermata_batch_commands_sum"),
            commits: value("fermata_commit_seconds_count"),
            commit_seconds: value("fermata_commit_seconds_sum"),
        }
    }

    /// Commands a batch since `before`, if there were any.
    pub fn commands_per_commit(&self, before: &Self) -> Option<f64> {
        ratio(
            self.commands - before.commands,
            self.batches - before.batches,
        )
    }

    /// Milliseconds a commit since `before`, if there were any.
    pub fn commit_ms(&self, before: &Self) -> Option<f64> {
        let seconds = self.commit_seconds - before.commit_seconds;
        ratio(seconds * 1_000.0, self.commits - before.commits)
    }
}

fn ratio(part: f64, whole: f64) -> Option<f64> {
    (0.0 < whole).then(|| part / whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_from_the_line_that_names_it() {
        let line = "Public API    http://127.0.0.1:43210";

        assert_eq!(address(line, "Public API").unwrap().port(), 43_210);
        assert_eq!(address(line, "Internal API"), None);
    }

    #[test]
    fn counts_are_compared_over_a_measurement() {
        let metrics = |count: u32| {
            format!(
                "HTTP/1.1 200 OK\r\n\r\nfermata_batch_commands_count {count}\n\
                 fermata_batch_commands_sum {}.0\nfermata_commit_seconds_sum 0.5\n",
                count * 7
            )
        };
        let (before, after) = (Counted::parse(&metrics(1)), Counted::parse(&metrics(3)));

        assert_eq!(after.commands_per_commit(&before), Some(7.0));
        assert_eq!(after.commit_ms(&before), None);
    }
}
