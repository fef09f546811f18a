//! A directory of a test's own for a private PostgreSQL, whose server is stopped when the test ends,
//! however it ends.
//!
//! Stopped by a signal, not through the code under test: a test that fails must not leave a server
//! behind.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::process::Command;

const STOP_SECONDS_MAX: u64 = 10;

pub struct Playground {
    temporary: TempDir,
    /// What the program is given as its data directory.
    pub data: PathBuf,
}

impl Playground {
    pub fn new() -> Self {
        Self::named("data")
    }

    /// With a data directory of that name, which may be a path.
    pub fn named(name: &str) -> Self {
        let temporary = tempfile::Builder::new()
            .prefix("fermata-")
            .tempdir()
            .unwrap();
        fs::set_permissions(temporary.path(), Permissions::from_mode(0o755)).unwrap();
        let data = temporary.path().join(name);
        Self { temporary, data }
    }

    /// Where the program runs: there is nothing there that it has not been given.
    pub fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// The program on this data directory, with nothing of our own environment but the path.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fermata"));
        command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("FERMATA_DATA_DIR", &self.data)
            .current_dir(self.path())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// The first process of the server that runs on the data directory, if one does. Its pid file
    /// may be that of a dead one, whose number is another's by now.
    pub fn postmaster(&self) -> Option<Pid> {
        let cluster = self.data.join("cluster");
        let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
        let pid: i32 = text.lines().next()?.trim().parse().ok()?;
        let pid = Pid::from_raw(pid);
        let is_its_own = match fs::read_link(format!("/proc/{pid}/cwd")) {
            Ok(works_in) => works_in == cluster.canonicalize().ok()?,
            Err(_) => !Path::new("/proc/self").exists() && kill(pid, None).is_ok(),
        };
        is_its_own.then_some(pid)
    }
}

impl Drop for Playground {
    fn drop(&mut self) {
        let began = Instant::now();
        while let Some(postmaster) = self.postmaster() {
            let _gone = kill(postmaster, Signal::SIGQUIT);
            if Duration::from_secs(STOP_SECONDS_MAX) < began.elapsed() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
