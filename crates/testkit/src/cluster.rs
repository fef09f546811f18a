//! One private PostgreSQL for all tests of a run.
//!
//! nextest gives each test a process; the first of them makes the cluster and a migrated template
//! under a lock, and writes down how to connect, last. It is left running: a keeper (`keeper.sh`)
//! outlives every test, and stops it and removes everything once the run's own process is gone,
//! however it ended. Without nextest, one process is one run.

use crate::elsewhere::elsewhere;
use event_store::{connect, migrate};
use private_postgres::{Durability, PrivatePostgres, ProgramSearch, Settings, can_host};
use std::error::Error;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, parent_id};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use tokio_postgres::Config;

/// The migrated database that every test's is a copy of.
pub(crate) const TEMPLATE: &str = "migrated";

/// What differs from a service's own cluster: room for many apps at once.
const PARAMETERS: [(&str, &str); 2] = [("max_connections", "400"), ("shared_buffers", "64MB")];

/// How to connect to the run's cluster, to the database that counts the tests.
pub(crate) fn cluster() -> &'static Config {
    static CLUSTER: OnceLock<Config> = OnceLock::new();
    CLUSTER.get_or_init(|| elsewhere(open_or_panic()))
}

async fn open_or_panic() -> Config {
    match open().await {
        Ok(config) => config,
        Err(error) => panic!(
            "these tests start a PostgreSQL of their own, whatever DATABASE_URL says, and cannot: {}",
            chain(error.as_ref())
        ),
    }
}

/// The run that this process is part of.
struct Run {
    name: String,
    /// The process that lives exactly as long.
    pid: u32,
}

impl Run {
    fn this() -> Self {
        match std::env::var("NEXTEST_RUN_ID") {
            Ok(id) => Self {
                name: id,
                pid: parent_id(),
            },
            Err(_) => {
                let pid = std::process::id();
                Self {
                    name: format!("process-{pid}"),
                    pid,
                }
            }
        }
    }

    /// The run's directory, where the account that PostgreSQL runs as can enter. Whoever makes it
    /// sets its keeper to work.
    fn directory(&self) -> Result<PathBuf, Box<dyn Error>> {
        let places = [
            std::env::temp_dir(),
            PathBuf::from("/tmp"),
            PathBuf::from("/var/tmp"),
        ];
        let fit = places
            .iter()
            .find(|place| can_host(&place.join("fermata")).is_ok());
        let place = match fit {
            Some(place) => place,
            None => return Err(can_host(&places[0].join("fermata")).unwrap_err().into()),
        };
        let directory = place.join(format!("fermata-tests-{}", self.name));
        match DirBuilder::new().create(&directory) {
            Ok(()) => {
                fs::set_permissions(&directory, Permissions::from_mode(0o755))?;
                self.set_keeper(&directory)?;
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.into()),
        }
        Ok(directory)
    }

    fn set_keeper(&self, directory: &Path) -> std::io::Result<()> {
        let mut keeper = Command::new("sh");
        keeper.args(["-c", include_str!("keeper.sh"), "fermata-keeper"]);
        keeper
            .arg(self.pid.to_string())
            .arg(directory)
            .current_dir("/");
        keeper
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        keeper.process_group(0).spawn().map(|_| ())
    }
}

async fn open() -> Result<Config, Box<dyn Error>> {
    let directory = Run::this().directory()?;
    let making = File::create(directory.join("making.lock"))?;
    making.lock()?;
    let known = directory.join("url");
    if let Ok(url) = fs::read_to_string(&known) {
        return Ok(url.parse()?);
    }
    let postgres = PrivatePostgres::open(settings(&directory)).await?;
    make_template(&postgres.config()).await?;
    let unfinished = directory.join("url.unfinished");
    fs::write(&unfinished, postgres.url())?;
    fs::rename(unfinished, known)?;
    // Not closed: the server stays for the run's other tests.
    Ok(postgres.config())
}

fn settings(directory: &Path) -> Settings {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Settings {
        data_directory: directory.join("postgres"),
        durability: Durability::None,
        programs: ProgramSearch::machine(std::env::var_os("PATH")),
        parameters: PARAMETERS.map(owned).to_vec(),
    }
}

async fn make_template(counting: &Config) -> Result<(), Box<dyn Error>> {
    let administrator = connect(counting).await?;
    let make = format!("CREATE DATABASE {TEMPLATE}");
    administrator
        .client
        .batch_execute("CREATE SEQUENCE tests")
        .await?;
    administrator.client.batch_execute(&make).await?;
    let mut template = connect(counting.clone().dbname(TEMPLATE)).await?;
    migrate(&mut template.client, None).await?;
    drop(template);
    let close = format!("ALTER DATABASE {TEMPLATE} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true");
    Ok(administrator.client.batch_execute(&close).await?)
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
