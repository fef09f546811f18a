//! How late this machine is: what a test that holds work to a time adds to its limit.
//!
//! On an idle machine it is next to nothing, so the limit is strict there. Beside other work it is the
//! time that the other work took, measured in the same run.

use std::time::{Duration, Instant};

const TICK: Duration = Duration::from_millis(10);
/// What a timer may be late without anything being wrong: its own grain.
const GRAIN: Duration = Duration::from_millis(2);

/// What `work` brought, and by how much timers went off late meanwhile, in all.
pub async fn with_lateness<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let mut late = Duration::ZERO;
    let watch = async {
        loop {
            let asked = Instant::now();
            tokio::time::sleep(TICK).await;
            late += asked.elapsed().saturating_sub(TICK + GRAIN);
        }
    };
    let done = tokio::select! {
        done = work => done,
        () = watch => unreachable!("the watch never ends"),
    };
    (done, late)
}
