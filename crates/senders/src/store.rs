//! The table of sender accounts: putting, removing, reading.
//!
//! One statement each, so each happens whole or not at all. Whoever changes an account announces
//! it on [`CHANNEL`] in the same statement. Putting the same twice is harmless.

use crate::{Sender, SenderError};
use chrono::{DateTime, Utc};
use domain::{AccountId, ChannelKind, UserId};
use tokio_postgres::Client;
use uuid::Uuid;

/// The `NOTIFY` channel on which a change is announced; the payload is the user's id, a
/// blank, and the account's id.
pub const CHANNEL: &str = "fermata_senders";
/// Accounts that one user may have.
pub const SENDERS_PER_USER_MAX: i64 = 1_000;

/// What putting an account came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is new.
    Created(Times),
    /// It was there; what is known of it is as told now.
    Changed(Times),
    /// It is another user's, or of the other type. Nothing happened.
    Taken,
    /// The user has [`SENDERS_PER_USER_MAX`] already. Nothing happened.
    TooMany,
}

/// When an account was first and last put, by the database's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// First.
    pub created_at: DateTime<Utc>,
    /// Last.
    pub updated_at: DateTime<Utc>,
}

/// Registers `sender`, or changes what is known of it. Its own times are not looked at.
///
/// # Errors
/// When the database does not answer; it may have happened then, and putting it again is harmless.
pub async fn put(client: &Client, sender: &Sender) -> Result<Put, SenderError> {
    let limit = |limit: Option<u32>| limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX));
    let limits = &sender.limits;
    let found = client
        .query_opt(
            include_str!("../sql/put_sender.sql"),
            &[
                &sender.id.0,
                &sender.user_id.0,
                &sender.standing.channel().as_str(),
                &sender.standing.status(),
                &sender.display_name,
                &sender.first_name,
                &sender.last_name,
                &sender.email_address,
                &sender.profile_url,
                &sender.provider_account_id,
                &sender.warmup_status,
                &sender.is_premium,
                &limit(limits.daily),
                &limit(limits.weekly_connections),
                &limit(limits.weekly_messages),
                &SENDERS_PER_USER_MAX,
            ],
        )
        .await?;
    let Some(row) = found else {
        let taken = find(client, sender.id).await?.is_some();
        return Ok(if taken { Put::Taken } else { Put::TooMany });
    };
    let times = Times {
        created_at: row.get("created_at"),
        updated_at: row.get("updated_at"),
    };
    if row.get("created") {
        Ok(Put::Created(times))
    } else {
        Ok(Put::Changed(times))
    }
}

/// Removes an account with everything that is known of it. Campaigns that name it keep its id.
/// Returns whether it was there.
///
/// # Errors
/// When the database does not answer; it may have happened then, and removing it again is
/// harmless.
pub async fn remove(client: &Client, id: AccountId) -> Result<bool, SenderError> {
    let removed = client
        .query_opt(include_str!("../sql/remove_sender.sql"), &[&id.0])
        .await?;
    Ok(removed.is_some())
}

/// One account, whoever's it is: for the service's own callers.
///
/// # Errors
/// When the database does not answer or the row is damaged.
pub async fn find(client: &Client, id: AccountId) -> Result<Option<Sender>, SenderError> {
    let found = client
        .query_opt(include_str!("../sql/find_sender.sql"), &[&id.0])
        .await?;
    found.as_ref().map(Sender::read).transpose()
}

/// Accounts of one user, in no order. One that is not there, or another's, is left out.
///
/// # Errors
/// When the database does not answer or a row is damaged.
pub async fn find_of(
    client: &deadpool_postgres::Client,
    user: UserId,
    ids: &[AccountId],
) -> Result<Vec<Sender>, SenderError> {
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let statement = client
        .prepare_cached(include_str!("../sql/find_senders.sql"))
        .await?;
    let users = vec![user.0; ids.len()];
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = client.query(&statement, &[&users, &ids]).await?;
    rows.iter().map(Sender::read).collect()
}

/// All accounts of one user, or those of one channel, the oldest first.
///
/// # Errors
/// When the database does not answer or a row is damaged.
pub async fn list(
    client: &deadpool_postgres::Client,
    user: UserId,
    channel: Option<ChannelKind>,
) -> Result<Vec<Sender>, SenderError> {
    let statement = client
        .prepare_cached(include_str!("../sql/list_senders.sql"))
        .await?;
    let channel = channel.map(ChannelKind::as_str);
    let rows = client
        .query(&statement, &[&user.0, &channel, &SENDERS_PER_USER_MAX])
        .await?;
    rows.iter().map(Sender::read).collect()
}
