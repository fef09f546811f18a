//! Wakes: what a token hears, and what it has heard already.

use crate::stand::{Stand, data, of};
use domain::{Command, TokenKind, Wake};
use serde_json::json;
use waitpoints::{CreateError, Settled, TokenStatus, WakeRow, insert_wakes};

#[tokio::test]
async fn a_token_registered_before_a_pause_is_woken_by_it() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    let id = stand.sleeper(campaign).await;

    assert_eq!(stand.status(&id).await, TokenStatus::Waiting);
    stand.ask_and_wake(campaign, Command::Pause).await;

    let token = stand.read(&id).await;
    assert_eq!(token.status, TokenStatus::Completed);
    assert_eq!(token.output, Some(data(&json!({"paused": true}))));
    let paused = stand.database.events(campaign).await;
    assert_eq!(
        token.completed_at,
        paused.last().map(|event| event.recorded_at)
    );
}

#[tokio::test]
async fn a_token_registered_after_a_pause_is_told_at_once() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().paused().await;

    let created = stand.create(&of(campaign, TokenKind::Sleep)).await;

    assert_eq!(created.told, Some(Wake::Paused));
    let token = stand.read(&created.id).await;
    assert_eq!(token.status, TokenStatus::Completed);
    assert_eq!(token.output, Some(data(&json!({"paused": true}))));
    assert!(token.completed_at.is_some());
}

#[tokio::test]
async fn a_parked_token_is_woken_by_the_resume_and_not_by_the_pause() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().paused().await;
    let id = stand.create(&of(campaign, TokenKind::Pause)).await.id;

    stand
        .relay
        .run_once(stand.database.sql(), stand.journal())
        .await;
    assert_eq!(stand.status(&id).await, TokenStatus::Waiting);
    stand.ask_and_wake(campaign, Command::Resume).await;

    assert_eq!(
        stand.output(&id).await,
        data(&json!({"resumed": true})).text
    );
}

#[tokio::test]
async fn a_token_hears_the_first_wake_behind_it_and_keeps_it() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    stand.ask_and_wake(campaign, Command::Pause).await;
    stand.ask_and_wake(campaign, Command::Resume).await;
    let id = stand.sleeper(campaign).await;

    assert_eq!(
        stand.status(&id).await,
        TokenStatus::Waiting,
        "an old pause woke it"
    );
    stand.ask_and_wake(campaign, Command::Delete).await;
    let token = stand.read(&id).await;
    assert_eq!(token.output, Some(data(&json!({"cancelled": true}))));
    let later = WakeRow {
        campaign_id: campaign,
        kind: TokenKind::Sleep,
        position: 1_000_000,
        output: json!({"later": true}),
        recorded_at: crate::stand::now(),
    };
    insert_wakes(stand.database.sql(), stand.journal(), &[later])
        .await
        .unwrap();

    assert_eq!(stand.read(&id).await, token);
}

#[tokio::test]
async fn wakes_that_are_there_already_stay_as_they_are() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    let id = stand.sleeper(campaign).await;
    let wake = |output| WakeRow {
        campaign_id: campaign,
        kind: TokenKind::Sleep,
        position: 1_000,
        output,
        recorded_at: crate::stand::now(),
    };
    let sql = stand.database.sql();
    let inserted = insert_wakes(sql, stand.journal(), &[wake(json!(1))])
        .await
        .unwrap();

    let again = insert_wakes(sql, stand.journal(), &[wake(json!(2))])
        .await
        .unwrap();

    assert_eq!((inserted, again), (1, 0));
    assert_eq!(stand.output(&id).await, data(&json!(1)).text);
}

#[tokio::test]
async fn a_token_of_a_campaign_that_is_not_there_is_refused() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().draft().await;
    stand.ask(campaign, Command::Delete).await;

    for campaign in [campaign, testkit::new_campaign_id()] {
        let refused = stand.tokens.create(&of(campaign, TokenKind::Sleep)).await;

        assert!(
            matches!(refused, Err(CreateError::CampaignNotFound)),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn registering_does_not_wait_for_whoever_writes_to_the_journal() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    let held = stand.database.hold_head(stand.journal()).await;

    let id = stand.sleeper(campaign).await;

    drop(held);
    stand.ask_and_wake(campaign, Command::Pause).await;
    assert_eq!(stand.status(&id).await, TokenStatus::Completed);
}

#[tokio::test]
async fn whoever_completes_waits_for_wakes_that_are_being_inserted_and_heeds_them() {
    complete_while_a_wake_is_inserted(&Stand::new().await).await;
}

#[tokio::test]
async fn a_database_whose_transactions_look_only_once_by_default_makes_no_difference() {
    let stand = Stand::new().await;
    let name = stand.database.config().get_dbname().unwrap();
    let once =
        format!("ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'");
    stand.database.sql().batch_execute(&once).await.unwrap();

    complete_while_a_wake_is_inserted(&stand).await;
}

async fn complete_while_a_wake_is_inserted(stand: &Stand) {
    let campaign = stand.campaign().active().await;
    let id = stand.sleeper(campaign).await;
    stand.ask(campaign, Command::Pause).await;
    let relay = stand.database.connect().await;
    relay.client.batch_execute("BEGIN").await.unwrap();
    assert_eq!(stand.relay.insert(&relay.client, stand.journal()).await, 1);

    let output = data(&json!("too late"));
    let completing = stand.tokens.complete(&id, &output);
    let committing = async {
        stand.database.lock_waiters(1).await;
        relay.client.batch_execute("COMMIT").await.unwrap();
    };
    let (settled, ()) = futures_util::future::join(completing, committing).await;

    assert_eq!(settled.unwrap(), Settled::Before);
    assert_eq!(stand.output(&id).await, data(&json!({"paused": true})).text);
}

#[tokio::test]
async fn a_completion_that_was_first_stays_whatever_wakes_follow() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    let id = stand.sleeper(campaign).await;

    let settled = stand
        .tokens
        .complete(&id, &data(&json!("first")))
        .await
        .unwrap();
    stand.ask_and_wake(campaign, Command::Pause).await;

    assert_eq!(settled, Settled::Now);
    assert_eq!(stand.output(&id).await.as_deref(), Some("first"));
}
