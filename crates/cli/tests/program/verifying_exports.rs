//! `fermata verify --export`: what is wrong with an export is found without a database.

use crate::playground::Playground;
use crate::running::{DEMO_CAMPAIGN, cannot_verify, demo, does, json};
use serde_json::{Value, json};
use std::fs;
use std::process::Stdio;
use tokio::io::AsyncWriteExt;

/// The demo's export, and somewhere without a database.
async fn given() -> (Vec<Value>, Playground) {
    let playground = Playground::new();
    demo(&playground).await;
    let lines = does(&playground, &["export"]).await;
    (lines.lines().map(json).collect(), Playground::new())
}

fn written(elsewhere: &Playground, lines: &[Value]) -> String {
    let path = elsewhere.path().join("export.jsonl");
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The exit status and the report on an export.
async fn verified(elsewhere: &Playground, lines: &[Value]) -> (i32, Value) {
    let export = written(elsewhere, lines);
    let asked = ["verify", "--export", &export, "--json"];
    let output = elsewhere.program(&asked).output().await.unwrap();
    let report = json(&String::from_utf8(output.stdout).unwrap());
    (output.status.code().unwrap(), report)
}

/// Everything that is wrong with the log, a line each.
fn messages(report: &Value) -> String {
    let journals = report["journals"].as_array().unwrap();
    let differences = journals
        .iter()
        .filter_map(|one| one["checks"]["log"]["differences"].as_array());
    let said = differences
        .flatten()
        .filter_map(|one| one["message"].as_str());
    said.collect::<Vec<_>>().join("\n")
}

/// The place of the demo campaign's event in the lines.
fn place(lines: &[Value], version: i64) -> usize {
    let is_it = |line: &Value| line["campaign_id"] == DEMO_CAMPAIGN && line["version"] == version;
    lines.iter().position(is_it).unwrap()
}

#[tokio::test]
async fn an_export_agrees_also_from_standard_input_and_needs_no_database() {
    let (lines, elsewhere) = given().await;

    let (status, report) = verified(&elsewhere, &lines).await;
    let mut command = elsewhere.program(&["verify", "--export", "-", "--only", "log"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let export = fs::read(elsewhere.path().join("export.jsonl")).unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&export).await.unwrap();
    drop(input);
    let piped = child.wait_with_output().await.unwrap();

    assert_eq!((status, &report["ok"]), (0, &json!(true)), "{report:#}");
    let checks = &report["journals"][0]["checks"];
    assert_eq!(checks["log"]["ok"], true);
    assert_eq!(checks["rows"], Value::Null);
    assert!(piped.status.success());
    assert!(
        String::from_utf8(piped.stdout)
            .unwrap()
            .contains("all agree")
    );
    assert!(!elsewhere.data.exists(), "no database was made");
}

#[tokio::test]
async fn whatever_is_wrong_with_an_export_is_named_with_its_place() {
    type Spoil = fn(&mut Vec<Value>, usize);
    let spoilt: [(Spoil, &str); 7] = [
        (|lines, at| drop(lines.remove(at)), "is not there"),
        (|lines, at| lines.swap(at, at + 1), "comes behind position"),
        (
            |lines, at| lines[at]["payload"] = json!("{"),
            "read position",
        ),
        (
            |lines, at| lines[at]["metadata"] = json!("{}"),
            "read the metadata at position",
        ),
        (
            |lines, at| lines[at]["recorded_at"] = json!("2001-01-01T00:00:00Z"),
            "was recorded at 2001-01-01T00:00:00Z",
        ),
        (
            |lines, at| lines[at]["version"] = json!(99),
            "version 5 should come here, and 99 does",
        ),
        (
            |lines, at| {
                lines[at]["type"] = json!("CampaignResumed");
                lines[at]["schema_version"] = json!(1);
                lines[at]["payload"] = json!("{}");
            },
            "CampaignResumed cannot follow here",
        ),
    ];
    let (lines, elsewhere) = given().await;
    let at = place(&lines, 5);
    for (spoil, expected) in spoilt {
        let mut lines = lines.clone();
        spoil(&mut lines, at);

        let (status, report) = verified(&elsewhere, &lines).await;

        assert_eq!((status, &report["ok"]), (1, &json!(false)), "{expected}");
        let found = messages(&report);
        assert!(found.contains(expected), "{found}");
    }
}

#[tokio::test]
async fn an_excerpt_may_begin_anywhere_and_must_go_on_without_a_gap() {
    let (lines, elsewhere) = given().await;
    let at = place(&lines, 5);
    let journal = lines[at]["journal"].clone();
    let behind = |line: &&Value| line["journal"] == journal;
    let mut excerpt: Vec<Value> = lines[at..].iter().filter(behind).cloned().collect();

    let (whole, report) = verified(&elsewhere, &excerpt).await;
    excerpt.remove(3);
    let (holed, _) = verified(&elsewhere, &excerpt).await;

    assert_eq!((whole, holed), (0, 1), "{report:#}");
}

#[tokio::test]
async fn an_export_of_nothing_agrees_with_nothing() {
    let elsewhere = Playground::new();
    let export = written(&elsewhere, &[]);

    for more in [
        &[][..],
        &["--json"],
        &["--only", "log"],
        &["--journal", "0"],
    ] {
        let asked = [&["--export", export.as_str()][..], more].concat();
        let said = cannot_verify(&elsewhere, &asked).await;

        assert!(said.contains("nothing was checked"), "{said}");
    }
}

#[tokio::test]
async fn what_is_no_export_cannot_be_verified() {
    let elsewhere = Playground::new();
    let export = written(&elsewhere, &[json!({"not": "an event"})]);

    let said = cannot_verify(&elsewhere, &["--export", &export]).await;

    assert!(
        said.starts_with("line 1 of the export is no event"),
        "{said}"
    );
}
