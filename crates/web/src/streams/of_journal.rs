//! A journal as a stream, for tooling: every event as it is stored, in order.
//!
//! Such streams are few and want everything, so each reads the log for itself, a page at a time, and
//! only when its client has taken the page before: a slow client holds one page.

use super::guests::Guest;
use super::live::{HEARTBEAT, HEARTBEAT_SECONDS, PAGE, RETRY};
use super::{answer, message};
use crate::app::App;
use crate::journals::JournalEventJson;
use crate::observe::Held;
use crate::problem::Problem;
use actix_web::HttpResponse;
use actix_web::web::Bytes;
use deadpool_postgres::Pool;
use event_store::{Follower, JournalId, Stored};
use futures_util::Stream;
use keys::KeyPrefix;
use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The longest that a stream does not look for itself: another process may have written.
const LOOK_MILLISECONDS: u64 = 1_000;

struct JournalStream {
    pool: Pool,
    follower: Follower,
    closing: CancellationToken,
    /// Whether the client has been told how to come again.
    is_begun: bool,
    _guest: Guest,
    _held: Held,
}

/// The events of a journal behind a position, as they come.
pub(crate) fn of_journal(
    app: &App,
    prefix: KeyPrefix,
    journal: JournalId,
    after: i64,
) -> Result<HttpResponse, Problem> {
    let stream = JournalStream {
        pool: app.feeds.pool().clone(),
        follower: Follower::new(app.feeds.wakes(), journal, after),
        closing: app.closing.clone(),
        is_begun: false,
        _guest: app.feeds.guests().admit(prefix)?,
        _held: app.metrics.hold(),
    };
    Ok(answer(stream.into_stream()))
}

impl JournalStream {
    fn into_stream(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        futures_util::stream::unfold(self, async |mut stream| {
            let closing = stream.closing.clone();
            let text = closing.run_until_cancelled(stream.next()).await??;
            Some((Ok(Bytes::from(text)), stream))
        })
    }

    /// What comes next. Nothing when the log cannot be read: the client comes again.
    async fn next(&mut self) -> Option<String> {
        if !self.is_begun {
            self.is_begun = true;
            return Some(RETRY.to_owned() + "\n");
        }
        self.events()
            .await
            .inspect_err(|error| tracing::warn!(error = &**error, "a stream ends"))
            .ok()
    }

    async fn events(&mut self) -> Result<String, Box<dyn Error + 'static>> {
        let until = Instant::now() + Duration::from_secs(HEARTBEAT_SECONDS);
        loop {
            let events = self.look().await?;
            if !events.is_empty() {
                return Ok(text(&events)?);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(HEARTBEAT.to_owned());
            }
            let longest = left.min(Duration::from_millis(LOOK_MILLISECONDS));
            self.follower.rest(longest).await;
        }
    }

    async fn look(&mut self) -> Result<Vec<Stored>, Box<dyn Error + 'static>> {
        let client = self.pool.get().await?;
        Ok(self.follower.poll_stored(&client, PAGE).await?)
    }
}

fn text(events: &[Stored]) -> Result<String, serde_json::Error> {
    let messages = events.iter().map(|event| {
        let data = serde_json::to_string(&JournalEventJson::of(event)?)?;
        Ok(message(event.position, "event", &data))
    });
    messages.collect()
}
