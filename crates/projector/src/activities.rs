//! What happened to a tenant's prospects, the newest first: a feed derived from events.
//!
//! Each campaign's events of this kind stand in an index of their own, so a page costs what it
//! shows. Events of one instant are ordered by their ids, so the order is one for ever and a cursor
//! is a place in it.

use crate::RowError;
use chrono::{DateTime, Utc};
use domain::{
    AccountId, CampaignId, ChannelKind, Event, NodeId, SendKind, Status, UserId, parse_event,
};
use event_store::JournalId;
use tokio_postgres::Row;
use uuid::Uuid;

/// Something that happened to a prospect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// The event's id.
    pub id: Uuid,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// What happened.
    pub event: Event,
    /// In which campaign.
    pub campaign_id: CampaignId,
    /// What that is called.
    pub campaign_name: String,
    /// Where it stands now.
    pub campaign_status: Status,
    /// What it sends on.
    pub channel: ChannelKind,
    /// What was sent, if it is about a send.
    pub send: Option<Send>,
}

/// What an activity is about, if it is about a send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Send {
    /// What.
    pub kind: SendKind,
    /// Which step.
    pub node_id: NodeId,
    /// From which account, if one was named.
    pub account_id: Option<AccountId>,
}

/// A place in the feed: right after this activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivityCursor {
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The event's id.
    pub id: Uuid,
}

/// Whose activities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feed {
    /// Of every campaign of the tenant.
    Everything,
    /// Of one of them.
    Campaign(CampaignId),
}

/// At most `limit` activities behind `cursor`, the newest first.
///
/// # Errors
/// When the database does not answer or a row is damaged.
pub async fn list_activities(
    client: &deadpool_postgres::Client,
    (journal, user): (JournalId, UserId),
    feed: Feed,
    cursor: Option<ActivityCursor>,
    limit: i64,
) -> Result<Vec<Activity>, RowError> {
    let (at, id) = (
        cursor.map(|cursor| cursor.recorded_at),
        cursor.map(|cursor| cursor.id),
    );
    let rows = match feed {
        Feed::Everything => {
            let all = include_str!("../sql/list_activities.sql");
            let statement = client.prepare_cached(all).await?;
            client
                .query(&statement, &[&journal.0, &user.0, &at, &id, &limit])
                .await?
        }
        Feed::Campaign(campaign) => {
            let one = include_str!("../sql/list_activities_of_campaign.sql");
            let statement = client.prepare_cached(one).await?;
            client
                .query(
                    &statement,
                    &[&journal.0, &user.0, &at, &id, &limit, &campaign.0],
                )
                .await?
        }
    };
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Activity, RowError> {
    let id: Uuid = row.get("event_id");
    let unknown = |column| RowError::Word { column, id };
    let event = parse_event(
        row.get("type"),
        row.get("schema_version"),
        row.get("payload"),
    )
    .map_err(|_| unknown("payload"))?;
    let status: &str = row.get("status");
    let channel = match row.get("channel") {
        "email" => ChannelKind::Email,
        "linkedin" => ChannelKind::Linkedin,
        _ => return Err(unknown("channel")),
    };
    Ok(Activity {
        id,
        recorded_at: row.get("recorded_at"),
        event,
        campaign_id: CampaignId(row.get("campaign_id")),
        campaign_name: row.get("name"),
        campaign_status: Status::ALL
            .into_iter()
            .find(|known| known.as_str() == status)
            .ok_or_else(|| unknown("status"))?,
        channel,
        send: read_send(row, id)?,
    })
}

fn read_send(row: &Row, id: Uuid) -> Result<Option<Send>, RowError> {
    let Some(word) = row.get::<_, Option<&str>>("send") else {
        return Ok(None);
    };
    let kind = SendKind::from_wire(word).ok_or(RowError::Word { column: "send", id })?;
    Ok(Some(Send {
        kind,
        node_id: NodeId(row.get("node_id")),
        account_id: row.get::<_, Option<Uuid>>("account_id").map(AccountId),
    }))
}
