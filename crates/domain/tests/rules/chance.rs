//! Random plans for the laws to be tried on.
//!
//! Most campaigns begin active, so that permits, pauses and reports meet; some begin as a draft
//! or launching, some with a crowd that is one bounce away from the guard. Permits are named by
//! prospect and step (`cast::permit`), so that a report can name one without knowing whether it
//! was granted.

use crate::cast::{
    END, FIRST, SECOND, WAIT, account, email, email_nodes, email_settings, every_sender, limit,
    linkedin_nodes, linkedin_settings, mail, name, node_id, office_hours, permit, profile,
    prospect, reply, settings_of, user, wait,
};
use crate::given::Acquaintance;
use crate::histories::{Plan, Step};
use crate::verbs::{edit, prospects, report, report_sent, says};
use chrono::Duration;
use domain::{
    AccountId, AccountLimit, Channel, Command, DailyLimit, EmailSettings, LaunchFailure,
    MailboxStatus, Node, NodeId, OperatingHours, Progress, SendFailure, SenderFacts, Senders,
    Settings, SettingsPatch,
};
use proptest::prelude::*;
use proptest::sample::select;

/// Commands after the beginning.
const COMMANDS_MAX: usize = 60;
/// Prospects 1 to this many are what random commands are about.
const CAST: u128 = 6;
/// A crowd, of whom the last are mailed, and the very last bounced, before chance begins.
const CROWD: u128 = 110;
const CROWD_MAILED: u128 = 100;
const CROWD_BOUNCED: u128 = 4;

pub fn plans() -> impl Strategy<Value = Plan> {
    let beginning = (channels(), hours()).prop_flat_map(|(channel, operating_hours)| {
        let settings = Settings {
            operating_hours,
            ..settings_of(channel)
        };
        prop_oneof![
            2 => Just(drafted(settings.clone(), CAST)),
            2 => Just(launched(settings.clone(), CAST)),
            6 => Just(started(settings.clone(), CAST)),
            2 => Just(crowded(settings)),
        ]
    });
    let steps = prop::collection::vec(steps(), 0..=COMMANDS_MAX);
    (beginning, steps).prop_map(|(beginning, steps)| Plan { beginning, steps })
}

fn at_once(command: Command) -> Step {
    Step {
        after: Duration::zero(),
        name_taken: false,
        senders: every_sender(),
        people: Acquaintance::default(),
        command,
    }
}

fn nodes_for(settings: &Settings) -> Vec<Node> {
    match settings.channel {
        Channel::Email(_) => email_nodes(),
        Channel::Linkedin(_) => linkedin_nodes(),
    }
}

fn creation(settings: Settings) -> Command {
    let nodes = nodes_for(&settings);
    Command::Create {
        user_id: user(),
        settings: Box::new(settings),
        nodes,
    }
}

fn drafted(settings: Settings, count: u128) -> Vec<Step> {
    let roster = Command::AddProspects(prospects(count));
    [creation(settings), roster].map(at_once).to_vec()
}

fn launched(settings: Settings, count: u128) -> Vec<Step> {
    [drafted(settings, count), vec![at_once(Command::Launch)]].concat()
}

fn started(settings: Settings, count: u128) -> Vec<Step> {
    [launched(settings, count), vec![at_once(Command::Activate)]].concat()
}

fn crowded(settings: Settings) -> Vec<Step> {
    let mailed = (CROWD - CROWD_MAILED + 1)..=CROWD;
    let bounced = (CROWD - CROWD_BOUNCED + 1)..=CROWD;
    let mails =
        mailed.flat_map(|number| [request(number, FIRST, None), report_sent(number, FIRST)]);
    let bounces = bounced.map(|number| report(number, Progress::Bounced));
    let unlimited = match settings.channel {
        Channel::Email(_) => email_settings(),
        Channel::Linkedin(_) => linkedin_settings(),
    };
    started(unlimited, CROWD)
        .into_iter()
        .chain(mails.chain(bounces).map(at_once))
        .collect()
}

fn channels() -> impl Strategy<Value = Channel> {
    let email = (any::<bool>(), limits()).prop_map(|(stop_on_reply, daily_limit)| {
        let account_limits = vec![AccountLimit {
            account_id: account(1),
            daily_limit: limit(1),
        }];
        Channel::Email(EmailSettings {
            stop_on_reply,
            daily_limit,
            account_limits,
            ..email()
        })
    });
    prop_oneof![3 => email, 1 => Just(linkedin_settings().channel)]
}

fn limits() -> impl Strategy<Value = Option<DailyLimit>> {
    prop_oneof![2 => Just(None), 1 => (2..6_u32).prop_map(|sends| Some(limit(sends)))]
}

fn hours() -> impl Strategy<Value = Option<OperatingHours>> {
    prop_oneof![4 => Just(None), 1 => Just(Some(office_hours("Pacific/Auckland")))]
}

fn steps() -> impl Strategy<Value = Step> {
    let seconds = prop_oneof![4 => 0..60_i64, 1 => 0..100_000_i64];
    let name_taken = prop::bool::weighted(0.1);
    (seconds, name_taken, senders(), acquaintances(), commands()).prop_map(
        |(seconds, name_taken, senders, people, command)| Step {
            after: Duration::seconds(seconds),
            name_taken,
            senders,
            people,
            command,
        },
    )
}

/// Mostly all of them and ready; now and then none, or none that is ready.
fn senders() -> impl Strategy<Value = Senders> {
    let warming = SenderFacts::Email {
        status: MailboxStatus::Warming,
        has_inbox: true,
    };
    let unready = Senders::from_iter([(account(1), warming), (account(2), warming)]);
    prop_oneof![
        8 => Just(every_sender()),
        1 => Just(unready),
        1 => Just(Senders::default()),
    ]
}

