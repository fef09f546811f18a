//! The ways to the tokens of a list: which statement answers, and how far it looks.
//!
//! A way that an index opens answers at once when it leads to few; where it leads to many, or there is
//! none, tokens are looked at one after the other, a bounded number for a page.

use crate::asking::{Question, Way, ask_one};
use crate::create::Claim;
use crate::list::{Found, Range};
use crate::token::read_id;
use crate::{Failure, Filter, LOOKED_AT_MAX, Token};
use deadpool_postgres::Pool;
use domain::CampaignId;
use event_store::JournalId;

/// A search for one page.
pub(crate) struct Search<'a> {
    pub pool: &'a Pool,
    pub filter: &'a Filter,
    pub statuses: Vec<&'static str>,
    /// One more than the page holds, to know whether there are more.
    pub limit: i64,
    pub range: &'a Range,
}

impl Search<'_> {
    /// The one that a key leads to.
    pub async fn keyed(&self, claim: &Claim) -> Result<Found, Failure> {
        let question = Question {
            statement: include_str!("../sql/list_keyed.sql"),
            binds: &[
                &claim.journal.0,
                &claim.digest,
                &self.range.from,
                &self.range.to,
                &self.filter.some_tags(),
                &self.statuses,
            ],
        };
        let rows = ask_one(self.pool, Way::Search, question).await?;
        let tokens = rows.iter().map(Token::read).collect::<Result<_, _>>()?;
        Ok(Found {
            tokens,
            bound: None,
        })
    }

    /// One token after the other: of a campaign, or all.
    pub async fn in_order(&self, place: Option<(JournalId, CampaignId)>) -> Result<Found, Failure> {
        let (list, find_bound) = if self.range.is_newest_first {
            (
                include_str!("../sql/list_older.sql"),
                include_str!("../sql/find_bound_older.sql"),
            )
        } else {
            (
                include_str!("../sql/list_newer.sql"),
                include_str!("../sql/find_bound_newer.sql"),
            )
        };
        let looked_at = i64::from(LOOKED_AT_MAX);
        let journal = place.map(|(journal, _)| journal.0);
        let campaign = place.map(|(_, campaign)| campaign.0);
        let (from, to, tags) = (&self.range.from, &self.range.to, self.filter.some_tags());
        let list = Question {
            statement: list,
            binds: &[
                &journal,
                &campaign,
                from,
                to,
                &tags,
                &self.statuses,
                &looked_at,
                &self.limit,
            ],
        };
        let rows = ask_one(self.pool, Way::Walk, list).await?;
        let tokens: Vec<Token> = rows.iter().map(Token::read).collect::<Result<_, _>>()?;
        if i64::try_from(tokens.len()).is_ok_and(|count| count == self.limit) {
            return Ok(Found {
                tokens,
                bound: None,
            });
        }
        let find_bound = Question {
            statement: find_bound,
            binds: &[&journal, &campaign, from, to, &looked_at],
        };
        let rows = ask_one(self.pool, Way::Walk, find_bound).await?;
        let bound = rows.first().map(read_id).transpose()?;
        Ok(Found { tokens, bound })
    }

    /// Those with one of the filter's tags, all of which are labels. `None`: too many.
    pub async fn labelled(&self) -> Result<Option<Found>, Failure> {
        let question = Question {
            statement: include_str!("../sql/list_labelled.sql"),
            binds: &[
                &self.filter.tags,
                &self.range.from,
                &self.range.to,
                &i64::from(LOOKED_AT_MAX),
                &self.statuses,
                &self.limit,
                &self.range.is_newest_first,
            ],
        };
        self.unless_too_many(question).await
    }

    /// Those of a campaign that wait. `None`: too many.
    pub async fn waiting(
        &self,
        journal: JournalId,
        campaign: CampaignId,
    ) -> Result<Option<Found>, Failure> {
        let question = Question {
            statement: include_str!("../sql/list_waiting.sql"),
            binds: &[
                &journal.0,
                &campaign.0,
                &self.range.from,
                &self.range.to,
                &i64::from(LOOKED_AT_MAX),
                &self.statuses,
                &self.limit,
                &self.range.is_newest_first,
                &self.filter.tags,
            ],
        };
        self.unless_too_many(question).await
    }

    /// `None` when there are too many to look at all of them.
    async fn unless_too_many(&self, question: Question<'_>) -> Result<Option<Found>, Failure> {
        let rows = ask_one(self.pool, Way::Search, question).await?;
        let mut tokens = Vec::with_capacity(rows.len());
        for row in &rows {
            if row.try_get("is_too_many")? {
                return Ok(None);
            }
            let id: Option<&str> = row.try_get("id")?;
            if id.is_some() {
                tokens.push(Token::read(row)?);
            }
        }
        Ok(Some(Found {
            tokens,
            bound: None,
        }))
    }
}
