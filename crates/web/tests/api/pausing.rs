//! Pausing: the documented call, to the letter.

use testkit::TestApp;

#[tokio::test]
async fn a_pause_answers_the_campaign_as_it_is_now() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let answer = app.pause(&tenant, id).await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["campaign"]["status"], "paused");
}

#[tokio::test]
async fn a_pause_of_a_paused_campaign_is_refused() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.paused_campaign(&tenant).await;

    let answer = app.pause(&tenant, id).await;

    assert_eq!(answer.problem(), (400, "campaign_not_active".to_owned()));
}
