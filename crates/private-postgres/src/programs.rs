//! Which of the machine's PostgreSQL programs are used.
//!
//! Looked for in this order: the directories of the search path, the one that `pg_config` on it
//! names, the places where packages install (the highest version first). Links are followed, so
//! that the programs' neighbours (`psql`, `pgbench`) are found beside them. A machine may have
//! several versions: a cluster that exists is served by the first programs of the version that made
//! it.
//!
//! The caller reads the environment and passes the search path in.

use std::cmp::Reverse;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::data_directory::DataDirectory;
use crate::error::OpenError;

const NEEDED: [&str; 3] = ["postgres", "initdb", "pg_ctl"];

/// Directories with a subdirectory per version, and how its name begins. The programs are in `bin`.
const PACKAGES: [(&str, &str); 5] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql"),
    ("/usr/local/opt", "postgresql"),
    ("/usr/local", "pgsql"),
];

/// Where to look for PostgreSQL's programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramSearch {
    path: Option<OsString>,
    standard: Vec<PathBuf>,
}

impl ProgramSearch {
    /// The directories of `path` (the value of `PATH`), then the places where packages install.
    #[must_use]
    pub fn machine(path: Option<OsString>) -> Self {
        Self {
            path,
            standard: PACKAGES
                .into_iter()
                .flat_map(|(parent, prefix)| versions(parent, prefix))
                .collect(),
        }
    }

    /// The directories of `path`, then `standard`, and nowhere else.
    #[must_use]
    pub fn within(path: Option<OsString>, standard: Vec<PathBuf>) -> Self {
        Self { path, standard }
    }

    /// The first programs that run; for a cluster, the first of the version that made it.
    pub(crate) async fn find(
        &self,
        made: Option<u32>,
        directory: &DataDirectory,
    ) -> Result<Programs, OpenError> {
        let account = directory.account();
        let mut other = None;
        for candidate in self.candidates(account).await {
            match (version(&candidate, account).await, made) {
                (None, _) => {
                    let directory = candidate.display();
                    tracing::warn!(%directory, "PostgreSQL's programs there do not run");
                }
                (Some(installed), Some(cluster)) if installed != cluster => {
                    other = other.or(Some(OpenError::OtherVersion {
                        directory: directory.cluster(),
                        cluster,
                        installed,
                    }));
                }
                (Some(_), _) => {
                    return Ok(Programs {
                        directory: candidate,
                    });
                }
            }
        }
        Err(other.unwrap_or(OpenError::ProgramsMissing))
    }

    async fn candidates(&self, account: &Account) -> Vec<PathBuf> {
        let on_path: Vec<PathBuf> =
            std::env::split_paths(self.path.as_deref().unwrap_or(OsStr::new("")))
                .filter(|path| path.is_absolute())
                .collect();
        let configured = configured(&on_path, account).await;
        let mut found = Vec::new();
        for directory in on_path.iter().chain(&configured).chain(&self.standard) {
            match resolve(directory) {
                Some(resolved) if !found.contains(&resolved) => found.push(resolved),
                _ => {}
            }
        }
        found
    }
}

/// A directory with the programs that are needed.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    directory: PathBuf,
}

impl Programs {
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn initdb(&self) -> PathBuf {
        self.directory.join("initdb")
    }

    pub(crate) fn pg_ctl(&self) -> PathBuf {
        self.directory.join("pg_ctl")
    }
}

/// The number that a version begins with: `15` of `15.6 (Debian)` and of `17beta1`.
pub(crate) fn major(version: &str) -> Option<u32> {
    version
        .trim()
        .split(|letter: char| !letter.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

fn versions(parent: &str, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.starts_with(prefix))
        .collect();
    names.sort_by_key(|name| {
        Reverse(major(
            name.trim_start_matches(|letter: char| !letter.is_ascii_digit()),
        ))
    });
    names
        .into_iter()
        .map(|name| Path::new(parent).join(name).join("bin"))
        .collect()
}

/// The directory that the programs are really in. A link beside which one is missing may lead to
/// where all are.
fn resolve(directory: &Path) -> Option<PathBuf> {
    let real = fs::canonicalize(directory.join("postgres")).ok()?;
    [real.parent()?, directory]
        .into_iter()
        .find(|candidate| {
            NEEDED
                .iter()
                .all(|program| candidate.join(program).is_file())
        })
        .map(Path::to_path_buf)
}

async fn configured(on_path: &[PathBuf], account: &Account) -> Option<PathBuf> {
    let program = on_path
        .iter()
        .map(|directory| directory.join("pg_config"))
        .find(|program| program.is_file())?;
    let output = account
        .command(&program, Path::new("/"))
        .arg("--bindir")
        .output()
        .await
        .ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    output
        .status
        .success()
        .then(|| PathBuf::from(said.trim_end()))
}

/// Asked as the account that the programs will run as: it may not be able to reach them.
async fn version(directory: &Path, account: &Account) -> Option<u32> {
    let output = account
        .command(&directory.join("postgres"), Path::new("/"))
        .arg("--version")
        .output()
        .await
        .ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    major(said.strip_prefix("postgres (PostgreSQL) ")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_major_version_is_the_number_that_a_version_begins_with() {
        assert_eq!(major("15.6 (Debian 15.6-0+deb12u1)"), Some(15));
        assert_eq!(major("17beta1\n"), Some(17));
        assert_eq!(major("devel"), None);
    }
}
