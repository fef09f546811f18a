//! A transaction that is held open for long makes neither the effects grow nor the intake slow.

use crate::stage::Stage;
use domain::CampaignId;
use event_store::JournalId;
use std::time::{Duration, Instant};
use uuid::Uuid;

const STEPS: i64 = 400;
const EFFECTS_A_STEP: i64 = 25;

struct Run {
    took: Duration,
    effects_bytes: i64,
    cursors_bytes: i64,
}

const CAMPAIGN: CampaignId = CampaignId(Uuid::from_u128(0x1111_1111_1111_4111_8111_1111_1111_1111));

/// Takes effects in that were enqueued in one small step, and says how long that took.
async fn step(stage: &Stage, number: i64) -> Duration {
    let enqueue = "INSERT INTO effects
                   SELECT 0, number, '11111111-1111-4111-8111-111111111111',
                          'complete_waitpoints',
                          '{\"token_kind\":\"sleep\",\"output\":{\"paused\":true}}', now()
                   FROM generate_series($1::bigint, $2::bigint) AS number";
    let first = number * EFFECTS_A_STEP + 1;
    let last = first + EFFECTS_A_STEP - 1;
    let client = stage.database.sql();
    client.execute(enqueue, &[&first, &last]).await.unwrap();
    let began = Instant::now();
    stage.intake.run_once().await.unwrap();
    began.elapsed()
}

/// Both in turn, step by step: other work on the machine slows both down alike.
async fn run(free: &Stage, held: &Stage) -> (Run, Run) {
    for stage in [free, held] {
        stage.sleep_on(JournalId(0), CAMPAIGN).await;
        stage.take_in().await;
    }
    let (mut without, mut with) = (Duration::ZERO, Duration::ZERO);
    for number in 0..STEPS {
        without += step(free, number).await;
        with += step(held, number).await;
    }
    (measured(free, without).await, measured(held, with).await)
}

async fn measured(stage: &Stage, took: Duration) -> Run {
    Run {
        took,
        effects_bytes: size(stage, "effects").await,
        cursors_bytes: size(stage, "relay_cursors").await,
    }
}

async fn size(stage: &Stage, table: &str) -> i64 {
    let look = "SELECT pg_total_relation_size($1::text::regclass)";
    let row = stage.database.sql().query_one(look, &[&table]).await;
    row.unwrap().get(0)
}

#[tokio::test]
async fn effects_neither_grow_nor_slow_down_under_a_transaction_that_is_held_open() {
    let (free, held) = (Stage::set().await, Stage::set().await);
    let old = held.database.connect().await;
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1";
    old.client.batch_execute(begin).await.unwrap();

    let (without, with) = run(&free, &held).await;

    println!(
        "without: {:?}, effects {} B, cursors {} B; held: {:?}, effects {} B, cursors {} B",
        without.took,
        without.effects_bytes,
        without.cursors_bytes,
        with.took,
        with.effects_bytes,
        with.cursors_bytes
    );
    assert_eq!(held.count("wakes").await, STEPS * EFFECTS_A_STEP);
    let page = 64 * 1024;
    assert!((with.effects_bytes - without.effects_bytes).abs() <= page);
    assert!(with.cursors_bytes <= 256 * 1024, "{}", with.cursors_bytes);
    assert!(with.took < 4 * without.took + Duration::from_millis(200));
    old.client.batch_execute("COMMIT").await.unwrap();
}
