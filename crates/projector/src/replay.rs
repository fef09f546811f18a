//! A replay of a whole journal: its campaigns, one after the other in the order of their ids.
//!
//! In bounded steps, and in memory that does not grow with the journal. A page of the log is read as it
//! lies in the table, and put in order here: sorted, it is folded campaign by campaign, and whoever is
//! complete is handed over and forgotten. The memory of one campaign grows with its prospects and
//! permits. A page that turns out to hold very many prospects is read anew in parts.
//!
//! A campaign whose events tell no story does not keep others from being told: who wants to know of
//! all of them takes [`Replay::step_over`], who needs every one of them [`Replay::step`].
//!
//! Always true: each campaign's events are folded from the first on and without a gap (`folding`).
//!
//! Not here: what becomes of them. They are compared with rows (`check`), or written (`rebuild`).

mod folding;

use domain::{BrokenHistory, CampaignId, Event, Version};
use event_store::{
    JournalId, ReadError, StreamPlace, Told, Untold, find_stream_place, read_streams,
};
use folding::UnderWay;
pub use folding::{Broken, Folded};
use futures_util::StreamExt;
use std::cmp::Reverse;
use std::pin::pin;
use tokio_postgres::Client;
use uuid::Uuid;

/// Events that are read at a time, unless told otherwise. The more, the fewer pages of the table are
/// read more than once; so many take about 20 MiB.
pub const REPLAY_PAGE: i64 = 120_000;
/// Events that one step folds, to the end of their campaign. A page of no more is folded by the step
/// that reads it.
pub(crate) const STEP_EVENTS: i64 = 20_000;
/// Prospects that a page may add, unless they are of one campaign.
const PAGE_PROSPECTS_MAX: usize = 200_000;

/// A replay under way.
#[derive(Debug)]
pub struct Replay {
    journal: JournalId,
    up_to: i64,
    page_events: i64,
    /// Of the next page; fewer after one that held too many prospects.
    next_events: i64,
    /// How far it was read.
    place: StreamPlace,
    /// What was read and not folded, the next event last.
    page: Vec<Read>,
    /// The campaign whose events go on behind the page.
    goes_on: Option<CampaignId>,
    current: Option<UnderWay>,
    events: u64,
    is_over: bool,
}

/// An event of a page, with its place.
type Read = (StreamPlace, Result<Told, ReadError>);

/// Why a journal cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An event cannot follow.
    #[error("position {position} of journal {journal}")]
    Broken {
        /// The journal.
        journal: i16,
        /// Where.
        position: i64,
        /// What cannot follow.
        #[source]
        source: BrokenHistory,
    },
    /// An event stands before the one that it follows.
    #[error(
        "position {position} of journal {journal} has the event that follows position {behind}"
    )]
    OutOfOrder {
        /// The journal.
        journal: i16,
        /// Where it is.
        position: i64,
        /// Where the event before it is.
        behind: i64,
    },
}

impl Replay {
    /// Of the events of `journal` up to the position `up_to`, about campaigns behind `after`; all of
    /// them, if that is nobody.
    #[must_use]
    pub fn new(journal: JournalId, up_to: i64, after: Option<CampaignId>) -> Self {
        Self {
            journal,
            up_to,
            page_events: REPLAY_PAGE,
            next_events: REPLAY_PAGE,
            place: after.map_or(StreamPlace::BEGINNING, StreamPlace::behind),
            page: Vec::new(),
            goes_on: None,
            current: None,
            events: 0,
            is_over: false,
        }
    }

    /// The same in pages of so many events, at least one.
    #[must_use]
    pub fn in_pages_of(self, page_events: i64) -> Self {
        let page_events = page_events.max(1);
        Self {
            page_events,
            next_events: page_events,
            ..self
        }
    }

    /// Events folded so far.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Whether every campaign was handed over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Before which campaign, by its id, all were handed over. None when it is over. Of use when a page
    /// is folded by the step that reads it.
    #[must_use]
    pub fn reached(&self) -> Option<CampaignId> {
        if self.is_over {
            return None;
        }
        let current = self.current.as_ref().map(UnderWay::id);
        current.or_else(|| match self.place {
            StreamPlace {
                campaign,
                version: Version(0),
            } => Some(campaign),
            StreamPlace { campaign, .. } => {
                let next = campaign.0.as_u128().checked_add(1)?;
                Some(CampaignId(Uuid::from_u128(next)))
            }
        })
    }

