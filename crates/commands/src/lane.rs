//! One lane: takes what is queued, settles it as one batch, answers, and looks again.
//!
//! Settling is a few attempts. An attempt that lost the head, or a connection before anything was
//! committed, is made again. A batch that the database refuses is settled one command at a time,
//! so that only the command that caused it fails.

use crate::batch::{Batch, BrokenBatch};
use crate::cache::Cache;
use crate::lanes::Sources;
use crate::load::{LoadError, Wanted, load};
use crate::metrics::{BatchLabels, CommandLabels, JournalLabels, Metrics};
use crate::portions::{looks_around, portions};
use crate::queue::Queue;
use crate::recovery::{Fate, ask, reconnect};
use crate::session::Session;
use crate::write::{Head, Written, write};
use crate::{Failure, Request, Verdict};
use chrono::{DateTime, Utc};
use event_store::{Announcer, Appending, JournalId, Wakes, is_determinate};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::Instant;
use tokio_postgres::Config;
use tokio_postgres::error::DbError;

/// Attempts at one batch before its callers are told that the database is away.
const ATTEMPTS_MAX: u32 = 5;
/// A command that waited longer than this is not begun any more.
const QUEUED_SECONDS_MAX: u64 = 10;
/// Loading that takes longer than this has lost its connection.
const LOAD_SECONDS_MAX: u64 = 15;
/// A lane that has written for this long lets another one write beside it: it waits for the disk,
/// for the network or for another process, not for a processor.
const WRITING_MILLISECONDS_MAX: u64 = 10;
/// Batches for which the lane takes the head first, after another process moved it.
const CAUTIOUS_BATCHES: u32 = 16;

pub(crate) type Answer = Result<Verdict, Failure>;

/// A request that waits for its answer.
pub(crate) struct Job {
    pub request: Request,
    pub reply: oneshot::Sender<Answer>,
    pub queued_at: Instant,
}

pub(crate) struct Lane {
    pub journal: JournalId,
    /// The turns to write, shared by the lanes of a process
    /// (`docs/decisions/0011-lanes-take-turns.md`).
    pub writers: Arc<Semaphore>,
    pub config: Config,
    pub sources: Sources,
    pub metrics: Metrics,
    pub wakes: Wakes,
    pub announcer: Announcer,
    pub cache: Cache,
    pub session: Option<Session>,
    /// Batches yet to be settled under the head, because others write to this journal too.
    pub cautious: u32,
}

/// What came of an attempt.
enum Attempt {
    Settled(Vec<Answer>),
    Again,
    Refused,
}

impl Lane {
    /// Runs until every sender of the queue is gone and the queue is empty.
    pub async fn run(mut self, mut queue: Queue) {
        while queue.fill().await {
            let turn = self.writers.clone().acquire_owned().await;
            let jobs = queue.next_batch();
            self.count_waiting(&queue);
            let mut batch = pin!(self.run_batch(jobs));
            let turn_max = Duration::from_millis(WRITING_MILLISECONDS_MAX);
            if tokio::time::timeout(turn_max, &mut batch).await.is_err() {
                drop(turn);
                batch.await;
            }
        }
    }

    async fn run_batch(&mut self, jobs: Vec<Job>) {
        let jobs: Vec<Job> = jobs
            .into_iter()
            .filter_map(|job| self.still_wanted(job))
            .collect();
        if jobs.is_empty() {
            return;
        }
        let requests: Vec<&Request> = jobs.iter().map(|job| &job.request).collect();
        let answers = self.settle(&requests).await;
        for (job, answer) in jobs.into_iter().zip(answers) {
            self.count(&job.request, &answer);
            // A caller that went away misses its answer; the log has it.
            let _gone = job.reply.send(answer);
        }
    }

    fn still_wanted(&self, job: Job) -> Option<Job> {
        if job.reply.is_closed() {
            return None;
        }
        if Duration::from_secs(QUEUED_SECONDS_MAX) < job.queued_at.elapsed() {
            self.count(&job.request, &Err(Failure::Unavailable));
            let _gone = job.reply.send(Err(Failure::Unavailable));
            return None;
        }
        Some(job)
    }

