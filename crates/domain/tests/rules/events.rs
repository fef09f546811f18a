//! Event JSON is a promise: every type has a golden file for every schema version, and every file
//! is read for ever.

use crate::examples::{Example, examples};
use crate::golden;
use domain::{BadSettings, Event, Name, UnreadableEvent, parse_event};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

/// Every key that an event may have, at any depth. `name`, `signature`, `subject` and `body` are
/// the campaign's own, the same for all its prospects. Whoever adds a key says here that it is not a prospect's.
const KEYS: &str = "
    account_day account_id account_limits body cause daily_limit day day_ends_at days delay failure
    friday from hours id
    include_message is_reply minutes monday name node_id nodes open_tracking
    operating_hours permit_id prospect_id prospect_ids saturday send sender_account_ids
    sends_in_flight settings signature skip_other_campaigns started_at stop_on_reply stopped
    subject sunday thursday time_zone to tuesday type user_id wednesday";

fn file_of(example: &Example) -> String {
    let (event_type, version) = (example.event.event_type(), example.event.schema_version());
    match example.variant {
        "" => format!("{event_type}.v{version}.json"),
        variant => format!("{event_type}.v{version}.{variant}.json"),
    }
}

/// The golden files there are, each with the type and the version that its name says.
fn golden_files() -> Vec<(String, String, i16)> {
    let entries = fs::read_dir(golden::folder().join("events")).expect("the golden events");
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .map(|file| {
            let (event_type, rest) = file.split_once(".v").expect("a version in the name");
            let version = rest
                .split('.')
                .next()
                .unwrap()
                .parse()
                .expect("a version in the name");
            (file.clone(), event_type.to_owned(), version)
        })
        .collect()
}

fn keys_of(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(fields) => {
            let below = fields.values().flat_map(keys_of);
            fields.keys().cloned().chain(below).collect()
        }
        Value::Array(items) => items.iter().flat_map(keys_of).collect(),
        _ => BTreeSet::new(),
    }
}

fn texts_of(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(fields) => fields.values().flat_map(texts_of).collect(),
        Value::Array(items) => items.iter().flat_map(texts_of).collect(),
        Value::String(text) => vec![text],
        _ => vec![],
    }
}

fn payload_of(event: &Event) -> Value {
    serde_json::from_str(&event.payload().unwrap()).unwrap()
}

#[test]
fn every_event_is_written_as_its_golden_file_has_it() {
    for example in examples() {
        let payload = example.event.payload().unwrap();

        golden::holds(
            &format!("events/{}", file_of(&example)),
            &format!("{payload}\n"),
        );
    }
}

#[test]
fn reading_a_golden_file_gives_its_event() {
    for example in examples() {
        let path = golden::folder().join("events").join(file_of(&example));
        let stored = fs::read_to_string(path).unwrap();

        let read = parse_event(
            example.event.event_type(),
            example.event.schema_version(),
            &stored,
        );

        assert_eq!(read.unwrap(), example.event);
    }
}

#[test]
fn every_golden_file_of_every_version_can_be_read() {
    let files = golden_files();

    for (file, event_type, version) in &files {
        let stored = fs::read_to_string(golden::folder().join("events").join(file)).unwrap();
        let read = parse_event(event_type, *version, &stored);
        assert_eq!(read.expect(file).event_type(), event_type);
    }
    assert!(examples().len() <= files.len());
}

#[test]
fn no_golden_file_of_any_version_is_without_its_example() {
    let expected: BTreeSet<_> = examples().iter().map(file_of).collect();

    for (file, _, _) in golden_files() {
        assert!(expected.contains(&file), "{file}");
    }
}

#[test]
fn every_example_has_a_file_of_its_own() {
    let files: BTreeSet<_> = examples().iter().map(file_of).collect();

    assert_eq!(files.len(), examples().len());
}

