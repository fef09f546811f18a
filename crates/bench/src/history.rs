//! A log as years of use would leave it, made in memory and written within a minute.
//!
//! Every event is one that `domain::decide` answered to a command, so the log replays. Campaigns are
//! under way side by side, and each one's events are spread over its lifetime, so that reading one
//! campaign means reading from many pages. What is made follows from a seed: the same every time.
//!
//! How a campaign goes is in `life`, what it is told to be in `cast`, where chance and ids come from
//! in `chance`. The rows of the events are not here.

mod cast;
mod chance;
mod life;

use bytes::BytesMut;
use chance::Chance;
use chrono::{DateTime, Utc};
use domain::{CampaignId, Event, Present, Version};
use event_store::{Actor, JournalId, Metadata, connect};
use life::Life;
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::hash::{DefaultHasher, Hasher};
use std::pin::{Pin, pin};
use tokio::task::JoinSet;
use tokio_postgres::Config;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::cluster::Cluster;

/// Campaigns that are under way in a journal at a time.
const AT_ONCE: usize = 250;
/// Events that are made at a time, while those before them are on their way.
const PORTION: usize = 1_000;
const COPY: &str = "
    COPY events (journal, position, campaign_id, version, event_id, schema_version, recorded_at, type,
                 payload, metadata)
    FROM STDIN (FORMAT binary)";
const COLUMNS: [Type; 10] = [
    Type::INT2,
    Type::INT8,
    Type::UUID,
    Type::INT8,
    Type::UUID,
    Type::INT2,
    Type::TIMESTAMPTZ,
    Type::TEXT,
    Type::JSON,
    Type::JSON,
];
const MOVE_HEAD: &str = "UPDATE journals SET head = $2, head_at = $3 WHERE id = $1";

/// What a log comes to: whoever replays it must come to the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub events: u64,
    /// Those that were deleted among them.
    pub campaigns: u64,
    pub deleted: u64,
    pub prospects: u64,
    /// Of the campaigns as they are in the end, in whichever order.
    pub fingerprint: u64,
}

/// Writes at least so many events, all journals at once.
pub async fn write(cluster: &Cluster, events: u64, seed: u64) -> Result<Outcome, Box<dyn Error>> {
    let share = events.div_ceil(u64::from(cluster.journals.count().unsigned_abs()));
    let mut writing = JoinSet::new();
    for journal in cluster.journals.iter() {
        let seed = seed.wrapping_add(u64::from(journal.0.unsigned_abs()));
        writing.spawn(write_journal(cluster.config(), journal, share, seed));
    }
    let mut all = Outcome::default();
    while let Some(written) = writing.join_next().await {
        all = all.and(written?.map_err(|error| error.to_string())?);
    }
    Ok(all)
}

async fn write_journal(
    config: Config,
    journal: JournalId,
    events: u64,
    seed: u64,
) -> Result<Outcome, Box<dyn Error + Send + Sync>> {
    let mut connection = connect(&config).await?;
    let transaction = connection.client.transaction().await?;
    let mut making = Making::new(journal, seed);
    let writer = BinaryCopyInWriter::new(transaction.copy_in(COPY).await?, &COLUMNS);
    let mut writer = pin!(writer);
    while making.outcome.events < events {
        for made in making.portion(PORTION)? {
            made.write(journal, writer.as_mut()).await?;
        }
    }
    writer.finish().await?;
    let head = i64::try_from(making.outcome.events)?;
    let at = making.chance.now();
    transaction
        .execute(MOVE_HEAD, &[&journal.0, &head, &at])
        .await?;
    transaction.commit().await?;
    Ok(making.end())
}

/// A journal in the making.
struct Making {
    chance: Chance,
    lives: Vec<Life>,
    begun: u32,
    journal: JournalId,
    outcome: Outcome,
}

/// An event with all that a row of it has.
struct Made {
    position: i64,
    campaign_id: CampaignId,
    version: Version,
    event_id: Uuid,
    recorded_at: DateTime<Utc>,
    event: Event,
    metadata: Metadata,
}

