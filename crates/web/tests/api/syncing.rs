//! Looking at the counts again (campaign API, section 1.11).

use domain::{Command, Event, PauseCause, Progress};
use serde_json::json;
use testkit::{TestApp, permit, prospect};

#[tokio::test]
async fn a_recount_answers_the_campaign_and_its_prospects_by_status() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app
        .campaign(&tenant)
        .prospects(10)
        .sent(4)
        .replied(1)
        .active()
        .await;
    let before = app.checksums().await;

    let answer = app.about(&tenant, "POST", id, "/sync-stats").await;

    let campaign = app.get(&tenant, id).await.json()["campaign"].clone();
    let expected = json!({
        "campaign": campaign,
        "prospects_by_status": {"pending": 6, "sent": 3, "replied": 1},
    });
    assert_eq!((answer.status, answer.json()), (200, expected));
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn a_campaign_of_any_status_is_recounted() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    for id in [
        app.draft_campaign(&tenant).await,
        app.launching_campaign(&tenant).await,
        app.paused_campaign(&tenant).await,
        app.completed_campaign(&tenant).await,
    ] {
        assert_eq!(
            app.about(&tenant, "POST", id, "/sync-stats").await.status,
            200
        );
    }
}

#[tokio::test]
async fn a_recount_pauses_an_email_campaign_of_which_five_percent_bounced() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).prospects(101).active().await;
    let unlimited = json!({"daily_limit": null}).to_string();
    app.about(&tenant, "PATCH", id, "").json(&unlimited).await;
    for number in 0..100 {
        app.elsewhere(&tenant, id, testkit::request_permit(id, number))
            .await;
        let (permit_id, prospect_id) = (permit(id, number), prospect(id, number));
        let sent = Command::ReportSent {
            permit_id,
            prospect_id,
        };
        app.elsewhere(&tenant, id, sent).await;
    }
    for number in 0..5 {
        let progress = Progress::Bounced;
        let prospect_id = prospect(id, number);
        app.elsewhere(
            &tenant,
            id,
            Command::ReportProgress {
                prospect_id,
                progress,
            },
        )
        .await;
    }
    // The guard acted on the fifth bounce; whoever resumes in spite of it is asked again here.
    app.resume(&tenant, id).await;

    let answer = app.about(&tenant, "POST", id, "/sync-stats").await;

    assert_eq!(
        (answer.status, &answer.json()["campaign"]["status"]),
        (200, &json!("paused"))
    );
    let Event::CampaignPaused(paused) = app.events(id).await.pop().unwrap().event else {
        panic!("the latest event is no pause");
    };
    assert_eq!(paused.cause, PauseCause::BounceGuard);
}
