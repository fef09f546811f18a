//! All rows rebuilt from the log, as the service does it, and held against the log afterwards.

use projector::{Asked, Ended, Projection, Rebuilder, ask_for_rebuild, check};
use serde::Serialize;
use std::error::Error;
use std::thread::available_parallelism;
use std::time::Instant;

use crate::cluster::Cluster;

/// One rebuild.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Rebuilt {
    /// From asking for it until the rows were switched.
    pub seconds: f64,
}

/// Rebuilds everything once.
pub async fn rebuild(cluster: &Cluster) -> Result<Rebuilt, Box<dyn Error>> {
    let client = &cluster.connection.client;
    let rebuilder = Rebuilder::new(cluster.config(), cluster.journals, available_parallelism()?);
    let began = Instant::now();
    let asked = ask_for_rebuild(client, &Projection::ALL).await?;
    let ended = rebuilder.run_once().await?;
    let seconds = began.elapsed().as_secs_f64();
    match (asked, ended) {
        (Asked::Accepted(_), Some(Ended::Switched(_))) => Ok(Rebuilt { seconds }),
        other => Err(format!("a rebuild did not come to its end: {other:?}").into()),
    }
}

/// How many rows' campaigns differ from the log; with the first.
pub async fn differences(cluster: &Cluster) -> Result<(u64, Option<String>), Box<dyn Error>> {
    let (mut count, mut first) = (0, None);
    for journal in cluster.journals.iter() {
        let report = check(&cluster.connection.client, journal).await?;
        count += u64::try_from(report.differences.len())?;
        first = first.or(report.differences.first().map(|it| format!("{it:?}")));
    }
    Ok((count, first))
}
