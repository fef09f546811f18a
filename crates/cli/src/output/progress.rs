//! What the terminal shows while something takes long; silent elsewhere. Its texts are the program's own.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal};
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
