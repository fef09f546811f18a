//! How much may be sent, by what the answers say is left.
//!
//! The budget is a bucket that others share: it grows in steps, at an instant that each answer names
//! by the endpoint's clock, by an amount that no answer names. So: as long as more is left than is
//! in flight, send. When nothing is left, wait for the instant, then let **one** completion ask how
//! much there is; the rest follow its answer. That way a step costs one round trip, and being
//! wrong about the instant costs one refusal and not one for each connection.
//!
//! Answers come in any order. Within a step the lowest count is the newest; an answer that names an
//! earlier instant than one before is old, and its count is of no use.
//!
//! When the instant is missing, over already or absurdly far, or it is put off by a moment again
//! and again, the wait is a backoff: it grows, and has bounds on either side, so nothing spins and
//! nothing hangs.

use super::backoff::{Backoff, between};
use super::breaker::Leave;
use super::client::Answer;
use super::server_clock::ServerClock;
use super::settings::Patience;
use std::time::Duration;
use tokio::time::Instant;

/// A budget that grows later than this is not believed to.
const RESET_WAIT_MAX: Duration = Duration::from_secs(120);
/// Behind the instant, so that rounding does not make us early; the rest is chance, so that
/// processes that share the budget do not all come at once.
const RESET_MARGIN: Duration = Duration::from_millis(5);
const RESET_SPREAD: Duration = Duration::from_millis(40);
/// The spread when we were told to wait.
const LIMITED_SPREAD: Duration = Duration::from_millis(250);

#[derive(Debug)]
pub(super) struct Pacing {
    kept_free: u32,
    budget: Budget,
    /// Counts the times that the budget became unknown; an answer knows what it was sent in.
    epoch: u64,
    /// The latest instant that an answer named.
    reset_ms: Option<i64>,
    /// Nothing is sent before, whatever is left.
    paused_until: Option<Instant>,
    backoff: Backoff,
    /// The shortest wait of the backoff.
    wait_min: Duration,
    clock: ServerClock,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Budget {
    /// One may ask.
    Unknown,
    /// One is asking.
    Asked,
    /// The endpoint speaks of no limit.
    Unlimited,
    /// As the answers say.
    Left {
        remaining: u32,
        grows_at: Option<Instant>,
    },
}

/// A completion's place in the budget's course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    epoch: u64,
    asks: bool,
}

/// When an answer came, and when it was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// Of receiving.
    pub(super) now: Instant,
    /// Of receiving, by the wall clock.
    pub(super) now_ms: i64,
    /// Of sending, by the wall clock.
    pub(super) sent_at_ms: i64,
    /// At least 0 and below 1.
    pub(super) chance: f64,
}

impl Pacing {
    pub(super) fn new(kept_free: u32, patience: Patience) -> Self {
        Self {
            kept_free,
            budget: Budget::Unknown,
            epoch: 0,
            reset_ms: None,
            paused_until: None,
            backoff: Backoff::new(patience.budget_wait_min, patience.budget_wait_max),
            wait_min: patience.budget_wait_min,
            clock: ServerClock::UNKNOWN,
        }
    }

    /// Whether one more may be sent at `now` while `in_flight` are.
    pub(super) fn leave(&mut self, now: Instant, in_flight: u32) -> Leave {
        if let Some(until) = self.paused_until {
            if now < until {
                return Leave::NotBefore(until);
            }
            self.paused_until = None;
        }
        match self.budget {
            Budget::Unlimited | Budget::Unknown => Leave::Go,
            Budget::Asked => Leave::AfterAnswer,
            Budget::Left { remaining, .. }
                if self.kept_free.saturating_add(in_flight) < remaining =>
            {
                Leave::Go
            }
            Budget::Left { grows_at, .. } => match grows_at {
                Some(grows_at) if now < grows_at => Leave::NotBefore(grows_at),
                None if 0 < in_flight => Leave::AfterAnswer,
                _ => {
                    self.forget();
                    Leave::Go
                }
            },
        }
    }

    fn forget(&mut self) {
        self.budget = Budget::Unknown;
        self.epoch += 1;
    }

    /// A turn was given.
    pub(super) fn take(&mut self) -> Place {
        let asks = self.budget == Budget::Unknown;
        if asks {
            self.budget = Budget::Asked;
        }
        Place {
            epoch: self.epoch,
            asks,
        }
    }

    /// A turn was given back unused.
    pub(super) fn give_back(&mut self, place: Place) {
        if place.asks && place.epoch == self.epoch && self.budget == Budget::Asked {
            self.budget = Budget::Unknown;
        }
    }

