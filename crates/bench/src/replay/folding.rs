//! A log replayed into memory, with an eye on the memory: what the process of its own does.

use event_store::{Connection, JournalStanding, connect, list_journals};
use futures_util::{StreamExt, TryStreamExt, stream};
use projector::{Folded, Replay};
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Instant;
use tokio_postgres::Config;

use super::memory;
use crate::history::Outcome;

type Failure = Box<dyn Error + Send + Sync>;

/// Events between two looks at the memory.
const LOOK_EVENTS: u64 = 500_000;

/// What a replay came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Folding {
    pub seconds: f64,
    pub outcome: Outcome,
    /// Resident when the connections were open and nothing was read.
    pub memory_at_the_start: Option<u64>,
    pub looks: Vec<Look>,
    /// The most that was ever resident.
    pub memory_at_most: Option<u64>,
}

/// Memory when so many events were folded.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Look {
    pub events: u64,
    pub resident: Option<u64>,
}

/// How far all journals have come.
#[derive(Default)]
struct Sofar {
    outcome: Outcome,
    looks: Vec<Look>,
}

/// Replays all journals, at most as many at a time as there are cores.
pub async fn fold(config: &Config) -> Result<Folding, Failure> {
    let at_once = std::thread::available_parallelism()?.get();
    let first = connect(config).await?;
    let mut journals = Vec::new();
    for standing in list_journals(&first.client).await? {
        journals.push((standing, connect(config).await?));
    }
    let sofar = Arc::new(Mutex::new(Sofar::default()));
    let memory_at_the_start = memory::resident();
    let began = Instant::now();
    let folding = journals.into_iter().map(|(standing, connection)| {
        let sofar = sofar.clone();
        async move { tokio::spawn(fold_journal(connection, standing, sofar)).await? }
    });
    let folding = stream::iter(folding).buffer_unordered(at_once);
    folding.try_collect::<Vec<()>>().await?;
    let seconds = began.elapsed().as_secs_f64();
    let mut sofar = sofar.lock().unwrap_or_else(PoisonError::into_inner);
    sofar.look();
    Ok(Folding {
        seconds,
        outcome: sofar.outcome,
        memory_at_the_start,
        looks: std::mem::take(&mut sofar.looks),
        memory_at_most: memory::peak(),
    })
}

async fn fold_journal(
    connection: Connection,
    standing: JournalStanding,
    sofar: Arc<Mutex<Sofar>>,
) -> Result<(), Failure> {
    let mut replay = Replay::new(standing.journal, standing.head, None);
    while !replay.is_over() {
        let before = replay.events();
        let campaigns = replay.step(&connection.client).await?;
        let mut outcome = Outcome {
            events: replay.events() - before,
            ..Outcome::default()
        };
        for campaign in campaigns {
            outcome = outcome.and(outcome_of(&campaign));
        }
        let mut sofar = sofar.lock().unwrap_or_else(PoisonError::into_inner);
        sofar.add(outcome);
    }
    Ok(())
}

fn outcome_of(campaign: &Folded) -> Outcome {
    let row = campaign.replayed.row(campaign.id);
    Outcome::of(
        campaign.id,
        row.as_ref().map(|row| (row.version, &row.campaign)),
    )
}

impl Sofar {
    fn add(&mut self, outcome: Outcome) {
        let before = self.outcome.events / LOOK_EVENTS;
        self.outcome = self.outcome.and(outcome);
        if before < self.outcome.events / LOOK_EVENTS {
            self.look();
        }
    }

    fn look(&mut self) {
        self.looks.push(Look {
            events: self.outcome.events,
            resident: memory::resident(),
        });
    }
}
