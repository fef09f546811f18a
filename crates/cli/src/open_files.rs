//! How many files, and so connections, the process may have open.
//!
//! Shells start programs with a low limit (often 1,024) that a program may raise by itself. Every
//! task that sleeps on a token holds a connection, so a service takes what it may have.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Fewer than this are worth a word in the log.
const ENOUGH: u64 = 10_000;

/// Raises the limit as far as the system lets a program.
pub fn raise_limit() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE).and_then(|(_, hard)| {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
        Ok(hard)
    });
    match raised {
        Ok(most) if most < ENOUGH => {
            tracing::warn!(
                most,
                "few files may be open, so few tasks can sleep at once"
            );
        }
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "the limit of open files stays as it was"),
    }
}
