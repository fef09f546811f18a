//! A journal read some campaigns at a time: what a replay of everything needs, because then no more
//! than those have to be remembered, however long the journal is.
//!
//! Read in pages, so that no snapshot is held for long. Events are only ever added behind those that
//! there are, so all pages up to one position tell of one state of the log.
//!
//! A page reaches from one place to another in the order of campaigns and versions, but comes as it
//! lies in the table: a campaign's events are spread over its lifetime, and every page of the table is
//! read once for all campaigns that have something on it.

use crate::{Fact, JournalId, ReadError};
use domain::{CampaignId, Version, parse_event};
use futures_util::{Stream, StreamExt};
use std::error::Error as StdError;
use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{Client, Row};
use uuid::Uuid;

/// A place in the order of campaigns and versions: right behind an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StreamPlace {
    /// The campaign.
    pub campaign: CampaignId,
    /// Its version; 0 before its first event.
    pub version: Version,
}

/// An event with what it is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The campaign it is about.
    pub campaign_id: CampaignId,
    /// Its place in the journal.
    pub position: i64,
    /// What it says.
    pub fact: Fact,
}

/// An event that cannot be told.
#[derive(Debug)]
pub struct Untold {
    /// Where it is, if it could be read that far: others can still be told.
    pub place: Option<StreamPlace>,
    /// Why.
    pub source: ReadError,
}

impl From<Untold> for ReadError {
    fn from(untold: Untold) -> Self {
        untold.source
    }
}

impl StreamPlace {
    /// Before everything.
    pub const BEGINNING: Self = Self {
        campaign: CampaignId(Uuid::nil()),
        version: Version(0),
    };

    /// Behind everything.
    pub const END: Self = Self {
        campaign: CampaignId(Uuid::max()),
        version: Version(i64::MAX),
    };

    /// Before everything about `campaign`.
    #[must_use]
    pub fn before(campaign: CampaignId) -> Self {
        Self {
            campaign,
            version: Version(0),
        }
    }

    /// Behind everything about `campaign`.
    #[must_use]
    pub fn behind(campaign: CampaignId) -> Self {
        Self {
            campaign,
            version: Version(i64::MAX),
        }
    }
}

/// The place of the event that is so many behind `place`, at least one. Nothing, if there are fewer.
///
/// # Errors
/// When the database does not answer.
pub async fn find_stream_place(
    client: &Client,
    journal: JournalId,
    place: StreamPlace,
    events: i64,
) -> Result<Option<StreamPlace>, ReadError> {
    let statement = include_str!("../sql/find_stream_place.sql");
    let between = events.max(1) - 1;
    let binds: [&(dyn ToSql + Sync); 4] =
        [&journal.0, &place.campaign.0, &place.version.0, &between];
    let found = client.query_opt(statement, &binds).await?;
    Ok(found.map(|row| StreamPlace {
        campaign: CampaignId(row.get("campaign_id")),
        version: Version(row.get("version")),
    }))
}

/// The events of `journal` behind the place `after` up to the place `last`, of those up to the position
/// `up_to`. In no order, and it is for the reader to see that none is missing.
///
/// # Errors
/// When the database does not answer; each item, when an event does not parse.
pub async fn read_streams(
    client: &Client,
    journal: JournalId,
    (after, last): (StreamPlace, StreamPlace),
    up_to: i64,
) -> Result<impl Stream<Item = Result<Told, Untold>> + use<>, ReadError> {
    let binds: [&(dyn ToSql + Sync); 6] = [
        &journal.0,
        &after.campaign.0,
        &after.version.0,
        &last.campaign.0,
        &last.version.0,
        &up_to,
    ];
    let statement = include_str!("../sql/read_streams.sql");
    let rows = client.query_raw(statement, binds).await?;
    Ok(rows.map(move |row| {
        let row = row.map_err(unread)?;
        let here = here(&row).map_err(unread)?;
        told(journal, &row, here).map_err(|source| Untold {
            place: Some(here),
            source,
        })
    }))
}

fn unread(error: tokio_postgres::Error) -> Untold {
    Untold {
        place: None,
        source: error.into(),
    }
}

/// By the places of the columns: a whole journal comes through here.
fn here(row: &Row) -> Result<StreamPlace, tokio_postgres::Error> {
    Ok(StreamPlace {
        campaign: CampaignId(row.try_get(0)?),
        version: Version(row.try_get(1)?),
    })
}

fn told(journal: JournalId, row: &Row, here: StreamPlace) -> Result<Told, ReadError> {
    let position = row.try_get(2)?;
    let Exact(payload) = row.try_get(6)?;
    let event = parse_event(row.try_get(4)?, row.try_get(5)?, payload).map_err(|source| {
        ReadError::Unreadable {
            journal: journal.0,
            position,
            source,
        }
    })?;
    Ok(Told {
        campaign_id: here.campaign,
        position,
        fact: Fact {
            version: here.version,
            recorded_at: row.try_get(3)?,
            event,
        },
    })
}

/// The text of a `json`, as it stands in the answer.
pub(crate) struct Exact<'a>(pub(crate) &'a str);

impl<'a> FromSql<'a> for Exact<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(std::str::from_utf8(raw)?))
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::JSON
    }
}
