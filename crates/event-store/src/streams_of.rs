//! A journal read campaign by campaign, for somebody who wants the events of some types alone.
//!
//! In the order of `read_streams`, and in pages of as many rows, so that no snapshot is held for
//! longer than it takes to read a page, however rare those types are.

use crate::streams::Exact;
use crate::{JournalId, ReadError, StreamPlace};
use chrono::{DateTime, Utc};
use domain::{CampaignId, Event, EventType, Version, parse_event};
use futures_util::{Stream, StreamExt};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row};

/// An event, seen from afar.
#[derive(Debug)]
pub struct Glimpse {
    /// Its campaign and version.
    pub place: StreamPlace,
    /// Its position.
    pub position: i64,
    /// When it was recorded, by the database's clock.
    pub recorded_at: DateTime<Utc>,
    /// What it says, if it is of a type that was asked for. An error if that does not parse.
    pub event: Option<Result<Event, ReadError>>,
}

/// Up to `limit` events of `journal` behind `place`; what those of `types` say.
///
/// # Errors
/// When the database does not answer, now or while the stream is read.
pub async fn read_streams_of(
    client: &Client,
    journal: JournalId,
    place: StreamPlace,
    types: &[EventType],
    limit: i64,
) -> Result<impl Stream<Item = Result<Glimpse, Error>> + use<>, Error> {
    let (campaign, version) = (place.campaign.0, place.version.0);
    let binds: [&(dyn ToSql + Sync); 5] = [&journal.0, &campaign, &version, &types, &limit];
    let statement = include_str!("../sql/read_streams_of.sql");
    let rows = client.query_raw(statement, binds).await?;
    Ok(rows.map(move |row| glimpse(journal, &row?)))
}

fn glimpse(journal: JournalId, row: &Row) -> Result<Glimpse, Error> {
    let position = row.try_get(2)?;
    let payload: Option<Exact<'_>> = row.try_get(6)?;
    let event = match payload {
        Some(Exact(payload)) => Some(
            parse_event(row.try_get(4)?, row.try_get(5)?, payload).map_err(|source| {
                ReadError::Unreadable {
                    journal: journal.0,
                    position,
                    source,
                }
            }),
        ),
        None => None,
    };
    Ok(Glimpse {
        place: StreamPlace {
            campaign: CampaignId(row.try_get(0)?),
            version: Version(row.try_get(1)?),
        },
        position,
        recorded_at: row.try_get(3)?,
        event,
    })
}
