//! Tables: lines on a terminal, tab-separated columns in a pipe.
//!
//! Rows are written as they come, so that memory does not grow with them. A terminal gets a table for
//! each page of them, because the widths of its columns have to be known.

use super::escape;
use comfy_table::{ContentArrangement, Table, presets};
use std::io::{self, IsTerminal, Write};

/// Rows of one table on a terminal.
const PAGE: usize = 1_000;

/// A table that is being written.
pub struct TableWriter {
    heading: Vec<String>,
    /// What the terminal was not shown yet; none in a pipe.
    page: Option<Vec<Vec<String>>>,
    /// Whether a page was shown.
    is_begun: bool,
}

impl TableWriter {
    /// Begins a table.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn begin(heading: &[&str]) -> io::Result<Self> {
        let heading: Vec<String> = heading
            .iter()
            .map(|cell| escape(cell).into_owned())
            .collect();
        let page = io::stdout().is_terminal().then(Vec::new);
        if page.is_none() {
            write_columns(&heading)?;
        }
        Ok(Self {
            heading,
            page,
            is_begun: false,
        })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn row(&mut self, row: &[String]) -> io::Result<()> {
        let cells: Vec<String> = row.iter().map(|cell| escape(cell).into_owned()).collect();
        let Some(page) = &mut self.page else {
            return write_columns(&cells);
        };
        page.push(cells);
        if page.len() < PAGE {
            return Ok(());
        }
        self.show()
    }

    /// Ends the table.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn end(mut self) -> io::Result<()> {
        let is_left = self.page.as_ref().is_some_and(|page| !page.is_empty());
        if is_left || self.page.is_some() && !self.is_begun {
            self.show()?;
        }
        io::stdout().lock().flush()
    }

    fn show(&mut self) -> io::Result<()> {
        let rows = self.page.as_mut().map(std::mem::take).unwrap_or_default();
        self.is_begun = true;
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_header(&self.heading);
        table.add_rows(rows);
        writeln!(io::stdout().lock(), "{table}")
    }
}

/// Cells are escaped, so they hold neither tabs nor ends of lines.
fn write_columns(cells: &[String]) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{}", cells.join("\t"))
}
