//! What the campaigns of a made log are told to be: mail or LinkedIn, three or four steps.

use domain::{
    AccountId, Channel, Content, Delay, EmailSettings, LinkedInSettings, MailboxStatus, Name, Node,
    NodeId, NodeKind, ProfileStatus, SenderFacts, Senders, Settings,
};
use event_store::JournalId;
use std::error::Error;

use super::chance::Chance;

const BODY: &str = "Hi %first_name%,\n\nI saw that your team is growing. We help companies like \
yours to answer every inquiry within the hour, without hiring for it.\n\nDo you have ten minutes \
this week?";
/// Campaigns by mail, in ten thousand.
const BY_MAIL: u32 = 6_000;
const STOPS_ON_REPLY: u32 = 8_000;

/// What a campaign is made with.
pub struct Part {
    pub settings: Settings,
    pub nodes: Vec<Node>,
    pub account: AccountId,
    pub senders: Senders,
}

impl Part {
    pub fn new(
        journal: JournalId,
        number: u32,
        chance: &mut Chance,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let account = AccountId(chance.id());
        let by_mail = chance.strikes(BY_MAIL);
        let channel = channel(by_mail, chance);
        let kinds: &[NodeKind] = if by_mail {
            &[NodeKind::Email, NodeKind::Email, NodeKind::Email]
        } else {
            &[
                NodeKind::ConnectionRequest,
                NodeKind::Message,
                NodeKind::Message,
            ]
        };
        let facts = if by_mail {
            SenderFacts::Email {
                status: MailboxStatus::Active,
                has_inbox: true,
            }
        } else {
            SenderFacts::Linkedin(ProfileStatus::Connected)
        };
        Ok(Self {
            settings: Settings {
                name: Name::try_from(format!("Outreach {}-{number}", journal.0))?,
                channel,
                operating_hours: None,
                sender_account_ids: vec![account],
            },
            nodes: nodes(kinds, chance),
            account,
            senders: [(account, facts)].into_iter().collect(),
        })
    }

    /// The steps that send something.
    pub fn sends(&self) -> Vec<NodeId> {
        let sends = self.nodes.iter().filter(|node| node.kind.is_sendable());
        sends.map(|node| node.id).collect()
    }
}

fn channel(by_mail: bool, chance: &mut Chance) -> Channel {
    if by_mail {
        Channel::Email(EmailSettings {
            daily_limit: None,
            stop_on_reply: chance.strikes(STOPS_ON_REPLY),
            open_tracking: true,
            signature: Some("Best,\n%sender_name%".to_owned()),
            account_limits: vec![],
        })
    } else {
        Channel::Linkedin(LinkedInSettings {
            skip_other_campaigns: false,
        })
    }
}

/// The steps, a day between each two, and the end.
fn nodes(kinds: &[NodeKind], chance: &mut Chance) -> Vec<Node> {
    let mut nodes = Vec::new();
    for kind in kinds {
        if !nodes.is_empty() {
            nodes.push(node(NodeKind::Delay, chance));
        }
        nodes.push(node(*kind, chance));
    }
    nodes.push(node(NodeKind::End, chance));
    nodes
}

fn node(kind: NodeKind, chance: &mut Chance) -> Node {
    let text = |is_said: bool, text: &str| is_said.then(|| text.to_owned());
    let is_mail = kind == NodeKind::Email;
    Node {
        id: NodeId(chance.id()),
        kind,
        content: Content {
            subject: text(is_mail, "A quick question, %first_name%"),
            body: text(is_mail || kind == NodeKind::Message, BODY),
            ..Content::default()
        },
        delay: Delay {
            days: u32::from(kind == NodeKind::Delay),
            ..Delay::default()
        },
    }
}
