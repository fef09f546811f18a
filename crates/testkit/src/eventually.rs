//! Waiting for something that another process or task brings about.

use std::time::{Duration, Instant};

/// Reached only when it will never come, on a busy machine too.
const DEADLINE: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Looks until there is an answer. A test that waits in vain says for what.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < DEADLINE, "waited in vain: {what}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
