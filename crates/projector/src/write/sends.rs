//! Counting what accounts sent.

use super::{Rows, run};
use crate::Unit;
use event_store::JournalId;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error};
use uuid::Uuid;

#[derive(Default)]
struct SendColumns {
    accounts: Vec<Uuid>,
    campaigns: Vec<Uuid>,
    kinds: Vec<&'static str>,
    counts: Vec<i32>,
}

impl Rows {
    /// Also of a campaign that the same transaction deletes: the account sent all the same.
    pub(super) async fn count_sends(
        &self,
        client: &Client,
        journal: JournalId,
        units: &[&Unit],
    ) -> Result<(), Error> {
        let mut columns = SendColumns::default();
        for unit in units {
            for ((account, kind), count) in &unit.sends {
                columns.accounts.push(account.0);
                columns.campaigns.push(unit.id.0);
                columns.kinds.push(kind.as_str());
                columns.counts.push(*count);
            }
        }
        if columns.accounts.is_empty() {
            return Ok(());
        }
        let binds: [&(dyn ToSql + Sync); 5] = [
            &journal.0,
            &columns.accounts,
            &columns.campaigns,
            &columns.kinds,
            &columns.counts,
        ];
        run(client, &self.count_sends, &binds).await
    }
}
