//! Which effects events cause.

use domain::{Campaign, Event, Stage, TokenKind, Wake};
use serde::Serialize;
use serde_json::Value;

/// Something to be told to the world. Serialises as the `detail` of its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Effect {
    /// Complete every token of a kind that the campaign's prospects sleep on.
    CompleteWaitpoints {
        /// Which tokens.
        token_kind: TokenKind,
        /// What their sleepers are told.
        output: Value,
    },
    /// Start the engine's run of the campaign.
    StartRun {},
    /// Cancel the engine's runs of the campaign's prospects: complete every token, of either kind.
    CancelRuns {},
}

/// The name of a kind of effect, as stored.
pub type EffectKind = &'static str;

impl Effect {
    /// The stored name.
    #[must_use]
    pub fn kind(&self) -> EffectKind {
        match self {
            Self::CompleteWaitpoints { .. } => "complete_waitpoints",
            Self::StartRun {} => "start_run",
            Self::CancelRuns {} => "cancel_runs",
        }
    }
}

/// The effect of `event` on a campaign that was `before`, if it has one.
#[must_use]
pub fn effect_of(before: &Campaign, event: &Event) -> Option<Effect> {
    let complete = |token_kind, wake: Wake| {
        let output = wake.output();
        Some(Effect::CompleteWaitpoints { token_kind, output })
    };
    match event {
        Event::CampaignPaused(_) => complete(TokenKind::Sleep, Wake::Paused),
        Event::CampaignResumed(_) => complete(TokenKind::Pause, Wake::Resumed),
        Event::CampaignSettingsChanged(changed) => {
            let present = before.present()?;
            let moved = present.settings.operating_hours != changed.settings.operating_hours;
            if !moved || present.stage != Stage::Active {
                return None;
            }
            complete(TokenKind::Sleep, Wake::ScheduleChanged)
        }
        Event::CampaignLaunchStarted(_) => Some(Effect::StartRun {}),
        Event::CampaignDeleted(_) => match before.present()?.stage {
            Stage::Draft | Stage::Completed => None,
            Stage::Launching { .. } | Stage::Active | Stage::Paused { .. } => {
                Some(Effect::CancelRuns {})
            }
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::PauseCause;
    use domain::event::{CampaignPaused, Nothing};
    use serde_json::json;

    #[test]
    fn a_pause_tells_the_sleepers_that_it_is_paused() {
        let paused = CampaignPaused {
            cause: PauseCause::Requested,
            sends_in_flight: 0,
        };

        let effect = effect_of(&Campaign::Absent, &Event::CampaignPaused(paused)).unwrap();

        assert_eq!(effect.kind(), "complete_waitpoints");
        let detail = serde_json::to_value(&effect).unwrap();
        assert_eq!(
            detail,
            json!({"token_kind": "sleep", "output": {"paused": true}})
        );
    }

    #[test]
    fn a_resume_tells_the_parked_that_it_is_resumed() {
        let effect = effect_of(&Campaign::Absent, &Event::CampaignResumed(Nothing {})).unwrap();

        let detail = serde_json::to_value(&effect).unwrap();
        assert_eq!(
            detail,
            json!({"token_kind": "pause", "output": {"resumed": true}})
        );
    }
}
