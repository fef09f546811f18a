//! What a writer looks at before it decides: rows by their keys, over arrays.

use super::Rows;
use crate::row::read_prospect;
use crate::{CampaignRow, PermitRow, RowError};
use domain::{CampaignId, Prospect, ProspectId, UserId};
use event_store::JournalId;
use futures_util::future::try_join;
use std::collections::HashMap;
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

impl Rows {
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
        let binds: [&(dyn ToSql + Sync); 3] = [&journal.0, &campaigns, &ids];
        let (rows, permits) = try_join(
            client.query(&self.load_prospects, &binds),
            client.query(&self.load_permits, &binds),
        )
        .await?;
        let mut found = HashMap::with_capacity(rows.len());
        for row in &rows {
            let (id, prospect) = read_prospect(row)?;
            found.insert((CampaignId(row.get("campaign_id")), id), prospect);
        }
        for row in &permits {
            let row = PermitRow::read(row)?;
            if let Some(prospect) = found.get_mut(&(row.campaign_id, row.prospect_id)) {
                // The primary key of the table says so too.
                let _once = prospect.permit_step(row.permit);
            }
        }
        let found = found.into_iter();
        Ok(found
            .map(|((campaign, id), prospect)| (campaign, id, prospect))
            .collect())
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
}
