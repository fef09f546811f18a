//! What an effect tells, and what overtakes it.
//!
//! A fan-out that is still under way when the campaign moves on is stale: whoever it has not
//! reached need not hear of it any more. The table of what overtakes what is [`Told::overtakes`].

use domain::{TokenKind, Wake};
use serde::Deserialize;
use serde_json::Value;

/// What an effect tells, read from its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Told {
    /// The campaign is held: to sleepers between steps.
    Paused,
    /// The campaign goes on: to sleepers that are parked.
    Resumed,
    /// The campaign sends at other hours: to sleepers between steps.
    ScheduleChanged,
    /// The campaign was deleted: to every sleeper.
    Cancelled,
    /// The engine has to start the campaign's run.
    Started,
    /// A row that this program does not understand, for operators.
    Unreadable,
}

/// An effect as the relay reads it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub told: Told,
    /// Which tokens; none for both kinds.
    pub token_kind: Option<TokenKind>,
    pub output: Value,
}

#[derive(Deserialize)]
struct Detail {
    token_kind: TokenKind,
    output: Value,
}

impl Told {
    /// Each of them.
    pub const ALL: [Self; 6] = [
        Self::Paused,
        Self::Resumed,
        Self::ScheduleChanged,
        Self::Cancelled,
        Self::Started,
        Self::Unreadable,
    ];

    /// The word for it in rows and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::ScheduleChanged => "schedule_changed",
            Self::Cancelled => "cancelled",
            Self::Started => "started",
            Self::Unreadable => "unreadable",
        }
    }

    /// What is not worth telling any more once this is told.
    #[must_use]
    pub fn overtakes(self) -> &'static [Self] {
        match self {
            Self::Paused => &[Self::Paused, Self::Resumed, Self::ScheduleChanged],
            Self::Resumed => &[Self::Paused, Self::Resumed],
            Self::ScheduleChanged => &[Self::ScheduleChanged],
            Self::Cancelled => &Self::ALL,
            Self::Started => &[Self::Started],
            Self::Unreadable => &[],
        }
    }
}

impl Reading {
    /// Reads an effect's row.
    pub fn of(kind: &str, detail: &str) -> Self {
        match kind {
            "start_run" => Self::without_tokens(Told::Started),
            "cancel_runs" => Self {
                told: Told::Cancelled,
                token_kind: None,
                output: Wake::Cancelled.output(),
            },
            _ => serde_json::from_str(detail).map_or(
                Self::without_tokens(Told::Unreadable),
                |Detail { token_kind, output }| Self {
                    told: told_by(&output),
                    token_kind: Some(token_kind),
                    output,
                },
            ),
        }
    }

    /// Whether it concerns tokens and nobody else.
    pub fn is_told_to_tokens(&self) -> bool {
        !matches!(self.told, Told::Started | Told::Unreadable)
    }

    /// The kinds of tokens that it completes.
    pub fn completes(&self) -> &[TokenKind] {
        match (self.told, &self.token_kind) {
            (Told::Started | Told::Unreadable, _) => &[],
            (_, Some(kind)) => std::slice::from_ref(kind),
            (_, None) => &TokenKind::ALL,
        }
    }

    fn without_tokens(told: Told) -> Self {
        Self {
            told,
            token_kind: None,
            output: Value::Null,
        }
    }
}

fn told_by(output: &Value) -> Told {
    let tells = |wake: Wake| *output == wake.output();
    if tells(Wake::Paused) {
        Told::Paused
    } else if tells(Wake::Resumed) {
        Told::Resumed
    } else if tells(Wake::ScheduleChanged) {
        Told::ScheduleChanged
    } else {
        Told::Unreadable
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Effect;

    fn reading(effect: &Effect) -> Reading {
        Reading::of(effect.kind(), &serde_json::to_string(effect).unwrap())
    }

    #[test]
    fn every_effect_that_is_written_can_be_read() {
        let wakes = [
            (TokenKind::Sleep, Wake::Paused, Told::Paused),
            (TokenKind::Pause, Wake::Resumed, Told::Resumed),
            (
                TokenKind::Sleep,
                Wake::ScheduleChanged,
                Told::ScheduleChanged,
            ),
        ];
        for (token_kind, wake, told) in wakes {
            let output = wake.output();
            let read = reading(&Effect::CompleteWaitpoints { token_kind, output });
            assert_eq!(
                (read.told, read.completes()),
                (told, [token_kind].as_slice())
            );
        }
        assert_eq!(reading(&Effect::CancelRuns {}).completes(), TokenKind::ALL);
        assert_eq!(reading(&Effect::StartRun {}).told, Told::Started);
    }

    #[test]
    fn a_row_that_is_not_understood_completes_nothing() {
        let read = Reading::of("complete_waitpoints", "{}");

        assert_eq!((read.told, read.completes().len()), (Told::Unreadable, 0));
    }

    #[test]
    fn a_schedule_does_not_overtake_a_resume() {
        assert!(!Told::ScheduleChanged.overtakes().contains(&Told::Resumed));
        assert!(Told::Paused.overtakes().contains(&Told::Resumed));
        assert!(Told::Resumed.overtakes().contains(&Told::Paused));
        assert!(
            Told::ALL
                .iter()
                .all(|told| Told::Cancelled.overtakes().contains(told))
        );
    }
}
