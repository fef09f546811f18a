//! The sealer: follows every journal, hashes what is new, and signs once a second.
//!
//! Off the path of commands: it reads what is committed, on a connection of its own. Processes that
//! seal the same database take turns, by a lock that lasts as long as a step's transaction; nothing
//! but the memory of what was signed and published is kept between steps, so a step may be broken
//! off anywhere. What could not be published, or was refused, is tried again at every look, whether or
//! not events come.

use super::growing::grow;
use super::metrics::LedgerMetrics;
use super::publishing::{Progress, publish};
use super::rows::{Standing, standing, unsigned};
use super::signing::{recollect, sign};
use crate::{
    Checkpoint, CheckpointError, Directory, DirectoryError, Origin, SigningKey, TreeError, Trust,
    TrustError,
};
use event_store::{JournalId, Journals, connect};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_postgres::{Client, Config, GenericClient, Row};
use tokio_util::sync::CancellationToken;

/// Events that one step seals at most.
pub const STEP_EVENTS_MAX: i64 = 4_096;
/// How often the sealer looks, and how much lies between two checkpoints of a journal at least.
pub const REST_SECONDS: u64 = 1;

/// What the sealer works with.
#[derive(Debug, Clone)]
pub struct SealerSettings {
    /// The journals of the database.
    pub journals: Journals,
    /// Signs.
    pub key: SigningKey,
    /// Every key that ever signed, the current one too.
    pub trust: Trust,
    /// Where checkpoints and tiles are published.
    pub directory: Option<Directory>,
    /// What lies between two checkpoints of a journal at least.
    pub rest: Duration,
    /// Events that one step seals at most.
    pub step_events_max: i64,
    /// Counts.
    pub metrics: LedgerMetrics,
}

/// Seals journals.
#[derive(Debug)]
pub struct Sealer {
    settings: SealerSettings,
    signed: BTreeMap<JournalId, Option<Checkpoint>>,
    published: BTreeMap<JournalId, Progress>,
    refusals: BTreeMap<JournalId, String>,
}

/// What a step did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Step {
    /// Events that were sealed.
    pub sealed: u64,
    /// The size of the checkpoint that was signed.
    pub signed: Option<u64>,
    /// Whether there is more to do at once.
    pub more: bool,
    /// Whether another process was at it, so that nobody knows here how it stands.
    pub elsewhere: bool,
}

