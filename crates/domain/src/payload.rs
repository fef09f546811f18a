//! Event JSON: the one place that writes it, reads it, and brings old forms up to date.
//!
//! An event is stored as its type, the schema version of its payload, and the payload. Old
//! versions are upcast here, for ever (`docs/EVENTS.md`).

use crate::Event;
use crate::event::{EventType, SendPermitted};
use serde::Serialize;
use serde::de::{DeserializeOwned, Error as _};

/// A stored event that this program cannot read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableEvent {
    /// A type or schema version that this program does not know; a newer one wrote it.
    #[error(
        "no event {event_type} with schema version {schema_version} is known: is this program older than the log?"
    )]
    Unknown {
        /// The stored type.
        event_type: String,
        /// The stored schema version.
        schema_version: i16,
    },
    /// The payload is not what the type promises.
    #[error("the payload of a {event_type} does not parse")]
    Malformed {
        /// The stored type.
        event_type: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

impl Event {
    /// The schema version that the payload is written in: what was read of an older one stays that.
    #[must_use]
    pub fn schema_version(&self) -> i16 {
        match self {
            Self::SendPermitted(permitted) if permitted.day_ends_at.is_some() => 2,
            _ => 1,
        }
    }

    /// The stored name of the event's kind. Never changes.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        match self {
            Self::CampaignCreated(_) => "CampaignCreated",
            Self::CampaignSettingsChanged(_) => "CampaignSettingsChanged",
            Self::CampaignSequenceChanged(_) => "CampaignSequenceChanged",
            Self::ProspectsAdded(_) => "ProspectsAdded",
            Self::ProspectsRemoved(_) => "ProspectsRemoved",
            Self::AllProspectsRemoved(_) => "AllProspectsRemoved",
            Self::ProspectDetailsChanged(_) => "ProspectDetailsChanged",
            Self::CampaignLaunchStarted(_) => "CampaignLaunchStarted",
            Self::ProspectsSkipped(_) => "ProspectsSkipped",
            Self::CampaignLaunchFailed(_) => "CampaignLaunchFailed",
            Self::CampaignActivated(_) => "CampaignActivated",
            Self::CampaignPaused(_) => "CampaignPaused",
            Self::CampaignResumed(_) => "CampaignResumed",
            Self::CampaignCompleted(_) => "CampaignCompleted",
            Self::CampaignDeleted(_) => "CampaignDeleted",
            Self::SendPermitted(_) => "SendPermitted",
            Self::SendSucceeded(_) => "SendSucceeded",
            Self::SendFailed(_) => "SendFailed",
            Self::ProspectConnected(_) => "ProspectConnected",
            Self::ProspectReplied(_) => "ProspectReplied",
            Self::ProspectBounced(_) => "ProspectBounced",
            Self::ProspectCompleted(_) => "ProspectCompleted",
            Self::ProspectTimedOut(_) => "ProspectTimedOut",
            Self::ProspectCancelled(_) => "ProspectCancelled",
            Self::ProspectErased(_) => "ProspectErased",
        }
    }

    /// The payload as JSON. The bytes are kept as they are: the ledger hashes them.
    ///
    /// # Errors
    /// Never for the events of this crate; the signature is serde's.
    pub fn payload(&self) -> Result<String, serde_json::Error> {
        match self {
            Self::CampaignCreated(payload) => json(payload),
            Self::CampaignSettingsChanged(payload) => json(payload),
            Self::CampaignSequenceChanged(payload) => json(payload),
            Self::ProspectsAdded(payload)
            | Self::ProspectsRemoved(payload)
            | Self::ProspectsSkipped(payload) => json(payload),
            Self::CampaignLaunchStarted(payload) => json(payload),
            Self::CampaignLaunchFailed(payload) => json(payload),
            Self::CampaignPaused(payload) => json(payload),
            Self::AllProspectsRemoved(payload)
            | Self::CampaignActivated(payload)
            | Self::CampaignResumed(payload)
            | Self::CampaignCompleted(payload)
            | Self::CampaignDeleted(payload) => json(payload),
            Self::SendPermitted(payload) => json(payload),
            Self::SendSucceeded(payload) => json(payload),
            Self::SendFailed(payload) => json(payload),
            Self::ProspectReplied(payload) => json(payload),
            Self::ProspectDetailsChanged(payload)
            | Self::ProspectErased(payload)
            | Self::ProspectConnected(payload)
            | Self::ProspectBounced(payload)
            | Self::ProspectCompleted(payload)
            | Self::ProspectTimedOut(payload)
            | Self::ProspectCancelled(payload) => json(payload),
        }
    }
}

