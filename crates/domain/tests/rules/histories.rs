//! What comes of a plan: a random run of commands, with the clock going forward.
//!
//! A [`Plan`] is made up by `chance`. A [`Life`] is what came of it: the beginning as a whole,
//! then step by step, refusals included.

use crate::cast::{another_campaign, now};
use crate::given::Acquaintance;
use chrono::{DateTime, Duration, Utc};
use domain::{
    BrokenHistory, Command, Event, Known, Rejection, Roster, Senders, State, decide, evolve,
};

#[derive(Debug, Clone)]
pub struct Plan {
    pub beginning: Vec<Step>,
    pub steps: Vec<Step>,
}

/// A command, when it comes after the one before, whether its name is another's, and which sender
/// accounts there are.
#[derive(Debug, Clone)]
pub struct Step {
    pub after: Duration,
    pub name_taken: bool,
    pub senders: Senders,
    pub people: Acquaintance,
    pub command: Command,
}

impl Step {
    pub fn known<'a>(&'a self, now: DateTime<Utc>, roster: &'a Roster) -> Known<'a> {
        let name_owner = self.name_taken.then(another_campaign);
        Known {
            now,
            roster,
            name_owner,
            senders: &self.senders,
            account: None,
            people: self.people.known(),
        }
    }
}

/// One step that was taken.
#[derive(Debug)]
pub struct Taken {
    pub step: Step,
    pub now: DateTime<Utc>,
    pub before: State,
    pub decision: Result<Vec<Event>, Rejection>,
    pub after: State,
}

#[derive(Debug)]
pub struct Life {
    /// What is true before the first step, and what it took.
    pub begun: State,
    beginning: Vec<Event>,
    pub taken: Vec<Taken>,
}

impl Taken {
    pub fn events(&self) -> &[Event] {
        self.decision.as_deref().unwrap_or_default()
    }
}

impl Life {
    /// # Errors
    /// When something decided could not be evolved.
    pub fn of(plan: &Plan) -> Result<Self, BrokenHistory> {
        let (mut state, mut now, mut beginning) = (State::default(), now(), vec![]);
        for step in &plan.beginning {
            now += step.after;
            beginning.extend(take(step, now, &mut state)?.unwrap_or_default());
        }
        let begun = state.clone();
        let mut taken = vec![];
        for step in &plan.steps {
            now += step.after;
            let before = state.clone();
            let decision = take(step, now, &mut state)?;
            let (step, after) = (step.clone(), state.clone());
            taken.push(Taken {
                step,
                now,
                before,
                decision,
                after,
            });
        }
        Ok(Self {
            begun,
            beginning,
            taken,
        })
    }

    pub fn history(&self) -> impl Iterator<Item = &Event> {
        self.beginning
            .iter()
            .chain(self.taken.iter().flat_map(Taken::events))
    }

    pub fn beginning(&self) -> &[Event] {
        &self.beginning
    }

    pub fn state(&self) -> &State {
        self.taken.last().map_or(&self.begun, |taken| &taken.after)
    }
}

/// Decides, and evolves what was decided.
fn take(
    step: &Step,
    now: DateTime<Utc>,
    state: &mut State,
) -> Result<Result<Vec<Event>, Rejection>, BrokenHistory> {
    let known = step.known(now, &state.roster);
    let decision = decide(&state.campaign, &step.command, &known);
    for event in decision.iter().flatten() {
        evolve(&mut state.campaign, &mut state.roster, event)?;
    }
    Ok(decision)
}
