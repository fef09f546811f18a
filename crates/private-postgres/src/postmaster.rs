//! Whether this cluster's postmaster is alive, from its pid file.
//!
//! The file alone proves nothing: a killed postmaster leaves it behind, and after a restart of the
//! machine or the container its number belongs to any other program, perhaps to another cluster's
//! postmaster under the same account. So a process counts as ours only if it exists, is called
//! PostgreSQL, is no zombie (where we are the container's first process, nobody buries one), runs
//! as the account, and works in the cluster's directory. What the system does not tell is believed:
//! all of it without `/proc`, the directory where root may not look, as in most containers.
//!
//! PostgreSQL itself copes with a pid file of a dead process, and checks that no orphan still uses
//! the shared memory named in it or made for this directory. What it takes for a rival is a living
//! process of its own account: hence [`forget_stale`].

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::account::Account;
use crate::data_directory::DataDirectory;
use crate::error::FileError;
use crate::locks::StartLock;
use crate::socket;

/// What packages call the program; some wrap it and add to its name.
const NAMES: [&str; 2] = ["postgres", "postmaster"];

/// The process that serves the cluster, if it is alive.
pub(crate) fn living(directory: &DataDirectory) -> Option<Pid> {
    recorded(&pid_file(directory)).filter(|pid| exists(*pid) && is_ours(*pid, directory))
}

/// Removes the files of a dead postmaster whose number now belongs to a living process.
pub(crate) fn forget_stale(directory: &DataDirectory, _held: &StartLock) -> Result<(), FileError> {
    for path in [pid_file(directory), socket::lock_file(directory)] {
        if let Some(pid) = recorded(&path).filter(|pid| exists(*pid) && !is_ours(*pid, directory)) {
            let file = path.display();
            tracing::info!(%pid, %file, "removing a file of a PostgreSQL that is gone");
            fs::remove_file(&path).map_err(FileError::on("remove", &path))?;
        }
    }
    Ok(())
}

fn pid_file(directory: &DataDirectory) -> PathBuf {
    directory.cluster().join("postmaster.pid")
}

/// The number in the first line.
fn recorded(path: &Path) -> Option<Pid> {
    let pid: i32 = fs::read_to_string(path)
        .ok()?
        .lines()
        .next()?
        .trim()
        .parse()
        .ok()?;
    (pid > 0).then(|| Pid::from_raw(pid))
}

/// One that we may not signal runs as somebody else.
fn exists(pid: Pid) -> bool {
    kill(pid, None) == Ok(())
}

fn is_ours(pid: Pid, directory: &DataDirectory) -> bool {
    if !Path::new("/proc/self").exists() {
        return true;
    }
    is_running_server(pid)
        && runs_as(pid, directory.account())
        && works_in(pid, &directory.cluster())
}

/// By its name and state, as in `4711 (postgres) S 1 …`.
fn is_running_server(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(name, rest)| {
        NAMES.iter().any(|known| name.contains(known)) && !rest.trim_start().starts_with(['Z', 'X'])
    })
}

fn runs_as(pid: Pid, account: &Account) -> bool {
    fs::metadata(format!("/proc/{pid}")).is_ok_and(|metadata| account.owns(&metadata))
}

fn works_in(pid: Pid, cluster: &Path) -> bool {
    match fs::read_link(format!("/proc/{pid}/cwd")) {
        Ok(directory) => directory == cluster,
        Err(error) => error.kind() == ErrorKind::PermissionDenied,
    }
}
