//! Golden files: texts that outsiders rely on, or that tell the whole at one look.
//!
//! A text that differs from its file fails. When the change is meant, `make golden` (which sets
//! `GOLDEN=write`) writes the files anew, and the review reads the difference.

use std::fs;
use std::path::{Path, PathBuf};

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The file `name` holds exactly `text`, or does from now on.
#[track_caller]
pub fn holds(name: &str, text: &str) {
    let path = folder().join(name);
    if is_written_anew() {
        fs::write(&path, text).expect(name);
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    let differs = golden
        .lines()
        .zip(text.lines())
        .position(|(old, new)| old != new);
    let line = differs.unwrap_or(golden.lines().count().min(text.lines().count()));
    assert!(
        golden == text,
        "tests/golden/{name} differs in line {}; `make golden` if that is meant\n  was: {}\n  now: {}",
        line + 1,
        golden.lines().nth(line).unwrap_or("(nothing)"),
        text.lines().nth(line).unwrap_or("(nothing)"),
    );
}

#[allow(
    clippy::disallowed_methods,
    reason = "a switch of the tests, not of the program"
)]
fn is_written_anew() -> bool {
    std::env::var("GOLDEN").is_ok_and(|wish| wish == "write")
}