impl Making {
    fn new(journal: JournalId, seed: u64) -> Self {
        Self {
            chance: Chance::new(seed),
            lives: Vec::new(),
            begun: 0,
            journal,
            outcome: Outcome::default(),
        }
    }

    fn portion(&mut self, size: usize) -> Result<Vec<Made>, Box<dyn Error + Send + Sync>> {
        let mut portion = Vec::with_capacity(size);
        while portion.len() < size {
            self.act(&mut portion)?;
        }
        Ok(portion)
    }

    /// One command of one campaign.
    fn act(&mut self, portion: &mut Vec<Made>) -> Result<(), Box<dyn Error + Send + Sync>> {
        if self.lives.len() < AT_ONCE {
            self.begun += 1;
            let life = Life::begin(self.journal, self.begun, &mut self.chance)?;
            self.lives.push(life);
        }
        self.chance.pass();
        let chosen = self.chance.below(self.lives.len());
        let Some(life) = self.lives.get_mut(chosen) else {
            return Ok(());
        };
        let events = life.act(&mut self.chance)?;
        let actor = life.actor();
        let first = life.version().0 + 1 - i64::try_from(events.len())?;
        let campaign_id = life.id;
        let command_id = self.chance.id();
        let correlation_id = Some(self.chance.id().to_string());
        for (version, event) in (first..).map(Version).zip(events) {
            self.outcome.events += 1;
            portion.push(Made {
                position: i64::try_from(self.outcome.events)?,
                campaign_id,
                version,
                event_id: self.chance.id(),
                recorded_at: self.chance.now(),
                event,
                metadata: metadata(command_id, &actor, correlation_id.clone()),
            });
        }
        if self.lives.get(chosen).is_some_and(Life::is_over) {
            let life = self.lives.swap_remove(chosen);
            self.outcome = self.outcome.and(life.outcome());
        }
        Ok(())
    }

    fn end(self) -> Outcome {
        let begun = self.lives.iter().filter(|life| Version(0) < life.version());
        let running = begun.map(Life::outcome);
        running.fold(self.outcome, Outcome::and)
    }
}

impl Made {
    async fn write(
        &self,
        journal: JournalId,
        writer: Pin<&mut BinaryCopyInWriter>,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let event_type = self.event.event_type();
        let payload = Json(self.event.payload()?);
        let metadata = Json(serde_json::to_string(&self.metadata)?);
        let row: [&(dyn ToSql + Sync); 10] = [
            &journal.0,
            &self.position,
            &self.campaign_id.0,
            &self.version.0,
            &self.event_id,
            &self.event.schema_version(),
            &self.recorded_at,
            &event_type,
            &payload,
            &metadata,
        ];
        Ok(writer.write(&row).await?)
    }
}

fn metadata(command_id: Uuid, actor: &Actor, correlation_id: Option<String>) -> Metadata {
    Metadata {
        command_id,
        actor: actor.clone(),
        reason: None,
        correlation_id,
        causation_id: None,
        traceparent: None,
    }
}

impl Outcome {
    /// Of a campaign as it is in the end, if it is, without its events.
    pub fn of(id: CampaignId, campaign: Option<(Version, &Present)>) -> Self {
        let mut hasher = DefaultHasher::new();
        let state =
            campaign.map(|(version, it)| (version, &it.settings, &it.stage, &it.census, &it.tally));
        hasher.write(&serde_json::to_vec(&(id, state)).unwrap_or_default());
        let prospects = campaign.map_or(0, |(_, present)| u64::from(present.census.total()));
        Self {
            events: 0,
            campaigns: 1,
            deleted: u64::from(campaign.is_none()),
            prospects,
            fingerprint: hasher.finish(),
        }
    }

    /// Of both.
    pub fn and(self, other: Self) -> Self {
        Self {
            events: self.events + other.events,
            campaigns: self.campaigns + other.campaigns,
            deleted: self.deleted + other.deleted,
            prospects: self.prospects + other.prospects,
            fingerprint: self.fingerprint.wrapping_add(other.fingerprint),
        }
    }
}

/// The text of a `json`, as it is to be stored.
#[derive(Debug)]
struct Json(String);

impl ToSql for Json {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::JSON
    }

    to_sql_checked!();
}
