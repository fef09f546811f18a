//! Where lines go: standard output, or a file that is gone on with.
//!
//! A file is read first. Each of its whole lines says how far it has come; what is behind the last
//! line's end was being written when the export broke off, and is cut off. A file that is something
//! else is left alone.

use super::{Format, Places};
use crate::output::DataWriter;
use event_store::JournalId;
use serde::Deserialize;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Where lines go.
pub(super) struct Target {
    out: Out,
    places: Places,
}

enum Out {
    Standard(DataWriter),
    File(BufWriter<File>),
}

/// Why a file cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    #[error("cannot open {0}")]
    Open(PathBuf, #[source] io::Error),
    #[error("cannot read {0}")]
    Read(PathBuf, #[source] io::Error),
    #[error("line {line} of {path} is not of an export in this format; the file was left as it is")]
    OtherContent { path: PathBuf, line: u64 },
    #[error("line {line} of {path} is not behind the one before it; the file was left as it is")]
    OutOfOrder { path: PathBuf, line: u64 },
}

impl Target {
    /// Opens the file, or standard output without one.
    pub fn open(path: Option<&Path>, format: Format) -> Result<Self, FileError> {
        let Some(path) = path else {
            return Ok(Self {
                out: Out::Standard(DataWriter::begin()),
                places: Places::new(),
            });
        };
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path);
        let mut file = opened.map_err(|error| FileError::Open(path.to_owned(), error))?;
        let (places, end) = look(&file, path, format)?;
        file.set_len(end)
            .and_then(|()| file.seek(SeekFrom::Start(end)))
            .map_err(|error| FileError::Read(path.to_owned(), error))?;
        let out = Out::File(BufWriter::new(file));
        Ok(Self { out, places })
    }

    /// How far the file has come.
    pub fn places(&self) -> &Places {
        &self.places
    }

    pub fn write_all(&mut self, lines: &[u8]) -> io::Result<()> {
        match &mut self.out {
            Out::Standard(out) => out.write_all(lines),
            Out::File(out) => out.write_all(lines),
        }
    }

    /// Makes sure that what was written stays.
    pub fn finish(self) -> io::Result<()> {
        match self.out {
            Out::Standard(out) => out.finish(),
            Out::File(mut out) => {
                out.flush()?;
                out.get_ref().sync_all()
            }
        }
    }
}

/// How far the lines have come, and where the last whole one ends.
fn look(file: &File, path: &Path, format: Format) -> Result<(Places, u64), FileError> {
    let mut reader = BufReader::new(file);
    let (mut places, mut end) = (Places::new(), 0);
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        let length = reader
            .read_until(b'\n', &mut text)
            .map_err(|error| FileError::Read(path.to_owned(), error))?;
        if text.last() != Some(&b'\n') {
            break;
        }
        let path = || path.to_owned();
        let (journal, position) =
            mark(&text, format).ok_or_else(|| FileError::OtherContent { path: path(), line })?;
        let before = places.insert(journal, position);
        if before.is_some_and(|before| position <= before) {
            return Err(FileError::OutOfOrder { path: path(), line });
        }
        end += u64::try_from(length).unwrap_or(0);
    }
    Ok((places, end))
}

#[derive(Deserialize)]
struct JsonLine {
    journal: i16,
    position: i64,
}

#[derive(Deserialize)]
struct CloudLine {
    journal: i16,
    sequence: String,
}

/// The place of a line's event.
fn mark(line: &[u8], format: Format) -> Option<(JournalId, i64)> {
    match format {
        Format::Jsonl => {
            let line: JsonLine = serde_json::from_slice(line).ok()?;
            Some((JournalId(line.journal), line.position))
        }
        Format::Cloudevents => {
            let line: CloudLine = serde_json::from_slice(line).ok()?;
            Some((JournalId(line.journal), line.sequence.parse().ok()?))
        }
    }
}
