//! Where events come from: the head of a journal, and whose campaigns they are about.

use crate::JournalId;
use domain::{CampaignId, MOVES, Status, UserId, Version, moved_to};
use tokio_postgres::{Client, Error};

/// Whose a campaign is, and where it stood, by what is attached of its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Its owner. None when its creation is not attached, or never was.
    pub user_id: Option<UserId>,
    /// Its status at the version that was asked about; none before its creation and after its end.
    pub status: Option<Status>,
}

/// The position of the latest event of `journal`; 0 before the first, and in a journal that is not
/// there.
///
/// # Errors
/// When the database does not answer.
pub async fn read_head(client: &Client, journal: JournalId) -> Result<i64, Error> {
    let found = client
        .query_opt(include_str!("../sql/read_head.sql"), &[&journal.0])
        .await?;
    Ok(found.map_or(0, |row| row.get("head")))
}

/// The origins of campaigns, each as it was at a version.
///
/// Looking up a status reads back to the event that led to it: it costs as much as the campaign has
/// had events since.
///
/// # Errors
/// When the database does not answer.
pub async fn read_origins(
    client: &Client,
    journal: JournalId,
    asked: &[(CampaignId, Version)],
) -> Result<Vec<Origin>, Error> {
    let (ids, versions): (Vec<_>, Vec<_>) =
        asked.iter().map(|(id, version)| (id.0, version.0)).unzip();
    let types = MOVES.map(|(event_type, _)| event_type);
    let rows = client
        .query(
            include_str!("../sql/read_origins.sql"),
            &[&journal.0, &ids, &versions, &types.as_slice()],
        )
        .await?;
    let origin = |row: &tokio_postgres::Row| Origin {
        campaign_id: CampaignId(row.get("campaign_id")),
        user_id: row.get::<_, Option<_>>("user_id").map(UserId),
        status: row
            .get::<_, Option<&str>>("type")
            .and_then(|event_type| moved_to(event_type).flatten()),
    };
    Ok(rows.iter().map(origin).collect())
}
