//! Writing the rows of prospects.

use super::columns::ProspectColumns;
use super::{Rows, present, run};
use crate::Unit;
use event_store::JournalId;
use tokio_postgres::{Client, Error};
use uuid::Uuid;

impl Rows {
    pub(super) async fn remove_all(
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

    pub(super) async fn remove(
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

    /// Those whom a launch left out wait again when it has failed.
    pub(super) async fn put_back(
        &self,
        client: &Client,
        journal: JournalId,
        units: &[&Unit],
    ) -> Result<(), Error> {
        let failed: Vec<Uuid> = present(units, |unit| unit.put_back)
            .map(|(unit, _)| unit.id.0)
            .collect();
        if failed.is_empty() {
            return Ok(());
        }
        run(client, &self.put_back_prospects, &[&journal.0, &failed]).await
    }

    pub(super) async fn put(
        &self,
        client: &Client,
        journal: JournalId,
        units: &[&Unit],
    ) -> Result<(), Error> {
        let mut columns = ProspectColumns::default();
        for (unit, _) in present(units, |_| true) {
            for (id, prospect) in unit.changed_prospects() {
                columns.campaigns.push(unit.id.0);
                columns.ids.push(id.0);
                columns.statuses.push(prospect.status.as_str());
                columns.nodes.push(prospect.node_id.map(|node| node.0));
                columns
                    .replies
                    .push(i32::try_from(prospect.replies).unwrap_or(i32::MAX));
                // Of somebody who is there already the row knows it.
                let added = unit.added.get(&id);
                columns
                    .added_versions
                    .push(added.map_or(0, |added| added.version.0));
                columns
                    .added_places
                    .push(added.map_or(0, |added| added.place));
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
                &columns.replies,
                &columns.added_versions,
                &columns.added_places,
            ],
        )
        .await
    }
}
