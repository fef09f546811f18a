//! Where turns are given: in-flight limit, breaker and budget, asked in this order under one lock.
//!
//! Nothing is awaited under the lock. Whoever must wait sleeps until the time that was named, or
//! until anything changed, and asks again.
//!
//! Always true: a ticket ends exactly once, as answered, as unanswered or as given back; dropping it
//! is one of these.

use super::breaker::{Breaker, Change, Leave, Role};
use super::classify::{Meaning, Pulse, pulse_of};
use super::client::Answer;
use super::pacing::{Moment, Pacing, Place};
use super::settings::{Surroundings, TriggerSettings};
use crate::completer::{Alarm, CompleterState, Completion, CompletionCounts, Fault};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

const ALARM_REFUSED: &str = "Trigger.dev does not accept the secret key: completions are held back";
const ALARM_MISROUTED: &str = "the answers are not those of Trigger.dev's API: check its URL";
const ALARM_DOWN: &str = "Trigger.dev fails";

#[derive(Debug)]
pub(super) struct Gate {
    course: Mutex<Course>,
    changed: Notify,
    in_flight_max: u32,
    surroundings: Surroundings,
}

#[derive(Debug)]
struct Course {
    breaker: Breaker,
    pacing: Pacing,
    in_flight: u32,
    alarm: Option<Alarm>,
    counts: CompletionCounts,
}

/// The right to send one completion.
#[derive(Debug)]
pub(super) struct Ticket {
    gate: Arc<Gate>,
    role: Role,
    place: Place,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Unused,
    Sending,
    Ended,
}

/// What an answer leaves to be said of a completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) fault: Fault,
    pub(super) retry_after: Option<Duration>,
}

impl Gate {
    pub(super) fn new(settings: &TriggerSettings) -> Self {
        let course = Course {
            breaker: Breaker::new(settings.patience),
            pacing: Pacing::new(settings.kept_free, settings.patience),
            in_flight: 0,
            alarm: None,
            counts: CompletionCounts::default(),
        };
        Self {
            course: Mutex::new(course),
            changed: Notify::new(),
            in_flight_max: settings.in_flight_max.get(),
            surroundings: settings.surroundings.clone(),
        }
    }

    /// Waits for a turn.
    pub(super) async fn ticket(self: &Arc<Self>) -> Ticket {
        loop {
            let changed = self.changed.notified();
            match self.try_ticket() {
                Ok(ticket) => return ticket,
                Err(Leave::NotBefore(until)) => {
                    tokio::select! {
                        () = tokio::time::sleep_until(until) => {}
                        () = changed => {}
                    }
                }
                Err(Leave::AfterAnswer | Leave::Go) => changed.await,
            }
        }
    }

    /// A turn, or what to wait for.
    fn try_ticket(self: &Arc<Self>) -> Result<Ticket, Leave> {
        let now = Instant::now();
        let mut course = self.course();
        if self.in_flight_max <= course.in_flight {
            return Err(Leave::AfterAnswer);
        }
        let in_flight = course.in_flight;
        let leaves = [
            course.breaker.leave(now),
            course.pacing.leave(now, in_flight),
        ];
        if let Some(wait) = leaves.into_iter().find(|leave| *leave != Leave::Go) {
            return Err(wait);
        }
        course.in_flight += 1;
        Ok(Ticket {
            gate: self.clone(),
            role: course.breaker.take(now),
            place: course.pacing.take(),
            stage: Stage::Unused,
        })
    }

    /// Counts what a completion came to.
    pub(super) fn count(&self, completion: &Completion) {
        self.course().counts.count(completion);
    }

    pub(super) fn state(&self) -> CompleterState {
        let now = Instant::now();
        let course = self.course();
        let shown = |instant: Instant| self.wall_time_of(now, instant);
        let holds = [course.breaker.open_until(), course.pacing.held_until()];
        let held_until = holds
            .into_iter()
            .flatten()
            .max()
            .filter(|until| now < *until);
        CompleterState {
            health: course.breaker.health(now),
            in_flight: course.in_flight,
            remaining: course.pacing.remaining(),
            resets_at: course.pacing.grows_at().map(shown),
            paused_until: held_until.map(shown),
            last_alarm: course.alarm.clone(),
            counts: course.counts,
        }
    }

    /// When `instant` is, by the wall clock.
    fn wall_time_of(&self, now: Instant, instant: Instant) -> DateTime<Utc> {
        let ahead = TimeDelta::from_std(instant.saturating_duration_since(now));
        let behind = TimeDelta::from_std(now.saturating_duration_since(instant));
        (self.surroundings.now)() + ahead.unwrap_or_default() - behind.unwrap_or_default()
    }

