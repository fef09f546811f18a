//! Active campaigns, made by the same commands as everyone's, so that log and rows agree; and
//! keys for their tenants.
//!
//! Each is an email campaign with two steps and one prospect: created, filled, launched, taken up.

use chrono::{DateTime, SubsecRound, Utc};
use commands::{Lanes, LanesSettings, Metrics, Origin, Request, Sources, Verdict};
use domain::{
    AccountId, CampaignId, Channel, Command, Content, DailyLimit, Delay, EmailSettings, Name, Node,
    NodeId, NodeKind, ProspectId, Settings, UserId,
};
use event_store::{Actor, Announcer, Wakes};
use futures_util::{StreamExt, TryStreamExt, stream};
use keys::{NewKey, Owner};
use prometheus_client::registry::Registry;
use secrecy::ExposeSecret;
use senders::Sender;
use std::error::Error;
use std::num::NonZeroUsize;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::cluster::Cluster;
use crate::requests::Requests;

/// Campaigns that are being made at once: enough for full batches in every lane.
const AT_ONCE: usize = 2_048;

/// What was made.
pub struct Made {
    pub requests: Requests,
    /// Events in the log.
    pub events: u64,
    /// The tenants' keys.
    pub keys: Vec<String>,
    /// A key for the internal listener.
    pub internal_key: String,
}

/// Makes `count` campaigns of `tenants` users, dealt out in turn.
pub async fn make(cluster: &Cluster, count: u32, tenants: u32) -> Result<Made, Box<dyn Error>> {
    let users: Vec<UserId> = (0..tenants)
        .map(|number| UserId(derived(0, number)))
        .collect();
    for (number, user) in (0..).zip(&users) {
        let mailbox = Sender::active_mailbox(*user, account(number), "bench@example.com");
        senders::put(&cluster.connection.client, &mailbox).await?;
    }
    let (lanes, mut running) = start_lanes(cluster);
    let campaigns = (0..count).zip(users.iter().copied().enumerate().cycle());
    let making = campaigns.map(|(number, (tenant, user))| {
        let lanes = &lanes;
        async move {
            let versions = Plan {
                lanes,
                user,
                account: account(u32::try_from(tenant)?),
                number,
            }
            .activate()
            .await?;
            Ok::<_, Box<dyn Error>>((number, tenant, versions))
        }
    });
    let mut made: Vec<(u32, usize, u64)> = stream::iter(making)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    drop(lanes);
    while running.join_next().await.is_some() {}
    made.sort_unstable();
    let events = made.iter().map(|(_, _, versions)| versions).sum();
    let targets = made
        .iter()
        .map(|(number, tenant, _)| (campaign(*number), *tenant))
        .collect();
    let mut keys = Vec::with_capacity(users.len());
    for user in users {
        keys.push(key(cluster, Owner::User(user.0)).await?);
    }
    let internal_key = key(cluster, Owner::Internal).await?;
    Ok(Made {
        requests: Requests::new(targets, &keys),
        keys,
        events,
        internal_key,
    })
}

/// A draft of nobody, a key of its tenant, and one for the internal listener.
pub async fn make_draft(cluster: &Cluster) -> Result<(CampaignId, String, String), Box<dyn Error>> {
    let user = UserId(derived(0, 0));
    let mailbox = Sender::active_mailbox(user, account(0), "bench@example.com");
    senders::put(&cluster.connection.client, &mailbox).await?;
    let (lanes, mut running) = start_lanes(cluster);
    let plan = Plan {
        lanes: &lanes,
        user,
        account: account(0),
        number: 0,
    };
    plan.ask(plan.create()?).await?;
    drop(lanes);
    while running.join_next().await.is_some() {}
    let public = key(cluster, Owner::User(user.0)).await?;
    let internal = key(cluster, Owner::Internal).await?;
    Ok((campaign(0), public, internal))
}

