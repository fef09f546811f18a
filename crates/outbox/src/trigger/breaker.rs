//! Steps back from an endpoint that fails, and comes back slowly.
//!
//! Failures in a row open the breaker: nothing is sent for a while, then one completion, and its
//! answer decides. Each failed look waits longer, with chance in it. After it closes again the first
//! second sends four, the next eight, and so on: what an outage has gathered must not fall on
//! an endpoint that has just got up.
//!
//! A key that is not accepted opens it at once, for longer.

use super::backoff::{Backoff, between};
use super::classify::Pulse;
use super::settings::Patience;
use crate::completer::{Fault, Health};
use std::time::Duration;
use tokio::time::Instant;

/// Between two completions in the first second after an outage; half of it in the next.
const RAMP_SPACING: Duration = Duration::from_millis(250);
/// Then there is no spacing left worth keeping.
const RAMP_SECONDS: u32 = 8;
/// A refused key is looked at so much later at most, by chance.
const REFUSED_SPREAD: u32 = 2;

#[derive(Debug)]
pub(super) struct Breaker {
    patience: Patience,
    state: State,
    wait: Backoff,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed {
        failures: u32,
        ramp: Option<Ramp>,
    },
    Open {
        why: Why,
        until: Instant,
    },
    /// One completion is under way, to see.
    Probing {
        why: Why,
    },
}

#[derive(Debug, Clone, Copy)]
struct Ramp {
    begun: Instant,
    last: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Outage,
    Refused,
}

/// Whether a completion may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leave {
    /// Now.
    Go,
    /// Not before this time.
    NotBefore(Instant),
    /// When one that is under way has been answered.
    AfterAnswer,
}

/// A completion's place in the breaker's course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Ordinary,
    Probe,
}

/// What an outcome changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    None,
    Opened,
    Closed,
}

impl Breaker {
    pub(super) fn new(patience: Patience) -> Self {
        Self {
            patience,
            state: State::Closed {
                failures: 0,
                ramp: None,
            },
            wait: Backoff::new(patience.outage_wait_min, patience.outage_wait_max),
        }
    }

    /// Whether a completion may be sent at `now`.
    pub(super) fn leave(&self, now: Instant) -> Leave {
        let until = match self.state {
            State::Closed { ramp: None, .. } => return Leave::Go,
            State::Probing { .. } => return Leave::AfterAnswer,
            State::Open { until, .. } => until,
            State::Closed {
                ramp: Some(ramp), ..
            } => ramp.last + ramp.spacing(now),
        };
        if now < until {
            Leave::NotBefore(until)
        } else {
            Leave::Go
        }
    }

    /// A turn was given at `now`.
    pub(super) fn take(&mut self, now: Instant) -> Role {
        match &mut self.state {
            State::Closed { ramp, .. } => {
                if let Some(ramp) = ramp {
                    ramp.last = now;
                }
                Role::Ordinary
            }
            State::Open { why, .. } | State::Probing { why } => {
                self.state = State::Probing { why: *why };
                Role::Probe
            }
        }
    }

    /// A turn was given back unused.
    pub(super) fn give_back(&mut self, now: Instant, role: Role) {
        if let (Role::Probe, State::Probing { why }) = (role, self.state) {
            self.state = State::Open { why, until: now };
        }
    }

    /// A completion came back. What was sent before the breaker opened does not move it.
    pub(super) fn record(&mut self, now: Instant, role: Role, pulse: Pulse, chance: f64) -> Change {
        match (self.state, role) {
            (State::Closed { failures, ramp }, _) => {
                self.record_closed(now, (failures, ramp), pulse, chance)
            }
            (State::Probing { .. }, Role::Probe) => self.record_probe(now, pulse, chance),
            _ => Change::None,
        }
    }

    fn record_closed(
        &mut self,
        now: Instant,
        (failures, ramp): (u32, Option<Ramp>),
        pulse: Pulse,
        chance: f64,
    ) -> Change {
        match pulse {
            Pulse::Alive => {
                let ramp = ramp.filter(|ramp| !ramp.is_over(now));
                if ramp.is_none() {
                    self.wait.reset();
                }
                self.state = State::Closed { failures: 0, ramp };
                Change::None
            }
            Pulse::Failing if failures + 1 < self.patience.failures_max => {
                let failures = failures + 1;
                self.state = State::Closed { failures, ramp };
                Change::None
            }
            Pulse::Failing | Pulse::Refusing => {
                self.open(now, pulse, chance);
                Change::Opened
            }
        }
    }

    fn record_probe(&mut self, now: Instant, pulse: Pulse, chance: f64) -> Change {
        if pulse == Pulse::Alive {
            let ramp = Some(Ramp {
                begun: now,
                last: now,
            });
            self.state = State::Closed { failures: 0, ramp };
            return Change::Closed;
        }
        self.open(now, pulse, chance);
        Change::None
    }

    fn open(&mut self, now: Instant, pulse: Pulse, chance: f64) {
        let refused_wait = self.patience.refused_wait;
        let (why, wait) = if pulse == Pulse::Refusing {
            let longest = refused_wait + refused_wait / REFUSED_SPREAD;
            (Why::Refused, between(refused_wait, longest, chance))
        } else {
            (Why::Outage, self.wait.next(chance))
        };
        self.state = State::Open {
            why,
            until: now + wait,
        };
    }

    /// Whose fault a failure is that comes now: the token's, perhaps, while others succeed.
    pub(super) fn fault(&self) -> Fault {
        match self.state {
            State::Closed {
                failures: 0 | 1, ..
            } => Fault::Token,
            _ => Fault::Endpoint,
        }
    }

    /// Until when nothing is sent, if the breaker says so.
    pub(super) fn open_until(&self) -> Option<Instant> {
        match self.state {
            State::Open { until, .. } => Some(until),
            _ => None,
        }
    }

    pub(super) fn health(&self, now: Instant) -> Health {
        match self.state {
            State::Closed {
                ramp: Some(ramp), ..
            } if !ramp.is_over(now) => Health::Recovering,
            State::Closed { .. } => Health::Working,
            State::Open { why, .. } | State::Probing { why } => match why {
                Why::Outage => Health::Down,
                Why::Refused => Health::Refused,
            },
        }
    }
}

impl Ramp {
    fn seconds(self, now: Instant) -> u32 {
        let seconds = now.saturating_duration_since(self.begun).as_secs();
        u32::try_from(seconds).unwrap_or(u32::MAX)
    }

    fn is_over(self, now: Instant) -> bool {
        RAMP_SECONDS <= self.seconds(now)
    }

    fn spacing(self, now: Instant) -> Duration {
        if self.is_over(now) {
            return Duration::ZERO;
        }
        RAMP_SPACING / 2_u32.saturating_pow(self.seconds(now))
    }
}