    /// A thread that panicked here left whole values behind.
    fn course(&self) -> MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wall_ms(&self) -> i64 {
        (self.surroundings.now)().timestamp_millis()
    }
}

impl Ticket {
    /// It is being sent. Returns when, by the wall clock, in milliseconds.
    pub(super) fn sending(&mut self) -> i64 {
        self.stage = Stage::Sending;
        self.gate.wall_ms()
    }

    /// An answer came.
    pub(super) fn answered(
        mut self,
        sent_at_ms: i64,
        meaning: Meaning,
        answer: &Answer,
    ) -> Verdict {
        let moment = Moment {
            now: Instant::now(),
            now_ms: self.gate.wall_ms(),
            sent_at_ms,
            chance: (self.gate.surroundings.chance)(),
        };
        let is_limited = answer.is_limited();
        let pulse = pulse_of(meaning, answer.status);
        let mut course = self.gate.course();
        course.pacing.answered(self.place, moment, answer);
        course.counts.rate_limited += u64::from(is_limited);
        let change = course
            .breaker
            .record(moment.now, self.role, pulse, moment.chance);
        let alarm = match (pulse, meaning) {
            (Pulse::Alive, _) => None,
            (Pulse::Refusing, _) => Some(String::from(ALARM_REFUSED)),
            (Pulse::Failing, Meaning::Misrouted) => Some(String::from(ALARM_MISROUTED)),
            (Pulse::Failing, _) => Some(format!("{ALARM_DOWN}: it answers {}", answer.status)),
        };
        self.gate.raise(&mut course, change, alarm);
        let is_held = is_limited || pulse != Pulse::Alive;
        let verdict = Verdict {
            fault: if is_limited {
                Fault::Endpoint
            } else {
                course.breaker.fault()
            },
            retry_after: course.held_for(moment.now).filter(|_| is_held),
        };
        drop(course);
        self.end(|_, _| ());
        verdict
    }

    /// No answer came, for `reason`. Returns how long nothing is sent, if so.
    pub(super) fn unanswered(mut self, reason: &str) -> Option<Duration> {
        let now = Instant::now();
        let chance = (self.gate.surroundings.chance)();
        let mut course = self.gate.course();
        let change = course
            .breaker
            .record(now, self.role, Pulse::Failing, chance);
        let alarm = Some(format!("{ALARM_DOWN}: {reason}"));
        self.gate.raise(&mut course, change, alarm);
        course.pacing.unanswered(self.place);
        let held_for = course.held_for(now);
        drop(course);
        self.end(|_, _| ());
        held_for
    }

    /// Ends the ticket, once.
    fn end(&mut self, change: impl FnOnce(&mut Course, &Self)) {
        if self.stage == Stage::Ended {
            return;
        }
        let gate = self.gate.clone();
        let mut course = gate.course();
        change(&mut course, self);
        course.in_flight = course.in_flight.saturating_sub(1);
        self.stage = Stage::Ended;
        drop(course);
        gate.changed.notify_waiters();
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let now = Instant::now();
        let was_sent = self.stage == Stage::Sending;
        self.end(|course, ticket| {
            course.breaker.give_back(now, ticket.role);
            if was_sent {
                course.pacing.unanswered(ticket.place);
            } else {
                course.pacing.give_back(ticket.place);
            }
        });
    }
}

impl Course {
    /// How long nothing is sent.
    fn held_for(&self, now: Instant) -> Option<Duration> {
        let holds = [self.breaker.open_until(), self.pacing.held_until()];
        let until = holds.into_iter().flatten().max()?;
        Some(until.saturating_duration_since(now)).filter(|wait| !wait.is_zero())
    }
}

impl Gate {
    /// Tells the operator what changed: by the state, and once in the log.
    fn raise(&self, course: &mut Course, change: Change, alarm: Option<String>) {
        match (change, alarm) {
            (Change::Opened, Some(text)) => {
                tracing::error!(alarm = text, "completions on Trigger.dev are held back");
                course.alarm = Some(Alarm {
                    at: (self.surroundings.now)(),
                    text,
                });
            }
            (Change::Closed, _) => {
                tracing::info!("Trigger.dev serves again: completions begin slowly");
                course.alarm = None;
            }
            (Change::None, Some(text))
                if course
                    .alarm
                    .as_ref()
                    .is_some_and(|alarm| alarm.text != text) =>
            {
                // Still held back, for another reason now. Since when stays what it was.
                if let Some(alarm) = &mut course.alarm {
                    alarm.text = text;
                }
            }
            _ => {}
        }
    }
}
