//! What waits for a lane: pauses and resumes, and everything else.
//!
//! A pause must bite at once, however many reports wait: it goes into the next batch, which holds
//! nothing else. So it waits only for the batch that is being written, and that is why batches of the
//! other kind are kept light. Neither kind starves the other: while both wait, batches alternate. Within
//! its kind what came first is decided first.

use crate::Request;
use crate::lane::Job;
use crate::portions::is_launch;
use domain::Command;
use tokio::sync::mpsc;

/// Commands that one transaction carries at most, and that are taken from what waits at once.
pub(crate) const BATCH_COMMANDS_MAX: usize = 512;
/// What a batch weighs at most that is not of pauses and resumes, one command excepted. A report weighs 1.
const ORDINARY_WEIGHT_MAX: usize = 128;
/// People whose rows weigh as much as a report.
const PEOPLE_PER_WEIGHT: usize = 32;
/// A launch may have to be settled alone, in a transaction of its own.
const LAUNCH_WEIGHT: usize = 16;

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
        if self.hurried_last {
            return std::mem::take(&mut self.hurried);
        }
        let left = self.others.split_off(light(&self.others));
        std::mem::replace(&mut self.others, left)
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

/// How many of the jobs, in their order, make a batch: at least one, if there is any.
fn light(jobs: &[Job]) -> usize {
    let mut sum = 0_usize;
    let fits = |job: &&Job| {
        let is_first = sum == 0;
        sum = sum.saturating_add(weight(&job.request));
        is_first || sum <= ORDINARY_WEIGHT_MAX
    };
    jobs.iter().take_while(fits).count()
}

fn weight(request: &Request) -> usize {
    if is_launch(request) {
        return LAUNCH_WEIGHT;
    }
    let people = request.people.as_ref();
    1 + people.map_or(0, people::PeopleChange::count) / PEOPLE_PER_WEIGHT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Origin, Request};
    use domain::{CampaignId, ProspectId, UserId};
    use event_store::Actor;
    use people::{Arrival, Details, PeopleChange, Person};
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
            [vec![(true, 1)], vec![(false, 128); 7], vec![(false, 104)]].concat()
        );
    }

    #[tokio::test]
    async fn neither_kind_starves_the_other() {
        assert_eq!(
            batches(queue(1_500, 600)).await,
            [
                (true, 512),
                (false, 128),
                (true, 512),
                (false, 128),
                (true, 476),
                (false, 128),
                (false, 128),
                (false, 88)
            ]
        );
    }

    /// The sizes of the batches that these are written in.
    async fn sizes(jobs: Vec<Job>) -> Vec<usize> {
        let (hurry, hurried) = mpsc::channel(1);
        let (others, other) = mpsc::channel(jobs.len());
        for job in jobs {
            assert!(others.try_send(job).is_ok());
        }
        drop((hurry, others));
        let batches = batches(Queue::new(hurried, other)).await;
        batches.into_iter().map(|(_, size)| size).collect()
    }

    fn adding(count: usize) -> Job {
        let mut job = job(Command::AddProspects(vec![]));
        let person = Person::new(UserId(Uuid::nil()), Details::default());
        let prospect_id = ProspectId(Uuid::nil());
        let arrival = Arrival {
            prospect_id,
            person,
        };
        job.request.people = Some(PeopleChange::Add(vec![arrival; count]));
        job
    }

    #[tokio::test]
    async fn a_batch_that_a_pause_may_wait_for_is_light() {
        let adding = |count| move || adding(count);
        let many = |make: &dyn Fn() -> Job, count| (0..count).map(|_| make()).collect();

        assert_eq!(sizes(many(&adding(1_000), 9)).await, [4, 4, 1]);
        assert_eq!(sizes(many(&adding(9_000), 2)).await, [1, 1]);
        assert_eq!(sizes(many(&adding(1), 200)).await, [128, 72]);
        assert_eq!(sizes(many(&|| job(Command::Launch), 20)).await, [8, 8, 4]);
    }

    #[tokio::test]
    async fn a_queue_ends_when_nothing_will_come() {
        assert_eq!(batches(queue(0, 0)).await, []);
        assert_eq!(batches(queue(0, 3)).await, [(false, 3)]);
    }
}
