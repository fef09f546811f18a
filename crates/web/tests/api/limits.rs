//! How often a key may ask.

use cli::service::Settings;
use futures_util::future::join_all;
use std::num::NonZeroU32;
use testkit::{Answer, Tenant, TestApp};

fn two_at_once(settings: &mut Settings) {
    settings.rate_limit_per_second = NonZeroU32::new(1);
    settings.rate_limit_burst = NonZeroU32::new(2).unwrap();
}

/// The answers to far more requests at once than the key may make, however slow the machine.
async fn too_many(app: &TestApp, tenant: &Tenant) -> Vec<Answer> {
    join_all((0..64).map(|_| app.list(tenant).send())).await
}

#[tokio::test]
async fn a_key_that_asks_too_often_is_told_when_to_ask_again() {
    let app = TestApp::spawn_with(two_at_once).await;
    let tenant = app.tenant().await;

    let answers = too_many(&app, &tenant).await;

    let (served, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status == 200);
    assert!(
        2 <= served.len() && !refused.is_empty(),
        "{} were served",
        served.len()
    );
    for answer in refused {
        let seconds = answer.header("retry-after").unwrap();
        assert_eq!(answer.problem(), (429, "rate_limited".to_owned()));
        assert_eq!(seconds, "1");
        let message = format!("Too many requests. Please retry after {seconds} seconds.");
        assert_eq!(answer.message(), message);
    }
}

#[tokio::test]
async fn a_change_beyond_the_limit_is_not_made() {
    let app = TestApp::spawn_with(two_at_once).await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let turns = (0..64).map(|turn| {
        let call = if turn % 2 == 0 {
            app.pause(&tenant, id)
        } else {
            app.resume(&tenant, id)
        };
        call.send()
    });
    let answers = join_all(turns).await;

    let count = |status| answers.iter().filter(|it| it.status == status).count();
    assert!(0 < count(429));
    assert_eq!(app.events(id).await.len(), 4 + count(200));
}

#[tokio::test]
async fn each_key_has_a_limit_of_its_own() {
    let app = TestApp::spawn_with(two_at_once).await;
    let (busy, calm) = (app.tenant().await, app.tenant().await);
    let answers = too_many(&app, &busy).await;
    assert!(answers.iter().any(|it| it.status == 429));

    let answer = app.list(&calm).await;

    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_key_that_is_none_uses_up_nobodys_limit() {
    let app = TestApp::spawn_with(two_at_once).await;
    let tenant = app.tenant().await;
    let forged = format!("{}{}", &tenant.key[..24], "0".repeat(48));

    for _ in 0..5 {
        let answer = app.public("GET", "/api/campaigns").bearer(&forged).await;
        assert_eq!(answer.status, 401);
    }

    assert_eq!(app.list(&tenant).await.status, 200);
}