    /// There will be no answer. What was sent may have cost one.
    pub(super) fn unanswered(&mut self, place: Place) {
        self.give_back(place);
        if let Budget::Left { remaining, .. } = &mut self.budget {
            *remaining = remaining.saturating_sub(1);
        }
    }

    /// An answer came.
    pub(super) fn answered(&mut self, place: Place, moment: Moment, answer: &Answer) {
        if let Some(date_ms) = answer.date_ms {
            self.clock.dated(date_ms, moment.sent_at_ms, moment.now_ms);
        }
        if let Some(reset_ms) = answer.reset_ms {
            self.clock.not_yet(reset_ms, moment.sent_at_ms);
        }
        if self.is_old(place, answer) {
            return self.unanswered(place);
        }
        let remaining = if answer.is_limited() {
            Some(0)
        } else {
            answer.remaining
        };
        match remaining {
            Some(remaining) => self.told(place, moment, remaining, answer),
            // Only what was served is known to have passed the limit.
            None if place.asks && answer.is_served() => self.budget = Budget::Unlimited,
            None => self.unanswered(place),
        }
    }

    /// Whether an answer is overtaken by what is known. A refusal of now never is: it is right,
    /// whatever was said before.
    fn is_old(&self, place: Place, answer: &Answer) -> bool {
        let is_before = place.epoch < self.epoch;
        match (answer.reset_ms, self.reset_ms) {
            (Some(told), Some(known)) if is_before => told <= known,
            (Some(told), Some(known)) => {
                told < known && !answer.is_limited() && matches!(self.budget, Budget::Left { .. })
            }
            _ => is_before,
        }
    }

    fn told(&mut self, place: Place, moment: Moment, remaining: u32, answer: &Answer) {
        let reset_ms = answer.reset_ms;
        // Whoever asks and finds nothing has waited already: that it is to wait for a moment
        // more, again and again, is not believed.
        let is_in_vain = place.asks && remaining <= self.kept_free;
        let wait_min = if is_in_vain {
            self.wait_min
        } else {
            Duration::ZERO
        };
        let told_at = self.grows_at_told(moment, wait_min, answer);
        let (remaining, grows_at) = match self.budget {
            Budget::Left {
                remaining: known,
                grows_at,
            } if reset_ms.is_some() && reset_ms == self.reset_ms => {
                (known.min(remaining), grows_at.max(told_at))
            }
            _ => (remaining, told_at),
        };
        self.reset_ms = reset_ms.or(self.reset_ms);
        self.budget = Budget::Left {
            remaining,
            grows_at,
        };
        if self.kept_free < remaining {
            self.backoff.reset();
        } else if grows_at.is_none() {
            self.back_off(moment, answer.retry_after.unwrap_or_default());
        }
    }

    /// When the budget grows, if what is said of it can be believed.
    fn grows_at_told(
        &self,
        moment: Moment,
        wait_min: Duration,
        answer: &Answer,
    ) -> Option<Instant> {
        let wait_ms = self.clock.until(answer.reset_ms?, moment.now_ms);
        let wait = Duration::from_millis(u64::try_from(wait_ms).ok()?);
        if wait.is_zero() || wait < wait_min || RESET_WAIT_MAX < wait {
            return None;
        }
        let spread = if answer.is_limited() {
            LIMITED_SPREAD
        } else {
            RESET_SPREAD
        };
        Some(moment.now + wait + between(RESET_MARGIN, spread, moment.chance))
    }

    /// Waits for a budget of which nobody says when it grows. Answers that come while it is
    /// waited for belong to the same want.
    fn back_off(&mut self, moment: Moment, at_least: Duration) {
        if self.paused_until.is_none_or(|until| until <= moment.now) {
            let wait = self.backoff.next(moment.chance).max(at_least);
            self.paused_until = Some(moment.now + wait);
        }
        self.forget();
    }

    /// What is left, as far as it was said.
    pub(super) fn remaining(&self) -> Option<u32> {
        match self.budget {
            Budget::Left { remaining, .. } => Some(remaining),
            _ => None,
        }
    }

    /// When the budget grows, if that was said and is to come.
    pub(super) fn grows_at(&self) -> Option<Instant> {
        match self.budget {
            Budget::Left { grows_at, .. } => grows_at,
            _ => None,
        }
    }

    /// Until when nothing is sent for want of budget.
    pub(super) fn held_until(&self) -> Option<Instant> {
        match self.budget {
            Budget::Left {
                remaining,
                grows_at,
            } if remaining <= self.kept_free => grows_at,
            _ => self.paused_until,
        }
    }
}
