//! How many permits were granted for accounts: by campaign, by day of UTC, by what they send.
//!
//! Counted in the transaction of the event that says so, for the day that it names. A permit that
//! named no account counts for none. Counts outlive their campaign, because the account's limits
//! do.

use crate::RowError;
use crate::sends::kind;
use chrono::NaiveDate;
use domain::event::SendPermitted;
use domain::{AccountId, AccountPermits, SendKind, UserId};
use event_store::JournalId;
use std::collections::{BTreeMap, HashMap};
use tokio_postgres::Row;
use uuid::Uuid;

/// What accounts were granted, by whose they are.
pub type GrantedPermits = HashMap<(UserId, AccountId), AccountPermits>;

/// What a permit counts for. Without a day, that of its event.
pub(crate) type Granted<Day> = (UserId, AccountId, Day, SendKind);

/// Permits of one campaign: how often for whom, when, and what.
pub(crate) type Grants = BTreeMap<Granted<NaiveDate>, u32>;

/// What a permit of a campaign of `user` counts for, if it names an account.
pub(crate) fn granted(
    user: UserId,
    permitted: &SendPermitted,
) -> Option<Granted<Option<NaiveDate>>> {
    let account = permitted.account_id?;
    Some((user, account, permitted.account_day, permitted.send))
}

/// What accounts were granted since a day, over all campaigns of each user. One that was granted
/// nothing is left out.
///
/// # Errors
/// When the database does not answer or a row is damaged.
pub async fn granted_since(
    client: &deadpool_postgres::Client,
    journal: JournalId,
    accounts: &[AccountId],
    first: NaiveDate,
) -> Result<GrantedPermits, RowError> {
    let statement = client
        .prepare_cached(include_str!("../sql/sum_permits_of_accounts.sql"))
        .await?;
    let ids: Vec<Uuid> = accounts.iter().map(|id| id.0).collect();
    let rows = client
        .query(&statement, &[&journal.0, &ids, &first])
        .await?;
    read_granted(&rows)
}

/// Sums, the oldest day first.
pub(crate) fn read_granted(rows: &[Row]) -> Result<GrantedPermits, RowError> {
    let mut found = GrantedPermits::new();
    for row in rows {
        let whose = (UserId(row.get("user_id")), AccountId(row.get("account_id")));
        let count: i64 = row.get("count");
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let permits = found.entry(whose).or_default();
        permits.count(row.get("day"), kind(row)?, count);
    }
    Ok(found)
}

/// A row of the permits of one campaign.
pub(crate) fn read_grant(row: &Row) -> Result<(Granted<NaiveDate>, u32), RowError> {
    let (user, account) = (UserId(row.get("user_id")), AccountId(row.get("account_id")));
    let count: i32 = row.get("count");
    let granted = (user, account, row.get("day"), kind(row)?);
    Ok((granted, u32::try_from(count).unwrap_or(0)))
}
