//! The directory that everything lives in, and whether a directory can be that.
//!
//! `cluster/` (the server's data) and `run/` (its socket) belong to the server's account and to
//! nobody else, as does `postgres.log`; `fermata.conf` and the lock files are ours. So root never
//! writes into a directory that a lesser account could have prepared a trap in.
//!
//! The path is canonical: two processes that reach the directory by different names agree on
//! everything derived from it.

use std::fs::{self, DirBuilder, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::{AccessFlags, access};

use crate::account::Account;
use crate::error::{FileError, OpenError};
use crate::initialisation;

#[derive(Debug, Clone)]
pub(crate) struct DataDirectory {
    path: PathBuf,
    account: Account,
}

impl DataDirectory {
    /// Makes the directory if it is not there.
    pub(crate) fn prepare(wanted: &Path) -> Result<Self, OpenError> {
        can_host(wanted)?;
        let wanted = absolute(wanted)?;
        let account = Account::serving(&wanted.join("cluster"))?;
        create(&wanted, if account.is_ours() { 0o700 } else { 0o711 })?;
        let path = fs::canonicalize(&wanted).map_err(FileError::on("resolve", &wanted))?;
        Ok(Self { path, account })
    }

    /// The directory as it is, in which a cluster is expected. Makes nothing.
    pub(crate) fn existing(wanted: &Path) -> Result<Self, OpenError> {
        let wanted = absolute(wanted)?;
        match fs::metadata(&wanted) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(OpenError::NotADirectory { path: wanted }),
            Err(error) => {
                let is_absent =
                    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory);
                return Err(if is_absent {
                    OpenError::NothingThere { directory: wanted }
                } else {
                    FileError::on("read", &wanted)(error).into()
                });
            }
        }
        let path = fs::canonicalize(&wanted).map_err(FileError::on("resolve", &wanted))?;
        let account = Account::serving(&path.join("cluster"))?;
        let found = Self { path, account };
        if initialisation::version(&found)?.is_none() {
            return Err(OpenError::NothingThere { directory: wanted });
        }
        can_host(&wanted)?;
        Ok(found)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    pub(crate) fn cluster(&self) -> PathBuf {
        self.path.join("cluster")
    }

    pub(crate) fn run(&self) -> PathBuf {
        self.path.join("run")
    }

    pub(crate) fn configuration(&self) -> PathBuf {
        self.path.join("fermata.conf")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    pub(crate) fn start_lock(&self) -> PathBuf {
        self.path.join("start.lock")
    }

    pub(crate) fn users_lock(&self) -> PathBuf {
        self.path.join("users.lock")
    }
}

/// Finds a database in `data_directory`. Starts and makes nothing.
///
/// # Errors
///
/// [`OpenError::NothingThere`] and the like when there is none.
pub fn expect(data_directory: &Path) -> Result<(), OpenError> {
    DataDirectory::existing(data_directory).map(drop)
}

/// Whether a private PostgreSQL could live in `data_directory`, which need not exist yet. Creates
/// nothing.
///
/// # Errors
///
/// [`OpenError::Unenterable`], [`OpenError::Unwritable`] or [`OpenError::OwnedByAnother`] name what
/// stands in the way.
pub fn can_host(data_directory: &Path) -> Result<(), OpenError> {
    let wanted = absolute(data_directory)?;
    let account = Account::serving(&wanted.join("cluster"))?;
    let Some(existing) = wanted
        .ancestors()
        .find_map(|ancestor| fs::canonicalize(ancestor).ok())
    else {
        return Err(OpenError::Unwritable { directory: wanted });
    };
    if !existing.is_dir() {
        return Err(OpenError::Unwritable {
            directory: existing,
        });
    }
    if let Some(directory) = outermost_closed_to(&account, &existing) {
        return Err(OpenError::Unenterable {
            directory,
            account: account.name().to_owned(),
        });
    }
    match access(&existing, AccessFlags::W_OK | AccessFlags::X_OK) {
        Ok(()) => Ok(()),
        Err(_) => Err(OpenError::Unwritable {
            directory: existing,
        }),
    }
}

/// Our own account needs no such check: what it cannot enter, it cannot write to.
fn outermost_closed_to(account: &Account, path: &Path) -> Option<PathBuf> {
    let closed = |directory: &&Path| {
        !account.is_ours()
            && !fs::metadata(directory).is_ok_and(|metadata| account.can_enter(&metadata))
    };
    path.ancestors()
        .filter(closed)
        .last()
        .map(Path::to_path_buf)
}

fn absolute(path: &Path) -> Result<PathBuf, FileError> {
    std::path::absolute(path).map_err(FileError::on("resolve", path))
}

/// Creates what is missing of `path`, with exactly `mode`: a strict umask must not shut out the
/// server's account.
fn create(path: &Path, mode: u32) -> Result<(), FileError> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        create(parent, mode)?;
    }
    match DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        created => created.and_then(|()| fs::set_permissions(path, Permissions::from_mode(mode))),
    }
    .map_err(FileError::on("create", path))
}
