//! Where a campaign is, whose it is, and whether what was read of its history is all of it.
//!
//! While a campaign is there, its row says so, whatever of its events is in a partition of the
//! archive that was detached. Of a deleted one the log alone knows.

use domain::{CampaignId, Status, UserId, Version, moved_to};
use event_store::JournalId;
use tokio_postgres::{Client, Error, Row};
use uuid::Uuid;

/// Whose a campaign is, and where it stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Its owner.
    pub user_id: UserId,
    /// Its status.
    pub status: Option<Status>,
}

/// The journal of a campaign and its owner, also of a deleted one. Neither ever changes. `None` if
/// there never was such a campaign, or it is deleted and its creation is not attached.
///
/// # Errors
/// When the database does not answer.
pub async fn find_place(
    client: &Client,
    campaign: CampaignId,
) -> Result<Option<(JournalId, UserId)>, Error> {
    let statement = include_str!("../sql/find_place.sql");
    match client.query_opt(statement, &[&campaign.0]).await? {
        Some(row) => Ok(Some((
            JournalId(row.get("journal")),
            UserId(row.get("user_id")),
        ))),
        None => event_store::find_place(client, campaign).await,
    }
}

/// The journal of a campaign, also of a deleted one. `None` if there never was such a campaign, or it
/// is deleted and nothing of it is attached.
///
/// # Errors
/// When the database does not answer.
pub async fn find_journal(
    client: &Client,
    campaign: CampaignId,
) -> Result<Option<JournalId>, Error> {
    let statement = include_str!("../sql/find_place.sql");
    match client.query_opt(statement, &[&campaign.0]).await? {
        Some(row) => Ok(Some(JournalId(row.get("journal")))),
        None => event_store::find_journal(client, campaign).await,
    }
}

/// Whose campaigns these are, in no order. Those that are not there any more are left out.
///
/// # Errors
/// When the database does not answer.
pub async fn find_owners(
    client: &Client,
    journal: JournalId,
    campaigns: &[CampaignId],
) -> Result<Vec<Owner>, Error> {
    let ids: Vec<Uuid> = campaigns.iter().map(|id| id.0).collect();
    let statement = include_str!("../sql/find_owners.sql");
    let rows = client.query(statement, &[&journal.0, &ids]).await?;
    let owner = |row: &Row| {
        let status: &str = row.get("status");
        let mut known = Status::ALL.into_iter();
        Owner {
            campaign_id: CampaignId(row.get("id")),
            user_id: UserId(row.get("user_id")),
            status: known.find(|known| known.as_str() == status),
        }
    };
    Ok(rows.iter().map(owner).collect())
}

/// The first event behind `version` that a campaign has had and that is not attached. `None` if the
/// next one is there, or there is no next one. The campaign must be known to be, or to have been.
///
/// # Errors
/// When the database does not answer.
pub async fn find_missing(
    client: &Client,
    journal: JournalId,
    campaign: CampaignId,
    version: Version,
) -> Result<Option<Version>, Error> {
    let statement = include_str!("../sql/find_end.sql");
    let row = client
        .query_one(statement, &[&journal.0, &campaign.0, &version.0])
        .await?;
    let newest_type: Option<&str> = row.get("newest_type");
    let end = End {
        standing: row.get("standing"),
        next: row.get("next"),
        newest: row.get("newest"),
        is_over: newest_type.is_some_and(|newest| moved_to(newest) == Some(None)),
    };
    Ok(end.missing_behind(version.0).map(Version))
}

/// What is known of the end of a history.
struct End {
    /// The version of the row.
    standing: Option<i64>,
    /// The first attached event behind a version.
    next: Option<i64>,
    /// The newest attached event.
    newest: Option<i64>,
    /// Whether that one is a deletion: nothing follows it.
    is_over: bool,
}

impl End {
    fn missing_behind(&self, version: i64) -> Option<i64> {
        let following = version.saturating_add(1);
        match (self.next, self.standing) {
            (Some(next), _) => (following < next).then_some(following),
            (None, Some(standing)) => (version < standing).then_some(following),
            // It was deleted, by an event that is not the newest attached one.
            (None, None) if !self.is_over => Some(self.newest.unwrap_or(0).saturating_add(1)),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(
        standing: Option<i64>,
        next: Option<i64>,
        newest: (Option<i64>, bool),
    ) -> Option<i64> {
        let (newest, is_over) = newest;
        let end = End {
            standing,
            next,
            newest,
            is_over,
        };
        end.missing_behind(4)
    }

    #[test]
    fn nothing_is_missing_where_the_next_event_is_attached_or_there_is_none() {
        assert_eq!(missing(Some(9), Some(5), (Some(9), false)), None);
        assert_eq!(missing(Some(4), None, (Some(4), false)), None);
        assert_eq!(missing(Some(3), None, (Some(3), false)), None);
        assert_eq!(missing(None, None, (Some(4), true)), None);
        assert_eq!(missing(None, Some(5), (Some(5), true)), None);
    }

    #[test]
    fn what_the_row_or_a_later_event_tells_of_and_is_not_attached_is_missing() {
        assert_eq!(missing(Some(9), Some(7), (Some(9), false)), Some(5));
        assert_eq!(missing(Some(9), None, (Some(4), false)), Some(5));
        assert_eq!(missing(None, Some(6), (Some(6), true)), Some(5));
        assert_eq!(missing(None, None, (Some(4), false)), Some(5));
        assert_eq!(missing(None, None, (None, false)), Some(1));
    }
}
