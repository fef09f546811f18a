//! What one transaction takes of a batch: portions, in order.
//!
//! A launch that leaves out whom other campaigns deal with looks at their rows, which the commands
//! in front of it may change: it is settled alone, so that it finds them written. People are many rows each and hold
//! the journal's head while they are written, so a portion has a bounded number of them.

use crate::Request;
use crate::cache::Cache;
use domain::{ChannelKind, Command};

/// People whom one transaction files at most, one command's excepted.
const PEOPLE_MAX: usize = 4_000;

/// `requests` in portions, in their order. Nearly always it is one. `looks_around` tells which must
/// be settled alone.
pub(crate) fn portions<'a, 'r>(
    requests: &'a [&'r Request],
    looks_around: impl Fn(&Request) -> bool,
) -> Vec<&'a [&'r Request]> {
    let mut portions = Vec::with_capacity(1);
    let mut rest = requests;
    while !rest.is_empty() {
        let (portion, others) = rest.split_at(first(rest, &looks_around));
        portions.push(portion);
        rest = others;
    }
    portions
}

/// Whether a request is a launch that may have to leave people out: of a campaign that is not known
/// to be an email campaign, be it because it is made in this very batch.
pub(crate) fn looks_around(request: &Request, requests: &[&Request], cache: &Cache) -> bool {
    let id = request.campaign_id;
    let is_made_here = |other: &&Request| match &other.command {
        Command::Create { settings, .. } => {
            other.campaign_id == id && settings.channel.kind() == ChannelKind::Email
        }
        _ => false,
    };
    is_launch(request) && !cache.is_email(id) && !requests.iter().any(is_made_here)
}

/// Whether a request is a launch.
pub(crate) fn is_launch(request: &Request) -> bool {
    matches!(request.command, Command::Launch)
}

/// How many of `requests` the first portion takes: at least one.
fn first(requests: &[&Request], looks_around: &impl Fn(&Request) -> bool) -> usize {
    let mut people = 0_usize;
    for (place, request) in requests.iter().enumerate() {
        people = people.saturating_add(weight(request));
        let is_alone = looks_around(request);
        match place {
            0 if is_alone => return 1,
            0 => {}
            _ if is_alone || PEOPLE_MAX < people => return place,
            _ => {}
        }
    }
    requests.len()
}

fn weight(request: &Request) -> usize {
    request
        .people
        .as_ref()
        .map_or(0, people::PeopleChange::count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Origin;
    use domain::{CampaignId, ProspectId, UserId};
    use event_store::Actor;
    use people::{Arrival, Details, PeopleChange, Person};
    use uuid::Uuid;

    fn request(command: Command, count: usize) -> Request {
        let arrival = Arrival {
            prospect_id: ProspectId(Uuid::nil()),
            person: Person::new(UserId(Uuid::nil()), Details::default()),
        };
        Request {
            campaign_id: CampaignId(Uuid::nil()),
            tenant: None,
            command,
            people: Some(PeopleChange::Add(vec![arrival; count])),
            expected: None,
            origin: Origin::of(Actor::Operator {
                name: "test".to_owned(),
            }),
            remember: None,
        }
    }

    fn sizes(requests: &[Request]) -> Vec<usize> {
        let requests: Vec<&Request> = requests.iter().collect();
        portions(&requests, is_launch)
            .into_iter()
            .map(<[_]>::len)
            .collect()
    }

    #[test]
    fn a_launch_that_looks_at_other_campaigns_is_settled_alone() {
        let [pause, launch] = [Command::Pause, Command::Launch].map(|it| request(it, 0));
        let pauses = || pause.clone();
        let launches = || launch.clone();

        assert_eq!(sizes(&[pauses(), pauses(), pauses()]), [3]);
        assert_eq!(sizes(&[launches()]), [1]);
        assert_eq!(
            sizes(&[pauses(), pauses(), launches(), launches(), pauses()]),
            [2, 1, 1, 1]
        );
    }

    #[test]
    fn a_portion_files_a_bounded_number_of_people() {
        let add = |count| request(Command::AddProspects(vec![]), count);

        assert_eq!(sizes(&vec![add(1_000); 9]), [4, 4, 1]);
        assert_eq!(sizes(&[add(5_000), add(1)]), [1, 1]);
    }
}
