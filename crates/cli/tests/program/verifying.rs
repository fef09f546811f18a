//! `fermata verify` of a database: every check finds what it is there for, says where, and the exit
//! status says how it ended.

use crate::playground::Playground;
use crate::running::{DEMO_EVENTS, cannot_verify, demo, does, json};
use cli::arguments::Json;
use cli::arguments::verify::{Check, Verify};
use cli::verification::Asked;
use cli::verification::database::verify;
use cli::verification::report::CHECKS;
use domain::{CampaignId, Command};
use event_store::JournalId;
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::{Script, TestApp, TestDatabase, new_user, prospect, request_permit};

/// What the database's owner does, and the beginning of what is said about it.
const PLANTED: [(&str, &str); 12] = [
    (
        "DELETE FROM events WHERE campaign_id = $campaign AND version = 3",
        "log: position 3 is not there: removed, or in a detached partition of the archive",
    ),
    (
        "DELETE FROM events WHERE campaign_id = $campaign AND version = 10",
        "log: the journal's head is 10, its last event is 9",
    ),
    (
        "UPDATE journals SET head_at = head_at + interval '1 hour' WHERE id = $journal",
        "log: the journal's head is of ",
    ),
    (
        "UPDATE events SET version = 99 WHERE campaign_id = $campaign AND version = 10",
        "log: campaign $campaign: version 10 of campaign $campaign is not there",
    ),
    (
        "UPDATE events SET payload = '[]' WHERE campaign_id = $campaign AND version = 5",
        "log: read position 5 of journal $journal",
    ),
    (
        "UPDATE events SET metadata = '{}' WHERE campaign_id = $campaign AND version = 5",
        "log: read the metadata at position 5 of journal $journal",
    ),
    (
        "UPDATE events SET recorded_at = recorded_at - interval '1 day' WHERE version = 5",
        "log: position 5 was recorded at ",
    ),
    (
        "UPDATE events SET type = 'CampaignPaused' WHERE version = 10",
        "log: read position 10 of journal $journal",
    ),
    (
        "UPDATE prospects SET status = 'cancelled' WHERE id = $prospect",
        "rows: campaign $campaign, prospect $prospect: status is cancelled in the row, pending",
    ),
    (
        "UPDATE prospects SET status = 'cancelled' WHERE id = $prospect",
        "counters: campaign $campaign: census.no step.",
    ),
    (
        "DELETE FROM effects WHERE kind = 'start_run'",
        "effects: effect $journal-3 of campaign $campaign: its event asks for start_run, and it",
    ),
    (
        "INSERT INTO effects SELECT $journal, 2, $campaign, 'cancel_runs', '{}', now()",
        "effects: effect $journal-2 of campaign $campaign: no event asks for this cancel_runs",
    ),
];

fn asked(only: &[Check]) -> Asked {
    Asked {
        arguments: Verify {
            only: only.to_vec(),
            ledger: false,
            checkpoint: vec![],
            key: vec![],
            export: None,
            journal: vec![],
            json: Json { json: true },
        },
        trust: Err("no key".to_owned()),
        directory: None,
    }
}

/// A database with a campaign that was held and let go again, which its owner tampers with.
struct Place {
    database: TestDatabase,
    journal: JournalId,
    campaign: CampaignId,
}

impl Place {
    async fn new() -> Self {
        let database = TestDatabase::create().await.unchecked();
        let user = new_user();
        let script = Script::new(database.maker(), user);
        let campaign = script.prospects(3).sent(2).paused().await;
        let resumed = database.maker().ask(user, campaign, Command::Resume).await;
        resumed.unwrap();
        Self {
            journal: database.journal_of(user),
            campaign,
            database,
        }
    }

    /// Does what only the owner of the database can do, triggers or not.
    async fn tamper(&self, statement: &str) {
        let (campaign, journal) = (self.campaign, self.journal.0);
        let statement = statement.replace("$campaign", &format!("'{campaign}'"));
        let statement = statement.replace("$journal", &journal.to_string());
        let forced = format!("SET session_replication_role = replica; {statement}");
        self.database.sql().batch_execute(&forced).await.unwrap();
    }

    /// The report on its journal.
    async fn report(&self, only: &[Check]) -> Value {
        let journals = [self.journal];
        let report = verify(self.database.sql(), &journals, &asked(only)).await;
        report.unwrap().to_json()
    }
}

