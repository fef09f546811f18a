//! An hour's worth of random commands, rejections, lost connections and poison, pressed into a
//! test.
//!
//! Two processes work on fifty campaigns of five tenants. Afterwards the log must hold every
//! acknowledged command exactly once and nothing that was refused; what everybody's database is
//! held to (`testkit`) comes on top.

use crate::tags::{Told, assert_kept, tagged};
use commands::{Expected, Failure, Remember, Remembered, Render, Verdict};
use domain::{CampaignId, Command, Name, Progress, SettingsPatch, UserId, Version};
use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};
use std::collections::BTreeMap;
use testkit::{Script, TestDatabase, TestLanes, new_user, permit, prospect, request_permit};

const TENANTS: usize = 5;
const CAMPAIGNS: usize = 50;
const PROSPECTS: u32 = 20;
const CALLERS: u64 = 16;
const COMMANDS_OF_A_CALLER: usize = 150;

#[derive(Clone, Copy)]
struct Owned {
    user: UserId,
    id: CampaignId,
}

struct Caller<'a> {
    database: &'a TestDatabase,
    lanes: &'a TestLanes,
    process: &'static str,
    campaigns: &'a [Owned],
    random: StdRng,
}

impl Caller<'_> {
    async fn work(mut self) -> Vec<Told> {
        let mut told = Vec::new();
        for _ in 0..COMMANDS_OF_A_CALLER {
            told.push(self.ask().await);
            if self.random.random_ratio(1, 100) {
                self.database.cut_connections(self.process, 2).await;
            }
        }
        told
    }

    async fn ask(&mut self) -> Told {
        let Owned { user, id } = *self.campaigns.choose(&mut self.random).unwrap();
        let command = self.command(id);
        let may_be_no_news = matches!(
            command,
            Command::ReportSent { .. } | Command::ReportProgress { .. }
        );
        let (tag, mut request) = tagged(user, id, command);
        match self.random.random_range(0..20) {
            0 => request.expected = Some(Expected::OneOf(vec![Version(3)])),
            1 => request.tenant = Some(new_user()),
            2..5 => request.remember = Some(self.remember(user)),
            _ => {}
        }
        let answer = self.lanes.submit(user, request).await;
        Told {
            tag,
            answer,
            may_be_no_news,
        }
    }

    fn command(&mut self, id: CampaignId) -> Command {
        let number = self.random.random_range(0..PROSPECTS);
        let prospect_id = prospect(id, number);
        match self.random.random_range(0..100) {
            0..30 => Command::Pause,
            30..60 => Command::Resume,
            60..75 => request_permit(id, number),
            75..83 => Command::ReportSent {
                permit_id: permit(id, number),
                prospect_id,
            },
            83..86 => Command::ReportProgress {
                prospect_id,
                progress: Progress::Replied,
            },
            86..88 => Command::ReportProgress {
                prospect_id,
                progress: Progress::Bounced,
            },
            88..98 => rename(&self.random.next_u64().to_string()),
            98 => Command::Launch,
            _ => Command::Delete,
        }
    }

    /// One of a few keys, so that some are used again, for the same request or for another.
    fn remember(&mut self, user: UserId) -> Remember {
        let key = self.random.random_range(0..200).to_string();
        let fingerprint = [self.random.random_range(0..2); 32];
        Remember {
            user_id: user,
            key,
            fingerprint,
            render: Render::by(stored),
        }
    }
}

fn stored(verdict: &Verdict) -> Option<Remembered> {
    let version = match verdict {
        Verdict::Done(row) => Some(row.version),
        _ => None,
    };
    Some(Remembered {
        status: 200,
        body: verdict.label().to_owned(),
        version,
    })
}

fn rename(name: &str) -> Command {
    let name = Some(Name::try_from(name.to_owned()).unwrap());
    Command::ChangeSettings(Box::new(SettingsPatch {
        name,
        ..SettingsPatch::default()
    }))
}

async fn campaigns(database: &TestDatabase) -> Vec<Owned> {
    let users: Vec<UserId> = std::iter::repeat_with(new_user).take(TENANTS).collect();
    let owners = users.into_iter().cycle().take(CAMPAIGNS);
    let campaigns = owners.map(async |user| {
        let id = Script::new(database.maker(), user)
            .prospects(PROSPECTS)
            .active()
            .await;
        Owned { user, id }
    });
    join_all(campaigns).await
}

fn outcomes(told: &[Told]) -> BTreeMap<&'static str, usize> {
    let mut outcomes = BTreeMap::new();
    for told in told {
        let label = told
            .answer
            .as_ref()
            .map_or_else(Failure::label, Verdict::label);
        *outcomes.entry(label).or_default() += 1;
    }
    outcomes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_hours_worth_of_commands_and_mishaps_leaves_the_log_and_the_rows_true() {
    let database = TestDatabase::create().await;
    let campaigns = campaigns(&database).await;
    database.poison(campaigns[7].id).await;
    let processes = [
        ("one", database.lanes("one")),
        ("other", database.lanes("other")),
    ];

    let callers = (0..CALLERS).map(|seed| {
        let (process, lanes) = &processes[usize::from(seed % 2 == 0)];
        let random = StdRng::seed_from_u64(seed);
        Caller {
            database: &database,
            lanes,
            process,
            campaigns: &campaigns,
            random,
        }
        .work()
    });
    let told: Vec<Told> = join_all(callers).await.into_iter().flatten().collect();

    let outcomes = outcomes(&told);
    for label in [
        "done",
        "rejected",
        "version_differs",
        "replayed",
        "key_reused",
        "refused",
    ] {
        assert!(
            outcomes.contains_key(label),
            "no command was {label}: {outcomes:?}"
        );
    }
    let lost: u64 = processes
        .iter()
        .map(|(_, lanes)| lanes.batches("unknown"))
        .sum();
    let conflicts: u64 = processes
        .iter()
        .map(|(_, lanes)| lanes.batches("lost_head"))
        .sum();
    assert!(
        0 < lost && 0 < conflicts,
        "{lost} connections and {conflicts} heads were lost"
    );
    assert_kept(&database, &told).await;
}
