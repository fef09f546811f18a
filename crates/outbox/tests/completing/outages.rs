//! Outages: no hot loop while they last, and no herd when they end.

use crate::given::{SHORT, adapter, complete, complete_all, settings};
use outbox::{Completion, Health, TriggerDev, WaitpointCompleter};
use std::time::Duration;
use testkit::{FakeTrigger, Fault, eventually};

/// When an answer comes that nothing should wait for.
const LATE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn an_outage_is_looked_at_now_and_then_and_recovered_from_slowly() {
    let fake = FakeTrigger::start().await;
    let adapter = adapter(&fake);
    let tokens = fake.new_tokens(60);
    fake.fail_always(Fault::status(503));
    let outage = async {
        eventually("the breaker opens", async || {
            (adapter.state().health == Health::Down).then_some(())
        })
        .await;
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let down = (adapter.state(), fake.seen());
        fake.recover();
        down
    };

    let (others, (down, seen_down)) = tokio::join!(complete_all(&adapter, tokens), outage);

    let seen = fake.seen();
    assert_eq!(others, []);
    assert_eq!(seen.waiting(), 0);
    let alarm = down.last_alarm.expect("an alarm");
    assert_eq!(alarm.text, "Trigger.dev fails: it answers 503");
    assert!(
        seen_down.requests <= 60,
        "{} requests while down",
        seen_down.requests
    );
    assert!(
        8 <= seen_down.requests,
        "{} requests while down",
        seen_down.requests
    );
    let recovered_at = seen
        .tokens
        .values()
        .flat_map(|token| &token.completed_at)
        .min();
    let first_second = seen.requests_within(*recovered_at.unwrap(), Duration::from_secs(1));
    assert!(first_second <= 6, "{first_second} in the first second");
    assert_eq!(adapter.state().last_alarm, None);
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_an_outage() {
    let fake = FakeTrigger::start().await;
    let adapter = adapter(&fake);
    let token = fake.new_token();
    drop(fake);

    for _ in 0..SHORT.failures_max {
        let completion = complete(&adapter, &token).await;
        assert!(
            matches!(completion, Completion::Unknown { .. }),
            "{completion:?}"
        );
    }

    let state = adapter.state();
    assert_eq!(state.health, Health::Down);
    assert!(state.paused_until.is_some());
    let text = state.last_alarm.expect("an alarm").text;
    assert!(
        text.starts_with("Trigger.dev fails: cannot connect"),
        "{text}"
    );
}

#[tokio::test]
async fn a_refused_key_stops_the_lane_and_raises_an_alarm() {
    let fake = FakeTrigger::start().await;
    let adapter = adapter(&fake);
    let token = fake.new_token();
    fake.accept_key(false);

    let completion = complete(&adapter, &token).await;
    let patience = SHORT.refused_wait / 2;
    let held_back = tokio::time::timeout(patience, adapter.ready()).await;

    let state = adapter.state();
    assert_eq!(completion, Completion::Refused);
    assert!(held_back.is_err(), "nobody may send now");
    assert_eq!(fake.seen().requests, 1);
    assert_eq!(state.health, Health::Refused);
    assert_eq!(state.counts.refused, 1);
    assert!(
        state
            .last_alarm
            .expect("an alarm")
            .text
            .contains("secret key")
    );
}

#[tokio::test]
async fn a_key_that_is_accepted_again_is_noticed() {
    let fake = FakeTrigger::start().await;
    let adapter = adapter(&fake);
    let token = fake.new_token();
    fake.accept_key(false);
    complete(&adapter, &token).await;
    complete(&adapter, &token).await;
    fake.accept_key(true);

    let completion = complete(&adapter, &token).await;

    assert_eq!(completion, Completion::Delivered);
    assert_eq!(adapter.state().last_alarm, None);
    assert_eq!(adapter.state().health, Health::Recovering);
}

#[tokio::test]
async fn a_restricted_key_is_a_refused_one() {
    let fake = FakeTrigger::start().await;
    let mut settings = settings(&fake);
    settings.secret_key = FakeTrigger::RESTRICTED_KEY.to_owned().into();
    let adapter = TriggerDev::new(&settings).unwrap();

    let completion = complete(&adapter, &fake.new_token()).await;

    assert_eq!(completion, Completion::Refused);
}

#[tokio::test]
async fn another_server_behind_the_url_drops_nobody() {
    let fake = FakeTrigger::start().await;
    let mut settings = settings(&fake);
    // The fake has no such path: it answers 404, as any server would.
    settings.api_url = format!("{}/nothing?", fake.url()).replace('?', "/api/v2");
    let adapter = TriggerDev::new(&settings).unwrap();
    fake.fail_always(Fault::Answer {
        status: 404,
        should_retry: None,
        body: "",
    });

    for _ in 0..SHORT.failures_max {
        let completion = complete(&adapter, &fake.new_token()).await;
        assert!(
            matches!(completion, Completion::Unknown { .. }),
            "{completion:?}"
        );
    }

    let text = adapter.state().last_alarm.expect("an alarm").text;
    assert!(text.contains("check its URL"), "{text}");
}

#[tokio::test]
async fn an_answer_that_never_comes_is_given_up_in_time() {
    let fake = FakeTrigger::start().await;
    let mut settings = settings(&fake);
    settings.patience.request_time_max = Duration::from_millis(200);
    let adapter = TriggerDev::new(&settings).unwrap();
    let token = fake.new_token();
    fake.fail_next(1, Fault::Late(LATE));
    let begun = std::time::Instant::now();

    let first = complete(&adapter, &token).await;
    let second = complete(&adapter, &token).await;

    assert!(begun.elapsed() < LATE, "{:?}", begun.elapsed());
    let reason = match first {
        Completion::Unknown { reason, .. } => reason,
        other => panic!("{other:?}"),
    };
    assert!(reason.starts_with("no answer in time"), "{reason}");
    assert_eq!(second, Completion::Delivered);
}