/// Reads a stored event.
///
/// # Errors
/// When the type or the schema version is unknown, or the payload does not parse.
pub fn parse_event(
    event_type: &str,
    schema_version: i16,
    payload: &str,
) -> Result<Event, UnreadableEvent> {
    if (event_type, schema_version) == ("SendPermitted", 2) {
        let ended = |permitted: SendPermitted| match permitted.day_ends_at {
            Some(_) => Ok(Event::SendPermitted(permitted)),
            None => Err(serde_json::Error::missing_field("day_ends_at")),
        };
        return serde_json::from_str(payload)
            .and_then(ended)
            .map_err(|source| malformed(event_type, source));
    }
    if schema_version != 1 {
        return Err(unknown(event_type, schema_version));
    }
    match event_type {
        "CampaignCreated" => read(event_type, payload, Event::CampaignCreated),
        "CampaignSettingsChanged" => read(event_type, payload, Event::CampaignSettingsChanged),
        "CampaignSequenceChanged" => read(event_type, payload, Event::CampaignSequenceChanged),
        "ProspectsAdded" => read(event_type, payload, Event::ProspectsAdded),
        "ProspectsRemoved" => read(event_type, payload, Event::ProspectsRemoved),
        "AllProspectsRemoved" => read(event_type, payload, Event::AllProspectsRemoved),
        "ProspectDetailsChanged" => read(event_type, payload, Event::ProspectDetailsChanged),
        "CampaignLaunchStarted" => read(event_type, payload, Event::CampaignLaunchStarted),
        "ProspectsSkipped" => read(event_type, payload, Event::ProspectsSkipped),
        "CampaignLaunchFailed" => read(event_type, payload, Event::CampaignLaunchFailed),
        "CampaignActivated" => read(event_type, payload, Event::CampaignActivated),
        "CampaignPaused" => read(event_type, payload, Event::CampaignPaused),
        "CampaignResumed" => read(event_type, payload, Event::CampaignResumed),
        "CampaignCompleted" => read(event_type, payload, Event::CampaignCompleted),
        "CampaignDeleted" => read(event_type, payload, Event::CampaignDeleted),
        "SendPermitted" => read(event_type, payload, |first: SendPermitted| {
            Event::SendPermitted(SendPermitted {
                day_ends_at: None,
                account_day: None,
                ..first
            })
        }),
        "SendSucceeded" => read(event_type, payload, Event::SendSucceeded),
        "SendFailed" => read(event_type, payload, Event::SendFailed),
        "ProspectConnected" => read(event_type, payload, Event::ProspectConnected),
        "ProspectReplied" => read(event_type, payload, Event::ProspectReplied),
        "ProspectBounced" => read(event_type, payload, Event::ProspectBounced),
        "ProspectCompleted" => read(event_type, payload, Event::ProspectCompleted),
        "ProspectTimedOut" => read(event_type, payload, Event::ProspectTimedOut),
        "ProspectCancelled" => read(event_type, payload, Event::ProspectCancelled),
        "ProspectErased" => read(event_type, payload, Event::ProspectErased),
        _ => Err(unknown(event_type, schema_version)),
    }
}

fn json(payload: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string(payload)
}

fn read<T: DeserializeOwned>(
    event_type: &str,
    payload: &str,
    event: impl FnOnce(T) -> Event,
) -> Result<Event, UnreadableEvent> {
    serde_json::from_str(payload)
        .map(event)
        .map_err(|source| malformed(event_type, source))
}

fn malformed(event_type: &str, source: serde_json::Error) -> UnreadableEvent {
    UnreadableEvent::Malformed {
        event_type: event_type.to_owned(),
        source,
    }
}

fn unknown(event_type: &str, schema_version: i16) -> UnreadableEvent {
    UnreadableEvent::Unknown {
        event_type: event_type.to_owned(),
        schema_version,
    }
}
