//! Which events move a campaign from one status to another, for readers who follow events and need
//! not keep whole campaigns. A law holds it to `evolve`.

use crate::Status;
use crate::event::EventType;

/// The events that change a campaign's status, and the status after them; none after its end. Every
/// other event leaves it as it is.
pub const MOVES: [(EventType, Option<Status>); 8] = [
    ("CampaignCreated", Some(Status::Draft)),
    ("CampaignLaunchStarted", Some(Status::Launching)),
    ("CampaignLaunchFailed", Some(Status::Draft)),
    ("CampaignActivated", Some(Status::Active)),
    ("CampaignPaused", Some(Status::Paused)),
    ("CampaignResumed", Some(Status::Active)),
    ("CampaignCompleted", Some(Status::Completed)),
    ("CampaignDeleted", None),
];

/// The status after an event of this type, if such events change it.
#[must_use]
pub fn moved_to(event_type: &str) -> Option<Option<Status>> {
    let found = MOVES.iter().find(|(known, _)| *known == event_type);
    found.map(|(_, status)| *status)
}