/// What is known of the people of whatever command comes.
fn acquaintances() -> impl Strategy<Value = Acquaintance> {
    let some = || prop::collection::btree_set(people().prop_map(prospect), 0..3);
    let unreachable = prop::option::weighted(0.1, 0..3_usize);
    let (unchanged, on_file) = (prop::bool::weighted(0.2), any::<bool>());
    (unreachable, some(), unchanged, on_file, some()).prop_map(
        |(unreachable, repeated, unchanged, on_file, elsewhere)| Acquaintance {
            unreachable,
            repeated: repeated.into_iter().collect(),
            unchanged,
            on_file,
            elsewhere: elsewhere.into_iter().collect(),
        },
    )
}

fn commands() -> impl Strategy<Value = Command> {
    prop_oneof![
        8 => drafting(),
        12 => staging(),
        40 => sending(),
        16 => (people(), progress()).prop_map(|(number, progress)| report(number, progress)),
        1 => people().prop_map(|number| Command::EraseProspect(prospect(number))),
    ]
}

fn drafting() -> impl Strategy<Value = Command> {
    let some = || prop::collection::vec(people().prop_map(prospect), 0..4);
    prop_oneof![
        3 => some().prop_map(Command::AddProspects),
        2 => some().prop_map(Command::RemoveProspects),
        2 => Just(Command::RemoveAllProspects),
        2 => people().prop_map(|number| Command::EditProspect(prospect(number))),
        1 => people().prop_map(|number| Command::EraseProspect(prospect(number))),
        2 => patches().prop_map(|patch| Command::ChangeSettings(Box::new(patch))),
        1 => select(vec![email_nodes(), linkedin_nodes()]).prop_map(Command::ReplaceSequence),
        1 => (patches(), prop::option::of(select(vec![email_nodes(), linkedin_nodes()])))
            .prop_map(|(patch, nodes)| Command::Update { patch: Box::new(patch), nodes }),
        1 => (0..6_usize).prop_map(|position| Command::AddNode {
            node: Box::new(wait(node_id(9), 1)),
            position: Some(position),
        }),
        1 => (nodes(), 0..6_usize)
            .prop_map(|(node_id, position)| Command::MoveNode { node_id, position }),
        1 => select(vec![mail(FIRST, "Again", "Hello"), reply(SECOND, "Well?")])
            .prop_map(|node| edit(node.id, says(node))),
        1 => select(vec![WAIT, node_id(9)]).prop_map(Command::RemoveNode),
    ]
}

fn staging() -> impl Strategy<Value = Command> {
    prop_oneof![
        12 => Just(Command::Pause),
        16 => Just(Command::Resume),
        12 => Just(Command::Launch),
        6 => Just(Command::Activate),
        2 => Just(Command::FailLaunch { failure: LaunchFailure::Dispatch, launch: None }),
        2 => Just(Command::ReviewBounces),
        1 => Just(Command::Delete),
        1 => Just(creation(email_settings())),
    ]
}

fn sending() -> impl Strategy<Value = Command> {
    let failures = vec![SendFailure::ProviderRejected, SendFailure::Other];
    let accounts = prop_oneof![
        Just(None),
        select(vec![account(1), account(1), account(2), profile(1)]).prop_map(Some)
    ];
    prop_oneof![
        4 => (people(), nodes(), accounts).prop_map(|(number, node_id, account_id)| {
            request(number, node_id, account_id)
        }),
        2 => (people(), nodes()).prop_map(|(number, node_id)| report_sent(number, node_id)),
        1 => (people(), nodes(), select(failures)).prop_map(|(number, node, failure)| {
            let (permit_id, prospect_id) = (permit(number, node), prospect(number));
            Command::ReportFailed { permit_id, prospect_id, failure }
        }),
    ]
}

fn request(number: u128, node_id: NodeId, account_id: Option<AccountId>) -> Command {
    let (permit_id, prospect_id) = (permit(number, node_id), prospect(number));
    Command::RequestPermit {
        permit_id,
        prospect_id,
        node_id,
        account_id,
    }
}

/// The cast, and now and then a stranger.
fn people() -> impl Strategy<Value = u128> {
    1..=CAST + 1
}

fn nodes() -> impl Strategy<Value = NodeId> {
    prop_oneof![8 => Just(FIRST), 8 => Just(SECOND), 1 => Just(WAIT), 1 => Just(END)]
}

fn progress() -> impl Strategy<Value = Progress> {
    prop_oneof![
        4 => Just(Progress::Connected),
        3 => Just(Progress::Replied),
        2 => Just(Progress::Bounced),
        1 => Just(Progress::Completed),
        1 => Just(Progress::TimedOut),
        1 => Just(Progress::Cancelled),
    ]
}

fn patches() -> impl Strategy<Value = SettingsPatch> {
    let names = select(vec!["Spring outreach", "Summer outreach"]).prop_map(name);
    let assignments = select(vec![
        vec![account(1), account(2), account(1)],
        vec![profile(1)],
    ]);
    (
        prop::option::of(names),
        limits(),
        hours(),
        prop::option::of(any::<bool>()),
        prop::option::of(assignments),
    )
        .prop_map(
            |(name, daily_limit, operating_hours, stop_on_reply, sender_account_ids)| {
                SettingsPatch {
                    name,
                    daily_limit: Some(daily_limit),
                    operating_hours: Some(operating_hours),
                    stop_on_reply,
                    sender_account_ids,
                    ..SettingsPatch::default()
                }
            },
        )
}
