//! All lanes of a process, and the handle by which commands reach them.

use crate::cache::Cache;
use crate::lane::{Answer, Job, Lane};
use crate::metrics::Metrics;
use crate::queue::{Queue, is_urgent};
use crate::{Failure, Request};
use chrono::{DateTime, Utc};
use domain::UserId;
use event_store::{Announcer, JournalId, Journals, Wakes};
use senders::Directory;
use std::num::NonZeroUsize;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_postgres::Config;
use uuid::Uuid;

/// Commands of a kind that wait for one lane at most; one more is refused as overloaded.
const QUEUE_COMMANDS_MAX: usize = 8_192;

/// Where time and ids come from.
#[derive(Debug, Clone, Copy)]
pub struct Sources {
    /// The clock that decisions go by.
    pub now: fn() -> DateTime<Utc>,
    /// Makes ids of events and commands.
    pub new_id: fn() -> Uuid,
}

/// What lanes are made of.
#[derive(Clone)]
pub struct LanesSettings {
    /// The database.
    pub config: Config,
    /// Its journals.
    pub journals: Journals,
    /// Time and ids.
    pub sources: Sources,
    /// Rings when a journal has grown.
    pub wakes: Wakes,
    /// Tells other processes.
    pub announcer: Announcer,
    /// Counts.
    pub metrics: Metrics,
    /// What the process remembers of sender accounts.
    pub senders: Directory,
    /// Campaigns that each lane remembers at most, about 1 KiB each.
    pub campaigns_remembered_max: NonZeroUsize,
    /// Lanes that write at the same time: as many as there are processors to do it.
    pub writers_max: NonZeroUsize,
}

/// The way to one lane.
#[derive(Debug)]
struct Entrance {
    urgent: mpsc::Sender<Job>,
    ordinary: mpsc::Sender<Job>,
}

/// The way in. Cheap to copy; when the last copy is gone, the lanes finish and end.
#[derive(Debug, Clone)]
pub struct Lanes {
    journals: Journals,
    queues: Arc<[Entrance]>,
}

impl Lanes {
    /// Starts a lane for every journal on the current runtime. The lanes end by themselves when
    /// every copy of the handle is gone; whoever waits for the set knows when.
    #[must_use]
    pub fn start(settings: &LanesSettings) -> (Self, JoinSet<()>) {
        let mut running = JoinSet::new();
        let writers = Arc::new(Semaphore::new(settings.writers_max.get()));
        let queues = settings.journals.iter().map(|journal| {
            let (urgent, hurried) = mpsc::channel(QUEUE_COMMANDS_MAX);
            let (ordinary, others) = mpsc::channel(QUEUE_COMMANDS_MAX);
            let queue = Queue::new(hurried, others);
            running.spawn(lane(settings, journal, writers.clone()).run(queue));
            Entrance { urgent, ordinary }
        });
        let queues = queues.collect();
        (
            Self {
                journals: settings.journals,
                queues,
            },
            running,
        )
    }

    /// The journal of a tenant.
    #[must_use]
    pub fn journal_of(&self, user: UserId) -> JournalId {
        self.journals.of(user)
    }

    /// Has `request` decided in `journal` and waits until that is durable.
    ///
    /// # Errors
    /// When the machine failed; the failure says whether the command happened.
    pub async fn submit(&self, journal: JournalId, request: Request) -> Answer {
        self.offer(journal, request)?.answer().await
    }

    /// Queues `request` for `journal`. What is offered first is decided first, but for pauses and
    /// resumes, which go before everything else.
    ///
    /// # Errors
    /// When it cannot be queued. Nothing happened.
    pub fn offer(&self, journal: JournalId, request: Request) -> Result<Offered, Failure> {
        let queue = usize::try_from(journal.0)
            .ok()
            .and_then(|number| self.queues.get(number));
        let Some(queue) = queue else {
            return Err(Failure::Refused);
        };
        let queue = if is_urgent(&request.command) {
            &queue.urgent
        } else {
            &queue.ordinary
        };
        let (reply, answer) = oneshot::channel();
        match queue.try_send(Job {
            request,
            reply,
            queued_at: Instant::now(),
        }) {
            Ok(()) => Ok(Offered(answer)),
            Err(mpsc::error::TrySendError::Full(_)) => {
                Err(Failure::Overloaded { journal: journal.0 })
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Err(Failure::Unavailable),
        }
    }
}

/// A request that was queued.
#[derive(Debug)]
pub struct Offered(oneshot::Receiver<Answer>);

impl Offered {
    /// Waits until it is decided, and durable.
    ///
    /// # Errors
    /// When the machine failed; the failure says whether the command happened.
    pub async fn answer(self) -> Answer {
        self.0.await.unwrap_or(Err(Failure::OutcomeUnknown))
    }
}

fn lane(settings: &LanesSettings, journal: JournalId, writers: Arc<Semaphore>) -> Lane {
    Lane {
        journal,
        writers,
        config: settings.config.clone(),
        sources: settings.sources,
        metrics: settings.metrics.clone(),
        wakes: settings.wakes.clone(),
        announcer: settings.announcer.clone(),
        cache: Cache::new(settings.campaigns_remembered_max, settings.senders.clone()),
        session: None,
        cautious: 0,
    }
}
