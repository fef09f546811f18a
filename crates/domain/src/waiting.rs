//! Sleepers: what a task waits for, and what wakes it.
//!
//! A task sleeps on a token of a kind, and the kind says which events complete it: a `sleep` token
//! is for the time between two steps, a `pause` token for the time until the campaign goes on.
//! Whoever registers a token too late, after the event that would have completed it, is told so at
//! once ([`wake_at_registration`]); so no order of the two leaves a sleeper behind.

use crate::Status;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a token is slept on for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Between two steps.
    Sleep,
    /// Until the campaign goes on.
    Pause,
}

/// Why a sleeper is woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wake {
    /// The campaign is held.
    Paused,
    /// The campaign goes on.
    Resumed,
    /// The campaign sends at other hours now.
    ScheduleChanged,
    /// The campaign was deleted.
    Cancelled,
    /// The campaign is over.
    Completed,
}

impl TokenKind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Sleep, Self::Pause];

    /// The word for it in rows, tags and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sleep => "sleep",
            Self::Pause => "pause",
        }
    }
}

impl Wake {
    /// What the sleeper is told: the token's output.
    ///
    /// ```
    /// assert_eq!(domain::Wake::Paused.output().to_string(), r#"{"paused":true}"#);
    /// ```
    #[must_use]
    pub fn output(self) -> Value {
        match self {
            Self::Paused => json!({"paused": true}),
            Self::Resumed => json!({"resumed": true}),
            Self::ScheduleChanged => json!({"schedule_changed": true}),
            Self::Cancelled => json!({"cancelled": true}),
            Self::Completed => json!({"completed": true}),
        }
    }
}

/// What a token of `kind` is completed with as it is registered, because what it would wait for
/// has happened already. `None`: it waits.
#[must_use]
pub fn wake_at_registration(status: Status, kind: TokenKind) -> Option<Wake> {
    match (status, kind) {
        (Status::Completed, _) => Some(Wake::Completed),
        (Status::Paused, TokenKind::Sleep) => Some(Wake::Paused),
        (Status::Paused, TokenKind::Pause) => None,
        (_, TokenKind::Pause) => Some(Wake::Resumed),
        (_, TokenKind::Sleep) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_falls_asleep_on_what_has_happened_already() {
        let told = Status::ALL.map(|status| {
            TokenKind::ALL.map(|kind| wake_at_registration(status, kind).map(Wake::output))
        });

        let (paused, resumed) = (
            Some(json!({"paused": true})),
            Some(json!({"resumed": true})),
        );
        let completed = Some(json!({"completed": true}));
        assert_eq!(
            told,
            [
                [None, resumed.clone()],
                [None, resumed.clone()],
                [None, resumed],
                [paused, None],
                [completed.clone(), completed],
            ]
        );
    }
}
