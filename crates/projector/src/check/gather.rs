//! The rows of a range of campaigns, as they are.
//!
//! Those of campaigns that have a history are gathered; any other row has none, and is only told
//! about, so that memory is that of the campaigns which were replayed.

use super::Difference;
use crate::granted::{Grants, read_grant};
use crate::sends::{Sends, read_send};
use crate::{CampaignRow, PermitRow, ProspectRow, RowError};
use domain::{CampaignId, PermitId, ProspectId};
use event_store::{JournalId, Listed};
use futures_util::TryStreamExt;
use std::collections::{BTreeMap, HashMap};
use std::pin::pin;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row};
use uuid::Uuid;

/// A range of campaigns of a journal, by their ids.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub journal: JournalId,
    pub from: CampaignId,
    /// The campaign behind the last one; none for no end.
    pub until: Option<CampaignId>,
}

/// The rows of one campaign.
#[derive(Debug, Default)]
pub(super) struct RowsOf {
    pub campaign: Option<Named>,
    pub prospects: BTreeMap<ProspectId, ProspectRow>,
    pub permits: BTreeMap<PermitId, PermitRow>,
    pub sends: Sends,
    pub grants: Grants,
    /// The first row that cannot be read. It is missing above.
    pub damaged: Option<RowError>,
}

/// A campaign's row with the copy of its name.
#[derive(Debug)]
pub(super) struct Named {
    pub row: CampaignRow,
    pub name: String,
}

/// What was gathered.
#[derive(Debug)]
pub(super) struct Gathered {
    pub rows: HashMap<CampaignId, RowsOf>,
    /// Rows of campaigns that have no history.
    pub strays: Listed<Difference>,
}

/// A table, and how a row of it is read.
struct Table {
    name: &'static str,
    read: &'static str,
    campaign: &'static str,
    put: fn(&mut RowsOf, &Row) -> Result<(), RowError>,
}

const TABLES: [Table; 5] = [
    Table {
        name: "campaigns",
        read: include_str!("../../sql/check_campaigns.sql"),
        campaign: "id",
        put: put_campaign,
    },
    Table {
        name: "prospects",
        read: include_str!("../../sql/check_prospects.sql"),
        campaign: "campaign_id",
        put: put_prospect,
    },
    Table {
        name: "permits",
        read: include_str!("../../sql/check_permits.sql"),
        campaign: "campaign_id",
        put: put_permit,
    },
    Table {
        name: "sends",
        read: include_str!("../../sql/check_sends.sql"),
        campaign: "campaign_id",
        put: put_sends,
    },
    Table {
        name: "permits_of_accounts",
        read: include_str!("../../sql/check_permits_of_accounts.sql"),
        campaign: "campaign_id",
        put: put_grants,
    },
];

impl Gathered {
    /// The rows of a range in which `known` are the campaigns that have a history.
    pub async fn read(
        client: &Client,
        range: Range,
        known: impl Iterator<Item = CampaignId>,
    ) -> Result<Self, Error> {
        let mut gathered = Self {
            rows: known.map(|id| (id, RowsOf::default())).collect(),
            strays: Listed::default(),
        };
        for table in &TABLES {
            gathered.take(client, table, range).await?;
        }
        Ok(gathered)
    }

    async fn take(&mut self, client: &Client, table: &Table, range: Range) -> Result<(), Error> {
        let until = range.until.map(|id| id.0);
        let binds: [&(dyn ToSql + Sync); 3] = [&range.journal.0, &range.from.0, &until];
        let mut rows = pin!(client.query_raw(table.read, binds).await?);
        while let Some(row) = rows.try_next().await? {
            let id = CampaignId(row.try_get(table.campaign)?);
            let Some(of_campaign) = self.rows.get_mut(&id) else {
                self.strays.push(stray(id, table, &row));
                continue;
            };
            if let Err(error) = (table.put)(of_campaign, &row) {
                of_campaign.damaged.get_or_insert(error);
            }
        }
        Ok(())
    }
}

/// A row of a campaign that the log does not know.
fn stray(campaign_id: CampaignId, table: &Table, row: &Row) -> Difference {
    let id = |column| row.try_get::<_, Uuid>(column).ok();
    let (prospect_id, permit_id) = match table.name {
        "prospects" => (id("id"), None),
        "permits" => (id("prospect_id"), id("id")),
        _ => (None, None),
    };
    Difference {
        campaign_id,
        prospect_id: prospect_id.map(ProspectId),
        permit_id: permit_id.map(PermitId),
        field: "row".to_owned(),
        row: format!("one of {}", table.name),
        log: "none".to_owned(),
    }
}

fn put_campaign(rows: &mut RowsOf, row: &Row) -> Result<(), RowError> {
    rows.campaign = Some(Named {
        row: CampaignRow::read(row)?,
        name: row.get("name"),
    });
    Ok(())
}

fn put_prospect(rows: &mut RowsOf, row: &Row) -> Result<(), RowError> {
    let (id, row) = ProspectRow::read(row)?;
    rows.prospects.insert(id, row);
    Ok(())
}

fn put_permit(rows: &mut RowsOf, row: &Row) -> Result<(), RowError> {
    let row = PermitRow::read(row)?;
    rows.permits.insert(row.permit.id, row);
    Ok(())
}

fn put_sends(rows: &mut RowsOf, row: &Row) -> Result<(), RowError> {
    let (key, count) = read_send(row)?;
    rows.sends.insert(key, count);
    Ok(())
}

fn put_grants(rows: &mut RowsOf, row: &Row) -> Result<(), RowError> {
    let (granted, count) = read_grant(row)?;
    rows.grants.insert(granted, count);
    Ok(())
}
