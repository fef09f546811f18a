//! `fermata export`: stable lines, in order, gone on with where they broke off.

use crate::playground::Playground;
use crate::running::{DEMO_CAMPAIGN, DEMO_EVENTS, NO_CAMPAIGN, demo, does, json, misused, refuses};
use crate::service::Service;
use cloudevents::{AttributesReader, Data, Event};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::ops::Deref;
use std::path::PathBuf;

/// A playground with the demo's events, and a service that keeps its database up.
pub struct Written {
    playground: Playground,
    _service: Service,
}

impl Deref for Written {
    type Target = Playground;

    fn deref(&self) -> &Playground {
        &self.playground
    }
}

pub async fn written() -> Written {
    let playground = Playground::new();
    demo(&playground).await;
    let service = Service::start(&playground, &[]).await;
    Written {
        playground,
        _service: service,
    }
}

pub async fn exports(playground: &Playground, arguments: &[&str]) -> String {
    does(playground, &[&["export"], arguments].concat()).await
}

async fn lines(playground: &Playground, arguments: &[&str]) -> Vec<Value> {
    exports(playground, arguments)
        .await
        .lines()
        .map(json)
        .collect()
}

fn numbers(lines: &[Value], name: &str) -> Vec<i64> {
    lines.iter().map(|it| it[name].as_i64().unwrap()).collect()
}

pub fn file(playground: &Playground) -> PathBuf {
    playground.path().join("events.jsonl")
}

#[tokio::test]
async fn an_export_has_every_event_of_every_journal_in_order() {
    let playground = written().await;

    let all = lines(&playground, &[]).await;

    let mut last: BTreeMap<i64, i64> = BTreeMap::new();
    for line in &all {
        let position = line["position"].as_i64().unwrap();
        let before = last.insert(line["journal"].as_i64().unwrap(), position);
        assert_eq!(position, before.unwrap_or(0) + 1);
    }
    let journals = numbers(&all, "journal");
    assert!(journals.is_sorted(), "{journals:?}");
    assert!(DEMO_EVENTS < all.len());
}

#[tokio::test]
async fn a_line_is_the_entry_that_the_ledger_hashes() {
    let playground = written().await;

    let text = exports(&playground, &["--campaign", DEMO_CAMPAIGN]).await;

    for line in text.lines() {
        let entry: ledger::Entry = serde_json::from_str(line).unwrap();
        assert_eq!(serde_json::to_string(&entry).unwrap(), line);
        assert!(json(&entry.payload).is_object() && json(&entry.metadata).is_object());
    }
}

#[tokio::test]
async fn the_same_events_give_the_same_bytes() {
    let playground = written().await;

    for format in ["jsonl", "cloudevents"] {
        let first = exports(&playground, &["--format", format]).await;
        let second = exports(&playground, &["--format", format]).await;

        assert!(first == second && !first.is_empty());
    }
}

#[tokio::test]
async fn a_campaign_is_exported_alone_and_by_versions() {
    let playground = written().await;

    let campaign = lines(&playground, &["--campaign", DEMO_CAMPAIGN]).await;

    let versions: Vec<i64> = (1..).take(DEMO_EVENTS).collect();
    assert_eq!(numbers(&campaign, "version"), versions);
    assert!(campaign.iter().all(|it| it["campaign_id"] == DEMO_CAMPAIGN));
}

#[tokio::test]
async fn a_user_is_exported_with_all_campaigns_and_nobody_elses() {
    let playground = written().await;
    let all = lines(&playground, &[]).await;
    let user = json(all[0]["payload"].as_str().unwrap())["user_id"]
        .as_str()
        .unwrap()
        .to_owned();

    let of_user = lines(&playground, &["--user", &user]).await;
    let of_nobody = lines(&playground, &["--user", NO_CAMPAIGN]).await;

    assert_eq!(of_user, all, "the demo has one user");
    assert!(of_nobody.is_empty());
}

#[tokio::test]
async fn positions_bound_an_export_from_the_first_to_before_the_last() {
    let playground = written().await;
    let all = lines(&playground, &[]).await;
    let journal = all[0]["journal"].to_string();

    let between = ["--journal", &journal, "--from", "3", "--to", "6"];
    let behind = ["--journal", &journal, "--after", "4", "--to", "6"];

    assert_eq!(
        numbers(&lines(&playground, &between).await, "position"),
        [3, 4, 5]
    );
    assert_eq!(numbers(&lines(&playground, &behind).await, "position"), [5]);
}

#[tokio::test]
async fn instants_bound_an_export_by_when_events_were_recorded() {
    let playground = written().await;
    let all = lines(&playground, &[]).await;
    let time = |line: &Value| line["recorded_at"].as_str().unwrap().to_owned();
    let (from, to) = (time(&all[10]), time(&all[all.len() - 10]));

    let between = lines(&playground, &["--from", &from, "--to", &to]).await;

    let expected: Vec<Value> = all
        .iter()
        .filter(|line| (&from..&to).contains(&&time(line)))
        .cloned()
        .collect();
    assert_eq!(between, expected);
    assert!(!between.is_empty());
    let never = ["--from", "2999-01-01T00:00:00Z"];
    assert!(lines(&playground, &never).await.is_empty());
}

