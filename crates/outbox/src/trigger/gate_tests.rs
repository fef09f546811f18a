//! The gate before a model of the endpoint, in virtual time: hours pass in milliseconds.

use super::classify::Meaning;
use super::client::Answer;
use super::gate::{Gate, Ticket};
use super::settings::{Surroundings, TriggerSettings};
use crate::completer::Health;
use chrono::DateTime;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use testkit::{Bucket, BucketSize};
use tokio::time::Instant;

const BEGUN_MS: i64 = 1_800_000_000_250;
const SENDERS: usize = 16;
const HOUR: Duration = Duration::from_secs(3_600);

/// A model of the endpoint, and a gate before it.
struct World {
    gate: Arc<Gate>,
    in_flight_max: u32,
    begun: Instant,
    bucket: Mutex<Bucket>,
    latency: Duration,
    /// Its clock is so far ahead.
    ahead_ms: i64,
    /// What it says instead of when the budget grows.
    resets: fn(i64, i64) -> Option<i64>,
    /// It is down until then.
    down_until: Mutex<Option<(Instant, u16)>>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    passed: u32,
    limited: u32,
    requested_at: Vec<Duration>,
}

impl World {
    fn new(size: BucketSize, latency: Duration) -> Self {
        let begun = Instant::now();
        let random = Mutex::new(SmallRng::seed_from_u64(7));
        let surroundings = Surroundings {
            now: Arc::new(move || DateTime::from_timestamp_millis(now_ms(begun)).unwrap()),
            chance: Arc::new(move || random.lock().unwrap().random()),
        };
        let settings = TriggerSettings::new("http://host", "key".to_owned().into(), surroundings);
        Self {
            gate: Arc::new(Gate::new(&settings)),
            in_flight_max: settings.in_flight_max.get(),
            begun,
            bucket: Mutex::new(Bucket::full(size)),
            latency,
            ahead_ms: 0,
            resets: |reset_ms, _| Some(reset_ms),
            down_until: Mutex::new(None),
            seen: Mutex::default(),
        }
    }

    fn requests(&self) -> usize {
        self.seen.lock().unwrap().requested_at.len()
    }

    fn down(&self, length: Duration, status: u16) {
        *self.down_until.lock().unwrap() = Some((Instant::now() + length, status));
    }

    /// Sends until `count` have passed.
    async fn send(&self, count: u32) {
        let left = AtomicU32::new(count);
        let send = || async {
            loop {
                let ticket = self.gate.ticket().await;
                let take = |left: u32| left.checked_sub(1);
                if left
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, take)
                    .is_err()
                {
                    return;
                }
                if !self.exchange(ticket).await {
                    left.fetch_add(1, Ordering::SeqCst);
                }
            }
        };
        futures_util::future::join_all((0..SENDERS).map(|_| send())).await;
    }

    async fn exchange(&self, mut ticket: Ticket) -> bool {
        let sent_at_ms = ticket.sending();
        tokio::time::sleep(self.latency / 2).await;
        let answer = self.serve();
        tokio::time::sleep(self.latency / 2).await;
        let meaning = match answer.status {
            200 => Meaning::Delivered,
            401 => Meaning::Refused,
            429 => Meaning::RateLimited,
            _ => Meaning::Failed,
        };
        ticket.answered(sent_at_ms, meaning, &answer);
        meaning == Meaning::Delivered
    }

    fn serve(&self) -> Answer {
        let mut seen = self.seen.lock().unwrap();
        seen.requested_at.push(self.begun.elapsed());
        let theirs_ms = now_ms(self.begun) + self.ahead_ms;
        let date_ms = Some(theirs_ms - theirs_ms % 1_000);
        let down = self
            .down_until
            .lock()
            .unwrap()
            .filter(|(until, _)| Instant::now() < *until);
        if let Some((_, status)) = down {
            return Answer {
                date_ms,
                ..Answer::plain(status, "")
            };
        }
        let taken = self.bucket.lock().unwrap().take(theirs_ms);
        seen.passed += u32::from(taken.passes);
        seen.limited += u32::from(!taken.passes);
        Answer {
            remaining: Some(taken.remaining),
            reset_ms: (self.resets)(taken.reset_ms, theirs_ms),
            date_ms,
            ..Answer::plain(if taken.passes { 200 } else { 429 }, "")
        }
    }
}

fn now_ms(begun: Instant) -> i64 {
    BEGUN_MS + i64::try_from(begun.elapsed().as_millis()).unwrap()
}

/// A bucket that never grows.
const EMPTY: BucketSize = BucketSize {
    burst: 1,
    refill: 0,
    interval: Duration::from_secs(10),
};

