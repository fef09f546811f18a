//! All of them together, until enough was asked.

use crate::director::Director;
use crate::engine::Engine;
use crate::ground::Ground;
use crate::http::{Addresses, Http};
use crate::record::Record;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How much of everything.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// Connections that ask for permits.
    pub connections: u64,
    /// Permits to be asked for.
    pub requests: u64,
    /// Permits that one request asks for at most.
    pub items_max: usize,
    /// How long campaigns run between a resume and a pause at most.
    pub open_ms_max: u64,
    /// How long they are held at most.
    pub held_ms_max: u64,
    /// Whether tasks go on with permits that they find, as after answers that were lost.
    pub adopts: bool,
    /// Chooses what is asked; which requests meet remains the machine's.
    pub seed: u64,
}

/// By whose keys.
#[derive(Debug, Clone)]
pub struct Keys {
    /// The owner's, of every campaign.
    pub public: String,
    /// The engine's.
    pub internal: String,
}

#[derive(Debug)]
pub(crate) struct Stage {
    pub grounds: Vec<Ground>,
    pub scale: Scale,
    pub asked: AtomicU64,
    stopped: AtomicBool,
}

impl Stage {
    pub fn is_over(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
            || self.scale.requests <= self.asked.load(Ordering::Relaxed)
    }
}

/// A rehearsal that is being played.
#[derive(Debug)]
pub struct Play {
    stage: Arc<Stage>,
    players: JoinSet<Record>,
}

impl Play {
    /// Begins.
    #[must_use]
    pub fn begin(
        grounds: Vec<Ground>,
        addresses: &watch::Receiver<Option<Addresses>>,
        keys: &Keys,
        scale: Scale,
    ) -> Self {
        let stage = Arc::new(Stage {
            grounds,
            scale,
            asked: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
        });
        let mut players = JoinSet::new();
        for number in 0..scale.connections {
            let http = Http::new(addresses.clone(), |there| there.internal, &keys.internal);
            let seed = scale.seed.wrapping_add(number);
            players.spawn(Engine::new(stage.clone(), http, seed).run());
        }
        for (place, seed) in (0..stage.grounds.len()).zip(scale.seed..) {
            let http = Http::new(addresses.clone(), |there| there.public, &keys.public);
            players.spawn(Director::new(stage.clone(), place, http, seed).run());
        }
        Self { stage, players }
    }

    /// Permits asked for so far.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.stage.asked.load(Ordering::Relaxed)
    }

    /// Waits until so many permits were asked for, or all.
    pub async fn until(&self, asked: u64) {
        while self.asked() < asked.min(self.stage.scale.requests) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits for the end; what everybody was told.
    pub async fn end(mut self) -> Record {
        let mut all = Record::default();
        while let Some(played) = self.players.join_next().await {
            match played {
                Ok(record) => all.add(record),
                Err(error) => all.wrong(error.to_string()),
            }
        }
        all
    }

    /// Ends it before enough was asked.
    pub async fn stop(self) -> Record {
        self.stage.stopped.store(true, Ordering::Relaxed);
        self.end().await
    }
}
