//! Do the rows equal a replay of the log? The first difference of each campaign is named.
//!
//! Reads one snapshot, so it may run beside a working service.

use crate::read::list_ids;
use crate::sends::{Sends, list_sends};
use crate::{CampaignRow, PermitRow, ProspectRow, Replayed, RowError};
use domain::{BrokenHistory, CampaignId, PermitId, ProspectId};
use event_store::{JournalId, PAGE_MAX, ReadError, read_after};
use std::collections::{BTreeMap, HashMap, HashSet};
use tokio_postgres::Client;
use uuid::Uuid;

const IDS_PAGE: i64 = 1_000;

/// What a check found.
#[derive(Debug, Clone, Default)]
pub struct CheckReport {
    /// Events read.
    pub events: u64,
    /// Campaigns compared.
    pub campaigns: u64,
    /// The first difference of each campaign that has one.
    pub differences: Vec<Difference>,
}

/// A row that is not what the log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Whose row.
    pub campaign_id: CampaignId,
    /// Of which prospect, if it is a prospect's.
    pub prospect_id: Option<ProspectId>,
    /// The field.
    pub field: &'static str,
    /// What the row has.
    pub row: String,
    /// What the log says.
    pub log: String,
}

/// Why a check could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The rows could not be read.
    #[error(transparent)]
    Row(#[from] RowError),
    /// The database did not answer.
    #[error("check rows against the log")]
    Database(#[from] tokio_postgres::Error),
    /// The positions of a journal are not dense.
    #[error("journal {journal} has no position {position}")]
    Gap {
        /// The journal.
        journal: i16,
        /// What is missing.
        position: i64,
    },
    /// An event cannot follow.
    #[error("position {position} of journal {journal}")]
    Broken {
        /// The journal.
        journal: i16,
        /// Where.
        position: i64,
        /// What cannot follow.
        #[source]
        source: BrokenHistory,
    },
}

/// Compares all rows of `journal` with a replay of its events.
///
/// # Errors
/// When the log cannot be read, has a gap, or holds an event that cannot follow.
pub async fn check(client: &Client, journal: JournalId) -> Result<CheckReport, CheckError> {
    client
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .await?;
    let checked = check_snapshot(client, journal).await;
    client.batch_execute("COMMIT").await?;
    checked
}

async fn check_snapshot(client: &Client, journal: JournalId) -> Result<CheckReport, CheckError> {
    let (replayed, events) = fold(client, journal).await?;
    let mut report = CheckReport {
        events,
        ..CheckReport::default()
    };
    let sends = list_sends(client, journal).await?;
    report
        .differences
        .extend(differing_sends(&sends, &replayed));
    let rows = ids_of_rows(client, journal).await?;
    for id in &rows {
        report.campaigns += 1;
        let expected = replayed.get(id).cloned().unwrap_or_default();
        report
            .differences
            .extend(compare(client, journal, *id, &expected).await?);
    }
    for (id, expected) in replayed.iter().filter(|(id, _)| !rows.contains(id)) {
        report.campaigns += 1;
        if let Some(row) = expected.row(*id) {
            report
                .differences
                .push(missing(*id, "row", "none", format!("{row:?}")));
        }
    }
    Ok(report)
}

/// Counts outlive their campaign, so they are compared by themselves.
fn differing_sends(
    rows: &HashMap<CampaignId, Sends>,
    replayed: &HashMap<CampaignId, Replayed>,
) -> Vec<Difference> {
    let none = Sends::new();
    let ids: HashSet<CampaignId> = rows.keys().chain(replayed.keys()).copied().collect();
    let compared = ids.into_iter().filter_map(|id| {
        let row = rows.get(&id).unwrap_or(&none);
        let log = replayed.get(&id).map_or(&none, Replayed::sends);
        (row != log).then(|| missing(id, "sends", &format!("{row:?}"), format!("{log:?}")))
    });
    compared.collect()
}

async fn fold(
    client: &Client,
    journal: JournalId,
) -> Result<(HashMap<CampaignId, Replayed>, u64), CheckError> {
    let mut replayed: HashMap<CampaignId, Replayed> = HashMap::new();
    let mut position = 0;
    let mut events = 0;
    loop {
        let page = read_after(client, journal, position, PAGE_MAX).await?;
        if page.is_empty() {
            return Ok((replayed, events));
        }
        for recorded in page {
            if recorded.position != position + 1 {
                return Err(CheckError::Gap {
                    journal: journal.0,
                    position: position + 1,
                });
            }
            position = recorded.position;
            events += 1;
            let broken = |source| CheckError::Broken {
                journal: journal.0,
                position,
                source,
            };
            replayed
                .entry(recorded.campaign_id)
                .or_default()
                .apply(&recorded)
                .map_err(broken)?;
        }
    }
}

async fn ids_of_rows(
    client: &Client,
    journal: JournalId,
) -> Result<HashSet<CampaignId>, CheckError> {
    let mut ids = HashSet::new();
    let mut after = CampaignId(Uuid::nil());
    loop {
        let page = list_ids(client, journal, after, IDS_PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(ids);
        };
        after = *last;
        ids.extend(page);
    }
}

async fn compare(
    client: &Client,
    journal: JournalId,
    id: CampaignId,
    expected: &Replayed,
) -> Result<Option<Difference>, CheckError> {
    let ids = [id.0];
    let load = include_str!("../sql/load_campaigns.sql");
    let row = client
        .query_opt(load, &[&journal.0, &ids.as_slice()])
        .await?;
    let row = row.as_ref().map(CampaignRow::read).transpose()?;
    let difference = match (row, expected.row(id)) {
        (Some(row), Some(log)) => first_difference(&row, &log),
        (Some(row), None) => Some(missing(id, "row", &format!("{row:?}"), "none".to_owned())),
        (None, _) => None,
    };
    if difference.is_some() {
        return Ok(difference);
    }
    compare_prospects(client, journal, id, expected).await
}

async fn compare_prospects(
    client: &Client,
    journal: JournalId,
    id: CampaignId,
    expected: &Replayed,
) -> Result<Option<Difference>, CheckError> {
    let list = include_str!("../sql/list_prospects.sql");
    let rows = client.query(list, &[&journal.0, &id.0]).await?;
    let mut prospects: BTreeMap<_, _> = rows
        .iter()
        .map(ProspectRow::read)
        .collect::<Result<_, _>>()?;
    let list = include_str!("../sql/list_permits.sql");
    let rows = client.query(list, &[&journal.0, &id.0]).await?;
    let mut permits = BTreeMap::new();
    for row in &rows {
        let row = PermitRow::read(row)?;
        if let Some(holder) = prospects.get_mut(&row.prospect_id) {
            // The primary key of the table says so too.
            let _once = holder.prospect.permit_step(row.permit);
        }
        permits.insert(row.permit.id, row);
    }
    let difference = first_permit_difference(id, &permits, &expected.permits(id));
    Ok(difference.or_else(|| first_prospect_difference(id, &prospects, &expected.prospects())))
}

fn first_permit_difference(
    id: CampaignId,
    rows: &BTreeMap<PermitId, PermitRow>,
    log: &BTreeMap<PermitId, PermitRow>,
) -> Option<Difference> {
    let all = rows.keys().chain(log.keys());
    let differs = all
        .copied()
        .find(|permit| rows.get(permit) != log.get(permit))?;
    let (row, log) = (rows.get(&differs), log.get(&differs));
    Some(Difference {
        prospect_id: row.or(log).map(|known| known.prospect_id),
        ..missing(id, "permit", &format!("{row:?}"), format!("{log:?}"))
    })
}

fn first_difference(row: &CampaignRow, log: &CampaignRow) -> Option<Difference> {
    let fields = [
        ("version", row.version == log.version),
        ("created_at", row.created_at == log.created_at),
        ("updated_at", row.updated_at == log.updated_at),
        ("user_id", row.campaign.user_id == log.campaign.user_id),
        ("stage", row.campaign.stage == log.campaign.stage),
        ("census", row.campaign.census == log.campaign.census),
        ("tally", row.campaign.tally == log.campaign.tally),
        ("settings", row.campaign.settings == log.campaign.settings),
        ("sequence", row.campaign.sequence == log.campaign.sequence),
    ];
    let (field, _) = fields.into_iter().find(|(_, same)| !same)?;
    Some(missing(
        row.id,
        field,
        &format!("{row:?}"),
        format!("{log:?}"),
    ))
}

fn first_prospect_difference(
    id: CampaignId,
    rows: &BTreeMap<ProspectId, ProspectRow>,
    log: &BTreeMap<ProspectId, ProspectRow>,
) -> Option<Difference> {
    let everyone = rows.keys().chain(log.keys());
    let differs = everyone
        .copied()
        .find(|prospect| rows.get(prospect) != log.get(prospect))?;
    let shown = |side: Option<&ProspectRow>| format!("{side:?}");
    let (row, log) = (shown(rows.get(&differs)), shown(log.get(&differs)));
    Some(Difference {
        prospect_id: Some(differs),
        ..missing(id, "prospect", &row, log)
    })
}

fn missing(campaign_id: CampaignId, field: &'static str, row: &str, log: String) -> Difference {
    Difference {
        campaign_id,
        prospect_id: None,
        field,
        row: row.to_owned(),
        log,
    }
}
