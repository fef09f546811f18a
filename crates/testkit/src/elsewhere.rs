//! A runtime of its own for what must be finished when a function that cannot wait returns.

use std::thread;
use tokio::runtime::{Builder, Runtime};

/// Runs `future` to its end on a thread with a runtime of its own, and panics if it does. For
/// `Drop`, and for what a test's single-threaded runtime must not hold up.
pub(crate) fn elsewhere<T: Send>(future: impl Future<Output = T> + Send) -> T {
    let done = thread::scope(|scope| scope.spawn(|| runtime().block_on(future)).join());
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}
