//! The server's log: created for the server's account, kept small, and read when a start has
//! failed.
//!
//! The server appends to it through `pg_ctl -l`, so the file may be truncated at any time without
//! the server noticing; what was in it goes to `postgres.log.previous`. So both together stay near
//! twice [`LOG_BYTES_MAX`], even if a bug makes the server complain a thousand times a second.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;

use crate::account::Account;
use crate::error::FileError;

const LOG_BYTES_MAX: u64 = 16 * 1024 * 1024;
const SAID_LINES_MAX: usize = 6;

#[derive(Debug)]
pub(crate) struct LogFile {
    path: PathBuf,
}

impl LogFile {
    pub(crate) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes sure that the account can append to the log. Returns where what it appends will begin.
    pub(crate) fn prepare(&self, account: &Account) -> Result<u64, FileError> {
        let opened = self.options().create(true).mode(0o600).open(&self.path);
        let file = opened.map_err(FileError::on("open", &self.path))?;
        account.give(&self.path)?;
        file.metadata()
            .map(|metadata| metadata.len())
            .map_err(FileError::on("look at", &self.path))
    }

    /// Keeps the log small. That it could not is no reason to stop serving.
    pub(crate) fn trim(&self) {
        let long = fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() > LOG_BYTES_MAX);
        if long && let Err(error) = self.move_contents() {
            let log = self.path.display();
            tracing::warn!(%error, %log, "PostgreSQL's log could not be trimmed");
        }
    }

    fn move_contents(&self) -> io::Result<()> {
        fs::copy(&self.path, self.path.with_extension("log.previous"))?;
        self.options().open(&self.path)?.set_len(0)
    }

    /// The last lines that were written since the log was `offset` long.
    pub(crate) fn said_since(&self, offset: u64) -> String {
        let mut text = Vec::new();
        let read = File::open(&self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(offset))?;
            file.take(LOG_BYTES_MAX).read_to_end(&mut text)
        });
        match read {
            Ok(_) => last_lines(&text),
            Err(error) => format!("(it cannot be read: {error})"),
        }
    }

    fn options(&self) -> OpenOptions {
        let mut options = OpenOptions::new();
        options.append(true).custom_flags(OFlag::O_NOFOLLOW.bits());
        options
    }
}

/// The end of what a program wrote, on one line.
pub(crate) fn last_lines(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines
        .iter()
        .skip(lines.len().saturating_sub(SAID_LINES_MAX))
        .copied()
        .collect::<Vec<_>>()
        .join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_one_short_line() {
        let text = (1..=9)
            .map(|number| format!(" line {number}\n\n"))
            .collect::<String>();

        assert_eq!(
            last_lines(text.as_bytes()),
            "line 4; line 5; line 6; line 7; line 8; line 9"
        );
    }
}
