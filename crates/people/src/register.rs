//! The people of a batch being decided: who was found, who came and went since, and therefore
//! which rows must be written.
//!
//! It is true under the journal's head, as everything that a batch looks at, and it goes along with
//! the events: the second command of a batch finds what the first has made of it.

use crate::{Digest, Field, PeopleChange, Person};
use domain::{CampaignId, Command, Event, KnownPeople, Present, ProspectId};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Who is who.
#[derive(Debug, Default)]
pub struct Register {
    pub(crate) owners: HashMap<(CampaignId, Digest), ProspectId>,
    pub(crate) files: HashMap<(CampaignId, ProspectId), Person>,
    pub(crate) elsewhere: BTreeMap<CampaignId, Vec<ProspectId>>,
    pub(crate) put: BTreeMap<(CampaignId, ProspectId), (Person, Digest)>,
    pub(crate) removed: BTreeSet<(CampaignId, ProspectId)>,
    pub(crate) emptied: BTreeSet<CampaignId>,
}

/// What the register says about the people of one command.
#[derive(Debug, Default)]
pub struct Judgement {
    unreachable: Option<usize>,
    repeated: Vec<ProspectId>,
    unchanged: bool,
    on_file: bool,
    elsewhere: Vec<ProspectId>,
}

impl Judgement {
    /// As a decision takes it.
    #[must_use]
    pub fn known(&self) -> KnownPeople<'_> {
        KnownPeople {
            unreachable: self.unreachable,
            repeated: &self.repeated,
            unchanged: self.unchanged,
            on_file: self.on_file,
            elsewhere: &self.elsewhere,
        }
    }
}

impl Register {
    /// The prospects whom launches of this batch leave out.
    #[must_use]
    pub fn skipped(&self) -> Vec<(CampaignId, ProspectId)> {
        let pairs = |(campaign, ids): (&CampaignId, &Vec<ProspectId>)| {
            let campaign = *campaign;
            let pair = move |id: &ProspectId| (campaign, *id);
            ids.iter().map(pair).collect::<Vec<_>>()
        };
        self.elsewhere.iter().flat_map(pairs).collect()
    }

    /// What is known of the people of a command about `campaign`.
    #[must_use]
    pub fn judge(
        &self,
        (id, campaign): (CampaignId, &Present),
        command: &Command,
        change: Option<&PeopleChange>,
    ) -> Judgement {
        match (command, change) {
            (Command::Launch, _) => Judgement {
                elsewhere: self.elsewhere.get(&id).cloned().unwrap_or_default(),
                ..Judgement::default()
            },
            (Command::EraseProspect(prospect), _) => Judgement {
                on_file: self.files.contains_key(&(id, *prospect)),
                ..Judgement::default()
            },
            (Command::AddProspects(_), Some(PeopleChange::Add(_))) => {
                self.judge_arrivals(id, campaign, change)
            }
            (Command::EditProspect(prospect), Some(PeopleChange::Edit(_))) => {
                self.judge_edit((id, *prospect), campaign, change)
            }
            _ => Judgement::default(),
        }
    }

    /// Follows an event that was just decided, with what its command brought along.
    pub fn follow(
        &mut self,
        (id, campaign): (CampaignId, &Present),
        event: &Event,
        change: Option<&PeopleChange>,
    ) {
        match (event, change) {
            (Event::ProspectsAdded(added), Some(PeopleChange::Add(arrivals))) => {
                let added: HashSet<_> = added.prospect_ids.iter().collect();
                for arrival in arrivals {
                    if added.contains(&arrival.prospect_id) {
                        let place = (id, arrival.prospect_id);
                        self.file(place, campaign, arrival.person.clone());
                    }
                }
            }
            (Event::ProspectDetailsChanged(one), Some(PeopleChange::Edit(_))) => {
                let place = (id, one.prospect_id);
                if let Some(edited) = self.edited(place, campaign, change) {
                    self.owners.retain(|_, owner| *owner != one.prospect_id);
                    self.file(place, campaign, edited);
                }
            }
            (Event::ProspectsRemoved(gone), _) => {
                let gone: HashSet<_> = gone.prospect_ids.iter().copied().collect();
                self.forget(id, |prospect| gone.contains(&prospect));
                self.removed
                    .extend(gone.into_iter().map(|prospect| (id, prospect)));
            }
            (Event::ProspectErased(one), _) => {
                self.forget(id, |prospect| prospect == one.prospect_id);
                self.removed.insert((id, one.prospect_id));
            }
            (Event::AllProspectsRemoved(_) | Event::CampaignDeleted(_), _) => {
                self.forget(id, |_| true);
                self.emptied.insert(id);
            }
            _ => {}
        }
    }

