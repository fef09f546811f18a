//! Who uses the cluster, and who may start or stop it.
//!
//! `start.lock` is held for the moments of making, starting and stopping. `users.lock` is held,
//! shared, by everyone for as long as they use the server. Who leaves takes `start.lock`, lets go
//! of its share and tries to have `users.lock` alone: only then is it the last one, who turns off
//! the light. Nobody can come in meanwhile, since that needs `start.lock` too.
//!
//! These are `flock` locks: a killed process loses them by dying, so there is nothing stale to
//! clean up. They are polled for, not waited for: the wait is bounded, and dropping the future ends
//! it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::error::{FileError, LockError};

/// Longer than a stop (60 s) or a start (60 s) that somebody else is at.
const HELD_SECONDS_MAX: u64 = 150;
const TRY_EVERY: Duration = Duration::from_millis(20);
const TELL_EVERY: Duration = Duration::from_secs(5);

/// Proof that nobody else starts, stops or makes the cluster.
#[derive(Debug)]
pub(crate) struct StartLock(File);

impl StartLock {
    pub(crate) async fn take(path: &Path) -> Result<Self, LockError> {
        acquire(path, File::try_lock).await.map(Self)
    }
}

impl Drop for StartLock {
    fn drop(&mut self) {
        release(&self.0);
    }
}

/// Proof that the server will not be stopped by another user of it.
#[derive(Debug)]
pub(crate) struct UsersLock(File);

pub(crate) enum Departure {
    Last,
    OthersStay,
}

impl UsersLock {
    pub(crate) async fn share(path: &Path, _held: &StartLock) -> Result<Self, LockError> {
        acquire(path, File::try_lock_shared).await.map(Self)
    }

    /// A lock that cannot be tried counts as somebody else's: a server too many is better than one
    /// too few.
    pub(crate) fn leave(self, _held: &StartLock) -> Departure {
        release(&self.0);
        match self.0.try_lock() {
            Ok(()) => Departure::Last,
            Err(TryLockError::WouldBlock) => Departure::OthersStay,
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, "who else uses PostgreSQL is unknown; it is left running");
                Departure::OthersStay
            }
        }
    }
}

/// Said aloud, because a program just being started may for a moment hold a copy of the file, and
/// with it the lock.
impl Drop for UsersLock {
    fn drop(&mut self) {
        release(&self.0);
    }
}

fn release(file: &File) {
    if let Err(error) = file.unlock() {
        tracing::debug!(%error, "a lock is released by closing its file");
    }
}

async fn acquire(
    path: &Path,
    attempt: fn(&File) -> Result<(), TryLockError>,
) -> Result<File, LockError> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(FileError::on("open", path))?;
    let begun = Instant::now();
    let mut told = begun;
    loop {
        match attempt(&file) {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => {
                return Err(FileError::on("lock", path)(error).into());
            }
            Err(TryLockError::WouldBlock) => {}
        }
        if begun.elapsed() >= Duration::from_secs(HELD_SECONDS_MAX) {
            return Err(LockError::Held {
                path: path.to_path_buf(),
                seconds: HELD_SECONDS_MAX,
            });
        }
        if told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            tracing::info!(lock = %path.display(), "waiting for another process with PostgreSQL");
        }
        sleep(TRY_EVERY).await;
    }
}
