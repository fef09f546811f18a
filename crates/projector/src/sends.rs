//! How often accounts sent: by campaign, by day of UTC, by what was sent.
//!
//! Counted in the transaction of the event that says so. A permit that named no account counts for
//! none. Counts outlive their campaign, because the account's usage does.

use crate::RowError;
use chrono::NaiveDate;
use domain::{AccountId, CampaignId, Day, SendKind};
use event_store::JournalId;
use std::collections::{BTreeMap, HashMap};
use tokio_postgres::Row;
use uuid::Uuid;

/// What was sent for one campaign: how often by whom, when, and what.
pub(crate) type Sends = BTreeMap<(AccountId, NaiveDate, SendKind), u32>;

/// What one account sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sent {
    /// In the time that was asked for.
    pub count: BTreeMap<SendKind, u64>,
    /// Of that, today.
    pub today: BTreeMap<SendKind, u64>,
}

impl Sent {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.count.values().sum()
    }

    /// All of it that was today.
    #[must_use]
    pub fn total_today(&self) -> u64 {
        self.today.values().sum()
    }
}

/// What accounts sent in the week that ends with `today`, a day of UTC, over all campaigns. One that sent
/// nothing is left out.
///
/// # Errors
/// When the database does not answer or a row is damaged.
pub async fn usage(
    client: &deadpool_postgres::Client,
    journal: JournalId,
    accounts: &[AccountId],
    today: Day,
) -> Result<HashMap<AccountId, Sent>, RowError> {
    let statement = client
        .prepare_cached(include_str!("../sql/sum_sends_of_accounts.sql"))
        .await?;
    let ids: Vec<Uuid> = accounts.iter().map(|id| id.0).collect();
    let (first, last) = (today.week_begins_on(), today.date());
    let rows = client
        .query(&statement, &[&journal.0, &ids, &first, &last])
        .await?;
    by_account(&rows)
}

/// What accounts ever sent for one campaign. One that sent nothing is left out.
///
/// # Errors
/// When the database does not answer or a row is damaged.
pub async fn sends_of_campaign(
    client: &deadpool_postgres::Client,
    journal: JournalId,
    campaign: CampaignId,
    today: Day,
) -> Result<HashMap<AccountId, Sent>, RowError> {
    let statement = client
        .prepare_cached(include_str!("../sql/sum_sends_of_campaign.sql"))
        .await?;
    let rows = client
        .query(&statement, &[&journal.0, &campaign.0, &today.date()])
        .await?;
    by_account(&rows)
}

/// Sends of one campaign that are permitted and not accounted for, by account.
///
/// # Errors
/// When the database does not answer.
pub async fn count_open_permits(
    client: &deadpool_postgres::Client,
    journal: JournalId,
    campaign: CampaignId,
) -> Result<HashMap<AccountId, u64>, RowError> {
    let statement = client
        .prepare_cached(include_str!("../sql/count_open_permits.sql"))
        .await?;
    let rows = client.query(&statement, &[&journal.0, &campaign.0]).await?;
    let read = |row: &Row| (AccountId(row.get("account_id")), number(row, "count"));
    Ok(rows.iter().map(read).collect())
}

/// A row of what was sent for one campaign.
pub(crate) fn read_send(row: &Row) -> Result<((AccountId, NaiveDate, SendKind), u32), RowError> {
    let key = (AccountId(row.get("account_id")), row.get("day"), kind(row)?);
    let count: i32 = row.get("count");
    Ok((key, u32::try_from(count).unwrap_or(0)))
}

fn by_account(rows: &[Row]) -> Result<HashMap<AccountId, Sent>, RowError> {
    let mut found: HashMap<AccountId, Sent> = HashMap::new();
    for row in rows {
        let sent = found.entry(AccountId(row.get("account_id"))).or_default();
        let kind = kind(row)?;
        sent.count.insert(kind, number(row, "count"));
        sent.today.insert(kind, number(row, "today"));
    }
    Ok(found)
}

pub(crate) fn kind(row: &Row) -> Result<SendKind, RowError> {
    let word: &str = row.get("kind");
    SendKind::from_wire(word).ok_or(RowError::Word {
        column: "kind",
        id: row.get("account_id"),
    })
}

fn number(row: &Row, column: &str) -> u64 {
    let count: i64 = row.get(column);
    u64::try_from(count).unwrap_or(0)
}