    /// Reads the next page, if there is nothing left of the last, and folds some of it. Returns the
    /// campaigns that are complete with that, in the order of their ids; perhaps none.
    ///
    /// # Errors
    /// When the log cannot be read, or an event cannot follow. The replay is then worthless.
    pub async fn step(&mut self, client: &Client) -> Result<Vec<Folded>, ReplayError> {
        let complete = self.step_over(client).await?;
        let all = complete.into_iter().collect::<Result<_, Broken>>();
        all.map_err(|broken| broken.error)
    }

    /// The same, and a campaign that cannot be replayed is handed over as that.
    ///
    /// # Errors
    /// When the database does not answer. The replay is then worthless.
    pub async fn step_over(
        &mut self,
        client: &Client,
    ) -> Result<Vec<Result<Folded, Broken>>, ReplayError> {
        if self.page.is_empty() {
            self.read(client).await?;
            // Sorting took a while, and others wait for this thread too.
            tokio::task::yield_now().await;
        }
        let mut complete = Vec::new();
        let enough = self.events.saturating_add_signed(STEP_EVENTS);
        while let Some((place, told)) = self.page.pop() {
            self.events += 1;
            if let Some(campaign) = self.take(place, told) {
                complete.push(campaign.over());
                if enough < self.events {
                    return Ok(complete);
                }
            }
        }
        let goes_on = self.goes_on;
        let current = self.current.take_if(|it| Some(it.id()) != goes_on);
        complete.extend(current.map(UnderWay::over));
        self.is_over = self.place == StreamPlace::END;
        Ok(complete)
    }

    /// Reads a page, unless it holds too many prospects: then the next is smaller.
    async fn read(&mut self, client: &Client) -> Result<(), ReplayError> {
        let (journal, after) = (self.journal, self.place);
        let found = find_stream_place(client, journal, after, self.next_events).await?;
        let last = self.reach(found);
        let events = read_streams(client, journal, (after, last), self.up_to).await?;
        let mut events = pin!(events);
        let is_divisible = last.campaign != after.campaign && 1 < self.next_events;
        self.page
            .reserve(usize::try_from(self.next_events).unwrap_or(0));
        let mut prospects = 0;
        while let Some(told) = events.next().await {
            let (place, told) = placed(told)?;
            if let Ok(told) = &told
                && let Event::ProspectsAdded(added) = &told.fact.event
            {
                prospects += added.prospect_ids.len();
            }
            self.page.push((place, told));
            if is_divisible && PAGE_PROSPECTS_MAX < prospects {
                self.page.clear();
                self.next_events /= 2;
                return Ok(());
            }
        }
        self.page.sort_unstable_by_key(|(place, _)| Reverse(*place));
        self.place = last;
        self.goes_on = found
            .map(|found| found.campaign)
            .filter(|id| *id == last.campaign && last.version != Version(0));
        self.next_events = self.next_events.saturating_mul(2).min(self.page_events);
        Ok(())
    }

    /// How far the next page reaches, when its last event would be `found`: to the end of the campaign
    /// before. Within a campaign, as far as it may, or to its end.
    fn reach(&self, found: Option<StreamPlace>) -> StreamPlace {
        match (found, &self.current) {
            (Some(found), _) if found.campaign == self.place.campaign => found,
            (_, Some(current)) => StreamPlace::behind(current.id()),
            (Some(found), None) => StreamPlace::before(found.campaign),
            (None, None) => StreamPlace::END,
        }
    }

    /// Takes an event. The campaign before, if this one is about the next.
    fn take(&mut self, place: StreamPlace, told: Result<Told, ReadError>) -> Option<UnderWay> {
        let id = place.campaign;
        let complete = self.current.take_if(|current| current.id() != id);
        let current = self.current.get_or_insert_with(|| UnderWay::of(id));
        current.take(self.journal, place.version, told);
        complete
    }
}

/// An event that cannot be placed is one that the database did not answer with.
fn placed(told: Result<Told, Untold>) -> Result<Read, ReadError> {
    match told {
        Ok(told) => {
            let place = StreamPlace {
                campaign: told.campaign_id,
                version: told.fact.version,
            };
            Ok((place, Ok(told)))
        }
        Err(Untold {
            place: Some(place),
            source,
        }) => Ok((place, Err(source))),
        Err(Untold {
            place: None,
            source,
        }) => Err(source),
    }
}
