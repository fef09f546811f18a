//! The form that every rule is told in: given what happened, when a command comes, then this.
//!
//! What is given is events, folded without asking `decide`, so that a rule stands on its own.
//! Whatever a command causes is evolved on the spot: no test can pass with an answer that could
//! not be stored.

use crate::cast::{another_campaign, now, prospect};
use chrono::{DateTime, Utc};
use domain::{
    CampaignId, Command, Event, Known, Present, Prospect, Rejection, State, Status, decide, evolve,
    replay,
};

/// What happened, and what else is known.
#[derive(Clone)]
pub struct Given {
    events: Vec<Event>,
    now: DateTime<Utc>,
    name_owner: Option<CampaignId>,
}

/// What a command came to.
pub struct Outcome {
    decision: Result<Vec<Event>, Rejection>,
    before: State,
}

/// What is true afterwards.
#[derive(Debug)]
pub struct After(pub State);

pub fn given(events: impl IntoIterator<Item = Event>) -> Given {
    Given {
        events: events.into_iter().collect(),
        now: now(),
        name_owner: None,
    }
}

/// For [`Outcome::then`].
pub fn refused(code: &str) -> Result<&'static [Event], &str> {
    Err(code)
}

/// For [`Outcome::then`]: everything is already as asked.
pub fn no_news() -> Result<&'static [Event], &'static str> {
    Ok(&[])
}

impl Given {
    pub fn and(mut self, events: impl IntoIterator<Item = Event>) -> Self {
        self.events.extend(events);
        self
    }

    pub fn at(self, now: DateTime<Utc>) -> Self {
        Self { now, ..self }
    }

    /// The name that is asked for belongs to another campaign of the user.
    pub fn with_the_name_taken(self) -> Self {
        Self {
            name_owner: Some(another_campaign()),
            ..self
        }
    }

    pub fn state(&self) -> State {
        replay(&self.events).expect("a history that can be")
    }

    pub fn when(&self, command: Command) -> Outcome {
        let before = self.state();
        let known = Known {
            now: self.now,
            roster: &before.roster,
            name_owner: self.name_owner,
        };
        let decision = decide(&before.campaign, &command, &known);
        Outcome { decision, before }
    }
}

impl Outcome {
    pub fn decision(&self) -> Result<&[Event], &Rejection> {
        self.decision.as_deref()
    }

    #[track_caller]
    pub fn then(self, expected: Result<&[Event], &str>) -> After {
        let got = self.decision().map_err(Rejection::code);
        assert_eq!(got, expected);
        let mut state = self.before;
        for event in self.decision.unwrap_or_default() {
            evolve(&mut state.campaign, &mut state.roster, &event).expect("a decided event");
        }
        After(state)
    }

    /// What is true afterwards, whatever it took.
    #[track_caller]
    pub fn after(self) -> After {
        let events = self.decision.clone().expect("an accepted command");
        self.then(Ok(&events))
    }

    #[track_caller]
    pub fn rejection(self) -> Rejection {
        self.decision.expect_err("a refusal")
    }
}

impl After {
    #[track_caller]
    pub fn campaign(&self) -> &Present {
        self.0.campaign.present().expect("a campaign that is there")
    }

    #[track_caller]
    pub fn status(&self) -> Status {
        self.campaign().stage.status()
    }

    #[track_caller]
    pub fn prospect(&self, number: u128) -> &Prospect {
        self.0
            .roster
            .find(prospect(number))
            .expect("a prospect who is there")
    }
}
