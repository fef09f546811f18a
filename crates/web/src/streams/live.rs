//! One client's stream: a snapshot or what it missed, then what comes, then the end.
//!
//! The seat is taken before the log is read, so what happens between is waiting there; what was read
//! already is left out by its id.

use super::board::{Audience, Ticket};
use super::feeds::Feeds;
use super::guests::Guest;
use super::telling::{Teller, Told};
use super::{message, version_of};
use crate::app::App;
use crate::observe::Held;
use actix_web::web::Bytes;
use event_store::{JournalId, Recorded, read_after, read_stream};
use futures_util::Stream;
use std::convert::Infallible;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long nothing is said before something is: proxies close what is silent.
pub(super) const HEARTBEAT_SECONDS: u64 = 15;
pub(super) const HEARTBEAT: &str = ": still here\n\n";
/// What clients wait before they come again, in milliseconds.
pub(super) const RETRY: &str = "retry: 2000\n";
/// Events that are read from the log at once.
pub(super) const PAGE: i64 = 200;
/// Events of a journal that are read at once: most are not for this user.
const JOURNAL_PAGE: i64 = 1_000;

/// How a stream begins.
pub(super) struct Start {
    /// The id of the last message that the client has, or will have by `text`.
    last: i64,
    text: String,
}

impl Start {
    /// Behind a message that the client saw.
    pub fn behind(last: i64) -> Self {
        let text = RETRY.to_owned() + "\n";
        Self { last, text }
    }

    /// With everything as it is, as JSON.
    pub fn snapshot(last: i64, whole: &str) -> Self {
        let text = RETRY.to_owned() + &message(last, "snapshot", whole);
        Self { last, text }
    }
}

/// A stream.
pub(super) struct Live {
    feeds: Feeds,
    closing: CancellationToken,
    journal: JournalId,
    audience: Audience,
    teller: Teller,
    last: i64,
    begun: Option<String>,
    ticket: Option<Ticket>,
    /// Whether there may be more in the log than was read.
    is_behind: bool,
    is_over: bool,
    _guest: Guest,
    _held: Held,
}

impl Live {
    pub fn new(
        app: &App,
        journal: JournalId,
        audience: Audience,
        start: Start,
        guest: Guest,
    ) -> Self {
        Self {
            feeds: app.feeds.clone(),
            closing: app.closing.clone(),
            journal,
            audience,
            teller: Teller::new(journal),
            last: start.last,
            begun: Some(start.text),
            ticket: None,
            is_behind: true,
            is_over: false,
            _guest: guest,
            _held: app.metrics.hold(),
        }
    }

    /// The body of the answer.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        futures_util::stream::unfold(self, async |mut live| {
            let text = live.next().await?;
            Some((Ok(Bytes::from(text)), live))
        })
    }

    /// What comes next; nothing at the end.
    async fn next(&mut self) -> Option<String> {
        if let Some(begun) = self.begun.take() {
            return Some(begun);
        }
        let closing = self.closing.clone();
        closing.run_until_cancelled(self.said()).await.flatten()
    }

    async fn said(&mut self) -> Option<String> {
        while !self.is_over {
            let text = if self.is_behind {
                self.catch_up().await?
            } else {
                self.listen().await
            };
            if !text.is_empty() {
                return Some(text);
            }
        }
        None
    }

    /// Reads on in the log. Nothing when it cannot be read: the client comes again.
    async fn catch_up(&mut self) -> Option<String> {
        if self.ticket.is_none() {
            self.ticket = Some(self.feeds.sit(self.journal, self.audience).await?);
        }
        let read = self.page().await;
        let (events, told) = read
            .inspect_err(|error| tracing::warn!(error = &**error, "a stream ends"))
            .ok()?;
        self.is_behind = !events.is_empty();
        let text = told.iter().filter_map(|told| self.text(told)).collect();
        if let (Audience::User(_), Some(last)) = (self.audience, events.last()) {
            self.last = last.position;
        }
        Some(text)
    }

    async fn page(
        &mut self,
    ) -> Result<(Vec<Recorded>, Vec<Told>), Box<dyn std::error::Error + 'static>> {
        let client = self.feeds.pool().get().await?;
        let (journal, last) = (self.journal, self.last);
        let events = match self.audience {
            Audience::Campaign(id) => {
                read_stream(&client, journal, id, version_of(last), PAGE).await?
            }
            Audience::User(_) => read_after(&client, journal, last, JOURNAL_PAGE).await?,
        };
        let told = self.teller.tell(&client, &events).await?;
        Ok((events, told))
    }

    /// Waits for what comes.
    async fn listen(&mut self) -> String {
        let Some(ticket) = &mut self.ticket else {
            self.is_behind = true;
            return String::new();
        };
        let longest = Duration::from_secs(HEARTBEAT_SECONDS);
        match tokio::time::timeout(longest, ticket.next()).await {
            Ok(Some(told)) => self.text(&told).unwrap_or_default(),
            Ok(None) => {
                self.ticket = None;
                self.is_behind = true;
                String::new()
            }
            Err(_) => HEARTBEAT.to_owned(),
        }
    }

    /// The message, if the client is to have it and has not.
    fn text(&mut self, told: &Told) -> Option<String> {
        let (id, is_for_us) = match self.audience {
            Audience::Campaign(campaign) => (told.version, told.campaign_id == campaign),
            Audience::User(user) => (told.position, told.user_id == user),
        };
        if !is_for_us || id <= self.last {
            return None;
        }
        self.last = id;
        self.is_over = told.is_end && matches!(self.audience, Audience::Campaign(_));
        let data = &told.data;
        Some(format!("id: {id}\nevent: event\ndata: {data}\n\n"))
    }
}
