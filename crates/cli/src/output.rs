//! What people and programs see on standard output: tables on a terminal, plain columns in a
//! pipe, JSON when asked for.

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;
use std::io::{self, IsTerminal, Write};

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
        return rows.iter().try_for_each(|row| line(&row.join("\t")));
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(heading.to_vec());
    table.add_rows(rows);
    line(&table.to_string())
}
