//! What led to a campaign's state: the events that moved it, each with what it followed from.

use domain::{CampaignId, EventType, Version, moved_to};
use event_store::{JournalId, PAGE_MAX, ReadError, Recorded, read_stream};
use std::collections::VecDeque;
use tokio_postgres::Client;
use uuid::Uuid;

/// Moves that are kept: the latest.
const MOVES_MAX: usize = 12;

/// What led to a state.
#[derive(Debug, Default)]
pub(crate) struct Reasons {
    /// The latest events that moved the campaign, oldest first.
    pub moves: VecDeque<Move>,
    /// How many there were before those.
    pub earlier: u64,
    /// The events of the command that is being read.
    siblings: Vec<Cause>,
    command: Option<Uuid>,
}

/// An event that moved a campaign to another status.
#[derive(Debug)]
pub(crate) struct Move {
    pub event: Recorded,
    /// What it followed from by itself.
    pub cause: Option<Cause>,
}

/// An event that another one followed from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cause {
    pub event_id: Uuid,
    pub version: Version,
    pub event_type: EventType,
}

/// Reads what led to a campaign's state at `last`, in the same memory however long its history.
pub(crate) async fn read_reasons(
    client: &Client,
    journal: JournalId,
    campaign: CampaignId,
    last: Version,
) -> Result<Reasons, ReadError> {
    let mut reasons = Reasons::default();
    let mut version = Version::default();
    while version < last {
        let page = read_stream(client, journal, campaign, version, PAGE_MAX).await?;
        let Some(end) = page.last() else { break };
        version = end.version;
        for event in page.into_iter().filter(|event| event.version <= last) {
            reasons.follow(event);
        }
    }
    Ok(reasons)
}

impl Reasons {
    fn follow(&mut self, event: Recorded) {
        if self.command != Some(event.metadata.command_id) {
            self.command = Some(event.metadata.command_id);
            self.siblings.clear();
        }
        let cause = event.metadata.causation_id;
        let cause = cause.and_then(|id| self.siblings.iter().find(|it| it.event_id == id));
        let cause = cause.copied();
        self.siblings.push(Cause {
            event_id: event.event_id,
            version: event.version,
            event_type: event.event.event_type(),
        });
        if moved_to(event.event.event_type()).is_none() {
            return;
        }
        self.moves.push_back(Move { event, cause });
        if MOVES_MAX < self.moves.len() {
            self.moves.pop_front();
            self.earlier += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::event::{Nothing, OneProspect};
    use domain::{Event, ProspectId};
    use event_store::{Actor, Metadata};

    fn event(number: u128, command: u128, event: Event, causation_id: Option<Uuid>) -> Recorded {
        Recorded {
            journal: JournalId(0),
            position: 1,
            campaign_id: CampaignId(Uuid::nil()),
            version: Version(i64::try_from(number).unwrap_or_default()),
            event_id: Uuid::from_u128(number),
            event,
            metadata: Metadata {
                command_id: Uuid::from_u128(command),
                actor: Actor::Rule {
                    name: "test".to_owned(),
                },
                reason: None,
                correlation_id: None,
                causation_id,
                traceparent: None,
            },
            recorded_at: chrono::DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_move_names_the_event_of_its_command_that_it_followed_from() {
        let done = Event::ProspectCompleted(OneProspect {
            prospect_id: ProspectId(Uuid::nil()),
        });
        let mut reasons = Reasons::default();

        reasons.follow(event(1, 7, done, None));
        let cause = Some(Uuid::from_u128(1));
        reasons.follow(event(2, 7, Event::CampaignCompleted(Nothing {}), cause));

        let found = reasons.moves.back().and_then(|last| last.cause);
        let found = found.map(|cause| (cause.version, cause.event_type));
        assert_eq!(reasons.moves.len(), 1);
        assert_eq!(found, Some((Version(1), "ProspectCompleted")));
    }

    #[test]
    fn the_latest_moves_are_kept_and_the_others_counted() {
        let mut reasons = Reasons::default();

        for number in 1..=20 {
            let resumed = Event::CampaignResumed(Nothing {});
            reasons.follow(event(number, number, resumed, None));
        }

        let first = reasons.moves.front().map(|first| first.event.version);
        assert_eq!((reasons.moves.len(), reasons.earlier), (MOVES_MAX, 8));
        assert_eq!(first, Some(Version(9)));
    }
}
