//! Who is who in the course of a batch: each command finds what the one before has made of it.

use domain::event::{CampaignCreated, Nothing, OneProspect, Prospects};
use domain::{
    Campaign, CampaignId, Channel, Command, Event, LinkedInSettings, Name, Present, ProspectId,
    Roster, Sequence, Settings, UserId, evolve,
};
use people::{Arrival, Details, DetailsPatch, Field, PeopleChange, Person, Register};
use uuid::Uuid;

const CAMPAIGN: CampaignId = CampaignId(Uuid::from_u128(7));
const USER: UserId = UserId(Uuid::from_u128(8));

fn prospect(number: u128) -> ProspectId {
    ProspectId(Uuid::from_u128(number))
}

/// A LinkedIn draft.
fn draft() -> Present {
    let channel = Channel::Linkedin(LinkedInSettings {
        skip_other_campaigns: false,
    });
    let nodes = [3, 4].map(|number| domain::NodeId(Uuid::from_u128(number)));
    let created = CampaignCreated {
        user_id: USER,
        nodes: Sequence::seed(channel.kind(), nodes[0], nodes[1]),
        settings: Settings {
            name: Name::try_from("Spring".to_owned()).unwrap(),
            channel,
            operating_hours: None,
            sender_account_ids: vec![],
        },
    };
    let mut campaign = Campaign::default();
    let event = Event::CampaignCreated(Box::new(created));
    evolve(&mut campaign, &mut Roster::default(), &event).unwrap();
    campaign.present().unwrap().clone()
}

fn arrival(number: u128, profile: &str) -> Arrival {
    let mut details = Details::default();
    details.put(Field::LinkedinUrl, profile).unwrap();
    Arrival {
        prospect_id: prospect(number),
        person: Person::new(USER, details),
    }
}

/// A register in which this was done to a draft.
struct Batch {
    register: Register,
    campaign: Present,
}

impl Batch {
    fn new() -> Self {
        Self {
            register: Register::default(),
            campaign: draft(),
        }
    }

    /// Adds people as a decision would: those who are not repeated. Returns who was.
    fn add(&mut self, arrivals: Vec<Arrival>) -> Vec<ProspectId> {
        let ids: Vec<_> = arrivals.iter().map(|it| it.prospect_id).collect();
        let command = Command::AddProspects(ids.clone());
        let change = PeopleChange::Add(arrivals);
        let judged = self
            .register
            .judge((CAMPAIGN, &self.campaign), &command, Some(&change));
        let repeated = judged.known().repeated.to_vec();
        let prospect_ids = ids
            .into_iter()
            .filter(|id| !repeated.contains(id))
            .collect();
        self.follow(
            Event::ProspectsAdded(Prospects { prospect_ids }),
            Some(&change),
        );
        repeated
    }

    fn follow(&mut self, event: Event, change: Option<&PeopleChange>) {
        self.register
            .follow((CAMPAIGN, &self.campaign), &event, change);
    }

    fn edit(&mut self, number: u128, profile: &str) -> bool {
        let mut patch = DetailsPatch::default();
        patch.put(Field::LinkedinUrl, Some(profile)).unwrap();
        let change = PeopleChange::Edit(patch);
        let id = prospect(number);
        let command = Command::EditProspect(id);
        let judged = self
            .register
            .judge((CAMPAIGN, &self.campaign), &command, Some(&change));
        if judged.known().repeated.contains(&id) {
            return false;
        }
        let one = OneProspect { prospect_id: id };
        self.follow(Event::ProspectDetailsChanged(one), Some(&change));
        true
    }
}

#[test]
fn whoever_came_earlier_in_the_call_or_in_the_batch_is_repeated() {
    let mut batch = Batch::new();

    let first = batch.add(vec![
        arrival(1, "x.com/ada"),
        arrival(2, "x.com/ADA/"),
        arrival(3, "x.com/bob"),
    ]);
    let second = batch.add(vec![arrival(4, "x.com/bob?a"), arrival(5, "x.com/cyd")]);

    assert_eq!(first, [prospect(2)]);
    assert_eq!(second, [prospect(4)]);
}

#[test]
fn whoever_went_in_the_batch_may_come_again() {
    let mut batch = Batch::new();
    batch.add(vec![
        arrival(1, "x.com/ada"),
        arrival(2, "x.com/bob"),
        arrival(3, "x.com/cyd"),
    ]);
    let prospect_ids = vec![prospect(1)];
    batch.follow(Event::ProspectsRemoved(Prospects { prospect_ids }), None);
    let prospect_id = prospect(2);
    batch.follow(Event::ProspectErased(OneProspect { prospect_id }), None);

    let repeated = batch.add(vec![
        arrival(4, "x.com/ada"),
        arrival(5, "x.com/bob"),
        arrival(6, "x.com/cyd"),
    ]);
    batch.follow(Event::AllProspectsRemoved(Nothing {}), None);
    let again = batch.add(vec![arrival(7, "x.com/cyd")]);

    assert_eq!(repeated, [prospect(6)]);
    assert_eq!(again, []);
}

#[test]
fn an_edit_frees_one_identity_and_takes_another() {
    let mut batch = Batch::new();
    batch.add(vec![arrival(1, "x.com/ada"), arrival(2, "x.com/bob")]);

    let taken = batch.edit(1, "x.com/bob");
    let free = batch.edit(1, "x.com/cyd");
    let freed = batch.edit(2, "x.com/ada");
    let own = batch.edit(2, "x.com/ada/");

    assert_eq!((taken, free, freed, own), (false, true, true, true));
}

#[test]
fn the_first_without_a_profile_is_out_of_reach() {
    let batch = Batch::new();
    let nobody = Arrival {
        prospect_id: prospect(2),
        person: Person::new(USER, Details::default()),
    };
    let change = PeopleChange::Add(vec![arrival(1, "x.com/ada"), nobody.clone(), nobody]);
    let command = Command::AddProspects(vec![]);

    let judged = batch
        .register
        .judge((CAMPAIGN, &batch.campaign), &command, Some(&change));

    assert_eq!(judged.known().unreachable, Some(1));
}
