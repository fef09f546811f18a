//! What people and programs see on standard output and standard error: tables on a terminal, plain
//! columns in a pipe, JSON when asked for.
//!
//! The one way out: nothing else in the program writes there (`tests/workspace/printing.rs`). So every text
//! is escaped here: in [`line()`], in the cells of a table, in [`json`], in [`complain`], in
//! log lines. One call of [`line()`] is one line. Only data that a file keeps byte for byte are not
//! ([`DataWriter`]).

mod data;
mod escaping;
mod log;
mod progress;
mod table;

pub use data::DataWriter;
pub use escaping::escape;
pub use log::{LogForm, LogWriter};
pub use progress::{Progress, Waiting, progress, waiting};
pub use table::TableWriter;

use escaping::JsonGuard;
use serde::Serialize;
use std::error::Error;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

/// Writes one line.
///
/// # Errors
/// When standard output is closed.
pub fn line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", escape(text))?;
    out.flush()
}

/// Writes each line of a text that has several by its nature, like a signed note.
///
/// # Errors
/// When standard output is closed.
pub fn lines(text: &str) -> io::Result<()> {
    text.lines().try_for_each(line)
}

/// Whether an error means that standard output was closed: its reader has read enough.
#[must_use]
pub fn is_closed(error: &(dyn Error + 'static)) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Writes one line to standard error.
pub fn complain(text: &str) {
    // With both outputs closed there is no place for it.
    let _closed = writeln!(io::stderr().lock(), "{}", escape(text));
}

/// Whether people look at standard error.
#[must_use]
pub fn errors_are_read_by_people() -> bool {
    io::stderr().is_terminal()
}

/// Writes a value as indented JSON.
///
/// # Errors
/// When standard output is closed.
pub fn json(value: &impl Serialize) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    serde_json::to_writer_pretty(JsonGuard(&mut out), value)?;
    writeln!(out)?;
    out.flush()
}

/// Writes rows under a heading: a table on a terminal, tab-separated columns in a pipe.
///
/// # Errors
/// When standard output is closed.
pub fn table(heading: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let mut table = TableWriter::begin(heading)?;
    rows.iter().try_for_each(|row| table.row(row))?;
    table.end()
}

/// JSON on one line, safe to be shown.
///
/// # Errors
/// When the value has no JSON.
pub fn json_in_line(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(value).map(|json| escaping::escape_json(&json).into_owned())
}

/// A JSON document that is written as it comes, so that memory does not grow with it.
pub struct JsonDocument(BufWriter<Stdout>);

impl JsonDocument {
    /// Begins a document.
    #[must_use]
    pub fn begin() -> Self {
        Self(BufWriter::new(io::stdout()))
    }

    /// Writes what stands between values.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn put(&mut self, between: &'static str) -> io::Result<()> {
        self.0.write_all(between.as_bytes())
    }

    /// Writes a value on one line.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn value(&mut self, value: &impl Serialize) -> io::Result<()> {
        Ok(serde_json::to_writer(JsonGuard(&mut self.0), value)?)
    }

    /// Ends the document.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn end(mut self) -> io::Result<()> {
        writeln!(self.0)?;
        self.0.flush()
    }
}
