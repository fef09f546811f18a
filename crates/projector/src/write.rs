//! Writing the rows of many campaigns, pipelined, inside the transaction of their events.
//!
//! The append must be sent first in the same transaction: the rows take their time from the
//! journal's head that it moved. Statements are sent in an order that no constraint minds, and
//! only those that have something to write.

mod columns;
mod granted;
mod loading;
mod permits;
mod prospects;
mod sends;

use crate::Unit;
use crate::unit::Breadth;
pub use columns::Moves;
use columns::{Counters, Whole};
use domain::{Campaign, Present};
use event_store::JournalId;
use futures_util::future::{try_join, try_join4, try_join5};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Statement};
use uuid::Uuid;

/// The prepared statements of a writer, for one connection.
pub struct Rows {
    load_campaigns: Statement,
    load_prospects: Statement,
    load_permits: Statement,
    find_names: Statement,
    insert: Statement,
    shift: Statement,
    recount: Statement,
    rewrite: Statement,
    delete: Statement,
    put_prospects: Statement,
    remove_prospects: Statement,
    remove_all_prospects: Statement,
    grant_permits: Statement,
    close_permits: Statement,
    count_sends: Statement,
    count_granted: Statement,
    load_granted: Statement,
    put_back_prospects: Statement,
}

impl Rows {
    /// Prepares the statements on `client`.
    ///
    /// # Errors
    /// When the database cannot.
    pub async fn prepare(client: &Client) -> Result<Self, Error> {
        let prepare = |sql| client.prepare(sql);
        Ok(Self {
            load_campaigns: prepare(include_str!("../sql/load_campaigns.sql")).await?,
            load_prospects: prepare(include_str!("../sql/load_prospects.sql")).await?,
            load_permits: prepare(include_str!("../sql/load_permits.sql")).await?,
            find_names: prepare(include_str!("../sql/find_names.sql")).await?,
            insert: prepare(include_str!("../sql/insert_campaigns.sql")).await?,
            shift: prepare(include_str!("../sql/move_campaigns.sql")).await?,
            recount: prepare(include_str!("../sql/recount_campaigns.sql")).await?,
            rewrite: prepare(include_str!("../sql/rewrite_campaigns.sql")).await?,
            delete: prepare(include_str!("../sql/delete_campaigns.sql")).await?,
            put_prospects: prepare(include_str!("../sql/put_prospects.sql")).await?,
            remove_prospects: prepare(include_str!("../sql/remove_prospects.sql")).await?,
            remove_all_prospects: prepare(include_str!("../sql/remove_all_prospects.sql")).await?,
            grant_permits: prepare(include_str!("../sql/grant_permits.sql")).await?,
            close_permits: prepare(include_str!("../sql/close_permits.sql")).await?,
            count_sends: prepare(include_str!("../sql/count_sends.sql")).await?,
            count_granted: prepare(include_str!("../sql/count_permits_of_accounts.sql")).await?,
            load_granted: prepare(include_str!("../sql/sum_permits_of_accounts.sql")).await?,
            put_back_prospects: prepare(include_str!("../sql/put_back_prospects.sql")).await?,
        })
    }

    /// Writes the rows of every touched unit. All statements are sent at the first poll; one that
    /// cannot be sent fails at that poll.
    ///
    /// # Errors
    /// The first statement's that was refused.
    pub async fn write(
        &self,
        client: &Client,
        journal: JournalId,
        units: &[&Unit],
    ) -> Result<(), Error> {
        let campaigns = try_join5(
            self.insert(client, journal, units),
            self.shift(client, journal, units),
            self.recount(client, journal, units),
            self.rewrite(client, journal, units),
            self.delete(client, journal, units),
        );
        let prospects = try_join4(
            self.remove_all(client, journal, units),
            self.remove(client, journal, units),
            self.put_back(client, journal, units),
            self.put(client, journal, units),
        );
        let grants = self.grant(client, journal, units);
        let closes = self.close(client, journal, units);
        let counts = try_join(
            self.count_sends(client, journal, units),
            self.count_granted(client, journal, units),
        );
        try_join5(campaigns, prospects, grants, closes, counts)
            .await
            .map(|_| ())
    }

