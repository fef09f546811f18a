//! What people and programs see on standard output: tables on a terminal, plain columns in a
//! pipe, JSON when asked for.

use comfy_table::{ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

const TICK: Duration = Duration::from_millis(100);

/// Says on the terminal that something takes a while; silent elsewhere. Cleared when dropped.
#[must_use]
pub fn waiting(for_what: &'static str) -> Waiting {
    let spinner = io::stderr().is_terminal().then(|| {
        let spinner = ProgressBar::new_spinner().with_message(for_what);
        spinner.enable_steady_tick(TICK);
        spinner
    });
    Waiting(spinner)
}

/// Something that takes a while.
pub struct Waiting(Option<ProgressBar>);

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(spinner) = &self.0 {
            spinner.finish_and_clear();
        }
    }
}

/// Shows on the terminal how far something has come, of `length` steps; silent elsewhere. Cleared
/// when dropped.
#[must_use]
pub fn progress(doing_what: &'static str, length: u64) -> Progress {
    let bar = io::stderr().is_terminal().then(|| {
        let style = ProgressStyle::with_template(
            "{msg} {wide_bar} {percent}% {human_pos}/{human_len} {per_sec} {eta}",
        );
        let bar = ProgressBar::new(length).with_message(doing_what);
        bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    });
    Progress(bar)
}

/// How far something has come.
pub struct Progress(Option<ProgressBar>);

impl Progress {
    /// So many more steps are done.
    pub fn add(&self, steps: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(steps);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// Writes one line.
///
/// # Errors
/// When nobody reads any more.
pub fn line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Writes a value as indented JSON.
///
/// # Errors
/// When nobody reads any more.
pub fn json(value: &impl Serialize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)
}

/// Writes rows under a heading: a table on a terminal, tab-separated columns in a pipe.
///
/// # Errors
/// When nobody reads any more.
pub fn table(heading: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    if !io::stdout().is_terminal() {
        line(&heading.join("\t"))?;
        return rows.iter().try_for_each(|row| line(&columns(row)));
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(heading.to_vec());
    table.add_rows(rows);
    line(&table.to_string())
}

/// A row on one line, whatever its cells say.
fn columns(row: &[String]) -> String {
    let cells: Vec<String> = row
        .iter()
        .map(|cell| cell.replace(['\t', '\n', '\r'], " "))
        .collect();
    cells.join("\t")
}
