//! What permits and progress are measured on: a cluster, campaigns with their prospects, and the
//! service.

use crate::arguments::Arguments;
use crate::campaigns::{ask, key, start_lanes};
use crate::cluster::Cluster;
use crate::progress::Progress;
use crate::service::{self, Service};
use domain::UserId;
use keys::Owner;
use rehearsal::{Addresses, Ground, Keys};
use senders::Sender;
use std::error::Error;
use std::path::Path;
use tokio::sync::watch;
use uuid::Uuid;

const USER: UserId = UserId(Uuid::from_u128((0x4000 << 64) + (0x8000 << 48) + 1));

/// Campaigns to be made.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    pub campaigns: u32,
    pub prospects: u32,
    pub steps: u32,
}

pub struct Stage {
    pub cluster: Cluster,
    pub service: Service,
    pub keys: Keys,
    pub grounds: Vec<Ground>,
    /// Never told anything else: the service is not restarted.
    pub addresses: watch::Receiver<Option<Addresses>>,
    _told: watch::Sender<Option<Addresses>>,
}

impl Stage {
    /// Makes everything.
    pub async fn set(
        arguments: &Arguments,
        extent: Extent,
        progress: &Progress,
    ) -> Result<Self, Box<dyn Error>> {
        let program = service::program(arguments.service.as_deref())?;
        progress.begin("making a cluster");
        let cluster = Cluster::open(arguments.directory.as_deref(), arguments.journals).await?;
        progress.end("made a cluster");
        progress.begin("making campaigns");
        let grounds = make(&cluster, extent).await?;
        progress.end(&format!(
            "made {} campaigns of {} prospects",
            extent.campaigns, extent.prospects
        ));
        let keys = Keys {
            public: key(&cluster, Owner::User(USER.0)).await?,
            internal: key(&cluster, Owner::Internal).await?,
        };
        cluster.settle().await?;
        let service = start(&program, &cluster, &keys).await?;
        let (told, addresses) = watch::channel(Some(Addresses {
            public: service.public,
            internal: service.internal(),
        }));
        Ok(Self {
            cluster,
            service,
            keys,
            grounds,
            addresses,
            _told: told,
        })
    }

    /// Stops the service, looks whether the rows equal a replay of the log, and deletes everything.
    pub async fn strike(self) -> Result<(), Box<dyn Error>> {
        self.service.stop().await?;
        for journal in self.cluster.journals.iter() {
            let report = projector::check(&self.cluster.connection.client, journal).await?;
            if let Some(first) = report.differences.first() {
                return Err(format!("rows differ from a replay: {first:?}").into());
            }
        }
        self.cluster.close().await
    }
}

async fn start(program: &Path, cluster: &Cluster, keys: &Keys) -> Result<Service, Box<dyn Error>> {
    let (url, directory) = (cluster.url(), cluster.directory());
    Service::start(program, &url, directory, keys.internal.clone()).await
}

async fn make(cluster: &Cluster, extent: Extent) -> Result<Vec<Ground>, Box<dyn Error>> {
    let (lanes, mut running) = start_lanes(cluster);
    let mut grounds = Vec::new();
    for number in 1..=extent.campaigns {
        let ground = Ground::new(number, extent.prospects, extent.steps);
        let profile = Sender::connected_profile(USER, ground.account(), "Bench Profile");
        senders::put(&cluster.connection.client, &profile).await?;
        for command in ground.commands(USER) {
            ask(&lanes, USER, ground.campaign_id, command).await?;
        }
        grounds.push(ground);
    }
    drop(lanes);
    while running.join_next().await.is_some() {}
    Ok(grounds)
}
