//! Where log lines go: standard error, a line an event, whatever the texts in it say.
//!
//! The formatter colours lines for terminals with escape sequences of its own, and escapes those of
//! others. So that character is let through here, and every other that [`escape`](super::escape) knows is
//! not.

use super::escaping::{escape_json, put};
use std::io::{self, Write};

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogForm {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Writes log lines to standard error.
#[derive(Debug, Clone, Copy)]
pub struct LogWriter(pub LogForm);

impl Write for LogWriter {
    /// The formatter hands over a line at a time.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let shown = shown(&String::from_utf8_lossy(line), self.0);
        io::stderr().lock().write_all(shown.as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}

fn shown(line: &str, form: LogForm) -> String {
    let (text, end) = match line.strip_suffix('\n') {
        Some(text) => (text, "\n"),
        None => (line, ""),
    };
    let shown = match form {
        LogForm::Json => escape_json(text).into_owned(),
        LogForm::Text => text.chars().fold(String::new(), |mut shown, next| {
            if next == '\u{1b}' {
                shown.push(next);
                return shown;
            }
            put(shown, next)
        }),
    };
    shown + end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line_with_its_colours() {
        let line = "\u{1b}[33mWARN\u{1b}[0m a\nb\u{9b}2J\u{202e}\n";

        let shown = shown(line, LogForm::Text);

        assert_eq!(shown, "\u{1b}[33mWARN\u{1b}[0m a\\nb\\u{9b}2J\\u{202e}\n");
    }

    #[test]
    fn a_line_of_json_stays_the_same_value() {
        assert_eq!(
            shown("{\"reason\":\"\u{9b}2J\"}\n", LogForm::Json),
            "{\"reason\":\"\\u009b2J\"}\n"
        );
    }
}
