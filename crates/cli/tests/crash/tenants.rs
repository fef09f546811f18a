//! Tenants with active campaigns, made by the same commands as everyone's.

use crate::playground::Playground;
use commands::{Lanes, LanesSettings, Metrics, Origin, Request, Verdict};
use domain::{
    AccountId, CampaignId, Channel, Command, Content, Delay, LinkedInSettings, Name, Node, NodeId,
    NodeKind, ProspectId, Settings, UserId,
};
use event_store::{Actor, Announcer, JournalId, Journals, Wakes, connect};
use prometheus_client::registry::Registry;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use senders::Sender;
use std::num::NonZeroUsize;
use tokio::task::JoinSet;
use tokio_postgres::Config;
use uuid::Uuid;

const CAMPAIGNS: usize = 8;
const PROSPECTS: usize = 2;

#[derive(Debug, Clone)]
pub struct Tenant {
    pub journal: JournalId,
    /// An API key.
    pub bearer: String,
    pub campaigns: Vec<CampaignId>,
}

/// `count` tenants, as evenly over the journals as chance has it but at least one in each.
pub async fn settle(
    playground: &Playground,
    database: &Config,
    journals: Journals,
    count: usize,
) -> Vec<Tenant> {
    let (lanes, mut running) = start_lanes(database, journals);
    let beside = connect(database).await.unwrap();
    let mut tenants = Vec::new();
    for number in 0..count {
        let user = user_in(journals, number);
        let bearer = key_of(playground, user).await;
        let account = AccountId(new_id());
        let sender = Sender::connected_profile(user, account, "Test Sender");
        senders::put(&beside.client, &sender).await.unwrap();
        let mut campaigns = Vec::new();
        for _ in 0..CAMPAIGNS {
            campaigns.push(campaign(&lanes, user, account).await);
        }
        tenants.push(Tenant {
            journal: journals.of(user),
            bearer,
            campaigns,
        });
    }
    drop(lanes);
    while running.join_next().await.is_some() {}
    tenants
}

/// Lanes of the test's own, which end when the handle is dropped.
pub fn start_lanes(database: &Config, journals: Journals) -> (Lanes, JoinSet<()>) {
    Lanes::start(&LanesSettings {
        config: database.clone(),
        journals,
        sources: cli::sources::MACHINE,
        wakes: Wakes::new(journals),
        announcer: Announcer::default(),
        metrics: Metrics::register(&mut Registry::default()),
        senders: senders::Directory::new(std::time::Instant::now),
        campaigns_remembered_max: NonZeroUsize::MIN,
        writers_max: NonZeroUsize::MIN,
    })
}

/// A user whose campaigns live in the journal whose turn it is.
fn user_in(journals: Journals, number: usize) -> UserId {
    let turn = i16::try_from(number).unwrap() % journals.count();
    let mut dice = StdRng::seed_from_u64(number.try_into().unwrap());
    loop {
        let user = UserId(uuid::Builder::from_random_bytes(dice.random()).into_uuid());
        if journals.of(user).0 == turn {
            return user;
        }
    }
}

async fn key_of(playground: &Playground, user: UserId) -> String {
    let user = user.0.to_string();
    let output = playground
        .program(&["keys", "create", "--user", &user])
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout)
        .unwrap()
        .trim_end()
        .to_owned()
}

async fn campaign(lanes: &Lanes, user: UserId, account: AccountId) -> CampaignId {
    let id = CampaignId(new_id());
    let everyone = (0..PROSPECTS).map(|_| ProspectId(new_id())).collect();
    for command in [
        create(user, id, account),
        Command::AddProspects(everyone),
        Command::Launch,
        Command::Activate,
    ] {
        ask(lanes, user, id, command).await;
    }
    id
}

/// Has a command decided, and expects it to be accepted.
pub async fn ask(lanes: &Lanes, user: UserId, id: CampaignId, command: Command) {
    let request = Request {
        campaign_id: id,
        tenant: Some(user),
        command,
        expected: None,
        origin: Origin::of(Actor::Operator {
            name: "test".to_owned(),
        }),
        people: None,
        remember: None,
    };
    let verdict = lanes.submit(lanes.journal_of(user), request).await.unwrap();
    assert!(matches!(verdict, Verdict::Done(_)), "{verdict:?}");
}

fn create(user: UserId, id: CampaignId, account: AccountId) -> Command {
    let settings = Settings {
        name: Name::try_from(format!("Campaign {id}")).unwrap(),
        channel: Channel::Linkedin(LinkedInSettings {
            skip_other_campaigns: false,
        }),
        operating_hours: None,
        sender_account_ids: vec![account],
    };
    let nodes = vec![node(NodeKind::ConnectionRequest), node(NodeKind::End)];
    Command::Create {
        user_id: user,
        settings: Box::new(settings),
        nodes,
    }
}

fn node(kind: NodeKind) -> Node {
    Node {
        id: NodeId(new_id()),
        kind,
        content: Content::default(),
        delay: Delay::default(),
    }
}

fn new_id() -> Uuid {
    (cli::sources::MACHINE.new_id)()
}
