//! What tenants, callers and providers wrote, as the program prints it: one line stays one line, and a
//! terminal acts upon nothing in it.

use crate::playground::Playground;
use crate::running::{DEMO_CAMPAIGN, change, demo, json};
use serde_json::Value;
use std::process::{Output, Stdio};

/// A text of somebody's that sets a window's title, forges a line and a column, clears the screen, turns
/// the writing, and hides; and what is shown of it.
const WRITTEN: &str =
    "a\u{1b}]0;owned\u{7}\r\nforged\tb\u{9b}2J\u{7f}\u{202e}\u{2066}\u{200b}\u{2028}\u{feff}z";
const SHOWN: &str = "a\\u{1b}]0;owned\\u{7}\\r\\nforged\\tb\\u{9b}2J\\u{7f}\\u{202e}\\u{2066}\\u{200b}\\u{2028}\\u{feff}z";

/// The same for PostgreSQL.
const SQL: &str = r"E'a\x1b]0;owned\x07\r\nforged\tb\u009b2J\x7f\u202e\u2066\u200b\u2028\ufeffz'";

/// Old rows and events with such texts: a campaign's name, a signature, a reason, an operator, a subject,
/// why an effect is parked, what a provider answered.
fn planted() -> String {
    let json = format!("to_json({SQL}::text)::text");
    let in_json = |column: &str, text: &str| {
        format!("UPDATE events SET {column} = replace({column}::text, '\"{text}\"', {json})::json;")
    };
    let launch = "SELECT journal, position, campaign_id FROM effects
                  WHERE campaign_id = '8c2b2d4e-e29b-41d4-a716-446655440002'";
    [
        "SET session_replication_role = replica;".to_owned(),
        in_json("payload", "Q2 Enterprise Outreach"),
        in_json("payload", r"Best,\n%first_name%"),
        in_json("payload", "A quick question, %first_name%"),
        format!(
            "UPDATE events SET metadata = jsonb_set(metadata::jsonb, '{{reason}}', {json}::jsonb)::json
             WHERE type = 'CampaignLaunchStarted';"
        ),
        in_json("metadata", "demo"),
        format!(
            "INSERT INTO deliveries (journal, position, campaign_id, kind, told, output, enqueued_at, state,
                                     reason, attempts)
             SELECT journal, position, campaign_id, 'start_run', 'started', '{{}}', now(), 'parked', {SQL}, 1
             FROM ({launch}) AS launch;"
        ),
        format!(
            "INSERT INTO attempts (journal, position, number, tokens, ended_at, reason)
             SELECT journal, position, 1, 1, now(), {SQL} FROM ({launch}) AS launch;"
        ),
        "INSERT INTO relay_cursors (journal, position) SELECT id, head FROM journals
         ON CONFLICT (journal) DO UPDATE SET position = excluded.position;"
            .to_owned(),
    ]
    .join("\n")
}

/// Whether a terminal and a reader see all of it as it is; tabs and ends of lines are the program's own.
fn is_safe(text: &str) -> bool {
    let is_unsafe = |next: char| {
        next.is_control() && !matches!(next, '\n' | '\t')
            || matches!(next, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    !text.contains(is_unsafe) && !text.lines().any(|line| line.starts_with("forged"))
}

async fn run(playground: &Playground, arguments: &[&str]) -> Output {
    playground.program(arguments).output().await.unwrap()
}

async fn prints(playground: &Playground, arguments: &[&str]) -> String {
    let output = run(playground, arguments).await;
    let said = String::from_utf8(output.stdout).unwrap();
    let complained = String::from_utf8(output.stderr).unwrap();
    assert!(is_safe(&said), "{arguments:?}: {said:?}");
    assert!(is_safe(&complained), "{arguments:?}: {complained:?}");
    said
}

fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(found) => found.contains(text),
        Value::Array(items) => items.iter().any(|item| holds(item, text)),
        Value::Object(fields) => fields.values().any(|field| holds(field, text)),
        _ => false,
    }
}

#[tokio::test]
async fn what_tenants_wrote_is_escaped_by_every_command_and_json_keeps_its_value() {
    let playground = Playground::new();
    demo(&playground).await;
    change(&playground, &planted()).await;
    let effects: &[&str] = &["effects", "list", "--state", "parked"];
    let parked = json(&prints(&playground, &[effects, &["--json"]].concat()).await);
    let parked = parked["effects"][0]["id"].as_str().unwrap().to_owned();
    let commands: [&[&str]; 6] = [
        &["history", DEMO_CAMPAIGN],
        &["state", DEMO_CAMPAIGN],
        &["explain", DEMO_CAMPAIGN],
        effects,
        &["effects", "explain", &parked],
        &["verify"],
    ];

    for command in commands {
        let text = prints(&playground, command).await;
        let value = json(&prints(&playground, &[command, &["--json"]].concat()).await);

        assert!(text.contains(SHOWN), "{command:?}: {text}");
        assert!(holds(&value, WRITTEN), "{command:?}: {value}");
    }
    let diff = prints(&playground, &["diff", DEMO_CAMPAIGN, "1", "2"]).await;
    assert!(diff.starts_with("field\t"), "{diff}");
}

#[tokio::test]
async fn an_export_keeps_its_bytes_and_is_verified_by_name_whatever_its_name_is() {
    let playground = Playground::new();
    demo(&playground).await;
    change(&playground, &planted()).await;

    let exported = run(&playground, &["export", "--output", WRITTEN]).await;
    let verified = prints(&playground, &["verify", "--export", WRITTEN]).await;
    let missing = run(
        &playground,
        &["verify", "--export", &format!("no{WRITTEN}")],
    )
    .await;

    assert!(exported.status.success(), "{exported:?}");
    assert!(verified.contains("all agree"), "{verified}");
    let said = String::from_utf8(missing.stderr).unwrap();
    assert!(is_safe(&said) && said.contains(SHOWN), "{said:?}");
    assert_eq!(said.lines().count(), 1);
}

#[tokio::test]
async fn who_reads_no_further_is_no_failure() {
    let playground = Playground::new();
    demo(&playground).await;

    for arguments in [
        &["history", DEMO_CAMPAIGN][..],
        &["history", DEMO_CAMPAIGN, "--json"],
        &["diff", DEMO_CAMPAIGN, "1", "9"],
        &["diff", DEMO_CAMPAIGN, "1", "9", "--json"],
        &["effects", "list"],
        &["export"],
        &["verify"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut program = playground.program(arguments);
        let output = program.stdout(writer).stderr(Stdio::piped()).output();
        let output = output.await.unwrap();

        assert!(output.status.success(), "{arguments:?}: {output:?}");
        assert_eq!(output.stderr, b"", "{arguments:?}");
    }
}

#[tokio::test]
async fn complaints_repeat_arguments_escaped() {
    let playground = Playground::new();
    demo(&playground).await;

    for arguments in [
        &["effects", "list", "--state", WRITTEN][..],
        &["effects", "explain", WRITTEN],
        &["verify", "--key", WRITTEN],
        &["keys", "revoke", WRITTEN],
        &["history", WRITTEN],
        &[WRITTEN],
        &["config", "--config", WRITTEN],
    ] {
        let output = run(&playground, arguments).await;

        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        assert!(
            is_safe(&said) && !said.is_empty(),
            "{arguments:?}: {said:?}"
        );
    }
}
