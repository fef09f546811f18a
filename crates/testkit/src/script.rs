//! Bringing a campaign where a test wants it, by the same commands as everyone's.
//!
//! Ids of steps, prospects, permits and accounts follow from the campaign's, so a test can name
//! them.

use crate::{TestLanes, new_campaign_id};
use commands::Verdict;
use domain::{
    AccountId, CampaignId, Channel, Command, Content, DailyLimit, Delay, EmailSettings,
    LinkedInSettings, Name, Node, NodeId, NodeKind, PermitId, Progress, ProspectId, Settings,
    UserId,
};
use futures_util::future::join_all;
use senders::Sender;
use uuid::Uuid;

/// What the smallest of the documented limits lets through.
const DEFAULT_LIMIT: u32 = 30;

/// A campaign to be. Unless told otherwise: email, three prospects, nothing sent.
#[must_use]
pub struct Script<'a> {
    lanes: &'a TestLanes,
    user: UserId,
    id: CampaignId,
    name: Option<String>,
    linkedin: bool,
    two_mails: bool,
    prospects: u32,
    sent: u32,
    replied: u32,
}

impl<'a> Script<'a> {
    /// A campaign of `user`, made through `lanes`.
    pub fn new(lanes: &'a TestLanes, user: UserId) -> Self {
        let id = new_campaign_id();
        Self {
            lanes,
            user,
            id,
            name: None,
            linkedin: false,
            two_mails: false,
            prospects: 3,
            sent: 0,
            replied: 0,
        }
    }

    /// With this id.
    pub fn id(self, id: CampaignId) -> Self {
        Self { id, ..self }
    }

    /// With this name instead of one made of the id.
    pub fn name(self, name: &str) -> Self {
        Self {
            name: Some(name.to_owned()),
            ..self
        }
    }

    /// On LinkedIn.
    pub fn linkedin(self) -> Self {
        Self {
            linkedin: true,
            ..self
        }
    }

    /// With a second mail a minute after the first, and as many of either as there are prospects.
    pub fn two_mails(self) -> Self {
        Self {
            two_mails: true,
            ..self
        }
    }

    /// With so many prospects.
    pub fn prospects(self, prospects: u32) -> Self {
        Self { prospects, ..self }
    }

    /// With the first step sent to so many of them.
    pub fn sent(self, sent: u32) -> Self {
        Self { sent, ..self }
    }

    /// With so many replies.
    pub fn replied(self, replied: u32) -> Self {
        Self { replied, ..self }
    }

    /// A draft.
    pub async fn draft(self) -> CampaignId {
        self.draw_up().await;
        self.id
    }

    /// Handed to the engine.
    pub async fn launching(self) -> CampaignId {
        self.draw_up().await;
        self.ask(Command::Launch).await;
        self.id
    }

    /// Under way.
    pub async fn active(self) -> CampaignId {
        self.run().await;
        self.id
    }

    /// Held.
    pub async fn paused(self) -> CampaignId {
        self.run().await;
        self.ask(Command::Pause).await;
        self.id
    }

    /// Every prospect done.
    pub async fn completed(self) -> CampaignId {
        self.run().await;
        self.finish().await;
        self.id
    }

    /// Held, and while it was, every prospect was done.
    pub async fn finished_while_paused(self) -> CampaignId {
        self.run().await;
        self.ask(Command::Pause).await;
        self.finish().await;
        self.id
    }

    /// The command that makes the draft. The account that it sends from is registered.
    pub async fn create(&self) -> Command {
        self.lanes.put_sender(&self.sender()).await;
        let name = self
            .name
            .clone()
            .unwrap_or_else(|| format!("Campaign {}", self.id));
        let settings = Settings {
            name: Name::try_from(name).expect("a name"),
            channel: self.channel(),
            operating_hours: None,
            sender_account_ids: vec![account(self.id)],
        };
        let mut nodes = vec![self.first_step(), end(self.id)];
        if self.two_mails {
            nodes.splice(1..1, [wait(self.id), second_mail(self.id)]);
        }
        Command::Create {
            user_id: self.user,
            settings: Box::new(settings),
            nodes,
        }
    }

    async fn draw_up(&self) {
        self.ask(self.create().await).await;
        if 0 < self.prospects {
            let everyone = (0..self.prospects)
                .map(|number| prospect(self.id, number))
                .collect();
            self.ask(Command::AddProspects(everyone)).await;
        }
    }

    async fn run(&self) {
        self.draw_up().await;
        self.ask(Command::Launch).await;
        self.ask(Command::Activate).await;
        join_all((0..self.sent).map(|number| self.ask(request_permit(self.id, number)))).await;
        join_all((0..self.sent).map(|number| self.ask(report_sent(self.id, number)))).await;
        let replies = 0..self.replied;
        join_all(replies.map(|number| self.ask(self.progress(number, Progress::Replied)))).await;
    }

