//! Writing the rows of many campaigns, pipelined, inside the transaction of their events.
//!
//! The append must be sent first in the same transaction: the rows take their time from the
//! journal's head that it moved. Statements are sent in an order that no constraint minds, and
//! only those that have something to write.

mod columns;

use crate::row::read_prospect;
use crate::unit::Breadth;
use crate::{CampaignRow, RowError, Unit};
pub use columns::Moves;
use columns::{ProspectColumns, Whole, json};
use domain::{Campaign, CampaignId, Present, Prospect, ProspectId, UserId};
use event_store::JournalId;
use futures_util::future::{try_join, try_join3, try_join4};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Statement};
use uuid::Uuid;

/// The prepared statements of a writer, for one connection.
pub struct Rows {
    load_campaigns: Statement,
    load_prospects: Statement,
    find_names: Statement,
    insert: Statement,
    shift: Statement,
    rewrite: Statement,
    delete: Statement,
    put_prospects: Statement,
    remove_prospects: Statement,
    remove_all_prospects: Statement,
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
            find_names: prepare(include_str!("../sql/find_names.sql")).await?,
            insert: prepare(include_str!("../sql/insert_campaigns.sql")).await?,
            shift: prepare(include_str!("../sql/move_campaigns.sql")).await?,
            rewrite: prepare(include_str!("../sql/rewrite_campaigns.sql")).await?,
            delete: prepare(include_str!("../sql/delete_campaigns.sql")).await?,
            put_prospects: prepare(include_str!("../sql/put_prospects.sql")).await?,
            remove_prospects: prepare(include_str!("../sql/remove_prospects.sql")).await?,
            remove_all_prospects: prepare(include_str!("../sql/remove_all_prospects.sql")).await?,
        })
    }

    /// The rows of `ids` that are there.
    ///
    /// # Errors
    /// When the database does not answer or a row is damaged.
    pub async fn load_campaigns(
        &self,
        client: &Client,
        journal: JournalId,
        ids: &[Uuid],
    ) -> Result<Vec<CampaignRow>, RowError> {
        if ids.is_empty() {
            return Ok(vec![]);
        }
        let rows = client
            .query(&self.load_campaigns, &[&journal.0, &ids])
            .await?;
        rows.iter().map(CampaignRow::read).collect()
    }

    /// The prospects named by pairs of campaign and id that are there.
    ///
    /// # Errors
    /// When the database does not answer or a row is damaged.
    pub async fn load_prospects(
        &self,
        client: &Client,
        journal: JournalId,
        wanted: &[(CampaignId, ProspectId)],
    ) -> Result<Vec<(CampaignId, ProspectId, Prospect)>, RowError> {
        if wanted.is_empty() {
            return Ok(vec![]);
        }
        let campaigns: Vec<Uuid> = wanted.iter().map(|(campaign, _)| campaign.0).collect();
        let ids: Vec<Uuid> = wanted.iter().map(|(_, id)| id.0).collect();
        let rows = client
            .query(&self.load_prospects, &[&journal.0, &campaigns, &ids])
            .await?;
        rows.iter()
            .map(|row| {
                let (id, prospect) = read_prospect(row)?;
                Ok((CampaignId(row.get("campaign_id")), id, prospect))
            })
            .collect()
    }

    /// Which campaigns have the wanted names; a name that is free is left out.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find_names(
        &self,
        client: &Client,
        journal: JournalId,
        wanted: &[(UserId, String)],
    ) -> Result<Vec<(UserId, String, CampaignId)>, RowError> {
        if wanted.is_empty() {
            return Ok(vec![]);
        }
        let users: Vec<Uuid> = wanted.iter().map(|(user, _)| user.0).collect();
        let names: Vec<&str> = wanted.iter().map(|(_, name)| name.as_str()).collect();
        let rows = client
            .query(&self.find_names, &[&journal.0, &users, &names])
            .await?;
        let read = |row: &tokio_postgres::Row| {
            (
                UserId(row.get("user_id")),
                row.get("name"),
                CampaignId(row.get("id")),
            )
        };
        Ok(rows.iter().map(read).collect())
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
        let campaigns = try_join4(
            self.insert(client, journal, units),
            self.shift(client, journal, units),
            self.rewrite(client, journal, units),
            self.delete(client, journal, units),
        );
        let prospects = try_join3(
            self.remove_all(client, journal, units),
            self.remove(client, journal, units),
            self.put(client, journal, units),
        );
        try_join(campaigns, prospects).await.map(|_| ())
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

    async fn remove_all(
        &self,
        client: &Client,
        journal: JournalId,
        units: &[&Unit],
    ) -> Result<(), Error> {
        let emptied: Vec<Uuid> = present(units, |unit| unit.emptied && unit.before.is_some())
            .map(|(unit, _)| unit.id.0)
            .collect();
        if emptied.is_empty() {
            return Ok(());
        }
        run(client, &self.remove_all_prospects, &[&journal.0, &emptied]).await
    }

    async fn remove(
        &self,
        client: &Client,
        journal: JournalId,
        units: &[&Unit],
    ) -> Result<(), Error> {
        let removed = || {
            present(units, |_| true)
                .flat_map(|(unit, _)| unit.removed.iter().map(|id| (unit.id.0, id.0)))
        };
        let (campaigns, ids): (Vec<Uuid>, Vec<Uuid>) = removed().unzip();
        if ids.is_empty() {
            return Ok(());
        }
        run(
            client,
            &self.remove_prospects,
            &[&journal.0, &campaigns, &ids],
        )
        .await
    }

    async fn put(&self, client: &Client, journal: JournalId, units: &[&Unit]) -> Result<(), Error> {
        let mut columns = ProspectColumns::default();
        for (unit, _) in present(units, |_| true) {
            for (id, mark) in &unit.put {
                let Some(prospect) = unit.roster.find(*id) else {
                    continue;
                };
                columns.campaigns.push(unit.id.0);
                columns.ids.push(id.0);
                columns.statuses.push(prospect.status.as_str());
                columns.nodes.push(prospect.node_id.map(|node| node.0));
                columns.permits.push(json(&prospect.permits));
                columns
                    .replies
                    .push(i32::try_from(prospect.replies).unwrap_or(i32::MAX));
                columns.replied.push(mark.replied);
                columns.bounced.push(mark.bounced);
            }
        }
        if columns.ids.is_empty() {
            return Ok(());
        }
        run(
            client,
            &self.put_prospects,
            &[
                &journal.0,
                &columns.campaigns,
                &columns.ids,
                &columns.statuses,
                &columns.nodes,
                &columns.permits,
                &columns.replies,
                &columns.replied,
                &columns.bounced,
            ],
        )
        .await
    }
}

pub(super) fn present<'a>(
    units: &'a [&'a Unit],
    wanted: impl Fn(&Unit) -> bool + 'a,
) -> impl Iterator<Item = (&'a Unit, &'a Present)> {
    units
        .iter()
        .filter(move |unit| wanted(unit))
        .filter_map(|unit| unit.campaign.present().map(|campaign| (*unit, campaign)))
}

pub(super) fn old_version(unit: &Unit) -> i64 {
    unit.before.as_ref().map_or(0, |row| row.version.0)
}

async fn run(
    client: &Client,
    statement: &Statement,
    binds: &[&(dyn ToSql + Sync)],
) -> Result<(), Error> {
    client.execute(statement, binds).await.map(|_| ())
}
