//! Wakes between processes, by `LISTEN` and `NOTIFY`.
//!
//! PostgreSQL lets notifying transactions commit one after the other in the whole cluster, so no
//! write transaction of ours notifies: one announcer per process does, on a connection of its
//! own, at most once each [`ANNOUNCE_MILLISECONDS`]. Losing a notification costs a poll.

use crate::{JournalId, Wakes, connect};
use futures_util::StreamExt;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_postgres::{AsyncMessage, Config, NoTls};
use tokio_util::sync::CancellationToken;

/// The channel on which the key table announces its changes.
pub const KEYS_CHANNEL: &str = "fermata_keys";
/// The channel on which the table of sender accounts announces its changes.
pub const SENDERS_CHANNEL: &str = "fermata_senders";
const JOURNALS_CHANNEL: &str = "fermata_journals";
const ANNOUNCE_MILLISECONDS: u64 = 20;
const RECONNECT_MILLISECONDS: u64 = 500;
/// A notification that a crash loses costs a poll: it need not wait for the disk, nor make the
/// commits that do wait longer.
const SETTINGS: &str = "SET synchronous_commit = off";

/// Collects which journals have grown and tells other processes, coalesced.
#[derive(Debug, Clone, Default)]
pub struct Announcer(Arc<Pending>);

#[derive(Debug, Default)]
struct Pending {
    grown: Mutex<BTreeSet<JournalId>>,
    some: Notify,
}

impl Announcer {
    /// Notes that `journal` has grown. Never waits.
    pub fn grown(&self, journal: JournalId) {
        let mut grown = self.0.grown.lock().unwrap_or_else(PoisonError::into_inner);
        if grown.insert(journal) {
            self.0.some.notify_one();
        }
    }

    fn take(&self) -> String {
        let mut grown = self.0.grown.lock().unwrap_or_else(PoisonError::into_inner);
        let numbers: Vec<String> = grown.iter().map(|journal| journal.0.to_string()).collect();
        grown.clear();
        numbers.join(",")
    }

    /// Announces until told to stop.
    pub async fn run(&self, config: &Config, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            let outcome = tokio::select! {
                () = shutdown.cancelled() => return,
                outcome = self.announce(config) => outcome,
            };
            if let Err(error) = outcome {
                tracing::debug!(%error, "other processes are not being woken; they poll");
                rest(&shutdown, RECONNECT_MILLISECONDS).await;
            }
        }
    }

    async fn announce(&self, config: &Config) -> Result<(), tokio_postgres::Error> {
        let connection = connect(config).await?;
        connection.client.batch_execute(SETTINGS).await?;
        let notify = connection
            .client
            .prepare(include_str!("../sql/notify.sql"))
            .await?;
        loop {
            self.0.some.notified().await;
            tokio::time::sleep(Duration::from_millis(ANNOUNCE_MILLISECONDS)).await;
            connection.client.execute(&notify, &[&self.take()]).await?;
        }
    }
}

/// Hears other processes until told to stop: rings the bells of journals that have grown, calls
/// `keys_changed` when API keys did, and `sender_changed` with what was announced of a sender
/// account. After a reconnect it assumes that everything changed, any account too (`None`).
pub async fn listen(
    config: &Config,
    wakes: &Wakes,
    keys_changed: impl Fn(),
    sender_changed: impl Fn(Option<&str>),
    shutdown: CancellationToken,
) {
    while !shutdown.is_cancelled() {
        let outcome = tokio::select! {
            () = shutdown.cancelled() => return,
            outcome = hear(config, wakes, &keys_changed, &sender_changed) => outcome,
        };
        if let Err(error) = outcome {
            tracing::debug!(%error, "not hearing other processes; polling");
        }
        sender_changed(None);
        rest(&shutdown, RECONNECT_MILLISECONDS).await;
    }
}

async fn hear(
    config: &Config,
    wakes: &Wakes,
    keys_changed: &impl Fn(),
    sender_changed: &impl Fn(Option<&str>),
) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = config.connect(NoTls).await?;
    let mut messages =
        futures_util::stream::poll_fn(move |context| connection.poll_message(context));
    let channels =
        format!("LISTEN {JOURNALS_CHANNEL}; LISTEN {KEYS_CHANNEL}; LISTEN {SENDERS_CHANNEL}");
    let mut listening = Box::pin(client.batch_execute(&channels));
    let mut ready = false;
    loop {
        tokio::select! {
            outcome = &mut listening, if !ready => {
                outcome?;
                ready = true;
                wakes.ring_all();
                keys_changed();
                sender_changed(None);
            }
            message = messages.next() => match message {
                Some(Ok(AsyncMessage::Notification(heard))) if heard.channel() == KEYS_CHANNEL => {
                    keys_changed();
                }
                Some(Ok(AsyncMessage::Notification(heard)))
                    if heard.channel() == SENDERS_CHANNEL =>
                {
                    sender_changed(Some(heard.payload()));
                }
                Some(Ok(AsyncMessage::Notification(heard))) => ring(wakes, heard.payload()),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(()),
            },
        }
    }
}

fn ring(wakes: &Wakes, payload: &str) {
    for number in payload.split(',').filter_map(|number| number.parse().ok()) {
        wakes.ring(JournalId(number));
    }
}

async fn rest(shutdown: &CancellationToken, milliseconds: u64) {
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = tokio::time::sleep(Duration::from_millis(milliseconds)) => {}
    }
}
