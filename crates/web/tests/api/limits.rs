//! How often a key may ask.

use cli::service::Settings;
use std::num::NonZeroU32;
use testkit::TestApp;

fn two_at_once(settings: &mut Settings) {
    settings.rate_limit_per_second = NonZeroU32::new(1);
    settings.rate_limit_burst = NonZeroU32::new(2).unwrap();
}

#[tokio::test]
async fn a_key_that_asks_too_often_is_told_when_to_ask_again() {
    let app = TestApp::spawn_with(two_at_once).await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    app.list(&tenant).await;
    app.list(&tenant).await;

    let refused = app.pause(&tenant, id).await;

    assert_eq!(refused.problem(), (429, "rate_limited".to_owned()));
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(
        refused.message(),
        "Too many requests. Please retry after 1 seconds."
    );
    assert_eq!(app.events(id).await.len(), 4);
}

#[tokio::test]
async fn each_key_has_a_limit_of_its_own() {
    let app = TestApp::spawn_with(two_at_once).await;
    let (busy, calm) = (app.tenant().await, app.tenant().await);
    for _ in 0..3 {
        app.list(&busy).await;
    }
    assert_eq!(app.list(&busy).await.status, 429);

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
