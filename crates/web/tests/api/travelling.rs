//! Campaigns as they were: `?version` and `?at`.
//!
//! The law is tried on random histories: whatever was captured when it was so, and whatever a replay of
//! the first events says, is what the service answers afterwards.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    CampaignId, Command, LaunchFailure, Name, Progress, SendFailure, SettingsPatch, replay,
};
use event_store::Recorded;
use projector::CampaignRow;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use testkit::{Answer, Tenant, TestApp, node, permit, prospect, request_permit};
use web::WholeCampaignJson;

/// Random histories, and random commands of each.
const HISTORIES: u64 = 20;
const COMMANDS: u32 = 70;
/// Types of events that they have between them, at the least.
const TYPES_MIN: usize = 19;
/// Rows that are captured as they stood, at the least.
const ROWS_MIN: usize = 300;
/// Prospects that commands are about: some are there, some are strangers.
const CAST: u32 = 8;
/// The smallest step of the database's clock.
const TICK: TimeDelta = TimeDelta::microseconds(1);

async fn at(app: &TestApp, tenant: &Tenant, id: CampaignId, instant: DateTime<Utc>) -> Answer {
    let query = format!("?at={}", web::instant(instant));
    app.about(tenant, "GET", id, &query).await
}

async fn version(app: &TestApp, tenant: &Tenant, id: CampaignId, version: i64) -> Answer {
    let query = format!("?version={version}");
    app.about(tenant, "GET", id, &query).await
}

/// A command by chance; whether the rules take it is theirs to say.
fn command(chance: &mut StdRng, id: CampaignId) -> Command {
    let number = chance.random_range(0..CAST);
    let prospect_id = prospect(id, number);
    let permit_id = permit(id, number);
    match chance.random_range(0..24) {
        0 => Command::AddProspects((0..number).map(|each| prospect(id, each)).collect()),
        1 => Command::RemoveProspects(vec![prospect_id]),
        2 => rename(chance),
        3 => Command::RemoveNode(node(id, 2)),
        4 | 5 => Command::Launch,
        6..=8 => Command::Activate,
        9 => Command::FailLaunch {
            failure: LaunchFailure::Dispatch,
            launch: None,
        },
        10 | 11 => Command::Pause,
        12..=14 => Command::Resume,
        15..=17 => request_permit(id, number),
        18 | 19 => Command::ReportSent {
            permit_id,
            prospect_id,
        },
        20 => Command::ReportFailed {
            permit_id,
            prospect_id,
            failure: SendFailure::Other,
        },
        21 => Command::EraseProspect(prospect_id),
        _ => Command::ReportProgress {
            prospect_id,
            progress: Progress::ALL[chance.random_range(0..Progress::ALL.len())],
        },
    }
}

fn rename(chance: &mut StdRng) -> Command {
    let name = format!("Renamed {}", chance.random_range(0..1_000_000));
    Command::ChangeSettings(Box::new(SettingsPatch {
        name: Some(Name::try_from(name).unwrap()),
        ..SettingsPatch::default()
    }))
}

/// Lives a random life, and captures every answer at the version that it was told for.
async fn live(app: &TestApp, tenant: &Tenant, seed: u64) -> (CampaignId, BTreeMap<i64, String>) {
    let mut chance = StdRng::seed_from_u64(seed);
    let id = app.campaign(tenant).prospects(6).two_mails().draft().await;
    let mut captured = BTreeMap::new();
    for _ in 0..COMMANDS {
        let command = command(&mut chance, id);
        let asked = app.database().maker().ask(tenant.user_id, id, command);
        asked.await.expect("a machine that works");
        let answer = app.get(tenant, id).await;
        let tag = answer.header("etag").unwrap().trim_matches('"');
        captured.insert(tag.parse().unwrap(), answer.body.clone());
    }
    if seed.is_multiple_of(2) {
        app.elsewhere(tenant, id, Command::Delete).await;
    }
    (id, captured)
}

/// What a replay of the first events says, as the service would answer it. None when it is deleted.
fn replayed(id: CampaignId, first: &[Recorded]) -> Option<Value> {
    let state = replay(first.iter().map(|recorded| &recorded.event)).unwrap();
    let (begin, end) = (first.first().unwrap(), first.last().unwrap());
    let row = CampaignRow {
        id,
        version: end.version,
        created_at: begin.recorded_at,
        updated_at: end.recorded_at,
        campaign: state.campaign.present()?.clone(),
    };
    Some(serde_json::to_value(WholeCampaignJson::of(&row)).unwrap())
}

/// The answer with no more of the sender accounts than the log knows of them.
fn without_accounts(answer: &Answer) -> Value {
    let mut whole = answer.json();
    let accounts = whole["campaign"]["sender_accounts"].as_array().unwrap();
    let ids = accounts.iter().map(|account| account["id"].clone());
    whole["campaign"]["sender_accounts"] = ids.collect();
    whole
}

/// Panics unless the answer is what is expected after the first events.
fn hold(id: CampaignId, first: &[Recorded], answer: &Answer) {
    match (
        first.len(),
        (!first.is_empty()).then(|| replayed(id, first)),
    ) {
        (_, None) => assert_eq!(answer.problem(), (404, "campaign_not_found".to_owned())),
        (_, Some(None)) => assert_eq!(answer.problem(), (404, "campaign_deleted".to_owned())),
        (version, Some(Some(expected))) => {
            assert_eq!(answer.header("etag"), Some(&*format!("\"{version}\"")));
            assert_eq!(without_accounts(answer), expected);
        }
    }
}

