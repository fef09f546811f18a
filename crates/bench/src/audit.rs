//! After the load: does the log agree with what was answered, and do the rows agree with the log?

use event_store::{JournalId, LogCheck, connect};
use futures_util::future::try_join_all;
use projector::{CheckReport, check};
use serde::Serialize;
use std::error::Error;
use tokio_postgres::Client;

use crate::cluster::Cluster;

const NOT_ACTIVE: &str = "SELECT count(*) FROM campaigns WHERE status <> 'active'";

/// What was found.
#[derive(Debug, Serialize)]
pub struct Audit {
    /// Events in the log. Their positions are dense, or there is no audit.
    pub events: u64,
    /// Events of making the campaigns, and one for each request that was acknowledged.
    pub events_expected: u64,
    pub campaigns: u64,
    /// Campaigns whose rows are not what a replay of the log gives.
    pub differences: usize,
    /// The first of them.
    pub first_difference: Option<String>,
    /// Campaigns that are not active, though every pause was followed by its resume.
    pub not_active: i64,
}

impl Audit {
    /// Reads the whole log and compares every row.
    pub async fn make(cluster: &Cluster, events_expected: u64) -> Result<Self, Box<dyn Error>> {
        let checks = cluster.journals.iter().map(|journal| async move {
            let connection = connect(&cluster.config()).await?;
            log_is_whole(&connection.client, journal).await?;
            Ok::<CheckReport, Box<dyn Error>>(check(&connection.client, journal).await?)
        });
        let reports = try_join_all(checks).await?;
        let first = reports.iter().flat_map(|report| &report.differences).next();
        let not_active = cluster
            .connection
            .client
            .query_one(NOT_ACTIVE, &[])
            .await?
            .get(0);
        Ok(Self {
            events: reports.iter().map(|report| report.events).sum(),
            events_expected,
            campaigns: reports.iter().map(|report| report.campaigns).sum(),
            differences: reports.iter().map(|report| report.differences.len()).sum(),
            first_difference: first.map(|difference| format!("{difference:?}")),
            not_active,
        })
    }

    /// Whether every acknowledged request happened, once, and nothing else did.
    pub fn is_clean(&self) -> bool {
        self.events == self.events_expected && self.differences == 0 && self.not_active == 0
    }
}

/// Positions are dense, times never go backwards, the head is where it should be.
async fn log_is_whole(client: &Client, journal: JournalId) -> Result<(), Box<dyn Error>> {
    let mut check = LogCheck::begin(client, journal).await?;
    while !check.is_over() {
        check.step(client).await?;
    }
    match check.into_line().faults.first.first() {
        Some(fault) => Err(format!("journal {}: {fault}", journal.0).into()),
        None => Ok(()),
    }
}