    async fn finish(&self) {
        let others = self.replied..self.prospects;
        join_all(others.map(|number| self.ask(self.progress(number, Progress::Completed)))).await;
    }

    async fn ask(&self, command: Command) {
        let label = command.label();
        match self.lanes.ask(self.user, self.id, command).await {
            Ok(Verdict::Done(_)) => {}
            other => panic!("the script cannot {label}: {other:?}"),
        }
    }

    fn progress(&self, number: u32, progress: Progress) -> Command {
        Command::ReportProgress {
            prospect_id: prospect(self.id, number),
            progress,
        }
    }

    /// The account that the campaign sends from. Where there are more prospects than the defaults
    /// let through on a day, it may send to all of them, twice.
    #[must_use]
    pub fn sender(&self) -> Sender {
        let (user, id) = (self.user, account(self.id));
        let mut sender = if self.linkedin {
            Sender::connected_profile(user, id, "Test Sender")
        } else {
            Sender::active_mailbox(user, id, "sender@example.com")
        };
        if DEFAULT_LIMIT < 2 * self.prospects {
            let enough = Some(2 * self.prospects);
            let is_linkedin = self.linkedin;
            sender.limits.daily = enough.filter(|_| !is_linkedin);
            sender.limits.weekly_connections = enough.filter(|_| is_linkedin);
            sender.limits.weekly_messages = sender.limits.weekly_connections;
        }
        sender
    }

    fn channel(&self) -> Channel {
        if self.linkedin {
            return Channel::Linkedin(LinkedInSettings {
                skip_other_campaigns: true,
            });
        }
        Channel::Email(EmailSettings {
            daily_limit: (!self.two_mails).then(|| DailyLimit::try_from(50).expect("a limit")),
            stop_on_reply: true,
            open_tracking: true,
            signature: Some("Best,\n%first_name%".to_owned()),
            account_limits: vec![],
        })
    }

    fn first_step(&self) -> Node {
        let (kind, content) = if self.linkedin {
            (NodeKind::ConnectionRequest, Content::default())
        } else {
            let subject = Some("A quick question".to_owned());
            let body = Some("Do you have ten minutes this week?".to_owned());
            (
                NodeKind::Email,
                Content {
                    subject,
                    body,
                    ..Content::default()
                },
            )
        };
        Node {
            id: node(self.id, 0),
            kind,
            content,
            delay: Delay::default(),
        }
    }
}

/// The request for a permit to send the first step to prospect `number`.
#[must_use]
pub fn request_permit(campaign: CampaignId, number: u32) -> Command {
    Command::RequestPermit {
        permit_id: permit(campaign, number),
        prospect_id: prospect(campaign, number),
        node_id: node(campaign, 0),
        account_id: Some(account(campaign)),
    }
}

fn report_sent(campaign: CampaignId, number: u32) -> Command {
    let (permit_id, prospect_id) = (permit(campaign, number), prospect(campaign, number));
    Command::ReportSent {
        permit_id,
        prospect_id,
    }
}

fn end(campaign: CampaignId) -> Node {
    let (kind, content) = (NodeKind::End, Content::default());
    Node {
        id: node(campaign, 1),
        kind,
        content,
        delay: Delay::default(),
    }
}

fn wait(campaign: CampaignId) -> Node {
    Node {
        id: node(campaign, 2),
        kind: NodeKind::Delay,
        content: Content::default(),
        delay: Delay {
            minutes: 1,
            ..Delay::default()
        },
    }
}

fn second_mail(campaign: CampaignId) -> Node {
    Node {
        id: node(campaign, 3),
        kind: NodeKind::Email,
        content: Content {
            body: Some("And next week?".to_owned()),
            is_reply: Some(true),
            ..Content::default()
        },
        delay: Delay::default(),
    }
}

/// A step of a scripted campaign: 0 is the first, 1 the end; between them, where there are two mails,
/// 2 is the delay and 3 the second mail.
#[must_use]
pub fn node(campaign: CampaignId, number: u32) -> NodeId {
    NodeId(derived(campaign, 1, number))
}

/// A prospect of a scripted campaign, from 0.
#[must_use]
pub fn prospect(campaign: CampaignId, number: u32) -> ProspectId {
    ProspectId(derived(campaign, 2, number))
}

/// The permit to send the first step to a prospect.
#[must_use]
pub fn permit(campaign: CampaignId, number: u32) -> PermitId {
    PermitId(derived(campaign, 3, number))
}

/// The account that a scripted campaign sends from.
#[must_use]
pub fn account(campaign: CampaignId) -> AccountId {
    AccountId(derived(campaign, 4, 0))
}

fn derived(campaign: CampaignId, kind: u128, number: u32) -> Uuid {
    Uuid::from_u128(campaign.0.as_u128() ^ (kind << 120) ^ (u128::from(number) << 80))
}
