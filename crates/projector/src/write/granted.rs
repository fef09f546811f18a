//! Counting what accounts were granted, and looking it up before the next grant.

use super::{Rows, run};
use crate::granted::{GrantedPermits, read_granted};
use crate::{RowError, Unit};
use chrono::NaiveDate;
use event_store::JournalId;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error};
use uuid::Uuid;

#[derive(Default)]
struct GrantedColumns {
    users: Vec<Uuid>,
    accounts: Vec<Uuid>,
    campaigns: Vec<Uuid>,
    days: Vec<Option<NaiveDate>>,
    kinds: Vec<&'static str>,
    counts: Vec<i32>,
}

impl Rows {
    /// Also of a campaign that the same transaction deletes: the account was granted it all the
    /// same.
    pub(super) async fn count_granted(
        &self,
        client: &Client,
        journal: JournalId,
        units: &[&Unit],
    ) -> Result<(), Error> {
        let mut columns = GrantedColumns::default();
        for unit in units {
            for ((user, account, day, kind), count) in &unit.granted {
                columns.users.push(user.0);
                columns.accounts.push(account.0);
                columns.campaigns.push(unit.id.0);
                columns.days.push(*day);
                columns.kinds.push(kind.as_str());
                columns.counts.push(*count);
            }
        }
        if columns.accounts.is_empty() {
            return Ok(());
        }
        let binds: [&(dyn ToSql + Sync); 7] = [
            &journal.0,
            &columns.users,
            &columns.accounts,
            &columns.campaigns,
            &columns.days,
            &columns.kinds,
            &columns.counts,
        ];
        run(client, &self.count_granted, &binds).await
    }

    /// What accounts were granted since a day, over all campaigns of each user. One that was granted
    /// nothing is left out.
    ///
    /// # Errors
    /// When the database does not answer or a row is damaged.
    pub async fn load_granted(
        &self,
        client: &Client,
        journal: JournalId,
        (accounts, first): (&[Uuid], NaiveDate),
    ) -> Result<GrantedPermits, RowError> {
        if accounts.is_empty() {
            return Ok(GrantedPermits::new());
        }
        let binds: [&(dyn ToSql + Sync); 3] = [&journal.0, &accounts, &first];
        let rows = client.query(&self.load_granted, &binds).await?;
        read_granted(&rows)
    }
}
