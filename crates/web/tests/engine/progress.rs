//! `POST /internal/campaigns/{id}/prospects/{pid}/progress`: what happened to one prospect.

use crate::desk::Desk;
use serde_json::json;
use testkit::{TestApp, prospect};

#[tokio::test]
async fn what_happened_to_a_prospect_is_recorded() {
    let desk = Desk::open().await;

    let answer = desk.progress(0, "replied").await;

    let expected = json!({
        "prospect_id": prospect(desk.id, 0), "progress": "replied", "outcome": "recorded",
        "campaign_status": "active",
    });
    assert_eq!((answer.status, answer.json()), (200, expected));
    assert_eq!(desk.story().await, ["ProspectReplied"]);
}

#[tokio::test]
async fn every_word_leads_to_its_event() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let mails = app.campaign(&tenant).prospects(6).active().await;
    let invitations = app.campaign(&tenant).linkedin().active().await;
    let mut desk = Desk::at(app, tenant, mails).await;

    for (number, word) in (0..).zip(["replied", "bounced", "completed", "timed_out", "cancelled"]) {
        assert_eq!(desk.progress(number, word).await.status, 200, "{word}");
    }
    let of_mails = desk.story().await;
    desk.id = invitations;
    desk.progress(0, "connected").await;

    let ends = ["Replied", "Bounced", "Completed", "TimedOut", "Cancelled"];
    assert_eq!(of_mails, ends.map(|end| format!("Prospect{end}")));
    assert_eq!(desk.story().await, ["ProspectConnected"]);
}

#[tokio::test]
async fn the_same_progress_reported_again_changes_nothing() {
    let desk = Desk::open().await;

    let first = desk.progress(0, "bounced").await;
    let second = desk.progress(0, "bounced").await;

    assert_eq!((second.status, second.json()), (200, first.json()));
    assert_eq!(desk.story().await, ["ProspectBounced"]);
}

#[tokio::test]
async fn the_last_prospect_completes_the_campaign_and_the_answer_says_so() {
    let desk = Desk::open().await;

    for number in 0..2 {
        desk.progress(number, "completed").await;
    }
    let last = desk.progress(2, "completed").await;
    let late = desk.progress(0, "replied").await;

    assert_eq!(last.json()["campaign_status"], "completed");
    assert_eq!(
        (late.status, &late.json()["outcome"]),
        (200, &json!("recorded"))
    );
}

#[tokio::test]
async fn the_rules_refusals_are_errors_that_tell_where_the_campaign_stands() {
    let desk = Desk::open().await;
    desk.progress(0, "cancelled").await;

    let done = desk.progress(0, "replied").await;
    let other_channel = desk.progress(1, "connected").await;
    let nobody = desk.progress(9, "replied").await;

    assert_eq!(done.problem(), (400, "prospect_terminal".to_owned()));
    assert_eq!(other_channel.problem(), (400, "other_channel".to_owned()));
    assert_eq!(nobody.problem(), (404, "prospect_not_found".to_owned()));
    assert_eq!(done.details()["current_status"], "active");
}

#[tokio::test]
async fn a_word_that_nobody_knows_is_answered_with_the_known_ones() {
    let desk = Desk::open().await;

    let answer = desk.progress(0, "jane@example.com").await;

    assert_eq!(answer.problem(), (400, "invalid_request".to_owned()));
    assert_eq!(
        answer.message(),
        "progress must be one of connected, replied, bounced, completed, timed_out, cancelled"
    );
}
