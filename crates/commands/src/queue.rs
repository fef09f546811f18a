//! What waits for a lane: pauses and resumes, and everything else.
//!
//! A pause must bite at once, however many reports wait: it goes into the next batch, which holds
//! nothing else. Neither kind starves the other: while both wait, batches alternate. Within its kind
//! what came first is decided first.

use crate::lane::Job;
use domain::Command;
use tokio::sync::mpsc;

/// Commands that one transaction carries at most.
pub(crate) const BATCH_COMMANDS_MAX: usize = 512;

/// Whether a command goes before the others.
pub(crate) fn is_urgent(command: &Command) -> bool {
    matches!(command, Command::Pause | Command::Resume)
}

pub(crate) struct Queue {
    urgent: mpsc::Receiver<Job>,
    ordinary: mpsc::Receiver<Job>,
    hurried: Vec<Job>,
    others: Vec<Job>,
    /// Whether the last batch was of the urgent ones.
    hurried_last: bool,
}

impl Queue {
    pub fn new(urgent: mpsc::Receiver<Job>, ordinary: mpsc::Receiver<Job>) -> Self {
        Self {
            urgent,
            ordinary,
            hurried: Vec::new(),
            others: Vec::new(),
            hurried_last: false,
        }
    }

    /// Waits until something is there. `false` when nothing will come any more.
    pub async fn fill(&mut self) -> bool {
        if !self.hurried.is_empty() || !self.others.is_empty() {
            return true;
        }
        let found = tokio::select! {
            biased;
            found = self.urgent.recv_many(&mut self.hurried, BATCH_COMMANDS_MAX) => found,
            found = self.ordinary.recv_many(&mut self.others, BATCH_COMMANDS_MAX) => found,
        };
        // Nothing means that this kind has ended; the other ends with it, or has something left.
        0 < found
            || 0 < self
                .urgent
                .recv_many(&mut self.hurried, BATCH_COMMANDS_MAX)
                .await
            || 0 < self
                .ordinary
                .recv_many(&mut self.others, BATCH_COMMANDS_MAX)
                .await
    }

    /// The next batch, of one kind.
    pub fn next_batch(&mut self) -> Vec<Job> {
        top_up(&mut self.urgent, &mut self.hurried);
        top_up(&mut self.ordinary, &mut self.others);
        let turn = self.others.is_empty() || !self.hurried_last;
        self.hurried_last = turn && !self.hurried.is_empty();
        std::mem::take(if self.hurried_last {
            &mut self.hurried
        } else {
            &mut self.others
        })
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.urgent.len() + self.ordinary.len() + self.hurried.len() + self.others.len()
    }
}

fn top_up(queue: &mut mpsc::Receiver<Job>, jobs: &mut Vec<Job>) {
    while jobs.len() < BATCH_COMMANDS_MAX
        && let Ok(job) = queue.try_recv()
    {
        jobs.push(job);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Origin, Request};
    use domain::CampaignId;
    use event_store::Actor;
    use tokio::sync::oneshot;
    use tokio::time::Instant;
    use uuid::Uuid;

    fn job(command: Command) -> Job {
        let actor = Actor::Operator {
            name: "test".to_owned(),
        };
        Job {
            request: Request {
                campaign_id: CampaignId(Uuid::nil()),
                tenant: None,
                command,
                people: None,
                expected: None,
                origin: Origin::of(actor),
                remember: None,
            },
            reply: oneshot::channel().0,
            queued_at: Instant::now(),
        }
    }

    /// A queue in which so many of each kind wait.
    fn queue(urgent: usize, ordinary: usize) -> Queue {
        let (hurry, hurried) = mpsc::channel(2_000);
        let (others, other) = mpsc::channel(2_000);
        for _ in 0..urgent {
            assert!(hurry.try_send(job(Command::Pause)).is_ok());
        }
        for _ in 0..ordinary {
            assert!(others.try_send(job(Command::ReviewBounces)).is_ok());
        }
        Queue::new(hurried, other)
    }

    async fn batches(mut queue: Queue) -> Vec<(bool, usize)> {
        let mut batches = Vec::new();
        while queue.fill().await {
            let batch = queue.next_batch();
            let urgent = batch.iter().all(|job| is_urgent(&job.request.command));
            batches.push((urgent, batch.len()));
        }
        batches
    }

    #[tokio::test]
    async fn a_pause_waits_for_no_queue_of_other_commands() {
        assert_eq!(
            batches(queue(1, 1_000)).await,
            [(true, 1), (false, 512), (false, 488)]
        );
    }

    #[tokio::test]
    async fn neither_kind_starves_the_other() {
        assert_eq!(
            batches(queue(1_500, 600)).await,
            [
                (true, 512),
                (false, 512),
                (true, 512),
                (false, 88),
                (true, 476)
            ]
        );
    }

    #[tokio::test]
    async fn a_queue_ends_when_nothing_will_come() {
        assert_eq!(batches(queue(0, 0)).await, []);
        assert_eq!(batches(queue(0, 3)).await, [(false, 3)]);
    }
}
