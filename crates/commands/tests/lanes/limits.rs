//! An account's limits over all campaigns of its user: exact, whoever grants.
//!
//! The clock is the tests' own, so that no day ends in between.

use chrono::{DateTime, Utc};
use commands::{Sources, Verdict};
use domain::{
    AccountId, CampaignId, Command, PermitId, PermitRefusal, Rejection, SettingsPatch, UserId,
};
use futures_util::future::join_all;
use senders::Sender;
use std::sync::atomic::{AtomicI64, Ordering};
use testkit::{Script, TestDatabase, TestLanes, new_user, node, permit, prospect};
use uuid::Uuid;

/// Minutes behind noon; tests run in processes of their own.
static MINUTES: AtomicI64 = AtomicI64::new(0);

fn now() -> DateTime<Utc> {
    let noon: DateTime<Utc> = "2026-11-30T12:00:00Z".parse().unwrap();
    noon + chrono::TimeDelta::minutes(MINUTES.load(Ordering::SeqCst))
}

fn lanes(database: &TestDatabase, process: &str) -> TestLanes {
    let sources = Sources {
        now,
        new_id: Uuid::now_v7,
    };
    TestLanes::with_sources(database.config(), process, sources)
}

/// An account that several campaigns of one user send from.
struct Shared {
    user: UserId,
    sender: Sender,
}

impl Shared {
    async fn with_daily(database: &TestDatabase, sends: u32) -> Self {
        let (user, id) = (new_user(), AccountId(Uuid::now_v7()));
        let sender = Sender::active_mailbox(user, id, "shared@example.com");
        let mut shared = Self { user, sender };
        shared.limit(database, sends).await;
        shared
    }

    async fn limit(&mut self, database: &TestDatabase, sends: u32) {
        self.sender.limits.daily = Some(sends);
        database.maker().put_sender(&self.sender).await;
    }

    /// An active campaign that sends from it.
    async fn campaign(&self, database: &TestDatabase, prospects: u32) -> CampaignId {
        let maker = database.maker();
        let script = Script::new(maker, self.user).prospects(prospects);
        let id = script.draft().await;
        let patch = SettingsPatch {
            sender_account_ids: Some(vec![self.sender.id]),
            daily_limit: Some(None),
            ..SettingsPatch::default()
        };
        for command in [
            Command::ChangeSettings(Box::new(patch)),
            Command::Launch,
            Command::Activate,
        ] {
            let made = maker.ask(self.user, id, command).await;
            assert!(matches!(made, Ok(Verdict::Done(_))), "{made:?}");
        }
        id
    }

    fn request(&self, id: CampaignId, number: u32) -> Command {
        Command::RequestPermit {
            permit_id: permit(id, number),
            prospect_id: prospect(id, number),
            node_id: node(id, 0),
            account_id: Some(self.sender.id),
        }
    }

    /// Asks for a permit: whether it was granted. Refused is only what the limit does not let
    /// through.
    async fn ask(&self, lanes: &TestLanes, id: CampaignId, number: u32) -> bool {
        let answer = lanes.ask(self.user, id, self.request(id, number)).await;
        match answer.unwrap() {
            Verdict::Done(_) => true,
            Verdict::Rejected {
                rejection:
                    Rejection::PermitRefused {
                        refusal: PermitRefusal::AccountLimit,
                        ..
                    },
                ..
            } => false,
            other => panic!("{other:?}"),
        }
    }
}

fn granted(answers: &[bool]) -> usize {
    answers.iter().filter(|granted| **granted).count()
}

#[tokio::test]
async fn two_processes_grant_over_many_campaigns_what_the_limit_says_and_not_one_more() {
    let database = TestDatabase::create().await;
    let shared = Shared::with_daily(&database, 23).await;
    let mut campaigns = Vec::new();
    for _ in 0..6 {
        campaigns.push(shared.campaign(&database, 10).await);
    }
    let (one, other) = (lanes(&database, "one"), lanes(&database, "other"));

    let everybody = (0..60_u32).map(|number| {
        let campaign = campaigns[usize::try_from(number % 6).unwrap()];
        let process = if number % 7 < 3 { &one } else { &other };
        shared.ask(process, campaign, number / 6)
    });
    let answers = join_all(everybody).await;

    assert_eq!(granted(&answers), 23);
}

#[tokio::test]
async fn a_hundred_at_once_are_granted_up_to_the_limit() {
    let database = TestDatabase::create().await;
    let shared = Shared::with_daily(&database, 41).await;
    let id = shared.campaign(&database, 100).await;
    let one = lanes(&database, "one");

    let answers = join_all((0..100).map(|number| shared.ask(&one, id, number))).await;

    assert_eq!(granted(&answers), 41);
    // What is asked first is granted.
    assert_eq!(granted(&answers[..41]), 41);
}

