//! The budget: none lost, no overrun, and no slower than it must be.

use crate::given::{adapter, complete_all, settings};
use outbox::{TriggerDev, WaitpointCompleter};
use std::time::{Duration, Instant};
use testkit::{BucketSize, FakeTrigger, Fault, ResetHeader, Seen, eventually, with_lateness};

/// The original's bucket, ten times as fast.
const FAST: BucketSize = BucketSize {
    burst: 750,
    refill: 250,
    interval: Duration::from_millis(1_000),
};
/// Far more than it takes, far less than a wait that a wrong clock or header would cause.
const LONGEST: Duration = Duration::from_secs(60);
/// A small one, for tests that need no more.
const SMALL: BucketSize = BucketSize {
    burst: 30,
    refill: 10,
    interval: Duration::from_millis(300),
};

fn assert_each_delivered_once_or_with_the_same(seen: &Seen) {
    assert_eq!(seen.waiting(), 0);
    for (token, seen) in &seen.tokens {
        let first = seen.outputs.first();
        let is_same = seen.outputs.iter().all(|output| Some(output) == first);
        assert!(is_same, "{token} was completed with different outputs");
    }
}

/// Sends so many tokens through a bucket that is full, and holds the run to the promise.
async fn run_and_hold(size: BucketSize, count: u32) {
    let fake = FakeTrigger::start().await.with_bucket(size);
    let settings = settings(&fake);
    let adapter = TriggerDev::new(&settings).unwrap();
    let tokens = fake.new_tokens(usize::try_from(count).unwrap());

    let (others, late) = with_lateness(complete_all(&adapter, tokens)).await;

    let (seen, best) = (fake.seen(), size.best_time(count));
    let took = seen.took();
    println!(
        "{count} tokens: {took:?} of {best:?}, {} refused, {} connections",
        seen.limited, seen.connections
    );
    assert_eq!(others, []);
    assert_each_delivered_once_or_with_the_same(&seen);
    assert!(
        seen.limited <= settings.in_flight_max.get(),
        "{} refused",
        seen.limited
    );
    assert!(
        took <= best.mul_f64(1.05) + late,
        "{took:?} of {best:?}, on a machine that was {late:?} late"
    );
    assert_eq!(seen.requests, count + seen.limited, "nothing is sent twice");
    // When a connection comes free while another is being made, the pool keeps both.
    let connections_max = settings.in_flight_max.get() * 2;
    assert!(
        seen.connections_max <= connections_max,
        "{}",
        seen.connections_max
    );
}

#[tokio::test]
async fn three_thousand_tokens_take_the_best_possible_time_and_none_is_lost() {
    run_and_hold(FAST, 3_000).await;
}

#[tokio::test]
#[ignore = "takes 90 seconds: the original's bucket in real time"]
async fn three_thousand_tokens_through_the_original_s_bucket() {
    run_and_hold(BucketSize::ORIGINAL, 3_000).await;
}