/// What the checks say, each as `check: message`.
fn messages(report: &Value) -> Vec<String> {
    let checks = &report["journals"][0]["checks"];
    let said = |check: &str| {
        let differences = checks[check]["differences"].as_array().cloned();
        let all = differences.unwrap_or_default().into_iter();
        all.map(|one| format!("{check}: {}", one["message"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    CHECKS.into_iter().flat_map(said).collect()
}

#[tokio::test]
async fn each_thing_that_is_wrong_is_found_by_the_check_that_looks_for_it() {
    for (statement, expected) in PLANTED {
        let place = Place::new().await;
        let (campaign, journal) = (place.campaign, place.journal.0);
        let one = prospect(campaign, 2).0;
        let statement = statement.replace("$prospect", &format!("'{one}'"));
        let expected = expected.replace("$prospect", &one.to_string());
        let expected = expected.replace("$campaign", &campaign.to_string());
        let expected = expected.replace("$journal", &journal.to_string());
        let before = place.report(&[]).await;
        assert_eq!(before["ok"], true, "{before:#}");

        place.tamper(&statement).await;
        let after = place.report(&[]).await;

        assert_eq!(after["ok"], false, "{statement}");
        let found = messages(&after);
        assert!(
            found.iter().any(|message| message.starts_with(&expected)),
            "{statement}: {found:#?}"
        );
    }
}

#[tokio::test]
async fn only_what_was_asked_for_is_checked_and_the_rest_says_so() {
    let place = Place::new().await;
    place.tamper("DELETE FROM effects").await;

    let rows = place.report(&[Check::Rows]).await;
    let effects = place.report(&[Check::Effects]).await;

    assert_eq!((&rows["ok"], &effects["ok"]), (&true.into(), &false.into()));
    let of_journal = &rows["journals"][0];
    assert_eq!(of_journal["checks"]["effects"], Value::Null);
    assert_eq!(of_journal["not_checked"]["effects"], "not asked for");
    assert_eq!(of_journal["checks"]["counters"]["compared"], 1);
}

#[tokio::test]
async fn a_history_that_tells_no_story_is_no_agreement_of_rows() {
    let place = Place::new().await;
    place
        .tamper("UPDATE events SET payload = '[]' WHERE version = 5")
        .await;

    let report = place.report(&[Check::Rows]).await;

    let found = messages(&report);
    assert!(found[0].starts_with("rows: campaign "), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_under_load_never_looks_wrong() {
    let app = TestApp::spawn().await;
    let (user, database) = (new_user(), app.database());
    let mut ids = Vec::new();
    for _ in 0..8 {
        let script = Script::new(database.maker(), user).two_mails();
        ids.push(script.prospects(300).active().await);
    }
    let is_over = AtomicBool::new(false);

    let verifying = async {
        let connection = database.connect().await;
        let journals: Vec<_> = database.journals().iter().collect();
        for _ in 0..25 {
            let report = verify(&connection.client, &journals, &asked(&[])).await;
            let report = report.unwrap().to_json();
            assert_eq!(report["ok"], true, "{report:#}");
        }
        is_over.store(true, Ordering::Relaxed);
    };
    let working = ids.iter().map(|id| async {
        let mut number = 0;
        while !is_over.load(Ordering::Relaxed) {
            for command in [Command::Pause, Command::Resume] {
                let done = database.maker().ask(user, *id, command).await;
                done.unwrap();
            }
            let permit = request_permit(*id, number % 300);
            let _granted_or_not = database.maker().ask(user, *id, permit).await;
            number += 1;
        }
        number
    });
    let ((), worked) = tokio::join!(verifying, futures_util::future::join_all(working));

    assert!(worked.iter().all(|rounds| 0 < *rounds));
}

#[tokio::test]
async fn a_demo_agrees_and_says_that_nothing_signed_it() {
    let playground = Playground::new();
    demo(&playground).await;

    let said = does(&playground, &["verify"]).await;
    let report = json(&does(&playground, &["verify", "--json"]).await);

    let place = format!(
        "database: private PostgreSQL in {}",
        playground.data.display()
    );
    assert!(said.starts_with(&place), "{said}");
    for line in ["  log ", "  rows ", "  counters ", "  effects "] {
        assert!(said.contains(line), "{said}");
    }
    assert!(
        said.contains("  ledger   not checked: say which public key"),
        "{said}"
    );
    assert_eq!(report["ok"], true, "{report:#}");
    let journals = report["journals"].as_array().unwrap();
    let events: u64 = journals
        .iter()
        .filter_map(|one| one["events"].as_u64())
        .sum();
    assert!(u64::try_from(DEMO_EVENTS).unwrap() <= events);
    assert_eq!(journals[0]["checks"]["ledger"], Value::Null);
    let why = journals[0]["not_checked"]["ledger"].as_str().unwrap();
    assert!(why.contains("--key"), "{why}");
}

#[tokio::test]
async fn what_cannot_be_checked_has_an_exit_status_of_its_own() {
    let playground = Playground::new();
    does(&playground, &["migrate"]).await;

    let keyless = cannot_verify(&playground, &["--ledger"]).await;
    let missing = cannot_verify(&playground, &["--export", "missing.jsonl"]).await;
    let unknown = cannot_verify(&playground, &["--journal", "99"]).await;

    assert!(keyless.contains("--key"), "{keyless}");
    assert!(missing.contains("cannot read missing.jsonl"), "{missing}");
    assert_eq!(unknown, "there is no journal 99");
}