#[test]
fn a_type_that_is_not_known_is_told_apart() {
    let read = parse_event("CampaignArchived", 1, "{}").unwrap_err();

    let UnreadableEvent::Unknown {
        event_type,
        schema_version,
    } = &read
    else {
        panic!("{read}")
    };
    assert_eq!(
        (event_type.as_str(), *schema_version),
        ("CampaignArchived", 1)
    );
}

#[test]
fn a_schema_version_that_is_not_known_is_told_apart() {
    for version in [0, 2, -1] {
        let read = parse_event("CampaignResumed", version, "{}").unwrap_err();

        assert!(
            matches!(read, UnreadableEvent::Unknown { .. }),
            "{version}: {read}"
        );
        assert!(read.to_string().contains("older than the log"), "{read}");
    }
}

#[test]
fn a_payload_that_is_not_what_its_type_promises_is_told_apart() {
    for (event_type, payload) in [
        ("CampaignPaused", "{}"),
        (
            "CampaignPaused",
            r#"{"cause":"boredom","sends_in_flight":0}"#,
        ),
        (
            "CampaignPaused",
            r#"{"cause":"requested","sends_in_flight":-1}"#,
        ),
        ("CampaignResumed", "not JSON"),
        (
            "ProspectReplied",
            r#"{"prospect_id":"somebody","stopped":true}"#,
        ),
    ] {
        let read = parse_event(event_type, 1, payload).unwrap_err();

        assert!(
            matches!(read, UnreadableEvent::Malformed { .. }),
            "{payload}: {read}"
        );
        assert!(std::error::Error::source(&read).is_some(), "{payload}");
    }
}

#[test]
fn a_permit_of_the_second_version_says_when_its_day_ends() {
    let first = include_str!("../golden/events/SendPermitted.v1.json");

    let read = parse_event("SendPermitted", 2, first);

    assert!(matches!(read, Err(UnreadableEvent::Malformed { .. })));
}

#[test]
fn a_key_that_a_newer_program_added_is_read_over() {
    let payload = r#"{"cause":"requested","sends_in_flight":2,"mood":"fine"}"#;

    let read = parse_event("CampaignPaused", 1, payload);

    assert_eq!(read.unwrap(), crate::verbs::paused_with(2));
}

#[test]
fn no_event_has_a_key_for_personal_data() {
    let allowed: BTreeSet<_> = KEYS.split_whitespace().map(str::to_owned).collect();

    let payloads = examples()
        .into_iter()
        .map(|example| payload_of(&example.event));
    let found: BTreeSet<_> = payloads.flat_map(|payload| keys_of(&payload)).collect();

    assert_eq!(found, allowed);
}

#[test]
fn an_event_about_prospects_holds_ids_days_and_fixed_words_alone() {
    let is_a_word = |text: &str| {
        text.bytes()
            .all(|byte| byte == b'_' || byte.is_ascii_lowercase())
    };
    let is_an_id = |text: &str| uuid::Uuid::parse_str(text).is_ok();
    let is_a_day = |text: &str| text.parse::<chrono::NaiveDate>().is_ok();
    let is_an_instant = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().is_ok();
    for example in examples() {
        let event_type = example.event.event_type();
        if !(event_type.contains("Prospect") || event_type.starts_with("Send")) {
            continue;
        }

        for text in texts_of(&payload_of(&example.event)) {
            assert!(
                is_an_id(text) || is_a_day(text) || is_an_instant(text) || is_a_word(text),
                "{text} in {event_type}"
            );
        }
    }
}

#[test]
fn a_name_that_was_stored_before_names_were_lines_is_read_and_given_to_nobody_again() {
    let old = "Spring \u{1b}]0;owned\u{7}\nforged\u{202e}";

    let read: Name = serde_json::from_value(old.into()).unwrap();

    assert_eq!(read.as_str(), old);
    assert_eq!(serde_json::to_value(&read).unwrap(), old);
    assert_eq!(
        Name::try_from(old.to_owned()),
        Err(BadSettings::NameOfLines)
    );
}
