//! A campaign that the rehearsal is played on, and whether it is known to be held.

use domain::{
    AccountId, CampaignId, Channel, Command, Content, Delay, LinkedInSettings, Name, Node, NodeId,
    NodeKind, ProspectId, Settings, UserId,
};
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// One LinkedIn campaign, which has no limit of its own a day.
#[derive(Debug)]
pub struct Ground {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Everybody in it.
    pub prospects: Vec<ProspectId>,
    /// Its steps, each of which sends something.
    pub steps: Vec<NodeId>,
    number: u32,
    /// Odd from a pause's 200 until the resume is sent.
    gate: AtomicU64,
}

impl Ground {
    /// The campaign with this number. All ids follow from it.
    #[must_use]
    pub fn new(number: u32, prospects: u32, steps: u32) -> Self {
        let all = |space: u128, count: u32| (0..count).map(move |each| id(number, space, each));
        Self {
            campaign_id: CampaignId(id(number, 1, 0)),
            prospects: all(2, prospects).map(ProspectId).collect(),
            steps: all(3, steps).map(NodeId).collect(),
            number,
            gate: AtomicU64::new(0),
        }
    }

    /// The account that it sends from.
    #[must_use]
    pub fn account(&self) -> AccountId {
        AccountId(id(self.number, 5, 0))
    }

    /// What brings it under way.
    #[must_use]
    pub fn commands(&self, user_id: UserId) -> Vec<Command> {
        let added = self.prospects.chunks(domain::PROSPECTS_ADDED_MAX);
        let created = self.creation(user_id);
        let added = added.map(|some| Command::AddProspects(some.to_vec()));
        let started = [Command::Launch, Command::Activate];
        created.into_iter().chain(added).chain(started).collect()
    }

    fn creation(&self, user_id: UserId) -> Option<Command> {
        let settings = Settings {
            name: Name::try_from(format!("Rehearsal {}", self.number)).ok()?,
            channel: Channel::Linkedin(LinkedInSettings {
                skip_other_campaigns: false,
            }),
            operating_hours: None,
            sender_account_ids: vec![self.account()],
        };
        let first = |place: usize| place == 0;
        let sends = self.steps.iter().enumerate().map(|(place, step)| {
            if first(place) {
                node(*step, NodeKind::ConnectionRequest)
            } else {
                node(*step, NodeKind::Message)
            }
        });
        let end = node(NodeId(id(self.number, 4, 0)), NodeKind::End);
        Some(Command::Create {
            user_id,
            settings: Box::new(settings),
            nodes: sends.chain([end]).collect(),
        })
    }

    /// Which opening or holding of the gate this is; odd ones are holdings.
    pub(crate) fn gate(&self) -> u64 {
        self.gate.load(Ordering::SeqCst)
    }

    /// The next one begins.
    pub(crate) fn turn(&self) {
        self.gate.fetch_add(1, Ordering::SeqCst);
    }
}

fn node(id: NodeId, kind: NodeKind) -> Node {
    let body = (kind == NodeKind::Message).then(|| "Hello %first_name%".to_owned());
    Node {
        id,
        kind,
        content: Content {
            body,
            ..Content::default()
        },
        delay: Delay::default(),
    }
}

/// An id of the documented pattern.
fn id(number: u32, space: u128, each: u32) -> Uuid {
    let (number, each) = (u128::from(number), u128::from(each));
    Uuid::from_u128((number << 96) + (0x4000 << 64) + (0x8000 << 48) + (space << 40) + each)
}