    /// An answer for each request, in order.
    async fn settle(&mut self, requests: &[&Request]) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(requests.len());
        let alone = |it: &Request| looks_around(it, requests, &self.cache);
        for portion in portions(requests, alone) {
            answers.extend(self.settle_portion(portion).await);
        }
        answers
    }

    async fn settle_portion(&mut self, requests: &[&Request]) -> Vec<Answer> {
        match self.attempts(requests).await {
            Some(answers) => answers,
            None if requests.len() == 1 => vec![Err(Failure::Refused)],
            None => {
                let mut answers = Vec::with_capacity(requests.len());
                for request in requests {
                    let alone = self.attempts(&[request]).await;
                    let answer = alone.and_then(|mut answers| answers.pop());
                    answers.push(answer.unwrap_or(Err(Failure::Refused)));
                }
                answers
            }
        }
    }

    /// `None` when the database refuses the batch.
    async fn attempts(&mut self, requests: &[&Request]) -> Option<Vec<Answer>> {
        for _ in 0..ATTEMPTS_MAX {
            let attempt = match self.take_session().await {
                Some(session) => self.attempt(session, requests).await,
                None => break,
            };
            match attempt {
                Attempt::Settled(answers) => return Some(answers),
                Attempt::Again => {}
                Attempt::Refused => return None,
            }
        }
        Some(requests.iter().map(|_| Err(Failure::Unavailable)).collect())
    }

    async fn take_session(&mut self) -> Option<Session> {
        match self.session.take() {
            Some(session) if !session.is_broken() => Some(session),
            _ => {
                self.cache.clear();
                reconnect(&self.config).await
            }
        }
    }

    /// From memory if that is enough and something is to be written: only the write proves that
    /// the memory was true. Otherwise under the head.
    async fn attempt(&mut self, session: Session, requests: &[&Request]) -> Attempt {
        let around = |it: &Request| looks_around(it, requests, &self.cache);
        let today = (self.sources.now)().date_naive();
        let wanted = Wanted::by(requests.iter().copied(), around, today);
        if self.cautious == 0 {
            if let Some(batch) = Batch::remembered(&wanted, &mut self.cache)
                && let Ok(batch) = self.decided(batch, requests)
                && !batch.events.is_empty()
            {
                return self.commit(session, batch, Head::Believed).await;
            }
        } else {
            self.cautious -= 1;
        }
        self.attempt_held(session, &wanted, requests).await
    }

    async fn attempt_held(
        &mut self,
        session: Session,
        wanted: &Wanted,
        requests: &[&Request],
    ) -> Attempt {
        let loading = load(&session, self.journal, wanted, &mut self.cache);
        let loaded =
            match tokio::time::timeout(Duration::from_secs(LOAD_SECONDS_MAX), loading).await {
                Ok(Ok(loaded)) => loaded,
                Ok(Err(error)) => return self.not_loaded(session, &error).await,
                Err(_) => return Attempt::Again,
            };
        let now_at = loaded.head.now_at;
        match self.decided(Batch::loaded(loaded), requests) {
            Ok(batch) if batch.is_empty() => {
                self.roll_back(session).await;
                Attempt::Settled(batch.verdicts(now_at).into_iter().map(Ok).collect())
            }
            Ok(batch) => self.commit(session, batch, Head::Held).await,
            Err(error) => {
                tracing::error!(error = chain(&error), "a decision could not be applied");
                self.roll_back(session).await;
                Attempt::Refused
            }
        }
    }

    /// Nothing was written. Damaged rows and refused statements are one command's fault.
    async fn not_loaded(&mut self, session: Session, error: &LoadError) -> Attempt {
        self.cache.clear();
        match error.database() {
            Some(database) if !is_determinate(database) => Attempt::Again,
            Some(database) if is_passing(database) => {
                self.roll_back(session).await;
                Attempt::Again
            }
            _ => {
                tracing::error!(error = chain(error), "a batch could not be loaded");
                self.roll_back(session).await;
                Attempt::Refused
            }
        }
    }

    fn decided(&self, mut batch: Batch, requests: &[&Request]) -> Result<Batch, BrokenBatch> {
        requests
            .iter()
            .try_for_each(|request| batch.decide(request, &self.sources))?;
        Ok(batch)
    }

    async fn commit(&mut self, session: Session, batch: Batch, head: Head) -> Attempt {
        let appending = match Appending::new(&batch.events, batch.recorded_at) {
            Ok(appending) => appending,
            Err(error) => {
                tracing::error!(%error, "an event has no JSON");
                self.roll_back(session).await;
                return Attempt::Refused;
            }
        };
        let began = Instant::now();
        let written = write(&session, self.journal, &batch, &appending, head).await;
        self.metrics
            .commit_seconds
            .observe(began.elapsed().as_secs_f64());
        match written {
            Written::Committed(recorded_at) => {
                self.count_batch("committed", &batch);
                batch.remember_in(&mut self.cache, recorded_at);
                self.session = Some(session);
                self.committed(batch, recorded_at)
            }
            Written::LostHead => {
                self.count_batch("lost_head", &batch);
                self.cache.clear();
                self.cautious = CAUTIOUS_BATCHES;
                self.session = Some(session);
                Attempt::Again
            }
            Written::Refused(error) => {
                self.count_batch("refused", &batch);
                self.session = Some(session);
                if is_passing(&error) {
                    return Attempt::Again;
                }
                tracing::error!(error = chain(&error), "the database refused a batch");
                Attempt::Refused
            }
            Written::Unknown => {
                self.count_batch("unknown", &batch);
                self.recover(batch).await
            }
        }
    }

    fn committed(&self, batch: Batch, recorded_at: DateTime<Utc>) -> Attempt {
        if !batch.events.is_empty() {
            self.wakes.ring(self.journal);
            self.announcer.grown(self.journal);
        }
        Attempt::Settled(batch.verdicts(recorded_at).into_iter().map(Ok).collect())
    }

    async fn recover(&mut self, batch: Batch) -> Attempt {
        tracing::warn!(
            journal = self.journal.0,
            "a commit was lost sight of; asking the log"
        );
        self.cache.clear();
        let event_id = batch.events.first().map(|fresh| fresh.event_id);
        match ask(&self.config, self.journal, batch.head, event_id).await {
            Some((session, Fate::Happened(recorded_at))) => {
                self.session = Some(session);
                self.committed(batch, recorded_at)
            }
            Some((session, Fate::DidNot)) => {
                self.session = Some(session);
                Attempt::Again
            }
            None => {
                tracing::error!(
                    journal = self.journal.0,
                    "the outcome of a batch is unknown"
                );
                let unknown = |claims| {
                    if claims {
                        Err(Failure::OutcomeUnknown)
                    } else {
                        Err(Failure::Unavailable)
                    }
                };
                Attempt::Settled(batch.claims().into_iter().map(unknown).collect())
            }
        }
    }

    /// Gives the head back. A connection that cannot is dropped, which does the same.
    async fn roll_back(&mut self, session: Session) {
        if session.client().batch_execute("ROLLBACK").await.is_ok() {
            self.session = Some(session);
        }
    }

    fn count(&self, request: &Request, answer: &Answer) {
        let outcome = match answer {
            Ok(verdict) => verdict.label(),
            Err(failure) => failure.label(),
        };
        let labels = CommandLabels {
            command: request.command.label(),
            outcome,
        };
        self.metrics.commands.get_or_create(&labels).inc();
    }

    fn count_batch(&self, outcome: &'static str, batch: &Batch) {
        self.metrics
            .batches
            .get_or_create(&BatchLabels { outcome })
            .inc();
        let commands = u32::try_from(batch.claims().len()).unwrap_or(u32::MAX);
        self.metrics.batch_commands.observe(f64::from(commands));
    }

    fn count_waiting(&self, queue: &Queue) {
        let labels = JournalLabels {
            journal: self.journal.0,
        };
        let waiting = i64::try_from(queue.len()).unwrap_or(i64::MAX);
        self.metrics.waiting.get_or_create(&labels).set(waiting);
    }
}

/// Refusals that are the machine's and pass: contention, time limits, lack of resources.
fn is_passing(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        matches!(code.code(), "40001" | "40P01" | "55P03" | "57014")
            || code.code().starts_with("53")
    })
}

/// An error with its causes. What the database says in detail may hold a row, and somebody's
/// address in it: it is left out.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let said = |error: &(dyn std::error::Error + 'static)| match error.downcast_ref::<DbError>() {
        Some(refusal) => refusal.message().to_owned(),
        None => error.to_string(),
    };
    causes.map(said).collect::<Vec<_>>().join(": ")
}
