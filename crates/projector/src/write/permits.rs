//! Writing the rows of permits: those just granted, and those just accounted for.

use super::columns::PermitColumns;
use super::{Rows, run};
use crate::Unit;
use crate::unit::PermitMark;
use event_store::JournalId;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error};

impl Rows {
    pub(super) async fn grant(
        &self,
        client: &Client,
        journal: JournalId,
        units: &[&Unit],
    ) -> Result<(), Error> {
        let granted = PermitColumns::of(units, PermitMark::Granted);
        if granted.ids.is_empty() {
            return Ok(());
        }
        let binds: [&(dyn ToSql + Sync); 8] = [
            &journal.0,
            &granted.campaigns,
            &granted.prospects,
            &granted.nodes,
            &granted.ids,
            &granted.states,
            &granted.sends,
            &granted.accounts,
        ];
        run(client, &self.grant_permits, &binds).await
    }

    pub(super) async fn close(
        &self,
        client: &Client,
        journal: JournalId,
        units: &[&Unit],
    ) -> Result<(), Error> {
        let closed = PermitColumns::of(units, PermitMark::Closed);
        if closed.ids.is_empty() {
            return Ok(());
        }
        let binds: [&(dyn ToSql + Sync); 5] = [
            &journal.0,
            &closed.campaigns,
            &closed.prospects,
            &closed.nodes,
            &closed.states,
        ];
        run(client, &self.close_permits, &binds).await
    }
}
