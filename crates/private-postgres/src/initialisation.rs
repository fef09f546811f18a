//! Making the cluster, all or nothing.
//!
//! `initdb` works in a sibling of the final directory, which gets its name only when everything in
//! it is complete and on the disk. A process killed in between leaves a sibling that nobody ever
//! looks into. Its name holds the process's number, so that an `initdb` which outlived its process
//! cannot write into the next one's; the next one sweeps it away.
//!
//! The cluster trusts whoever can reach its socket and rejects the network.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use crate::configuration::Durability;
use crate::data_directory::DataDirectory;
use crate::error::{FileError, OpenError};
use crate::locks::StartLock;
use crate::log_file::last_lines;
use crate::programs::{Programs, major};

const UNFINISHED: &str = "cluster.unfinished-";

/// Sorted by bytes, whatever the machine's language; the second where the system does not know the
/// first.
const LOCALES: [&str; 2] = ["C.UTF-8", "C"];

/// The major version of the cluster, or `None` if there is none yet.
pub(crate) fn version(directory: &DataDirectory) -> Result<Option<u32>, OpenError> {
    let cluster = directory.cluster();
    let marker = cluster.join("PG_VERSION");
    match fs::read_to_string(&marker) {
        Ok(text) => major(&text)
            .map(Some)
            .ok_or(OpenError::NotACluster { directory: cluster }),
        Err(error) if error.kind() == ErrorKind::NotFound && is_free(&cluster) => Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(OpenError::NotACluster { directory: cluster })
        }
        Err(error) => Err(FileError::on("read", &marker)(error).into()),
    }
}

/// An empty directory gives way to a rename.
fn is_free(cluster: &Path) -> bool {
    match fs::read_dir(cluster) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

pub(crate) async fn make(
    directory: &DataDirectory,
    programs: &Programs,
    durability: Durability,
    _held: &StartLock,
) -> Result<(), OpenError> {
    sweep(directory);
    tracing::info!(cluster = %directory.cluster().display(), "making a PostgreSQL cluster");
    let unfinished = directory
        .path()
        .join(format!("{UNFINISHED}{}", std::process::id()));
    DirBuilder::new()
        .mode(0o700)
        .create(&unfinished)
        .map_err(FileError::on("create", &unfinished))?;
    directory.account().give(&unfinished)?;
    fill(directory, programs, durability, &unfinished).await?;
    let cluster = directory.cluster();
    fs::rename(&unfinished, &cluster).map_err(FileError::on("put in place", &cluster))?;
    let synced = File::open(directory.path()).and_then(|opened| opened.sync_all());
    Ok(synced.map_err(FileError::on("write to the disk", directory.path()))?)
}

async fn fill(
    directory: &DataDirectory,
    programs: &Programs,
    durability: Durability,
    unfinished: &Path,
) -> Result<(), OpenError> {
    let mut said = String::new();
    for locale in LOCALES {
        let mut command = directory
            .account()
            .command(&programs.initdb(), directory.path());
        command.args([
            "--auth-local=trust",
            "--auth-host=reject",
            "--username=fermata",
            "--encoding=UTF8",
        ]);
        command
            .arg(format!("--locale={locale}"))
            .arg("--pgdata")
            .arg(unfinished);
        if durability == Durability::None {
            command.arg("--no-sync");
        }
        let output = command
            .output()
            .await
            .map_err(FileError::on("run", &programs.initdb()))?;
        if output.status.success() {
            return Ok(());
        }
        said = last_lines(&output.stderr);
        tracing::debug!(locale, said, "initdb failed");
    }
    Err(OpenError::Initialisation { said })
}

/// What cannot be removed only takes room: nobody looks into it.
fn sweep(directory: &DataDirectory) {
    let entries = fs::read_dir(directory.path())
        .into_iter()
        .flatten()
        .flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(UNFINISHED))
    {
        let removed: io::Result<()> = fs::remove_dir_all(entry.path());
        let path = entry.path();
        tracing::warn!(path = %path.display(), ?removed, "found a half-made PostgreSQL cluster");
    }
}
