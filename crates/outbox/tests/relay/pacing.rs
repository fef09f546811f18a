//! The relay on Trigger.dev's adapter: it finishes as soon as the rate limit lets it, and loses
//! nothing when the endpoint fails.

use crate::stage::{Stage, sender};
use domain::{ProspectId, TokenKind};
use outbox::{ForeignToken, Patience, Surroundings, TriggerDev, TriggerSettings};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use testkit::{BucketSize, FakeTrigger, Fault, with_lateness};
use uuid::Uuid;

const SMALL: BucketSize = BucketSize {
    burst: 100,
    refill: 50,
    interval: Duration::from_secs(1),
};

/// A stage whose tokens live at `fake`, with a pause of a campaign for which so many sleep.
async fn paused(fake: &FakeTrigger, count: usize) -> Stage {
    let mut stage = Stage::set().await;
    let surroundings = Surroundings {
        now: Arc::new(chrono::Utc::now),
        chance: Arc::new(rand::random),
    };
    let mut settings =
        TriggerSettings::new(fake.url(), FakeTrigger::KEY.to_owned().into(), surroundings);
    settings.patience = Patience {
        request_time_max: Duration::from_secs(2),
        outage_wait_min: Duration::from_millis(50),
        outage_wait_max: Duration::from_millis(500),
        ..Patience::default()
    };
    let trigger = Arc::new(TriggerDev::new(&settings).unwrap());
    stage.sender = sender(&stage.pool, trigger, &stage.clock, "first");
    let id = stage.active().await;
    let tokens: Vec<ForeignToken> = fake
        .new_tokens(count)
        .into_iter()
        .map(|id| ForeignToken {
            id,
            prospect_id: ProspectId(Uuid::nil()),
            kind: TokenKind::Sleep,
        })
        .collect();
    for thousand in tokens.chunks(1_000) {
        stage.registrar.register(id, thousand).await.unwrap();
    }
    stage.pause(id).await;
    stage.take_in().await;
    stage
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_relay_finishes_as_soon_as_the_limit_lets_it() {
    let count = 400;
    let fake = FakeTrigger::start().await.with_bucket(SMALL);
    let mut stage = paused(&fake, count).await;

    let ((), late) = with_lateness(stage.send_all()).await;

    let (seen, best) = (fake.seen(), SMALL.best_time(u32::try_from(count).unwrap()));
    let took = seen.requested_at[seen.requested_at.len() - 1] - seen.requested_at[0];
    println!(
        "{count} tokens: {took:?} of {best:?}, {} refused",
        seen.limited
    );
    let paused = Some(json!({"paused": true}));
    assert!(
        seen.tokens
            .values()
            .all(|token| token.outputs == [paused.clone()])
    );
    assert_eq!(stage.count("tokens").await, 0);
    assert!(
        took <= best.mul_f64(1.05) + Duration::from_millis(100) + late,
        "{took:?} of {best:?}, on a machine that was {late:?} late"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_fails_by_chance_costs_no_token() {
    let fake = FakeTrigger::start().await;
    let mut stage = paused(&fake, 300).await;
    let faults = [
        Fault::status(500),
        Fault::Reset,
        Fault::LoseAnswer,
        Fault::CutAnswer,
    ];
    fake.fail_sometimes(20, &faults, 7);

    while stage.count("tokens").await != 0 {
        stage.clock.pass(chrono::TimeDelta::seconds(30));
        stage.send_all().await;
    }

    let seen = fake.seen();
    assert!(0 < seen.faults);
    assert!(
        seen.tokens
            .values()
            .all(|token| token.output() == Some(&json!({"paused": true})))
    );
    let told = "deliveries WHERE state = 'delivered' AND kind <> 'start_run'";
    assert_eq!(stage.count(told).await, 1);
}
