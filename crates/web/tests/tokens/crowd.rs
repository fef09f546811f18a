//! Thousands of answers held back at once, and a pause that releases them.

use crate::clerk::{Clerk, TOKENS};
use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde_json::json;
use std::time::{Duration, Instant};
use testkit::{RawConnection, TestApp, eventually};

const HELD: usize = 5_000;
const TOKENS_HELD: usize = 500;
/// Open files of this process beside the connections, both of whose ends are its own.
const OTHER_FILES: u64 = 500;
/// Generous: the machine may be busy with other tests.
const RELEASE_SECONDS_MAX: u64 = 10;

/// As many as can be held here: each costs two open files.
fn room() -> usize {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).unwrap();
    let fits = hard.saturating_sub(OTHER_FILES) / 2;
    usize::try_from(fits).unwrap_or(usize::MAX).min(HELD)
}

async fn hold(clerk: &Clerk<'_>, id: &str) -> RawConnection {
    let mut connection = clerk.app.raw_internal().await;
    let key = &clerk.key;
    connection
        .send(&format!(
            "GET {TOKENS}/{id} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {key}\r\n\
             prefer: wait=60\r\nconnection: close\r\n\r\n"
        ))
        .await;
    connection
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_that_is_held_back_is_told_of_a_pause() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let tenant = app.tenant().await;
    let campaign = app.active_campaign(&tenant).await;
    let wish = json!({"tags": [format!("campaign:{campaign}")], "timeout": "1h"});
    let ids: Vec<String> = stream::iter(0..TOKENS_HELD)
        .map(|_| clerk.token(&wish))
        .buffer_unordered(16)
        .collect()
        .await;
    let count = room();
    let mut crowd = Vec::new();
    for id in ids.iter().cycle().take(count) {
        crowd.push(hold(&clerk, id).await);
    }
    eventually("a crowd that is held back", async || {
        let line = format!("fermata_http_answers_held {count}");
        app.metrics()
            .await
            .body
            .lines()
            .any(|it| it == line)
            .then_some(())
    })
    .await;

    let paused = app.pause(&tenant, campaign).await;
    let began = Instant::now();
    let told = join_all(crowd.iter_mut().map(RawConnection::text_to_the_end)).await;
    let took = began.elapsed();

    assert_eq!(paused.status, 200);
    println!("{count} held answers went out {took:?} after the answer to the pause");
    assert!(
        told.iter()
            .all(|answer| answer.contains(r#"{\"paused\":true}"#))
    );
    assert!(took < Duration::from_secs(RELEASE_SECONDS_MAX), "{took:?}");
}