#[tokio::test]
async fn every_version_equals_a_replay_of_the_first_events_and_the_row_that_stood_then() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (mut types, mut compared) = (BTreeSet::new(), 0);
    for seed in 0..HISTORIES {
        let (id, captured) = live(&app, &tenant, seed).await;
        let events = app.events(id).await;
        types.extend(events.iter().map(|it| it.event.event_type()));
        for count in 1..=events.len() {
            let number = i64::try_from(count).unwrap();

            let answer = version(&app, &tenant, id, number).await;

            hold(id, &events[..count], &answer);
            if let Some(then) = captured.get(&number) {
                assert_eq!(&answer.body, then, "seed {seed}, version {number}");
            }
        }
        compared += captured.len();
    }
    assert!(ROWS_MIN <= compared, "chance is too tame: {compared} rows");
    assert!(TYPES_MIN <= types.len(), "chance is too tame: {types:?}");
}

#[tokio::test]
async fn an_instant_is_answered_exactly_at_just_before_and_just_after_each_event() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    for seed in HISTORIES..HISTORIES + 4 {
        let (id, _) = live(&app, &tenant, seed).await;
        let events = app.events(id).await;
        for event in &events {
            for instant in [-TICK, TimeDelta::zero(), TICK].map(|by| event.recorded_at + by) {
                let known = |it: &&Recorded| it.recorded_at <= instant;
                let count = events.iter().filter(known).count();

                let answer = at(&app, &tenant, id, instant).await;

                hold(id, &events[..count], &answer);
            }
        }
    }
}

#[tokio::test]
async fn an_instant_that_is_still_to_come_is_answered_as_of_now() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.paused_campaign(&tenant).await;

    let answer = app
        .about(&tenant, "GET", id, "?at=9999-12-31T23:59:59Z")
        .await;

    assert_eq!(answer.body, app.get(&tenant, id).await.body);
}

#[tokio::test]
async fn a_campaign_is_not_found_before_its_creation_and_told_to_be_deleted_after_its_end() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    app.elsewhere(&tenant, id, Command::Delete).await;
    let events = app.events(id).await;
    let (first, last) = (events[0].recorded_at, events.last().unwrap());

    let before = at(&app, &tenant, id, first - TICK).await;
    let after = at(&app, &tenant, id, last.recorded_at).await;
    let by_version = version(&app, &tenant, id, last.version.0).await;

    assert_eq!(before.problem(), (404, "campaign_not_found".to_owned()));
    for deleted in [after, by_version] {
        assert_eq!(deleted.problem(), (404, "campaign_deleted".to_owned()));
        assert_eq!(
            deleted.details(),
            json!({"deleted_version": last.version.0})
        );
    }
    let alive = version(&app, &tenant, id, last.version.0 - 1).await;
    assert_eq!(alive.json()["campaign"]["status"], "active");
}

#[tokio::test]
async fn a_version_that_is_still_to_come_is_not_found_and_the_present_one_is_told() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let answer = version(&app, &tenant, id, 5).await;

    assert_eq!(answer.problem(), (404, "version_not_found".to_owned()));
    assert_eq!(answer.details(), json!({"current_version": 4}));
}

#[tokio::test]
async fn anothers_past_is_as_absent_as_one_that_never_was() {
    let app = TestApp::spawn().await;
    let (tenant, stranger) = (app.tenant().await, app.tenant().await);
    let id = app.active_campaign(&tenant).await;
    let nobodys = testkit::new_campaign_id();

    for query in ["?version=1", "?at=9999-12-31T23:59:59Z"] {
        let anothers = app.about(&stranger, "GET", id, query).await;
        let absent = app.about(&stranger, "GET", nobodys, query).await;

        assert_eq!(anothers.problem(), (404, "campaign_not_found".to_owned()));
        assert_eq!(anothers.body, absent.body);
    }
}

#[tokio::test]
async fn a_malformed_version_or_instant_and_both_at_once_are_refused() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    for query in [
        "?version=",
        "?version=0",
        "?version=-1",
        "?version=latest",
        "?version=99999999999999999999",
        "?version=1&version=2",
        "?at=",
        "?at=yesterday",
        "?at=2026-04-22",
        "?at=2026-04-22T09:05:00",
        "?version=1&at=2026-04-22T09:05:00Z",
    ] {
        let answer = app.about(&tenant, "GET", id, query).await;

        assert_eq!(
            answer.problem(),
            (400, "invalid_request".to_owned()),
            "{query}"
        );
    }
}

#[tokio::test]
async fn many_who_look_into_the_past_at_once_are_all_answered() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).prospects(20).sent(20).active().await;
    let then = app.get(&tenant, id).await.body;

    let asked = (0..50).map(|_| {
        app.about(&tenant, "GET", id, "?at=9999-12-31T23:59:59Z")
            .send()
    });
    let answers = futures_util::future::join_all(asked).await;

    assert!(answers.iter().all(|answer| answer.body == then));
}
