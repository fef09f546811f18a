//! Time-outs: they survive whoever made them, fire once, and never undo what was before.

use crate::stand::{Stand, data, new_token, now, of, pass};
use chrono::TimeDelta;
use domain::{Command, TokenKind};
use futures_util::future::join_all;
use serde_json::json;
use waitpoints::{
    NewToken, Output, Settled, TIMED_OUT_AT_ONCE_MAX, Timers, TimersStep, TokenId, TokenStatus,
};

async fn timed(stand: &Stand, new: NewToken) -> TokenId {
    let timeout_at = Some(now() + TimeDelta::hours(1));
    stand.create(&NewToken { timeout_at, ..new }).await.id
}

#[tokio::test]
async fn a_token_times_out_once_its_time_has_come_and_not_before() {
    let stand = Stand::new().await;
    let id = timed(&stand, new_token()).await;
    let timers = Timers::new(stand.tokens.clone());

    pass(TimeDelta::minutes(59));
    assert_eq!(timers.run_once().await.unwrap(), TimersStep::default());
    assert_eq!(stand.status(&id).await, TokenStatus::Waiting);
    pass(TimeDelta::minutes(1));
    timers.run_once().await.unwrap();

    let token = stand.read(&id).await;
    assert_eq!(token.status, TokenStatus::TimedOut);
    assert_eq!(token.output, token.timeout_at.map(Output::timed_out));
    assert!(token.completed_at >= token.timeout_at);
}

#[tokio::test]
async fn timers_of_a_process_that_is_gone_fire_in_the_next_and_fire_once() {
    let stand = Stand::new().await;
    let id = timed(&stand, new_token()).await;
    pass(TimeDelta::hours(1));
    let others = [(); 4].map(|()| Timers::new(stand.elsewhere()));

    let steps = join_all(others.iter().map(Timers::run_once)).await;
    let once = stand.read(&id).await;
    pass(TimeDelta::hours(1));
    let later = others[0].run_once().await.unwrap();

    let fired: usize = steps.into_iter().map(|step| step.unwrap().timed_out).sum();
    assert_eq!((fired, later.timed_out), (1, 0));
    assert_eq!(stand.read(&id).await, once);
}

#[tokio::test]
async fn a_completed_token_does_not_time_out_and_a_timed_out_one_is_not_completed() {
    let stand = Stand::new().await;
    let completed = timed(&stand, new_token()).await;
    let timed_out = timed(&stand, new_token()).await;
    stand
        .tokens
        .complete(&completed, &data(&json!(1)))
        .await
        .unwrap();
    pass(TimeDelta::hours(1));

    Timers::new(stand.elsewhere()).run_once().await.unwrap();
    let settled = stand
        .tokens
        .complete(&timed_out, &data(&json!(2)))
        .await
        .unwrap();

    assert_eq!(settled, Settled::Before);
    assert_eq!(stand.status(&completed).await, TokenStatus::Completed);
    assert_eq!(stand.status(&timed_out).await, TokenStatus::TimedOut);
}

#[tokio::test]
async fn a_token_that_a_wake_covers_is_settled_as_what_the_wake_said() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    let id = timed(&stand, of(campaign, TokenKind::Sleep)).await;
    stand.ask_and_wake(campaign, Command::Pause).await;
    let before = stand.read(&id).await;
    pass(TimeDelta::hours(1));
    let timers = Timers::new(stand.elsewhere());

    let step = timers.run_once().await.unwrap();
    let again = timers.run_once().await.unwrap();

    assert_eq!((step.timed_out, step.woken_before), (0, 1));
    assert_eq!(
        again,
        TimersStep::default(),
        "it is looked at again and again"
    );
    assert_eq!(stand.read(&id).await, before);
}

#[tokio::test]
async fn a_step_is_bounded_and_says_that_more_is_due() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    let many = usize::from(TIMED_OUT_AT_ONCE_MAX) + 1;
    join_all((0..many).map(|_| timed(&stand, of(campaign, TokenKind::Sleep)))).await;
    pass(TimeDelta::hours(1));
    let timers = Timers::new(stand.tokens.clone());

    let first = timers.run_once().await.unwrap();
    let second = timers.run_once().await.unwrap();

    assert_eq!((first.timed_out, first.is_more_due), (many - 1, true));
    assert_eq!((second.timed_out, second.is_more_due), (1, false));
}
