//! The reference: PostgreSQL doing the same work with nothing in between.
//!
//! `reference/pause_or_resume.pgbench` is one statement per transaction over tables that are the
//! service's own (`reference/tables.sql`). Where an honest service does more, the reference does
//! less: its positions have gaps and no order, its answers say nothing, nobody asks for a key.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::cluster::Cluster;
use crate::latency::Latency;
use crate::pgbench::{Run, Said};
use crate::processor::{Sample, Spent, Watched};

const TABLES: &str = include_str!("../reference/tables.sql");
const SCRIPT: &str = include_str!("../reference/pause_or_resume.pgbench");
/// A client that ran out of time between a pause and its resume leaves a campaign paused.
const RESET: &str =
    "UPDATE reference.campaigns SET stage = '{\"status\":\"active\"}' WHERE status = 'paused'";
const EVENTS: &str = "SELECT count(*) FROM reference.events";

/// The tables and the script, ready.
pub struct Reference {
    script: PathBuf,
    campaigns: u32,
    transactions: u64,
}

/// What a measurement gave.
pub struct Measured {
    pub said: Said,
    pub latency: Latency,
    pub spent: Option<Spent>,
    pub wal_bytes: u64,
}

impl Reference {
    /// Copies the service's tables.
    pub async fn make(cluster: &Cluster, campaigns: u32) -> Result<Self, Box<dyn Error>> {
        cluster.connection.client.batch_execute(TABLES).await?;
        let script = cluster.directory().join("pause_or_resume.pgbench");
        fs::write(&script, SCRIPT)?;
        Ok(Self {
            script,
            campaigns,
            transactions: 0,
        })
    }

    /// Warms up, then measures.
    pub async fn measure(
        &mut self,
        cluster: &Cluster,
        clients: u32,
        (warm_up, measured): (Duration, Duration),
    ) -> Result<Measured, Box<dyn Error>> {
        let watched = Watched {
            service: None,
            postmaster: cluster.postmaster()?,
        };
        self.run(cluster, clients, warm_up).await?;
        cluster.connection.client.batch_execute(RESET).await?;
        let wal_before = cluster.wal_bytes().await?;
        let before = Sample::take(watched);
        let (said, micros) = self.run(cluster, clients, measured).await?;
        let after = Sample::take(watched);
        let spent = after
            .zip(before)
            .map(|(after, before)| after.since(&before));
        let wal_bytes = cluster.wal_bytes().await?.saturating_sub(wal_before);
        cluster.connection.client.batch_execute(RESET).await?;
        Ok(Measured {
            said,
            latency: Latency::of(micros),
            spent,
            wal_bytes,
        })
    }

    async fn run(
        &mut self,
        cluster: &Cluster,
        clients: u32,
        duration: Duration,
    ) -> Result<(Said, Vec<u32>), Box<dyn Error>> {
        let journals = u32::try_from(cluster.journals.count())?;
        let slice = self.campaigns / clients;
        let run = Run {
            program: &cluster.program("pgbench"),
            config: &cluster.config(),
            script: &self.script,
            directory: cluster.directory().join("pgbench"),
            clients,
            duration,
            variables: vec![
                ("turn", 0),
                ("number", 0),
                ("id", 0),
                ("journal", 0),
                ("journals", journals),
                ("clients", clients),
                ("slice", slice),
            ],
        };
        let ran = run.run().await?;
        self.transactions += ran.0.transactions;
        Ok(ran)
    }

    /// Whether every transaction that pgbench counted wrote its event.
    pub async fn check(&self, cluster: &Cluster) -> Result<(), Box<dyn Error>> {
        let row = cluster.connection.client.query_one(EVENTS, &[]).await?;
        let (events, transactions) = (u64::try_from(row.get::<_, i64>(0))?, self.transactions);
        if events == transactions {
            return Ok(());
        }
        Err(format!("pgbench: {transactions} transactions wrote {events} events").into())
    }
}
