//! What an event knows of its own making: who, why, and in the course of what.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Stored beside the payload of every event. Never personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The command that caused the event; one for all its events.
    pub command_id: Uuid,
    /// Who gave it.
    pub actor: Actor,
    /// Why, in the caller's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The request in the course of which it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// The event that this one followed from by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<Uuid>,
    /// The W3C trace context of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
}

/// Who gave a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A client of the public API, by the identifying part of its key.
    Key {
        /// The first 24 characters of the key.
        prefix: String,
    },
    /// The engine, by the identifying part of its internal key.
    Engine {
        /// The first 24 characters of the key.
        prefix: String,
    },
    /// A rule of the service.
    Rule {
        /// Its name.
        name: String,
    },
    /// A person at the command line.
    Operator {
        /// What they were doing.
        name: String,
    },
}
