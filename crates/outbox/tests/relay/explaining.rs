//! What an operator is told about an effect: golden texts, made of dossiers with set times.

use chrono::{DateTime, TimeDelta, Utc};
use domain::CampaignId;
use event_store::JournalId;
use outbox::{Attempt, Delivery, Dossier, EffectId, EffectState, KnownEffect, Left, explain};
use uuid::Uuid;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
}

fn dossier(state: EffectState, delivery: Option<Delivery>) -> Dossier {
    let detail = r#"{"token_kind":"sleep","output":{"paused":true}}"#;
    Dossier {
        effect: KnownEffect {
            id: EffectId {
                journal: JournalId(2),
                position: 1_234,
            },
            campaign_id: CampaignId(Uuid::nil()),
            kind: "complete_waitpoints".to_owned(),
            detail: detail.to_owned(),
            enqueued_at: at(0),
            state,
            cursor: 1_200,
            delivery,
            ended: None,
        },
        attempts: vec![],
        left: Left::default(),
    }
}

fn delivery() -> Delivery {
    Delivery {
        told: "paused".to_owned(),
        token_kind: Some("sleep".to_owned()),
        opened_at: at(1),
        completed: 62,
        unknown: 1,
        failed: 3,
        attempts: 2,
        due_at: None,
        reason: None,
        closed_at: None,
    }
}

fn attempts() -> Vec<Attempt> {
    let died = Attempt {
        number: 2,
        tokens: 3,
        begun_at: at(9),
        ended_at: None,
        completed: 0,
        unknown: 0,
        failed: 0,
        reason: None,
    };
    let ended = Attempt {
        number: 1,
        tokens: 64,
        begun_at: at(2),
        ended_at: Some(at(4)),
        completed: 60,
        unknown: 1,
        failed: 3,
        reason: Some("503 Service Unavailable".to_owned()),
    };
    vec![died, ended]
}

fn text(dossier: &Dossier) -> String {
    explain(dossier).join("\n")
}

#[test]
fn an_effect_that_waits_says_how_far_the_relay_has_come() {
    insta::assert_snapshot!(text(&dossier(EffectState::Waiting, None)));
}

#[test]
fn an_effect_without_foreign_tokens_says_that_nothing_had_to_be_sent() {
    insta::assert_snapshot!(text(&dossier(EffectState::Delivered, None)));
}

#[test]
fn a_delivered_effect_lists_its_attempts() {
    let mut delivery = delivery();
    (delivery.closed_at, delivery.attempts) = (Some(at(12)), 5);
    let mut dossier = dossier(EffectState::Delivered, Some(delivery));
    dossier.attempts = attempts();

    insta::assert_snapshot!(text(&dossier));
}

#[test]
fn a_cancelled_effect_says_what_overtook_it() {
    let mut delivery = delivery();
    delivery.closed_at = Some(at(12));
    delivery.reason = Some("effect 2-1300 (resumed) overtook it".to_owned());

    insta::assert_snapshot!(text(&dossier(EffectState::Cancelled, Some(delivery))));
}

#[test]
fn a_parked_effect_names_a_token_and_what_can_be_done() {
    let mut delivery = delivery();
    delivery.reason = Some("what is left cannot be completed: 503 Service Unavailable".to_owned());
    let mut dossier = dossier(EffectState::Parked, Some(delivery));
    dossier.attempts = attempts();
    dossier.left = Left {
        tokens: 3,
        parked: 3,
        example: Some("cm0abc".to_owned()),
    };

    insta::assert_snapshot!(text(&dossier));
}

#[test]
fn a_due_effect_says_when_it_is_tried_again_and_why() {
    let mut delivery = delivery();
    delivery.due_at = Some(at(60));
    delivery.reason = Some("503 Service Unavailable".to_owned());
    let mut dossier = dossier(EffectState::Due, Some(delivery));
    dossier.left.tokens = 3;

    insta::assert_snapshot!(text(&dossier));
}

#[test]
fn a_launch_says_that_no_engine_has_asked_for_it() {
    let mut delivery = delivery();
    delivery.reason = Some("no engine has asked for it yet".to_owned());
    delivery.attempts = 0;
    let mut dossier = dossier(EffectState::Due, Some(delivery));
    "start_run".clone_into(&mut dossier.effect.kind);

    insta::assert_snapshot!(text(&dossier));
}