#[tokio::test]
async fn an_export_goes_on_behind_places_of_its_journals() {
    let playground = written().await;
    let all = exports(&playground, &[]).await;
    let journal = json(all.lines().next().unwrap())["journal"].to_string();
    let after = format!("{journal}-10");

    let rest = exports(&playground, &["--after", &after]).await;

    let first_ten: String = all.split_inclusive('\n').take(10).collect();
    assert_eq!(first_ten + &rest, all);
    let said = refuses(&playground, &["export", "--after", "10"]).await;
    assert!(said.contains("--journal"), "{said}");
}

#[tokio::test]
async fn a_file_that_broke_off_anywhere_is_gone_on_with() {
    let playground = written().await;
    for format in ["jsonl", "cloudevents"] {
        let whole = exports(&playground, &["--format", format]).await;
        let path = file(&playground);
        let output = path.to_str().unwrap();

        for length in [0, 1, 500, whole.len() / 2, whole.len() - 1, whole.len()] {
            fs::write(&path, &whole.as_bytes()[..length]).unwrap();
            exports(&playground, &["--format", format, "--output", output]).await;

            assert!(
                fs::read_to_string(&path).unwrap() == whole,
                "{format} {length}"
            );
        }
    }
}

#[tokio::test]
async fn a_file_that_is_no_export_is_left_as_it_is() {
    let playground = written().await;
    let path = file(&playground);
    let output = path.to_str().unwrap();
    let whole = exports(&playground, &[]).await;
    let mut swapped: Vec<&str> = whole.split_inclusive('\n').collect();
    swapped.swap(3, 4);

    for (content, said) in [
        ("dear diary,\n".to_owned(), "line 1 of"),
        (swapped.concat(), "line 5 of"),
    ] {
        fs::write(&path, &content).unwrap();
        let refused = refuses(&playground, &["export", "--output", output]).await;

        assert!(refused.contains(said), "{refused}");
        assert!(fs::read_to_string(&path).unwrap() == content);
    }
}

#[tokio::test]
async fn cloud_events_are_read_by_the_standards_own_library() {
    let playground = written().await;
    let entries = lines(&playground, &[]).await;

    let text = exports(&playground, &["--format", "cloudevents"]).await;

    let events: Vec<Event> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events.len(), entries.len());
    for (event, entry) in events.iter().zip(&entries) {
        assert_eq!(event.id(), entry["event_id"]);
        assert_eq!(
            event.ty(),
            format!("fermata.{}", entry["type"].as_str().unwrap())
        );
        assert_eq!(event.subject().unwrap(), entry["campaign_id"]);
        assert_eq!(
            serde_json::to_value(event.time()).unwrap(),
            entry["recorded_at"]
        );
        let Some(Data::Json(data)) = event.data() else {
            panic!("{event:?}");
        };
        assert_eq!(data, &json(entry["payload"].as_str().unwrap()));
    }
}

#[tokio::test]
async fn what_cannot_be_exported_is_told() {
    let playground = written().await;

    let unknown = refuses(&playground, &["export", "--journal", "77"]).await;
    let never = refuses(&playground, &["export", "--campaign", NO_CAMPAIGN]).await;
    let bound = misused(&playground, &["export", "--from", "noon"]).await;

    assert_eq!(unknown, "there is no journal 77");
    assert_eq!(never, format!("there never was a campaign {NO_CAMPAIGN}"));
    assert!(bound.contains("expected a position"), "{bound}");
}

#[tokio::test]
async fn archived_events_are_exported_as_before_and_the_archive_is_shown() {
    let playground = written().await;
    let before = exports(&playground, &[]).await;
    let journal = json(before.lines().next().unwrap())["journal"].to_string();
    let archive = |position: &'static str| {
        [
            "archive",
            "--journal",
            &journal,
            "--before",
            position,
            "--partition-events",
            "20",
        ]
        .map(str::to_owned)
    };

    let arguments = archive("31");
    let said = does(&playground, &arguments.each_ref().map(String::as_str)).await;
    let arguments = archive("100000");
    let refused = refuses(&playground, &arguments.each_ref().map(String::as_str)).await;

    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines[0],
        format!("Moved 30 events of journal {journal} into the archive.")
    );
    assert_eq!(
        lines[2],
        format!("archived_events_{journal}_1\t1\t20\tattached")
    );
    assert_eq!(
        lines[3],
        format!("archived_events_{journal}_21\t21\t30\tattached")
    );
    assert!(refused.contains("its newest event stays"), "{refused}");
    assert!(exports(&playground, &[]).await == before);
    let history = does(&playground, &["history", DEMO_CAMPAIGN, "--json"]).await;
    assert_eq!(
        json(&history)["events"].as_array().unwrap().len(),
        DEMO_EVENTS
    );
}
