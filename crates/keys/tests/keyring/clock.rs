//! A clock that a test moves. Each test has a thread of its own, and so a clock of its own.

use std::cell::Cell;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

thread_local! {
    static ELAPSED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

pub fn clock() -> Instant {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    *START + ELAPSED.get()
}

pub fn let_milliseconds_pass(count: u64) {
    ELAPSED.set(ELAPSED.get() + Duration::from_millis(count));
}
