//! Erasing a person, on their own wish: allowed at any stage, and it ends their sequence.
//!
//! The personal data stand outside of the log and are removed in the same transaction. Where the
//! roster may still change the prospect is simply taken out; later they stay as an id without a
//! name, so that history and counters stay true.

use super::Decision;
use crate::event::{Nothing, OneProspect, Prospects};
use crate::{Event, Known, Present, ProspectId, Rejection, Stage};

/// Repeating it is no news: whoever is done and not on file was erased before.
pub(super) fn erase(campaign: &Present, prospect_id: ProspectId, known: &Known<'_>) -> Decision {
    let prospect = known
        .roster
        .find(prospect_id)
        .ok_or(Rejection::ProspectNotFound)?;
    if let Stage::Draft | Stage::Launching { .. } = campaign.stage {
        let prospect_ids = vec![prospect_id];
        return Ok(vec![Event::ProspectsRemoved(Prospects { prospect_ids })]);
    }
    let finished = prospect.status.is_terminal();
    if finished && !known.people.on_file {
        return Ok(vec![]);
    }
    let mut events = vec![Event::ProspectErased(OneProspect { prospect_id })];
    let is_last = !finished && campaign.census.unfinished() == 1;
    if is_last && campaign.stage == Stage::Active {
        events.push(Event::CampaignCompleted(Nothing {}));
    }
    Ok(events)
}
