//! `fermata demo`: a user with campaigns in every state, made by the same commands as everyone's.
//!
//! Among them is the documented example: 120 prospects, 34 of them sent to, 4 replies, active.
//! Making the workspace again changes nothing that is there; a workspace that was left half-made
//! is finished. Its keys are kept in `demo.json` in the data directory, because the database
//! holds digests only.

mod key_file;
mod script;

use crate::arguments::Json;
use crate::configuration::Configuration;
use crate::database::Database;
use crate::output;
use commands::{Lanes, LanesSettings, Metrics};
use domain::UserId;
use event_store::{Announcer, Wakes};
use prometheus_client::registry::Registry;
use serde::Serialize;
use std::error::Error;
use tokio_postgres::NoTls;
use uuid::Uuid;

/// The documented example's campaign.
pub const CAMPAIGN_ID: Uuid = Uuid::from_u128(0x8c2b_2d4e_e29b_41d4_a716_4466_5544_0000);
/// The documented example's user.
pub const USER_ID: UserId = UserId(Uuid::from_u128(0x1111_1111_1111_1111_1111_1111_1111_1111));

/// The demo workspace.
#[derive(Debug, Serialize)]
pub struct Workspace {
    /// Whose it is.
    pub user_id: UserId,
    /// A public key of theirs.
    pub key: String,
    /// A key for the internal listener.
    pub internal_key: String,
    /// The campaigns, as they are now.
    pub campaigns: Vec<DemoCampaign>,
}

/// A campaign of the demo workspace.
#[derive(Debug, Serialize)]
pub struct DemoCampaign {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub status: &'static str,
}

impl Workspace {
    /// What can be done with the documented campaign next.
    #[must_use]
    pub fn next_verb(&self) -> &'static str {
        let paused =
            |campaign: &DemoCampaign| campaign.id == CAMPAIGN_ID && campaign.status == "paused";
        if self.campaigns.iter().any(paused) {
            "resume"
        } else {
            "pause"
        }
    }
}

/// Makes the workspace and prints it.
///
/// # Errors
/// When the database cannot be opened or a command fails.
pub async fn run(configuration: &Configuration, format: Json) -> Result<(), Box<dyn Error>> {
    let database = Database::make(configuration, None).await?;
    let made = make(configuration, &database).await;
    database.close().await?;
    let workspace = made?;
    if format.json {
        return Ok(output::json(&workspace)?);
    }
    output::line(&format!("User          {}", workspace.user_id.0))?;
    output::line(&format!("Key           {}", workspace.key))?;
    output::line(&format!("Internal key  {}", workspace.internal_key))?;
    let row = |campaign: &DemoCampaign| {
        vec![
            campaign.id.to_string(),
            campaign.status.to_owned(),
            campaign.name.clone(),
        ]
    };
    let rows: Vec<_> = workspace.campaigns.iter().map(row).collect();
    Ok(output::table(&["campaign", "status", "name"], &rows)?)
}

/// Makes the workspace, or finishes it, or finds it as it is.
///
/// # Errors
/// When a command fails for another reason than that it was done before.
pub async fn make(
    configuration: &Configuration,
    database: &Database,
) -> Result<Workspace, Box<dyn Error>> {
    let (lanes, mut running) = Lanes::start(&LanesSettings {
        config: database.config.clone(),
        journals: database.journals,
        sources: crate::sources::MACHINE,
        wakes: Wakes::new(database.journals),
        announcer: Announcer::default(),
        metrics: Metrics::register(&mut Registry::default()),
        senders: senders::Directory::new(std::time::Instant::now),
        campaigns_remembered_max: std::num::NonZeroUsize::MIN,
        writers_max: std::num::NonZeroUsize::MIN,
    });
    let played = script::play(&lanes, database).await;
    drop(lanes);
    while running.join_next().await.is_some() {}
    played?;
    let (key, internal_key) = key_file::find_or_make(configuration, database).await?;
    let campaigns = campaigns(database).await?;
    Ok(Workspace {
        user_id: USER_ID,
        key,
        internal_key,
        campaigns,
    })
}

async fn campaigns(database: &Database) -> Result<Vec<DemoCampaign>, Box<dyn Error>> {
    let manager = deadpool_postgres::Manager::new(database.config.clone(), NoTls);
    let pool = deadpool_postgres::Pool::builder(manager)
        .max_size(1)
        .build()?;
    let client = pool.get().await?;
    let journal = database.journals.of(USER_ID);
    let rows = projector::list_campaigns(&client, journal, USER_ID).await?;
    let shown = |row: &projector::CampaignRow| DemoCampaign {
        id: row.id.0,
        name: row.campaign.settings.name.as_str().to_owned(),
        status: row.campaign.stage.status().as_str(),
    };
    Ok(rows.iter().map(shown).collect())
}
