//! A data directory of a test's own, whose server is stopped when the test ends, however it ends.
//!
//! Stopped by hand, not through the crate under test: a test that fails must not leave a server
//! behind.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use private_postgres::{Durability, PrivatePostgres, ProgramSearch, Settings};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

const DEADLINE: Duration = Duration::from_secs(60);

pub struct Playground {
    temporary: TempDir,
    pub directory: PathBuf,
}

impl Playground {
    pub fn new() -> Self {
        Self::named("data")
    }

    pub fn named(name: &str) -> Self {
        let temporary = tempfile::Builder::new()
            .prefix("fermata-")
            .tempdir()
            .unwrap();
        fs::set_permissions(temporary.path(), Permissions::from_mode(0o755)).unwrap();
        let directory = temporary.path().join(name);
        Self {
            temporary,
            directory,
        }
    }

    /// Beside the data directory.
    pub fn file(&self, name: &str) -> PathBuf {
        self.temporary.path().join(name)
    }

    /// Makes a directory that any account can enter, whatever the umask.
    pub fn make(&self, directory: &Path) {
        fs::create_dir_all(directory).unwrap();
        for made in directory
            .ancestors()
            .take_while(|made| *made != self.temporary.path())
        {
            fs::set_permissions(made, Permissions::from_mode(0o755)).unwrap();
        }
    }

    pub fn settings(&self) -> Settings {
        small(&self.directory)
    }

    pub async fn open(&self) -> PrivatePostgres {
        PrivatePostgres::open(self.settings()).await.unwrap()
    }

    pub fn cluster(&self) -> PathBuf {
        self.directory.join("cluster")
    }

    /// A program run as the cluster's owner.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let owner = fs::metadata(self.cluster()).unwrap();
        let mut command = Command::new(program.as_ref());
        command
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if is_root() {
            command.uid(owner.uid()).gid(owner.gid());
        }
        command
    }
}

impl Drop for Playground {
    fn drop(&mut self) {
        let running = self.cluster().join("postmaster.pid").exists();
        // Begins with the path of the program that runs.
        let started = fs::read_to_string(self.cluster().join("postmaster.opts"));
        let program = started
            .ok()
            .and_then(|text| text.split_whitespace().next().map(PathBuf::from));
        if let Some(program) = program.filter(|_| running) {
            let mut stop = self.command(program.with_file_name("pg_ctl"));
            let stop = stop.args(["stop", "-m", "immediate", "-w", "-t", "10", "-D"]);
            let _ = stop.arg(self.cluster()).status();
        }
    }
}

pub fn small(directory: &Path) -> Settings {
    Settings {
        data_directory: directory.to_path_buf(),
        durability: Durability::None,
        programs: ProgramSearch::machine(std::env::var_os("PATH")),
        parameters: vec![("shared_buffers".into(), "16MB".into())],
    }
}

pub fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

/// A client, whose connection ends with the test's runtime.
pub async fn client(postgres: &PrivatePostgres) -> Client {
    let (client, connection) = postgres.config().connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

pub async fn text(client: &Client, query: &str) -> String {
    client.query_one(query, &[]).await.unwrap().get(0)
}

pub async fn run(postgres: &PrivatePostgres, statements: &str) {
    client(postgres)
        .await
        .batch_execute(statements)
        .await
        .unwrap();
}

/// Polls until there is an answer; a test that waits in vain says for what.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < DEADLINE, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
