//! The account that PostgreSQL's programs run as.
//!
//! PostgreSQL refuses to run as root. As root we therefore run it as the owner of the cluster, or,
//! where there is none yet, as `postgres` or else `nobody`. As anybody else we run it as ourselves,
//! and a cluster of somebody else's is refused by name.
//!
//! Every program is started through [`Account::command`]: with an environment of two variables (no
//! `PG…` variable of the caller's reaches it), in a process group of its own (a Ctrl-C in the
//! terminal does not reach it either), and without the caller's supplementary groups, which the
//! standard library drops when root changes the user.

use std::fs::{self, Metadata};
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::Path;
use std::process::Stdio;

use nix::unistd::{Gid, Uid, User, getegid, geteuid};
use tokio::process::Command;

use crate::error::{FileError, OpenError};

const SERVICE_ACCOUNTS: [&str; 2] = ["postgres", "nobody"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    uid: Uid,
    gid: Gid,
    name: String,
}

impl Account {
    /// The account for the cluster that is, or will be, at `cluster`.
    pub(crate) fn serving(cluster: &Path) -> Result<Self, OpenError> {
        let owner = fs::metadata(cluster)
            .ok()
            .map(|metadata| Self::owning(&metadata));
        let effective = Self::of(geteuid(), getegid());
        match owner {
            Some(owner) if owner.uid == effective.uid && !owner.uid.is_root() => Ok(effective),
            Some(owner) if effective.uid.is_root() && !owner.uid.is_root() => Ok(owner),
            Some(owner) => Err(OpenError::OwnedByAnother {
                directory: cluster.to_path_buf(),
                owner: owner.name,
                account: if effective.uid.is_root() {
                    Self::service()?.name
                } else {
                    effective.name
                },
            }),
            None if effective.uid.is_root() => Self::service(),
            None => Ok(effective),
        }
    }

    fn service() -> Result<Self, OpenError> {
        SERVICE_ACCOUNTS
            .into_iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .map(|user| Self {
                uid: user.uid,
                gid: user.gid,
                name: user.name,
            })
            .ok_or(OpenError::AccountMissing)
    }

    fn owning(metadata: &Metadata) -> Self {
        let (uid, gid) = (Uid::from_raw(metadata.uid()), Gid::from_raw(metadata.gid()));
        let home = User::from_uid(uid).ok().flatten().map(|user| user.gid);
        Self::of(uid, home.unwrap_or(gid))
    }

    fn of(uid: Uid, gid: Gid) -> Self {
        let known = User::from_uid(uid).ok().flatten();
        Self {
            uid,
            gid,
            name: known.map_or_else(|| uid.to_string(), |user| user.name),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn is_ours(&self) -> bool {
        self.uid == geteuid()
    }

    pub(crate) fn owns(&self, metadata: &Metadata) -> bool {
        metadata.uid() == self.uid.as_raw()
    }

    /// Whether the permission bits let the account pass through a directory. It has no
    /// supplementary groups.
    pub(crate) fn can_enter(&self, directory: &Metadata) -> bool {
        let class = if self.owns(directory) {
            0o100
        } else if directory.gid() == self.gid.as_raw() {
            0o010
        } else {
            0o001
        };
        directory.mode() & class != 0
    }

    /// Hands over what we have just created.
    pub(crate) fn give(&self, path: &Path) -> Result<(), FileError> {
        if self.is_ours() {
            return Ok(());
        }
        lchown(path, Some(self.uid.as_raw()), Some(self.gid.as_raw()))
            .map_err(FileError::on("change the owner of", path))
    }

    /// A program that will run as this account, in `directory`.
    pub(crate) fn command(&self, program: &Path, directory: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C");
        command
            .current_dir(directory)
            .stdin(Stdio::null())
            .process_group(0)
            .kill_on_drop(true);
        if !self.is_ours() {
            command.uid(self.uid.as_raw()).gid(self.gid.as_raw());
        }
        command
    }
}
