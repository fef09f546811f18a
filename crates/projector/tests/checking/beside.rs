//! A check beside a working service.

use crate::given::Place;
use domain::{CampaignId, Command, UserId};
use futures_util::future::join_all;
use projector::{Check, Checked};
use rand::RngExt;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::{Script, TestDatabase, new_campaign_id, new_user, request_permit};

const CAMPAIGNS: usize = 12;
const PROSPECTS: u32 = 200;
const CHECKS: u32 = 40;

/// One campaign is worked on until told to stop: held, resumed, permitted.
async fn work(database: &TestDatabase, user: UserId, id: CampaignId, is_over: &AtomicBool) -> u32 {
    let mut next = 0;
    while !is_over.load(Ordering::Relaxed) {
        let command = match rand::rng().random_range(0..4) {
            0 => Command::Pause,
            1 => Command::Resume,
            _ if next < PROSPECTS => {
                next += 1;
                request_permit(id, next - 1)
            }
            _ => Command::Pause,
        };
        // A refusal is an answer as good as another.
        let _answer = database.maker().ask(user, id, command).await;
    }
    next
}

/// Campaigns come and go, with ids before and behind those that are there.
async fn come_and_go(database: &TestDatabase, user: UserId, is_over: &AtomicBool) -> u32 {
    let mut made = 0;
    while !is_over.load(Ordering::Relaxed) {
        let mut id = new_campaign_id();
        if made % 2 == 0 {
            id.0 = uuid::Uuid::from_u128(rand::rng().random());
        }
        let script = Script::new(database.maker(), user).id(id);
        let id = script.prospects(2).draft().await;
        if rand::rng().random_bool(0.5) {
            let deleted = database.maker().ask(user, id, Command::Delete).await;
            deleted.unwrap();
        }
        made += 1;
    }
    made
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_during_a_check_is_no_difference() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let mut ids = Vec::new();
    for _ in 0..CAMPAIGNS {
        let script = Script::new(database.maker(), user).two_mails();
        ids.push(script.prospects(PROSPECTS).active().await);
    }
    let is_over = AtomicBool::new(false);

    let checks = async {
        let connection = database.connect().await;
        let mut campaigns = 0;
        for _ in 0..CHECKS {
            let mut check = Check::new(database.journal_of(user));
            let mut all = Checked::default();
            while !check.is_over() {
                all.append(check.step(&connection.client).await.unwrap());
            }
            let found = (all.broken.total, all.differences.total, all.miscounts.total);
            assert_eq!(found, (0, 0, 0), "{all:#?}");
            campaigns += all.campaigns;
        }
        is_over.store(true, Ordering::Relaxed);
        campaigns
    };
    let working = join_all(ids.iter().map(|id| work(&database, user, *id, &is_over)));
    let (campaigns, worked, made) =
        tokio::join!(checks, working, come_and_go(&database, user, &is_over));

    assert!(u64::from(CHECKS) * 12 < campaigns);
    assert!(0 < worked.iter().sum::<u32>() && 0 < made);
}

#[tokio::test]
async fn a_check_that_waits_for_a_swap_of_the_tables_sees_the_new_ones() {
    let place = Place::new().await;
    let swapper = place.database.connect().await;
    let begin = "BEGIN; LOCK TABLE campaigns, prospects, permits, sends IN ACCESS EXCLUSIVE MODE";
    swapper.client.batch_execute(begin).await.unwrap();
    let checker = place.database.connect().await;
    let mut check = Check::new(place.journal);

    let checking = async { check.step(&checker.client).await.unwrap() };
    let swapping = async {
        place.database.lock_waiters(1).await;
        let swap = "CREATE TABLE fresh (LIKE sends INCLUDING ALL);
                    INSERT INTO fresh SELECT * FROM sends;
                    ALTER TABLE sends RENAME TO stale;
                    ALTER TABLE fresh RENAME TO sends;
                    DROP TABLE stale;
                    COMMIT";
        swapper.client.batch_execute(swap).await.unwrap();
    };
    let (checked, ()) = tokio::join!(checking, swapping);

    assert_eq!(checked.campaigns, 2);
    assert_eq!(
        (checked.differences.total, checked.miscounts.total),
        (0, 0),
        "{checked:#?}"
    );
}
