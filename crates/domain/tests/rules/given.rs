//! The form that every rule is told in: given what happened, when a command comes, then this.
//!
//! What is given is events, folded without asking `decide`, so that a rule stands on its own.
//! Whatever a command causes is evolved on the spot: no test can pass with an answer that could
//! not be stored.

use crate::cast::{another_campaign, every_sender, now, prospect};
use chrono::{DateTime, Utc};
use domain::{
    AccountId, CampaignId, Command, Event, Known, KnownPeople, Present, Prospect, ProspectId,
    Rejection, SenderFacts, Senders, SendingAccount, State, Status, decide, evolve, replay,
};

/// What happened, and what else is known.
#[derive(Clone)]
pub struct Given {
    events: Vec<Event>,
    now: DateTime<Utc>,
    name_owner: Option<CampaignId>,
    senders: Senders,
    account: Option<SendingAccount>,
    people: Acquaintance,
}

/// What is known of the people whom a command names.
#[derive(Clone, Debug, Default)]
pub struct Acquaintance {
    pub unreachable: Option<usize>,
    pub repeated: Vec<ProspectId>,
    pub unchanged: bool,
    pub on_file: bool,
    pub elsewhere: Vec<ProspectId>,
}

impl Acquaintance {
    pub fn known(&self) -> KnownPeople<'_> {
        KnownPeople {
            unreachable: self.unreachable,
            repeated: &self.repeated,
            unchanged: self.unchanged,
            on_file: self.on_file,
            elsewhere: &self.elsewhere,
        }
    }
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
        senders: every_sender(),
        account: None,
        people: Acquaintance::default(),
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

    /// What is known of the sender accounts, and no other account is there.
    pub fn with_senders<const COUNT: usize>(
        self,
        known: [(AccountId, SenderFacts); COUNT],
    ) -> Self {
        Self {
            senders: known.into_iter().collect(),
            ..self
        }
    }

    /// What is known of the sender account that a permit names.
    pub fn with_account(self, account: SendingAccount) -> Self {
        Self {
            account: Some(account),
            ..self
        }
    }

    /// What is known of the people whom the command names.
    pub fn knowing(self, people: Acquaintance) -> Self {
        Self { people, ..self }
    }

    /// Another campaign of the user deals with the prospects of these numbers.
    pub fn with_elsewhere(self, numbers: impl IntoIterator<Item = u128>) -> Self {
        let elsewhere = numbers.into_iter().map(prospect).collect();
        let people = Acquaintance {
            elsewhere,
            ..self.people
        };
        Self { people, ..self }
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
            senders: &self.senders,
            account: self.account.as_ref(),
            people: self.people.known(),
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