#[tokio::test]
async fn others_who_share_the_budget_cost_no_token_and_few_refusals() {
    let fake = FakeTrigger::start().await.with_bucket(SMALL);
    let adapter = adapter(&fake);
    let tokens = fake.new_tokens(120);
    let ended = tokio_util::sync::CancellationToken::new();
    let spend = async {
        while !ended.is_cancelled() {
            fake.spend(1);
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
    };
    let send = async {
        let others = complete_all(&adapter, tokens).await;
        ended.cancel();
        others
    };

    let (others, ()) = tokio::join!(send, spend);

    let seen = fake.seen();
    assert_eq!(others, []);
    assert_each_delivered_once_or_with_the_same(&seen);
    // At worst one step's stragglers are refused; there are a dozen or two of steps.
    let steps = seen.took().as_millis() / SMALL.interval.as_millis() + 1;
    let bound = u32::try_from(steps).unwrap() * 4;
    assert!(seen.limited <= bound, "{} of {bound}", seen.limited);
}

#[tokio::test]
async fn two_processes_that_share_the_budget_lose_nothing() {
    let fake = FakeTrigger::start().await.with_bucket(SMALL);
    let (one, other) = (adapter(&fake), adapter(&fake));

    let (first, second) = tokio::join!(
        complete_all(&one, fake.new_tokens(70)),
        complete_all(&other, fake.new_tokens(70)),
    );

    let seen = fake.seen();
    assert_eq!((first, second), (vec![], vec![]));
    assert_each_delivered_once_or_with_the_same(&seen);
    assert!(seen.limited <= 60, "{} refused", seen.limited);
}

#[tokio::test]
async fn what_is_kept_free_is_left_to_others() {
    let size = BucketSize {
        interval: Duration::from_secs(60),
        ..SMALL
    };
    let fake = FakeTrigger::start().await.with_bucket(size);
    let mut settings = settings(&fake);
    settings.kept_free = 10;
    let adapter = TriggerDev::new(&settings).unwrap();
    let tokens = fake.new_tokens(60);

    let held_back = async {
        eventually("the adapter keeps the rest free", async || {
            (adapter.state().remaining == Some(10)).then_some(())
        })
        .await;
        tokio::time::sleep(Duration::from_millis(300)).await;
    };
    tokio::select! {
        _ = complete_all(&adapter, tokens) => panic!("the budget does not suffice"),
        () = held_back => {}
    }

    let state = adapter.state();
    assert_eq!(fake.seen().waiting(), 40);
    assert_eq!(state.remaining, Some(10));
    assert_eq!(state.counts.rate_limited, 0);
}

#[tokio::test]
async fn clocks_that_differ_cost_a_few_refusals_and_no_token() {
    for ahead_ms in [-3_600_000, -1_200, 1_200, 3_600_000] {
        let fake = FakeTrigger::start()
            .await
            .with_bucket(SMALL)
            .with_clock_ahead(ahead_ms);
        let adapter = adapter(&fake);

        let others = complete_all(&adapter, fake.new_tokens(60)).await;

        let seen = fake.seen();
        assert_eq!(others, []);
        assert_each_delivered_once_or_with_the_same(&seen);
        assert!(seen.limited <= 20, "{ahead_ms}: {} refused", seen.limited);
        assert!(seen.took() < LONGEST, "{ahead_ms}: {:?}", seen.took());
    }
}

#[tokio::test]
async fn reset_times_that_make_no_sense_neither_hang_nor_spin() {
    for header in [
        ResetHeader::Missing,
        ResetHeader::Past,
        ResetHeader::Absurd,
        ResetHeader::Seconds,
        ResetHeader::Nonsense,
    ] {
        let fake = FakeTrigger::start()
            .await
            .with_bucket(SMALL)
            .with_reset_header(header);
        let adapter = adapter(&fake);

        let others = complete_all(&adapter, fake.new_tokens(60)).await;

        let seen = fake.seen();
        assert_eq!(others, []);
        assert_each_delivered_once_or_with_the_same(&seen);
        assert!(seen.limited <= 40, "{header:?}: {} refused", seen.limited);
        assert!(seen.took() < LONGEST, "{header:?}: {:?}", seen.took());
    }
}

#[tokio::test]
async fn a_limit_that_no_header_speaks_of_is_backed_off_from() {
    let fake = FakeTrigger::start()
        .await
        .with_bucket(SMALL)
        .without_limit_headers();
    let adapter = adapter(&fake);

    let others = complete_all(&adapter, fake.new_tokens(60)).await;

    let seen = fake.seen();
    assert_eq!(others, []);
    assert_each_delivered_once_or_with_the_same(&seen);
    assert!(seen.limited <= 60, "{} refused", seen.limited);
}

#[tokio::test]
async fn without_a_limit_nothing_is_waited_for() {
    let endless = BucketSize {
        burst: 1_000_000,
        ..FAST
    };
    let fake = FakeTrigger::start()
        .await
        .with_bucket(endless)
        .without_limit_headers();
    let adapter = adapter(&fake);
    let tokens = fake.new_tokens(500);
    let begun = Instant::now();

    let (others, late) = with_lateness(complete_all(&adapter, tokens)).await;

    assert_eq!(others, []);
    assert!(
        begun.elapsed() < Duration::from_secs(5) + late,
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(adapter.state().remaining, None);
}

#[tokio::test]
async fn faults_of_every_kind_by_chance_lose_no_token() {
    const FAULTS: [Fault; 8] = [
        Fault::Reset,
        Fault::LoseAnswer,
        Fault::CutAnswer,
        Fault::Late(Duration::from_millis(60)),
        Fault::status(500),
        Fault::status(503),
        Fault::status(409),
        Fault::Answer {
            status: 200,
            should_retry: None,
            body: "<html>",
        },
    ];
    for seed in [1, 2, 3] {
        let size = BucketSize {
            burst: 100,
            refill: 100,
            interval: Duration::from_millis(300),
        };
        let fake = FakeTrigger::start().await.with_bucket(size);
        fake.fail_sometimes(25, &FAULTS, seed);
        let adapter = adapter(&fake);

        let others = complete_all(&adapter, fake.new_tokens(300)).await;

        let seen = fake.seen();
        assert_eq!(others, [], "seed {seed}");
        assert_each_delivered_once_or_with_the_same(&seen);
        assert!(50 < seen.faults, "{} faults", seen.faults);
    }
}