    fn judge_arrivals(
        &self,
        id: CampaignId,
        campaign: &Present,
        change: Option<&PeopleChange>,
    ) -> Judgement {
        let Some(PeopleChange::Add(arrivals)) = change else {
            return Judgement::default();
        };
        let channel = campaign.settings.channel.kind();
        let identity = |place: usize| arrivals.get(place)?.person.digests.by(channel);
        let mut seen = HashSet::with_capacity(arrivals.len());
        let mut repeated = Vec::new();
        for arrival in arrivals {
            let Some(digest) = arrival.person.digests.by(channel) else {
                continue;
            };
            let is_owned = |digest| self.owners.contains_key(&(id, digest));
            if !seen.insert(digest) || arrival.person.identities(channel).any(is_owned) {
                repeated.push(arrival.prospect_id);
            }
        }
        Judgement {
            unreachable: (0..arrivals.len()).find(|place| identity(*place).is_none()),
            repeated,
            ..Judgement::default()
        }
    }

    fn judge_edit(
        &self,
        place: (CampaignId, ProspectId),
        campaign: &Present,
        change: Option<&PeopleChange>,
    ) -> Judgement {
        let Some(edited) = self.edited(place, campaign, change) else {
            return Judgement::default();
        };
        let (id, prospect) = place;
        let channel = campaign.settings.channel.kind();
        let identity = edited.digests.by(channel);
        let field = Field::of(channel);
        let before = self.files.get(&place).map(|it| it.details.get(field));
        // Somebody may be reached by the same as another from before the rules said so: that is left alone.
        let is_moved = before != Some(edited.details.get(field));
        let owned_by_another = |digest| {
            let owner = self.owners.get(&(id, digest));
            owner.is_some_and(|owner| *owner != prospect)
        };
        let taken = is_moved && edited.identities(channel).any(owned_by_another);
        Judgement {
            unreachable: identity.is_none().then_some(0),
            repeated: if taken { vec![prospect] } else { vec![] },
            unchanged: self.files.get(&place) == Some(&edited),
            on_file: self.files.contains_key(&place),
            ..Judgement::default()
        }
    }

    /// The person at `place` as an edit would have them. Somebody who was added without details
    /// gets a file.
    fn edited(
        &self,
        place: (CampaignId, ProspectId),
        campaign: &Present,
        change: Option<&PeopleChange>,
    ) -> Option<Person> {
        let Some(PeopleChange::Edit(patch)) = change else {
            return None;
        };
        let blank = || Person::new(campaign.user_id, crate::Details::default());
        let current = self.files.get(&place).cloned().unwrap_or_else(blank);
        Some(current.with(patch.applied_to(&current.details)))
    }

    fn file(&mut self, place: (CampaignId, ProspectId), campaign: &Present, person: Person) {
        let Some(identity) = person.digests.by(campaign.settings.channel.kind()) else {
            return;
        };
        self.owners.insert((place.0, identity), place.1);
        self.files.insert(place, person.clone());
        self.put.insert(place, (person, identity));
    }

    fn forget(&mut self, campaign: CampaignId, is_gone: impl Fn(ProspectId) -> bool) {
        let stays = |of: CampaignId, who: ProspectId| of != campaign || !is_gone(who);
        self.owners.retain(|(of, _), who| stays(*of, *who));
        self.files.retain(|(of, who), _| stays(*of, *who));
        self.put.retain(|(of, who), _| stays(*of, *who));
    }
}