/// Why a step did nothing.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The database did not answer.
    #[error("seal a journal")]
    Database(#[from] tokio_postgres::Error),
    /// The published directory cannot be read or written.
    #[error("publish a journal")]
    Directory(#[from] DirectoryError),
    /// The process is ending.
    #[error("publish a journal")]
    Interrupted(#[source] tokio::task::JoinError),
    /// The tree cannot be proven from its tiles.
    #[error("prove a journal's tree from its tiles")]
    Tree(#[from] TreeError),
    /// The checkpoint could not be signed.
    #[error(transparent)]
    Signing(#[from] CheckpointError),
    /// A tile is missing or too narrow.
    #[error("journal {}: tiles are missing; nothing is signed", journal.0)]
    Tiles {
        /// The journal.
        journal: JournalId,
    },
    /// Positions are not dense.
    #[error("journal {}: the event at position {position} is missing; nothing is signed", journal.0)]
    Gap {
        /// The journal.
        journal: JournalId,
        /// Where.
        position: u64,
    },
    /// The journal, or its tree, is shorter than it was.
    #[error("journal {}: {found} events are left of {signed} that were sealed; nothing is signed", journal.0)]
    Cut {
        /// The journal.
        journal: JournalId,
        /// What there is.
        found: u64,
        /// What there was.
        signed: u64,
    },
    /// The tree is not the one that was signed before.
    #[error("journal {}: the tree does not begin with the {signed} events that were signed before; nothing is signed", journal.0)]
    Rewritten {
        /// The journal.
        journal: JournalId,
        /// The size of the last checkpoint.
        signed: u64,
    },
    /// The last checkpoint is by a key that is not known.
    #[error("journal {}: the last checkpoint is not by a key of this ledger; nothing is signed", journal.0)]
    Foreign {
        /// The journal.
        journal: JournalId,
        /// What is wrong.
        #[source]
        source: TrustError,
    },
    /// Another key took the place of the one that this process has.
    #[error("journal {}: a newer key signs it; nothing is signed until this process is started again with that one", journal.0)]
    Retired {
        /// The journal.
        journal: JournalId,
    },
    /// The last checkpoint is of another journal.
    #[error("journal {}: the last checkpoint is of {found}; nothing is signed", journal.0)]
    Misfiled {
        /// The journal.
        journal: JournalId,
        /// What it is of.
        found: Origin,
    },
}

impl Sealer {
    /// A sealer that has not looked yet.
    #[must_use]
    pub fn new(settings: SealerSettings) -> Self {
        Self {
            settings,
            signed: BTreeMap::new(),
            published: BTreeMap::new(),
            refusals: BTreeMap::new(),
        }
    }

    /// One bounded step of one journal: seals events, signs if that is due, publishes. Does nothing
    /// while another process is at it.
    ///
    /// # Errors
    /// When the database or the directory cannot be used, or the journal is not what was signed.
    pub async fn run_once(
        &mut self,
        client: &mut Client,
        journal: JournalId,
    ) -> Result<Step, SealError> {
        let elsewhere = Step {
            elsewhere: true,
            ..Step::default()
        };
        let Some(step) = self.seal(client, journal).await? else {
            return Ok(elsewhere);
        };
        let published = self.publish(client, journal).await?;
        Ok(Step {
            more: step.more || published.unwrap_or(false),
            elsewhere: published.is_none(),
            ..step
        })
    }

    async fn seal(
        &mut self,
        client: &mut Client,
        journal: JournalId,
    ) -> Result<Option<Step>, SealError> {
        let transaction = client.transaction().await?;
        let key_id = self.settings.key.public().id();
        let rest = self.settings.rest.as_secs_f64();
        if !lock(&transaction, journal).await? {
            return Ok(None);
        }
        let Some(standing) = standing(&transaction, journal, key_id, rest).await? else {
            return Ok(None);
        };
        if standing.retired {
            return Err(SealError::Retired { journal });
        }
        if !self.signed.contains_key(&journal) {
            let found = recollect(&transaction, journal, &self.settings).await?;
            self.signed.insert(journal, found);
        }
        let before = self.signed.get(&journal).and_then(Option::as_ref);
        still_there(journal, standing, before)?;
        let limit = self.settings.step_events_max;
        let edge = grow(&transaction, journal, standing.sealed, limit).await?;
        let has_news = edge.size() != standing.signed;
        let signed = if standing.due && has_news {
            let with = (before, &self.settings);
            Some(sign(&transaction, journal, &edge, with).await?)
        } else {
            None
        };
        transaction.commit().await?;
        let step = Step {
            sealed: edge.size() - standing.sealed,
            signed: signed.as_ref().map(|checkpoint| checkpoint.size),
            more: edge.size() < standing.head,
            elsewhere: false,
        };
        self.settings.metrics.sealed.inc_by(step.sealed);
        let unsealed = standing.head.saturating_sub(edge.size());
        self.settings.metrics.unsealed(journal, unsealed);
        if signed.is_some() {
            self.settings.metrics.signed.inc();
            self.signed.insert(journal, signed);
        }
        Ok(Some(step))
    }

    /// Returns whether there is more to do, if nobody else is at it.
    async fn publish(
        &mut self,
        client: &mut Client,
        journal: JournalId,
    ) -> Result<Option<bool>, SealError> {
        let Some(directory) = &self.settings.directory else {
            return Ok(Some(false));
        };
        let progress = match self.published.remove(&journal) {
            Some(progress) if progress.is_under_way() => progress,
            // Another process may have published meanwhile.
            _ => Progress::found(directory.checkpoint(journal.0)?),
        };
        let transaction = client.transaction().await?;
        if !lock(&transaction, journal).await? {
            // What they did is looked up next time.
            return Ok(None);
        }
        let published = publish(&transaction, journal, progress, &self.settings).await?;
        transaction.commit().await?;
        let (progress, more) = published;
        self.published.insert(journal, progress);
        Ok(Some(more))
    }

    /// Seals every journal until told to stop.
    pub async fn run(mut self, config: &Config, shutdown: CancellationToken) {
        let rest = Duration::from_secs(REST_SECONDS);
        let forever = async {
            loop {
                if let Err(error) = self.follow(config).await {
                    let cause: &(dyn std::error::Error + 'static) = &error;
                    tracing::warn!(error = cause, "nothing is sealed");
                }
                tokio::time::sleep(rest).await;
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = forever => {}
        }
    }

    /// Seals every journal, once a second, until the database does not answer.
    async fn follow(&mut self, config: &Config) -> Result<(), SealError> {
        let mut connection = connect(config).await?;
        loop {
            self.look(&mut connection.client).await?;
            tokio::time::sleep(Duration::from_secs(REST_SECONDS)).await;
        }
    }

    /// Looks once: steps of the journals in which there is something to do, in turn, until all that
    /// there was is sealed and published. What is refused is said, and left for the next look.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn look(&mut self, client: &mut Client) -> Result<(), SealError> {
        let mut journals = self.pending(client).await?;
        while !journals.is_empty() {
            let mut behind = Vec::new();
            for journal in journals {
                match self.run_once(client, journal).await {
                    Ok(step) => {
                        if !step.elsewhere {
                            self.accept(journal);
                        }
                        behind.extend(step.more.then_some(journal));
                    }
                    Err(error @ SealError::Database(_)) => return Err(error),
                    Err(refusal) => self.refuse(journal, &refusal),
                }
            }
            journals = behind;
        }
        Ok(())
    }

    /// Journals with news, those that are not published as far as they are signed, and those that
    /// were refused.
    async fn pending(&self, client: &Client) -> Result<Vec<JournalId>, SealError> {
        let find = include_str!("../../sql/find_news.sql");
        let key_id = self.settings.key.public().id();
        let rows = client.query(find, &[&key_id]).await?;
        let is_pending = |row: &Row| {
            let journal = JournalId(row.get("journal"));
            let pending = row.get("has_news")
                || self.refusals.contains_key(&journal)
                || self.lags(journal, unsigned(row.get("signed")));
            pending.then_some(journal)
        };
        Ok(rows.iter().filter_map(is_pending).collect())
    }

    /// Whether less is published than was signed, as far as is known here.
    fn lags(&self, journal: JournalId, signed: u64) -> bool {
        let published = self.published.get(&journal);
        self.settings.directory.is_some()
            && published.is_none_or(|published| published.size() < signed)
    }

    fn accept(&mut self, journal: JournalId) {
        self.settings.metrics.refused(journal, false);
        self.refusals.remove(&journal);
    }

    /// Says so once, and again when the reason is another.
    fn refuse(&mut self, journal: JournalId, refusal: &SealError) {
        self.settings.metrics.refused(journal, true);
        let said = refusal.to_string();
        if self.refusals.get(&journal) != Some(&said) {
            let error: &(dyn std::error::Error + 'static) = refusal;
            tracing::error!(
                error,
                journal = journal.0,
                "the ledger of a journal stands still"
            );
            self.refusals.insert(journal, said);
        }
    }
}

async fn lock<C: GenericClient>(client: &C, journal: JournalId) -> Result<bool, SealError> {
    let lock = include_str!("../../sql/try_to_lock.sql");
    Ok(client.query_one(lock, &[&journal.0]).await?.get("held"))
}

/// Events and leaves that were there are there.
fn still_there(
    journal: JournalId,
    standing: Standing,
    before: Option<&Checkpoint>,
) -> Result<(), SealError> {
    let signed = before.map_or(0, |checkpoint| checkpoint.size);
    let cut = |found, signed| SealError::Cut {
        journal,
        found,
        signed,
    };
    if standing.sealed < signed {
        return Err(cut(standing.sealed, signed));
    }
    if standing.head < standing.sealed {
        return Err(cut(standing.head, standing.sealed));
    }
    Ok(())
}