#[tokio::test(start_paused = true)]
async fn the_true_budget_is_used_within_5_percent_of_the_best_time() {
    for (count, latency_ms, ahead_ms) in [
        (3_000, 2, 0),
        (3_000, 100, 0),
        (3_000, 20, 900),
        (3_000, 20, -900),
        (3_000, 20, 3_600_000),
        (3_000, 20, -3_600_000),
        (10_000, 20, 0),
    ] {
        let size = BucketSize::ORIGINAL;
        let mut world = World::new(size, Duration::from_millis(latency_ms));
        world.ahead_ms = ahead_ms;

        world.send(count).await;

        let seen = world.seen.lock().unwrap();
        let (took, best) = (*seen.requested_at.last().unwrap(), size.best_time(count));
        assert_eq!(seen.passed, count);
        assert!(
            took <= best.mul_f64(1.05),
            "{latency_ms} {ahead_ms}: {took:?} of {best:?}"
        );
        assert!(
            seen.limited <= world.in_flight_max,
            "{latency_ms} {ahead_ms}: {}",
            seen.limited
        );
        let refused_for_certain = if ahead_ms == 0 { 0 } else { 3 };
        assert!(
            seen.limited <= refused_for_certain,
            "{ahead_ms}: {} refused",
            seen.limited
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_others_empty_is_asked_for_once_a_step() {
    let world = World::new(BucketSize::ORIGINAL, Duration::from_millis(20));
    let others = async {
        loop {
            for _ in 0..250 {
                world.bucket.lock().unwrap().take(now_ms(world.begun));
            }
            tokio::time::sleep(Duration::from_secs(10)).await;
        }
    };

    let sending = tokio::time::timeout(HOUR, async {
        tokio::join!(others, world.send(u32::MAX));
    });

    assert!(sending.await.is_err());
    let seen = world.seen.lock().unwrap();
    assert!(250 < seen.passed, "{} passed", seen.passed);
    // 360 steps: one to ask, and now and then those that were in flight.
    assert!(
        seen.limited <= 360 + 2 * world.in_flight_max,
        "{} refused",
        seen.limited
    );
}

#[tokio::test(start_paused = true)]
async fn an_hour_s_outage_costs_few_looks_and_no_herd_follows() {
    for status in [500, 503] {
        let world = World::new(BucketSize::ORIGINAL, Duration::from_millis(5));
        world.down(HOUR, status);

        world.send(2_000).await;

        let seen = world.seen.lock().unwrap();
        let in_outage = seen.requested_at.iter().filter(|at| **at < HOUR).count();
        assert!(
            (120..=500).contains(&in_outage),
            "{in_outage} looks in an hour"
        );
        let first = *seen.requested_at.iter().find(|at| HOUR <= **at).unwrap();
        assert!(first < HOUR + Duration::from_secs(31), "{first:?}");
        let within = |second: u64| {
            let from = first + Duration::from_secs(second);
            let span = from..from + Duration::from_secs(1);
            seen.requested_at
                .iter()
                .filter(|at| span.contains(*at))
                .count()
        };
        let counts: Vec<usize> = (0..5).map(within).collect();
        let bounds = [6, 10, 18, 34, 66];
        assert!(
            counts
                .iter()
                .zip(bounds)
                .all(|(count, bound)| *count <= bound),
            "{counts:?}"
        );
        assert!(50 <= counts[4], "{counts:?}");
        let end = *seen.requested_at.last().unwrap();
        let best = first + BucketSize::ORIGINAL.best_time(2_000);
        assert!(end <= best + Duration::from_secs(12), "{end:?} of {best:?}");
        assert_eq!(world.gate.state().health, Health::Working);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_is_looked_at_once_a_minute() {
    let world = World::new(BucketSize::ORIGINAL, Duration::from_millis(5));
    world.down(HOUR, 401);

    world.send(10).await;

    let seen = world.seen.lock().unwrap();
    let in_outage = seen.requested_at.iter().filter(|at| **at < HOUR).count();
    assert!(
        (35..=61 + 8).contains(&in_outage),
        "{in_outage} looks in an hour"
    );
}

#[tokio::test(start_paused = true)]
async fn an_instant_that_makes_no_sense_neither_hangs_nor_spins() {
    let told: [fn(i64, i64) -> Option<i64>; 8] = [
        |_, _| None,
        |_, _| Some(0),
        |_, _| Some(i64::MIN),
        |_, _| Some(i64::MAX),
        |reset_ms, _| Some(reset_ms / 1_000),
        |reset_ms, _| Some(reset_ms - 3_600_000),
        // Always soon, and never.
        |_, now_ms| Some(now_ms + 20),
        |_, now_ms| Some(now_ms),
    ];
    for (which, resets) in told.into_iter().enumerate() {
        let mut world = World::new(EMPTY, Duration::from_millis(5));
        world.resets = resets;

        let sending = tokio::time::timeout(HOUR, world.send(u32::MAX)).await;

        assert!(sending.is_err());
        let requests = world.requests();
        assert!(
            (100..=800).contains(&requests),
            "{which}: {requests} in an hour"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_budget_is_asked_for_once_a_step() {
    let world = World::new(EMPTY, Duration::from_millis(5));

    let sending = tokio::time::timeout(HOUR, world.send(u32::MAX)).await;

    assert!(sending.is_err());
    let requests = world.requests();
    assert!((300..=380).contains(&requests), "{requests} in an hour");
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_is_given_back_is_given_to_the_next() {
    let world = World::new(BucketSize::ORIGINAL, Duration::from_millis(5));
    world.down(Duration::from_secs(1), 503);
    for _ in 0..5 {
        let ticket = world.gate.ticket().await;
        world.exchange(ticket).await;
    }

    for _ in 0..3 {
        drop(world.gate.ticket().await);
        let mut sent = world.gate.ticket().await;
        sent.sending();
        drop(sent);
    }
    world.send(1).await;

    assert_eq!(world.gate.state().health, Health::Recovering);
    assert_eq!(world.gate.state().in_flight, 0);
}
