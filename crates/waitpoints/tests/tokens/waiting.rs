//! The hub: whoever waits is told, by a ring at once, by the tick at the latest, and by the time-out
//! when nothing happens.

use crate::stand::{Stand, data, new_token, pool, tokens};
use domain::Command;
use futures_util::future::join_all;
use serde_json::json;
use std::time::{Duration, Instant};
use testkit::eventually;
use tokio_util::sync::{CancellationToken, DropGuard};
use waitpoints::{Hub, Token, TokenId, TokenStatus, Tokens};

const LONG: Duration = Duration::from_secs(60);
const WAITERS: usize = 1_200;

/// Tokens whose hub runs, and looks around every `tick`.
fn with_hub(stand: &Stand, tick: Duration) -> (Tokens, DropGuard) {
    let pool = pool(&stand.database);
    let hub = Hub::ticking(pool.clone(), tick);
    let shutdown = CancellationToken::new();
    let (running, stop) = (hub.clone(), shutdown.clone());
    tokio::spawn(async move { running.run(stop).await });
    (tokens(&stand.database, pool, hub), shutdown.drop_guard())
}

async fn sleepers(stand: &Stand, count: usize) -> (domain::CampaignId, Vec<TokenId>) {
    let campaign = stand.campaign().active().await;
    let ids = join_all((0..count).map(|_| stand.sleeper(campaign))).await;
    (campaign, ids)
}

/// Begins a wait on each, and returns when all of them wait.
async fn all_wait(
    tokens: &Tokens,
    ids: &[TokenId],
    longest: Duration,
) -> Vec<tokio::task::JoinHandle<Token>> {
    let before = tokens.hub().count();
    let wait = |id: &TokenId| {
        let (hub, id) = (tokens.hub().clone(), id.clone());
        tokio::spawn(async move { hub.wait(&id, longest).await.unwrap().unwrap() })
    };
    let waiting = ids.iter().map(wait).collect();
    eventually("everybody waits", async || {
        (tokens.hub().count() == before + ids.len()).then_some(())
    })
    .await;
    waiting
}

async fn told(waiting: Vec<tokio::task::JoinHandle<Token>>) -> Vec<Token> {
    join_all(waiting)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect()
}

#[tokio::test]
async fn a_ring_for_a_campaign_wakes_everyone_who_waits_for_its_tokens() {
    let stand = Stand::new().await;
    let (tokens, _running) = with_hub(&stand, LONG);
    let (campaign, ids) = sleepers(&stand, WAITERS).await;
    let waiting = all_wait(&tokens, &ids, LONG).await;

    stand.ask_and_wake(campaign, Command::Pause).await;
    let rung = Instant::now();
    tokens.hub().ring_campaign(campaign);
    let told = told(waiting).await;

    println!("{WAITERS} waiters told {:?} after the ring", rung.elapsed());
    assert!(rung.elapsed() < LONG / 4);
    let paused = Some(data(&json!({"paused": true})));
    assert!(told.iter().all(|token| token.output == paused));
    assert_eq!(tokens.hub().count(), 0);
}

#[tokio::test]
async fn without_a_ring_the_tick_tells_everyone() {
    let stand = Stand::new().await;
    let (tokens, _running) = with_hub(&stand, Duration::from_millis(waitpoints::TICK_MILLISECONDS));
    let (campaign, ids) = sleepers(&stand, WAITERS).await;
    let waiting = all_wait(&tokens, &ids, LONG).await;

    let began = Instant::now();
    stand.ask_and_wake(campaign, Command::Pause).await;
    let told = told(waiting).await;

    println!(
        "{WAITERS} waiters told {:?} after the wake",
        began.elapsed()
    );
    assert!(began.elapsed() < LONG / 4);
    assert!(
        told.iter()
            .all(|token| token.status == TokenStatus::Completed)
    );
}

#[tokio::test]
async fn a_completion_rings_for_its_token_and_leaves_the_others_alone() {
    let stand = Stand::new().await;
    let (tokens, _running) = with_hub(&stand, LONG);
    let (one, other) = (stand.free().await, stand.free().await);
    let mut waiting = all_wait(&tokens, &[one.clone(), other], LONG).await;

    tokens.complete(&one, &data(&json!("here"))).await.unwrap();
    let token = waiting.remove(0).await.unwrap();

    assert_eq!(token.output, Some(data(&json!("here"))));
    assert_eq!(tokens.hub().count(), 1);
}

#[tokio::test]
async fn several_wait_for_one_token() {
    let stand = Stand::new().await;
    let (tokens, _running) = with_hub(&stand, LONG);
    let id = stand.free().await;
    let ids = vec![id.clone(); 5];
    let waiting = all_wait(&tokens, &ids, LONG).await;

    tokens.complete(&id, &data(&json!("here"))).await.unwrap();

    assert_eq!(told(waiting).await.len(), 5);
}

#[tokio::test]
async fn who_waits_in_vain_is_answered_when_the_time_is_over() {
    let stand = Stand::new().await;
    let (tokens, _running) = with_hub(&stand, LONG);
    let (_, ids) = sleepers(&stand, WAITERS).await;

    let began = Instant::now();
    let waits = ids
        .iter()
        .map(|id| tokens.hub().wait(id, Duration::from_secs(3)));
    let told = join_all(waits).await;

    println!(
        "{WAITERS} waiters answered {:?} after they came",
        began.elapsed()
    );
    assert!(began.elapsed() >= Duration::from_secs(3) && began.elapsed() < LONG / 2);
    let waits = |answer: &Result<Option<Token>, _>| matches!(answer, Ok(Some(token)) if token.status == TokenStatus::Waiting);
    assert!(told.iter().all(waits));
    assert_eq!(tokens.hub().count(), 0);
}

#[tokio::test]
async fn what_is_over_or_not_there_is_answered_at_once() {
    let stand = Stand::new().await;
    let (tokens, _running) = with_hub(&stand, LONG);
    let id = stand.create(&new_token()).await.id;
    tokens.complete(&id, &data(&json!(1))).await.unwrap();

    let over = tokens.hub().wait(&id, LONG).await.unwrap();
    let absent = tokens
        .hub()
        .wait(&"absent".parse().unwrap(), LONG)
        .await
        .unwrap();

    assert_eq!(over.map(|token| token.status), Some(TokenStatus::Completed));
    assert_eq!(absent, None);
}

#[tokio::test]
async fn a_hub_that_stops_sends_everybody_away_and_holds_nobody_after() {
    let stand = Stand::new().await;
    let (tokens, running) = with_hub(&stand, LONG);
    let id = stand.free().await;
    let waiting = all_wait(&tokens, std::slice::from_ref(&id), LONG).await;

    drop(running);
    let sent_away = told(waiting).await;
    let after = tokens.hub().wait(&id, LONG).await.unwrap();

    assert_eq!(sent_away[0].status, TokenStatus::Waiting);
    assert_eq!(after.map(|token| token.status), Some(TokenStatus::Waiting));
}

#[tokio::test]
async fn whoever_goes_away_gives_the_seat_back() {
    let stand = Stand::new().await;
    let (tokens, _running) = with_hub(&stand, LONG);
    let id = stand.free().await;
    let waiting = all_wait(&tokens, &[id.clone(), id], LONG).await;

    waiting[0].abort();

    eventually("a seat that is given back", async || {
        (tokens.hub().count() == 1).then_some(())
    })
    .await;
}
