//! Which permits are open, followed through a campaign's history: a pause did not call these back.

use domain::{Event, PermitId};
use std::collections::BTreeSet;

/// Permits that a line of text names.
const NAMED_MAX: usize = 10;

/// The permits that are open after the events so far.
#[derive(Debug, Default)]
pub struct InFlight(BTreeSet<PermitId>);

impl InFlight {
    /// What a pause left in flight; `None` for every other event. Then the event counts.
    pub fn follow(&mut self, event: &Event) -> Option<Vec<PermitId>> {
        match event {
            Event::SendPermitted(granted) => {
                self.0.insert(granted.permit_id);
            }
            Event::SendSucceeded(sent) => {
                self.0.remove(&sent.permit_id);
            }
            Event::SendFailed(failed) => {
                self.0.remove(&failed.permit_id);
            }
            Event::CampaignPaused(_) => return Some(self.0.iter().copied().collect()),
            _ => {}
        }
        None
    }
}

/// The first of them in words.
#[must_use]
pub fn in_words(permits: &[PermitId]) -> String {
    let named: Vec<String> = permits
        .iter()
        .take(NAMED_MAX)
        .map(|id| id.0.to_string())
        .collect();
    let others = permits.len().saturating_sub(NAMED_MAX);
    let more = if others == 0 {
        String::new()
    } else {
        format!(" and {others} more")
    };
    format!("in flight: {}{more}", named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::event::{CampaignPaused, PermitClosed, SendPermitted};
    use domain::{NodeId, PauseCause, ProspectId, SendKind};
    use uuid::Uuid;

    fn granted(number: u128) -> Event {
        Event::SendPermitted(SendPermitted {
            permit_id: PermitId(Uuid::from_u128(number)),
            prospect_id: ProspectId(Uuid::from_u128(number)),
            node_id: NodeId(Uuid::nil()),
            send: SendKind::Email,
            account_id: None,
            day: chrono::NaiveDate::MIN,
            day_ends_at: None,
            account_day: None,
        })
    }

    #[test]
    fn a_pause_names_what_was_permitted_and_not_accounted_for() {
        let (one, other) = (PermitId(Uuid::from_u128(1)), PermitId(Uuid::from_u128(2)));
        let sent = Event::SendSucceeded(PermitClosed {
            permit_id: one,
            prospect_id: ProspectId(one.0),
        });
        let paused = Event::CampaignPaused(CampaignPaused {
            cause: PauseCause::Requested,
            sends_in_flight: 1,
        });
        let mut in_flight = InFlight::default();

        let told: Vec<_> = [granted(1), granted(2), sent, paused]
            .iter()
            .map(|event| in_flight.follow(event))
            .collect();

        assert_eq!(told, [None, None, None, Some(vec![other])]);
    }

    #[test]
    fn a_line_names_ten_and_counts_the_rest() {
        let many: Vec<_> = (0..12)
            .map(|each| PermitId(Uuid::from_u128(each)))
            .collect();

        assert!(in_words(&many).ends_with(" and 2 more"));
        assert!(!in_words(&many[..10]).contains("more"));
    }
}
