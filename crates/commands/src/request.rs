//! What a lane is asked: a command, on whose behalf, under which conditions.

use crate::Verdict;
use domain::{CampaignId, Command, UserId, Version};
use event_store::{Actor, Metadata};
use people::PeopleChange;
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// A command with everything around it.
#[derive(Debug, Clone)]
pub struct Request {
    /// The campaign it is about.
    pub campaign_id: CampaignId,
    /// The tenant that the campaign must belong to. `None` for the service's own callers.
    pub tenant: Option<UserId>,
    /// The wish.
    pub command: Command,
    /// What the wish says about people, which is not for the log.
    pub people: Option<PeopleChange>,
    /// The version that the campaign must be at.
    pub expected: Option<Expected>,
    /// Who asks and why.
    pub origin: Origin,
    /// The promise to answer a repeated request as the first time.
    pub remember: Option<Remember>,
}

/// A condition on the version of a campaign that is there (RFC 9110, sections 13.1.1 and 13.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// The campaign exists.
    Any,
    /// The campaign does not exist.
    Absent,
    /// The campaign is at one of these.
    OneOf(Vec<Version>),
    /// The campaign is at none of these.
    NoneOf(Vec<Version>),
    /// Both hold.
    Both(Box<(Self, Self)>),
}

impl Expected {
    /// Whether a campaign at `version` meets the condition.
    #[must_use]
    pub fn is_met_by(&self, version: Version) -> bool {
        match self {
            Self::Any => true,
            Self::Absent => false,
            Self::OneOf(versions) => versions.contains(&version),
            Self::NoneOf(versions) => !versions.contains(&version),
            Self::Both(both) => both.0.is_met_by(version) && both.1.is_met_by(version),
        }
    }
}

/// Who asks and why; stored with the events.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Who.
    pub actor: Actor,
    /// Why, in the caller's words.
    pub reason: Option<String>,
    /// The request's id.
    pub correlation_id: Option<String>,
    /// The W3C trace context.
    pub traceparent: Option<String>,
}

impl Origin {
    /// What is stored with an event of a command.
    pub(crate) fn metadata(&self, command_id: Uuid, causation_id: Option<Uuid>) -> Metadata {
        Metadata {
            command_id,
            actor: self.actor.clone(),
            reason: self.reason.clone(),
            correlation_id: self.correlation_id.clone(),
            causation_id,
            traceparent: self.traceparent.clone(),
        }
    }

    /// An actor without more to say.
    #[must_use]
    pub fn of(actor: Actor) -> Self {
        Self {
            actor,
            reason: None,
            correlation_id: None,
            traceparent: None,
        }
    }
}

/// A key under which the answer is stored, in the transaction of what it answers.
#[derive(Debug, Clone)]
pub struct Remember {
    /// Whose key.
    pub user_id: UserId,
    /// The caller's key.
    pub key: String,
    /// SHA-256 of the request: the same key for another request is refused.
    pub fingerprint: [u8; 32],
    /// Turns the verdict into the answer to be stored.
    pub render: Render,
}

type Rendering = dyn Fn(&Verdict) -> Option<Remembered> + Send + Sync;

/// How a verdict is turned into an answer to be stored. `None` stores nothing.
#[derive(Clone)]
pub struct Render(Arc<Rendering>);

impl Render {
    /// By this function.
    pub fn by(render: impl Fn(&Verdict) -> Option<Remembered> + Send + Sync + 'static) -> Self {
        Self(Arc::new(render))
    }

    pub(crate) fn of(&self, verdict: &Verdict) -> Option<Remembered> {
        (self.0)(verdict)
    }
}

impl fmt::Debug for Render {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Render")
    }
}

/// A stored answer, opaque to the lanes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// The status of the answer.
    pub status: i16,
    /// Its body.
    pub body: String,
    /// The version that the campaign was at.
    pub version: Option<Version>,
}
