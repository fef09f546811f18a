//! Events as they are stored, one at a time and wherever they are, the archive included: the exact bytes
//! of payload and metadata, nothing parsed.
//!
//! For those who hash, copy or compare events. An event that no program understands any more is
//! read here like every other.

use crate::{JournalId, Stored};
use domain::{CampaignId, Version};
use futures_util::{Stream, TryStreamExt};
use std::error::Error as StdError;
use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{Error, GenericClient, Row};

/// Up to `limit` events of `journal` after `position`, in order, one at a time: memory does not
/// grow with their number nor with their size.
///
/// # Errors
/// When the database does not answer, now or while the stream is read.
pub async fn stream_after<C: GenericClient>(
    client: &C,
    journal: JournalId,
    position: i64,
    limit: i64,
) -> Result<impl Stream<Item = Result<Stored, Error>> + use<C>, Error> {
    let statement = include_str!("../sql/stream_after.sql");
    let binds: [&(dyn ToSql + Sync); 3] = [&journal.0, &position, &limit];
    let rows = client.query_raw(statement, binds).await?;
    Ok(rows.and_then(async |row| stored(&row)))
}

/// One event of a campaign. `None` if there is none, or not yet.
///
/// # Errors
/// When the database does not answer.
pub async fn find_stored<C: GenericClient>(
    client: &C,
    journal: JournalId,
    campaign: CampaignId,
    version: Version,
) -> Result<Option<Stored>, Error> {
    let statement = include_str!("../sql/find_stored.sql");
    let binds: [&(dyn ToSql + Sync); 3] = [&journal.0, &campaign.0, &version.0];
    let row = client.query_opt(statement, &binds).await?;
    row.as_ref().map(stored).transpose()
}

fn stored(row: &Row) -> Result<Stored, Error> {
    let text = |column| row.try_get(column).map(|Exact(text)| text);
    Ok(Stored {
        journal: JournalId(row.try_get("journal")?),
        position: row.try_get("position")?,
        campaign_id: CampaignId(row.try_get("campaign_id")?),
        version: Version(row.try_get("version")?),
        event_id: row.try_get("event_id")?,
        event_type: row.try_get("type")?,
        schema_version: row.try_get("schema_version")?,
        recorded_at: row.try_get("recorded_at")?,
        payload: text("payload")?,
        metadata: text("metadata")?,
    })
}

/// The text of a `json`, as it was written.
struct Exact(String);

impl<'a> FromSql<'a> for Exact {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(std::str::from_utf8(raw)?.to_owned()))
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::JSON
    }
}