/// Lanes of this program's own, which end when the handle is dropped.
pub fn start_lanes(cluster: &Cluster) -> (Lanes, JoinSet<()>) {
    Lanes::start(&LanesSettings {
        config: cluster.config(),
        journals: cluster.journals,
        sources: SOURCES,
        wakes: Wakes::new(cluster.journals),
        announcer: Announcer::default(),
        metrics: Metrics::register(&mut Registry::default()),
        senders: senders::Directory::new(std::time::Instant::now),
        campaigns_remembered_max: NonZeroUsize::new(AT_ONCE).unwrap_or(NonZeroUsize::MIN),
        writers_max: NonZeroUsize::new(2).unwrap_or(NonZeroUsize::MIN),
    })
}

/// Has a command decided, and expects it to be accepted. Returns the campaign's version.
pub async fn ask(
    lanes: &Lanes,
    user: UserId,
    campaign_id: CampaignId,
    command: Command,
) -> Result<u64, Box<dyn Error>> {
    let label = command.label();
    let request = Request {
        campaign_id,
        tenant: Some(user),
        command,
        expected: None,
        origin: Origin::of(Actor::Operator {
            name: "bench".to_owned(),
        }),
        people: None,
        remember: None,
    };
    match lanes.submit(lanes.journal_of(user), request).await? {
        Verdict::Done(row) => Ok(u64::try_from(row.version.0)?),
        other => Err(format!("campaign {campaign_id}: {label}: {other:?}").into()),
    }
}

/// A new key.
pub async fn key(cluster: &Cluster, owner: Owner) -> Result<String, Box<dyn Error>> {
    let key = NewKey::generate(owner, &mut rand::rng());
    keys::create(&cluster.connection.client, &key, None).await?;
    Ok(key.secret().expose_secret().to_owned())
}

/// A campaign to be.
struct Plan<'a> {
    lanes: &'a Lanes,
    user: UserId,
    account: AccountId,
    number: u32,
}

impl Plan<'_> {
    /// Brings it where it is paused from; returns how many events that took.
    async fn activate(&self) -> Result<u64, Box<dyn Error>> {
        self.ask(self.create()?).await?;
        self.ask(Command::AddProspects(vec![ProspectId(derived(
            2,
            self.number,
        ))]))
        .await?;
        self.ask(Command::Launch).await?;
        self.ask(Command::Activate).await
    }

    async fn ask(&self, command: Command) -> Result<u64, Box<dyn Error>> {
        ask(self.lanes, self.user, campaign(self.number), command).await
    }

    fn create(&self) -> Result<Command, Box<dyn Error>> {
        let channel = Channel::Email(EmailSettings {
            daily_limit: Some(DailyLimit::try_from(50)?),
            stop_on_reply: true,
            open_tracking: true,
            signature: Some("Best,\n%first_name%".to_owned()),
            account_limits: vec![],
        });
        let settings = Settings {
            name: Name::try_from(format!("Campaign {:06}", self.number))?,
            channel,
            operating_hours: None,
            sender_account_ids: vec![self.account],
        };
        let content = Content {
            subject: Some("A quick question, %first_name%".to_owned()),
            body: Some("Hi %first_name%,\n\ndo you have ten minutes this week?".to_owned()),
            ..Content::default()
        };
        let email = self.node(3, NodeKind::Email, content);
        let nodes = vec![email, self.node(4, NodeKind::End, Content::default())];
        Ok(Command::Create {
            user_id: self.user,
            settings: Box::new(settings),
            nodes,
        })
    }

    fn node(&self, space: u128, kind: NodeKind, content: Content) -> Node {
        Node {
            id: NodeId(derived(space, self.number)),
            kind,
            content,
            delay: Delay::default(),
        }
    }
}

/// The account that a tenant sends from.
fn account(tenant: u32) -> AccountId {
    AccountId(derived(5, tenant))
}

pub fn campaign(number: u32) -> CampaignId {
    CampaignId(derived(1, number))
}

/// The id with a number in a space of its own.
fn derived(space: u128, number: u32) -> Uuid {
    Uuid::from_u128((u128::from(number) << 96) + (0x4000 << 64) + (0x8000 << 48) + space)
}

const SOURCES: Sources = Sources { now, new_id };

#[expect(clippy::disallowed_methods, reason = "a program reads the clock")]
fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

#[expect(clippy::disallowed_methods, reason = "a program makes ids")]
fn new_id() -> Uuid {
    Uuid::now_v7()
}
