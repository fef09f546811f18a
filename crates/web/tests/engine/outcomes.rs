//! `POST /internal/permits/{id}/outcome`: what became of a permitted step.

use crate::desk::Desk;
use serde_json::json;
use testkit::prospect;
use uuid::Uuid;

#[tokio::test]
async fn an_outcome_is_reported_by_the_permits_id_alone() {
    let desk = Desk::open().await;
    let permit = desk.permit(0).await;

    let answer = desk.report(&permit, &json!({"outcome": "sent"})).await;

    let expected = json!({
        "permit_id": permit, "outcome": "recorded", "campaign_id": desk.id,
        "prospect_id": prospect(desk.id, 0), "campaign_status": "active",
    });
    assert_eq!((answer.status, answer.json()), (200, expected));
    assert_eq!(desk.story().await, ["SendPermitted", "SendSucceeded"]);
}

#[tokio::test]
async fn a_failure_is_one_of_a_closed_list() {
    let desk = Desk::open().await;
    let (named, unnamed) = (desk.permit(0).await, desk.permit(1).await);

    let body = json!({"outcome": "failed", "failure": "sender_unavailable"});
    desk.report(&named, &body).await;
    desk.report(&unnamed, &json!({"outcome": "failed"})).await;
    let unknown = json!({"outcome": "failed", "failure": "somebody@example.com is away"});
    let refused = desk.report(&named, &unknown).await;

    let events = desk.app.events(desk.id).await;
    let failures: Vec<_> = events
        .iter()
        .filter_map(|recorded| match &recorded.event {
            domain::Event::SendFailed(failed) => Some(failed.failure.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(failures, ["sender_unavailable", "other"]);
    assert_eq!(
        refused.message(),
        "failure must be one of provider_rejected, provider_unavailable, sender_unavailable, \
         content_invalid, other"
    );
}

#[tokio::test]
async fn an_outcome_that_comes_twice_is_recorded_once_and_answered_alike() {
    let desk = Desk::open().await;
    let permit = desk.permit(0).await;

    let first = desk.report(&permit, &json!({"outcome": "sent"})).await;
    let second = desk.report(&permit, &json!({"outcome": "sent"})).await;

    assert_eq!((second.status, second.json()), (200, first.json()));
    assert_eq!(desk.story().await, ["SendPermitted", "SendSucceeded"]);
}

#[tokio::test]
async fn an_outcome_that_contradicts_an_earlier_one_is_a_conflict() {
    let desk = Desk::open().await;
    let permit = desk.permit(0).await;
    desk.report(&permit, &json!({"outcome": "sent"})).await;

    let answer = desk.report(&permit, &json!({"outcome": "failed"})).await;

    assert_eq!(answer.problem(), (409, "permit_closed".to_owned()));
    assert_eq!(answer.details()["current_status"], "active");
}

#[tokio::test]
async fn a_send_is_reported_even_while_paused() {
    let desk = Desk::open().await;
    let permit = desk.permit(0).await;
    desk.pause().await;

    let answer = desk.report(&permit, &json!({"outcome": "sent"})).await;

    assert_eq!(answer.json()["outcome"], "recorded");
    assert_eq!(answer.json()["campaign_status"], "paused");
}

#[tokio::test]
async fn a_permit_that_is_not_there_is_not_found() {
    let desk = Desk::open().await;
    let permit = desk.permit(0).await;
    let sent = json!({"outcome": "sent"});

    let never = desk.report(&Uuid::nil().to_string(), &sent).await;
    let malformed = desk.report("permit", &sent).await;
    desk.delete().await;
    let deleted = desk.report(&permit, &sent).await;

    assert_eq!(never.problem(), (404, "permit_not_found".to_owned()));
    assert_eq!(malformed.problem(), (400, "invalid_request".to_owned()));
    assert_eq!(deleted.problem(), (404, "permit_not_found".to_owned()));
}

#[tokio::test]
async fn what_was_sent_has_no_failure() {
    let desk = Desk::open().await;
    let permit = desk.permit(0).await;

    let body = json!({"outcome": "sent", "failure": "other"});
    let answer = desk.report(&permit, &body).await;

    assert_eq!(answer.problem(), (400, "invalid_request".to_owned()));
    assert_eq!(answer.message(), "failure belongs to the outcome failed");
}