    async fn insert(
        &self,
        client: &Client,
        journal: JournalId,
        units: &[&Unit],
    ) -> Result<(), Error> {
        let fresh: Vec<_> = present(units, |unit| unit.before.is_none()).collect();
        if fresh.is_empty() {
            return Ok(());
        }
        let whole = Whole::of(&fresh);
        let users: Vec<Uuid> = fresh
            .iter()
            .map(|(_, campaign)| campaign.user_id.0)
            .collect();
        run(
            client,
            &self.insert,
            &[
                &journal.0,
                &whole.ids,
                &whole.versions,
                &whole.stages,
                &whole.censuses,
                &whole.tallies,
                &users,
                &whole.names,
                &whole.settings,
                &whole.sequences,
            ],
        )
        .await
    }

    async fn shift(
        &self,
        client: &Client,
        journal: JournalId,
        units: &[&Unit],
    ) -> Result<(), Error> {
        let moves = Moves::among(units);
        if moves.ids.is_empty() {
            return Ok(());
        }
        let binds: [&(dyn ToSql + Sync); 5] = [
            &journal.0,
            &moves.ids,
            &moves.old_versions,
            &moves.versions,
            &moves.stages,
        ];
        run(client, &self.shift, &binds).await
    }

    async fn recount(
        &self,
        client: &Client,
        journal: JournalId,
        units: &[&Unit],
    ) -> Result<(), Error> {
        let counted = |unit: &Unit| unit.before.is_some() && unit.breadth == Breadth::Counters;
        let counted: Vec<_> = present(units, counted).collect();
        if counted.is_empty() {
            return Ok(());
        }
        let counters = Counters::of(&counted);
        let binds: [&(dyn ToSql + Sync); 7] = [
            &journal.0,
            &counters.ids,
            &counters.old_versions,
            &counters.versions,
            &counters.stages,
            &counters.censuses,
            &counters.tallies,
        ];
        run(client, &self.recount, &binds).await
    }

    async fn rewrite(
        &self,
        client: &Client,
        journal: JournalId,
        units: &[&Unit],
    ) -> Result<(), Error> {
        let whole = |unit: &Unit| unit.before.is_some() && unit.breadth == Breadth::Whole;
        let changed: Vec<_> = present(units, whole).collect();
        if changed.is_empty() {
            return Ok(());
        }
        let olds: Vec<i64> = changed.iter().map(|(unit, _)| old_version(unit)).collect();
        let whole = Whole::of(&changed);
        run(
            client,
            &self.rewrite,
            &[
                &journal.0,
                &whole.ids,
                &olds,
                &whole.versions,
                &whole.stages,
                &whole.censuses,
                &whole.tallies,
                &whole.names,
                &whole.settings,
                &whole.sequences,
            ],
        )
        .await
    }

    async fn delete(
        &self,
        client: &Client,
        journal: JournalId,
        units: &[&Unit],
    ) -> Result<(), Error> {
        let gone: Vec<&&Unit> = units
            .iter()
            .filter(|unit| unit.before.is_some() && unit.campaign == Campaign::Deleted)
            .collect();
        if gone.is_empty() {
            return Ok(());
        }
        let ids: Vec<Uuid> = gone.iter().map(|unit| unit.id.0).collect();
        let olds: Vec<i64> = gone.iter().map(|unit| old_version(unit)).collect();
        run(client, &self.delete, &[&journal.0, &ids, &olds]).await
    }
}

fn present<'a>(
    units: &'a [&'a Unit],
    wanted: impl Fn(&Unit) -> bool + 'a,
) -> impl Iterator<Item = (&'a Unit, &'a Present)> {
    units
        .iter()
        .filter(move |unit| wanted(unit))
        .filter_map(|unit| unit.campaign.present().map(|campaign| (*unit, campaign)))
}

fn old_version(unit: &Unit) -> i64 {
    unit.before.as_ref().map_or(0, |row| row.version.0)
}

async fn run(
    client: &Client,
    statement: &Statement,
    binds: &[&(dyn ToSql + Sync)],
) -> Result<(), Error> {
    client.execute(statement, binds).await.map(|_| ())
}
