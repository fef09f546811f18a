//! What a batch of commands must look up about people before it is decided.

use crate::{Digest, PeopleChange, Rules};
use domain::{CampaignId, Command, ProspectId, UserId};
use std::collections::BTreeSet;

/// What is to be looked up, without repeats.
#[derive(Debug, Default)]
pub struct Sought {
    pub(crate) identities: BTreeSet<(CampaignId, Digest)>,
    pub(crate) files: BTreeSet<(CampaignId, ProspectId)>,
    pub(crate) launches: BTreeSet<CampaignId>,
}

impl Sought {
    /// Adds what one command needs to know. `tenant` is whose campaign it is.
    pub fn note(
        &mut self,
        campaign: CampaignId,
        tenant: Option<UserId>,
        command: &Command,
        change: Option<&PeopleChange>,
    ) {
        match (command, change) {
            (Command::EditProspect(id) | Command::EraseProspect(id), change) => {
                self.files.insert((campaign, *id));
                if let (Some(user), Some(PeopleChange::Edit(patch))) = (tenant, change) {
                    for rules in Rules::ALL {
                        let fresh = patch.digests(rules, user);
                        self.identities
                            .extend(fresh.iter().map(|digest| (campaign, digest)));
                    }
                }
            }
            (_, Some(PeopleChange::Add(arrivals))) => {
                let people = arrivals.iter().map(|it| &it.person);
                let digests = people.flat_map(|it| it.digests.iter().chain(it.former.iter()));
                self.identities
                    .extend(digests.map(|digest| (campaign, digest)));
            }
            _ => {}
        }
    }

    /// Adds a launch that may have to leave people out.
    pub fn note_launch(&mut self, campaign: CampaignId) {
        self.launches.insert(campaign);
    }

    /// Whether there is nothing to look up.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.identities.is_empty() && self.files.is_empty() && self.launches.is_empty()
    }
}
