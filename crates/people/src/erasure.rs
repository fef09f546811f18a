//! Finding everything that is on file about somebody who is to be forgotten.
//!
//! Erasing is a command of each campaign that knows them (`EraseProspect`), because it ends their
//! sequence; this finds the campaigns.

use crate::Digest;
use domain::{CampaignId, ProspectId, UserId};
use event_store::JournalId;
use tokio_postgres::{Client, Error, Row};
use uuid::Uuid;

/// Prospects that one look finds at most; who erases looks again until nobody is found.
pub const ERASED_AT_ONCE_MAX: usize = 1_000;

/// Who is to be forgotten.
#[derive(Debug, Clone)]
pub enum Erasable {
    /// Whoever is reached by this, in every campaign of the user that it was made with.
    Reached(Digest),
    /// These prospects of the user.
    Prospects(Vec<ProspectId>),
}

/// Where they are, as far as they are in `user`'s campaigns: at most [`ERASED_AT_ONCE_MAX`].
///
/// # Errors
/// When the database does not answer.
pub async fn find_erasable(
    client: &Client,
    journal: JournalId,
    user: UserId,
    who: &Erasable,
) -> Result<Vec<(CampaignId, ProspectId)>, Error> {
    let limit = i64::try_from(ERASED_AT_ONCE_MAX).unwrap_or(i64::MAX);
    let rows = match who {
        Erasable::Reached(digest) => {
            let find = include_str!("../sql/find_erasable_by_digest.sql");
            client
                .query(find, &[&journal.0, &digest.as_bytes(), &limit])
                .await?
        }
        Erasable::Prospects(ids) => {
            let find = include_str!("../sql/find_erasable_by_ids.sql");
            let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
            client
                .query(find, &[&journal.0, &user.0, &ids, &limit])
                .await?
        }
    };
    let place = |row: &Row| {
        (
            CampaignId(row.get("campaign_id")),
            ProspectId(row.get("prospect_id")),
        )
    };
    Ok(rows.iter().map(place).collect())
}