#[tokio::test]
async fn a_permit_that_memory_would_grant_is_refused_once_another_process_used_the_limit_up() {
    let database = TestDatabase::create().await;
    let shared = Shared::with_daily(&database, 2).await;
    let id = shared.campaign(&database, 3).await;
    let elsewhere = shared.campaign(&database, 3).await;
    let (one, other) = (lanes(&database, "one"), lanes(&database, "other"));
    assert!(shared.ask(&one, id, 0).await);
    assert!(shared.ask(&other, elsewhere, 0).await);

    // The first prospect is who the lane remembers besides; nothing is sent to them again.
    let answer = one.ask(shared.user, id, report_sent(id)).await;
    let refused = shared.ask(&one, id, 1).await;

    assert!(matches!(answer, Ok(Verdict::Done(_))), "{answer:?}");
    assert_eq!(one.batches("lost_head"), 1);
    assert!(!refused);
}

fn report_sent(id: CampaignId) -> Command {
    Command::ReportSent {
        permit_id: permit(id, 0),
        prospect_id: prospect(id, 0),
    }
}

#[tokio::test]
async fn what_a_deleted_campaign_was_granted_counts_on() {
    let database = TestDatabase::create().await;
    let shared = Shared::with_daily(&database, 2).await;
    let (gone, id) = (
        shared.campaign(&database, 3).await,
        shared.campaign(&database, 3).await,
    );
    let one = lanes(&database, "one");
    assert!(shared.ask(&one, gone, 0).await && shared.ask(&one, gone, 1).await);
    one.ask(shared.user, gone, Command::Delete).await.unwrap();

    let by_who_granted = shared.ask(&one, id, 0).await;
    let by_another = shared.ask(&lanes(&database, "other"), id, 0).await;

    assert!(!by_who_granted && !by_another);
}

#[tokio::test]
async fn a_new_limit_holds_once_it_is_heard_of() {
    let database = TestDatabase::create().await;
    let mut shared = Shared::with_daily(&database, 1).await;
    let id = shared.campaign(&database, 5).await;
    let one = lanes(&database, "one");
    assert!(shared.ask(&one, id, 0).await);
    assert!(!shared.ask(&one, id, 1).await);

    shared.limit(&database, 3).await;
    one.hear_of_senders();
    assert!(shared.ask(&one, id, 2).await);
    shared.limit(&database, 2).await;
    one.hear_of_senders();

    assert!(!shared.ask(&one, id, 3).await);
}

#[tokio::test]
async fn a_new_day_of_utc_lets_through_again_in_every_process() {
    let database = TestDatabase::create().await;
    let shared = Shared::with_daily(&database, 1).await;
    let id = shared.campaign(&database, 5).await;
    let (one, other) = (lanes(&database, "one"), lanes(&database, "other"));
    assert!(shared.ask(&one, id, 0).await);

    MINUTES.store(719, Ordering::SeqCst);
    let last_minute = [
        shared.ask(&one, id, 1).await,
        shared.ask(&other, id, 1).await,
    ];
    MINUTES.store(720, Ordering::SeqCst);
    let midnight = [
        shared.ask(&other, id, 1).await,
        shared.ask(&one, id, 2).await,
    ];
    // A clock that is behind does not open the day before again.
    MINUTES.store(719, Ordering::SeqCst);
    let behind = shared.ask(&one, id, 3).await;

    assert_eq!(last_minute, [false, false]);
    assert_eq!(midnight, [true, false]);
    assert!(!behind);
}

#[tokio::test]
async fn an_account_that_was_removed_has_the_documented_limits() {
    let database = TestDatabase::create().await;
    let shared = Shared::with_daily(&database, 1_000).await;
    let id = shared.campaign(&database, 40).await;
    senders::remove(database.sql(), shared.sender.id)
        .await
        .unwrap();
    let one = lanes(&database, "one");

    let answers = join_all((0..40).map(|number| shared.ask(&one, id, number))).await;

    assert_eq!(granted(&answers), 30);
}

#[tokio::test]
async fn permits_without_an_account_are_held_to_no_accounts_limit() {
    let database = TestDatabase::create().await;
    let shared = Shared::with_daily(&database, 1).await;
    let id = shared.campaign(&database, 5).await;
    let one = lanes(&database, "one");
    assert!(shared.ask(&one, id, 0).await);

    for number in 1..5 {
        let without = match shared.request(id, number) {
            Command::RequestPermit {
                prospect_id,
                node_id,
                ..
            } => Command::RequestPermit {
                permit_id: PermitId(Uuid::now_v7()),
                prospect_id,
                node_id,
                account_id: None,
            },
            other => other,
        };
        let answer = one.ask(shared.user, id, without).await;
        assert!(matches!(answer, Ok(Verdict::Done(_))), "{answer:?}");
    }
}
