//! Data on standard output: JSON in the very bytes that were stored, hashed or signed.
//!
//! Files and programs get those bytes. A terminal gets JSON of the same value in which nothing is acted
//! upon.

use super::escaping::JsonGuard;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

/// Writes data to standard output.
pub struct DataWriter(Out);

enum Out {
    Bytes(BufWriter<Stdout>),
    Terminal(JsonGuard<BufWriter<Stdout>>),
}

impl DataWriter {
    /// Begins to write.
    #[must_use]
    pub fn begin() -> Self {
        let out = BufWriter::new(io::stdout());
        Self(if io::stdout().is_terminal() {
            Out::Terminal(JsonGuard(out))
        } else {
            Out::Bytes(out)
        })
    }

    /// Writes whole lines of JSON.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn write_all(&mut self, lines: &[u8]) -> io::Result<()> {
        match &mut self.0 {
            Out::Bytes(out) => out.write_all(lines),
            Out::Terminal(out) => out.write_all(lines),
        }
    }

    /// Hands over what was written.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn finish(mut self) -> io::Result<()> {
        match &mut self.0 {
            Out::Bytes(out) => out.flush(),
            Out::Terminal(out) => out.flush(),
        }
    }
}
