//! Registering tokens that were made elsewhere: nobody falls asleep on what has happened already.

use crate::stage::{Stage, token, tokens};
use domain::{Command, TokenKind};
use outbox::Registered;
use serde_json::json;
use testkit::new_campaign_id;

#[tokio::test]
async fn a_sleeper_waits_while_the_campaign_is_under_way() {
    let mut stage = Stage::set().await;
    let id = stage.active().await;

    let came = stage
        .registrar
        .register(id, &[token(TokenKind::Sleep), token(TokenKind::Pause)])
        .await
        .unwrap()
        .unwrap();

    let resumed = Registered::Completed(json!({"resumed": true}));
    assert_eq!(came, [Registered::Now, resumed]);
    stage.deliver().await;
    assert_eq!(stage.recorder.told().len(), 1);
}

#[tokio::test]
async fn a_sleeper_that_comes_after_the_pause_is_told_at_once_and_its_token_is_completed() {
    let mut stage = Stage::set().await;
    let id = stage.active().await;
    stage.pause(id).await;
    let late = token(TokenKind::Sleep);

    let came = stage
        .registrar
        .register(id, std::slice::from_ref(&late))
        .await;
    stage.resume(id).await;
    stage.deliver().await;

    let paused = json!({"paused": true});
    let told = Registered::Completed(paused.clone());
    assert_eq!(came.unwrap().unwrap(), [told]);
    assert_eq!(stage.recorder.told(), [(late.id.to_string(), paused)]);
    assert_eq!(stage.count("tokens").await, 0);
}

#[tokio::test]
async fn a_token_that_is_registered_again_keeps_its_place() {
    let mut stage = Stage::set().await;
    let id = stage.active().await;
    let one = token(TokenKind::Sleep);
    let twice = [one.clone(), one.clone()];

    let first = stage.registrar.register(id, &twice).await.unwrap().unwrap();
    let again = stage.registrar.register(id, &twice).await.unwrap().unwrap();

    assert_eq!(first, [Registered::Now, Registered::Before]);
    assert_eq!(again, [Registered::Before, Registered::Before]);
    stage.pause(id).await;
    stage.deliver().await;
    assert_eq!(stage.recorder.told().len(), 1);
}

#[tokio::test]
async fn a_token_whose_sleeper_was_told_is_owed_whatever_overtakes_its_fan_out() {
    let mut stage = Stage::set().await;
    let id = stage.active().await;
    let one = token(TokenKind::Sleep);
    let alone = std::slice::from_ref(&one);
    stage.registrar.register(id, alone).await.unwrap();
    stage.pause(id).await;
    stage.take_in().await;

    let again = stage.registrar.register(id, alone).await.unwrap().unwrap();
    stage.resume(id).await;
    stage.deliver().await;

    assert_eq!(again, [Registered::Completed(json!({"paused": true}))]);
    assert_eq!(stage.recorder.told().len(), 1);
}

#[tokio::test]
async fn a_repeated_registration_is_told_what_the_first_was() {
    let stage = Stage::set().await;
    let id = stage.active().await;
    stage.pause(id).await;
    let late = tokens(TokenKind::Sleep, 1);
    let first = stage.registrar.register(id, &late).await.unwrap();

    stage.resume(id).await;
    let again = stage.registrar.register(id, &late).await.unwrap();

    assert_eq!(first, again);
}

#[tokio::test]
async fn a_campaign_that_is_not_there_takes_no_tokens() {
    let stage = Stage::set().await;
    let deleted = stage.active().await;
    let before = tokens(TokenKind::Sleep, 1);
    stage.registrar.register(deleted, &before).await.unwrap();
    stage.ask(stage.user, deleted, Command::Delete).await;

    for id in [new_campaign_id(), deleted] {
        let came = stage.registrar.register(id, &before).await.unwrap();
        assert_eq!(came, None);
    }
}
