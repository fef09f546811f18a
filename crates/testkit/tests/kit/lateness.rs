//! A limit is stretched by the time in which this process could not run, and by nothing else.

use std::time::Duration;
use testkit::with_lateness;

#[tokio::test]
async fn time_in_which_nothing_could_run_is_lateness() {
    let lost = Duration::from_millis(300);

    let (done, late) = with_lateness(async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        std::thread::sleep(lost);
        tokio::time::sleep(Duration::from_millis(20)).await;
        "done"
    })
    .await;

    assert_eq!(done, "done");
    assert!(lost - Duration::from_millis(20) <= late, "{late:?}");
}
