//! Lists of tokens: newest first, page by page, filtered.
//!
//! No filter makes the database look without a bound: a page looks at [`LOOKED_AT_MAX`] tokens at
//! most. When those hold fewer matches than asked for, the page is short, possibly empty, and has a
//! `next` from where the search goes on; so a reader follows `next` until there is none, as the SDK
//! does. The statements have a limit of time besides.

use crate::create::Claim;
use crate::registration::campaign_of_tag;
use crate::search::Search;
use crate::{Failure, Token, TokenId, TokenStatus, Tokens};
use chrono::{DateTime, TimeDelta, Utc};
use domain::CampaignId;
use event_store::JournalId;
use std::num::NonZeroU16;

/// Tokens that are looked at for one page.
pub const LOOKED_AT_MAX: u16 = 10_000;

/// Which tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In one of these states. Empty: in any.
    pub statuses: Vec<TokenStatus>,
    /// With one of these tags. Empty: with any or none.
    pub tags: Vec<String>,
    /// The one that this key leads to.
    pub idempotency_key: Option<String>,
    /// Made at this time or later.
    pub created_from: Option<DateTime<Utc>>,
    /// Made at this time or earlier.
    pub created_to: Option<DateTime<Utc>>,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// With the newest.
    Start,
    /// With the next older than this.
    After(TokenId),
    /// It ends with the next newer than this.
    Before(TokenId),
}

/// A page of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The tokens, newest first, without their outputs.
    pub tokens: Vec<Token>,
    /// The cursor after which there may be more, older ones.
    pub next: Option<TokenId>,
    /// The cursor before which there may be more, newer ones.
    pub previous: Option<TokenId>,
}

/// Every id of ours is in this range.
const FIRST_ID: &str = "c";
const BEHIND_LAST_ID: &str = "d";

/// A path to the tokens: the index that answers.
enum Path {
    /// There are none.
    Nowhere,
    /// The one that a key leads to.
    Keyed(Claim),
    /// A campaign's that wait, if they are few.
    Waiting(JournalId, CampaignId),
    /// Those with rare labels.
    Labelled,
    /// One after the other: of a campaign, or all.
    InOrder(Option<(JournalId, CampaignId)>),
}

/// Ids that a page is looked for in, the first included, the last not; and in which direction.
pub(crate) struct Range {
    pub from: String,
    pub to: String,
    pub is_newest_first: bool,
}

/// Tokens in the order of looking, and where looking ended if it did not see all.
pub(crate) struct Found {
    pub tokens: Vec<Token>,
    pub bound: Option<TokenId>,
}

impl Tokens {
    /// A page of the tokens that a filter selects: `size` of them at most.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn list(
        &self,
        filter: &Filter,
        cursor: &Cursor,
        size: NonZeroU16,
    ) -> Result<Page, Failure> {
        let range = Range::of(filter, cursor);
        let search = Search {
            pool: &self.pool,
            filter,
            statuses: filter.status_words(),
            limit: i64::from(size.get()) + 1,
            range: &range,
        };
        let found = match self.path(filter).await? {
            Path::Nowhere => Found {
                tokens: vec![],
                bound: None,
            },
            Path::Keyed(claim) => search.keyed(&claim).await?,
            Path::Labelled => match search.labelled().await? {
                Some(found) => found,
                None => search.in_order(None).await?,
            },
            Path::Waiting(journal, campaign) => match search.waiting(journal, campaign).await? {
                Some(found) => found,
                None => search.in_order(Some((journal, campaign))).await?,
            },
            Path::InOrder(place) => search.in_order(place).await?,
        };
        Ok(found.page(cursor, usize::from(size.get())))
    }

    async fn path(&self, filter: &Filter) -> Result<Path, Failure> {
        if let Some(key) = &filter.idempotency_key {
            return Ok(Path::Keyed(self.claim(key)));
        }
        if let [tag] = filter.tags.as_slice()
            && let Some(campaign) = campaign_of_tag(tag)
        {
            return Ok(match self.journal_of(campaign).await? {
                None => Path::Nowhere,
                Some(journal) if filter.statuses == [TokenStatus::Waiting] => {
                    Path::Waiting(journal, campaign)
                }
                Some(journal) => Path::InOrder(Some((journal, campaign))),
            });
        }
        let is_label = |tag: &String| campaign_of_tag(tag).is_none() && !tag.starts_with("kind:");
        let has_labels = !filter.tags.is_empty() && filter.tags.iter().all(is_label);
        Ok(if has_labels {
            Path::Labelled
        } else {
            Path::InOrder(None)
        })
    }
}

impl Filter {
    fn status_words(&self) -> Vec<&'static str> {
        let statuses = if self.statuses.is_empty() {
            &TokenStatus::ALL
        } else {
            self.statuses.as_slice()
        };
        statuses.iter().map(|status| status.as_str()).collect()
    }

    pub(crate) fn some_tags(&self) -> Option<&[String]> {
        (!self.tags.is_empty()).then_some(self.tags.as_slice())
    }
}

impl Range {
    fn of(filter: &Filter, cursor: &Cursor) -> Self {
        let from = filter.created_from.map(TokenId::first_at);
        // Ids tell milliseconds: all of the last one are in.
        let to = filter
            .created_to
            .map(|to| TokenId::first_at(to + TimeDelta::milliseconds(1)));
        let mut range = Self {
            from: from.unwrap_or_default().max(FIRST_ID.to_owned()),
            to: to.unwrap_or_else(|| BEHIND_LAST_ID.to_owned()),
            is_newest_first: true,
        };
        match cursor {
            Cursor::Start => {}
            Cursor::After(id) => range.to = range.to.min(id.as_str().to_owned()),
            Cursor::Before(id) => {
                // The first text behind the id.
                range.from = range.from.max(format!("{}0", id.as_str()));
                range.is_newest_first = false;
            }
        }
        range
    }
}

impl Found {
    /// The page, with the cursors that Trigger.dev would give.
    fn page(self, cursor: &Cursor, size: usize) -> Page {
        let Self { mut tokens, bound } = self;
        let has_more = tokens.len() > size;
        tokens.truncate(size);
        let last = tokens.last().map(|token| token.id.clone());
        let beyond = if has_more { last } else { bound };
        if matches!(cursor, Cursor::Before(_)) {
            tokens.reverse();
            let next = tokens.last().map(|token| token.id.clone());
            return Page {
                tokens,
                next,
                previous: beyond,
            };
        }
        let first = tokens.first().map(|token| token.id.clone());
        let previous = first.filter(|_| *cursor != Cursor::Start);
        Page {
            tokens,
            next: beyond,
            previous,
        }
    }
}
