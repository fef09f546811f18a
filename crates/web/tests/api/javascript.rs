//! A client's JSON comes back as it was written: Node is the judge.
//!
//! Values are made as text, so that they hold what no Rust value does: numbers of any length, keys given
//! twice, halves of surrogate pairs, any depth. Node reads every answer as a client does, and compares.

mod values;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use std::io::Write;
use std::process::{Command, Stdio};
use testkit::{Answer, TestApp};

use crate::leads::empty_draft;
use values::{Values, quoted};

const JUDGE: &str = include_str!("javascript/judge.mjs");
const TOKENS: &str = "/api/v1/waitpoints/tokens";
const SEED: u64 = 14;

/// What Node says of an input. It must find nothing amiss.
fn judge(input: &str) -> String {
    let mut node = Command::new("node")
        .args(["--input-type=module", "--eval", JUDGE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("missing: node; to install it: scripts/prerequisites.sh node");
    let mut stdin = node.stdin.take().unwrap();
    let input = input.to_owned();
    let writing = std::thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
    let output = node.wait_with_output().unwrap();
    writing.join().unwrap();
    assert!(output.status.success(), "node failed");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A line for the judge: how to look, what was sent, and the answer in which it must be.
fn line(how: &str, sent: &[String], answer: &Answer) -> String {
    let sent: Vec<String> = sent.iter().map(|text| quoted(text)).collect();
    let answer = quoted(&answer.body);
    format!(
        "{{\"how\":\"{how}\",\"sent\":[{}],\"answer\":{answer}}}\n",
        sent.join(",")
    )
}

#[tokio::test]
async fn custom_fields_come_back_equal_and_in_every_letter() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let mut values = Values::of(StdRng::seed_from_u64(SEED));
    let mut input = String::new();

    for _ in 0..10 {
        let id = empty_draft(&app, &tenant).await;
        let sent: Vec<String> = (0..200)
            .map(|_| {
                let fields: Vec<String> = (0..3).map(|_| values.field(3)).collect();
                format!("{{{}}}", fields.join(","))
            })
            .collect();
        let rows: Vec<String> = sent
            .iter()
            .enumerate()
            .map(|(row, text)| {
                format!("{{\"email\":\"{row}@example.com\",\"custom_fields\":{text}}}")
            })
            .collect();
        let body = format!("{{\"prospects\":[{}]}}", rows.join(","));
        let added = app.leads(&tenant, "POST", id, "").json(&body).await;
        assert_eq!(added.json(), json!({"imported": 200, "duplicates": 0}));

        let page = app.leads(&tenant, "GET", id, "?limit=200").await;

        let text = &page.body;
        for fields in &sent {
            assert!(text.contains(fields.as_str()), "{fields}");
        }
        input += &line("leads", &sent, &page);
    }
    assert_eq!(judge(&input), "2000 equal");
}

#[tokio::test]
async fn the_data_of_tokens_and_callbacks_comes_back_equal() {
    let app = TestApp::spawn().await;
    let key = app.internal_key().await;
    let mut values = Values::of(StdRng::seed_from_u64(SEED + 1));
    let mut input = String::new();
    let mut many = |count: usize, depth: u32| -> String {
        let all: Vec<String> = (0..count).map(|_| values.value(depth)).collect();
        format!("[{}]", all.join(", "))
    };
    let mut sent: Vec<String> = (0..4).map(|_| many(500, 4)).collect();
    sent.extend(VALUES.map(str::to_owned));
    sent.push(format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000)));
    sent.extend((0..40).map(|_| values.value(0)));

    for (number, text) in sent.iter().enumerate() {
        let made = app
            .internal("POST", TOKENS)
            .bearer(&key)
            .json("{}")
            .await
            .json();
        let id = made["id"].as_str().unwrap();
        let completing = if number % 2 == 0 {
            let path = format!("{TOKENS}/{id}/complete");
            let body = format!("{{\"data\":{text}}}");
            app.internal("POST", &path).bearer(&key).json(&body)
        } else {
            let path = made["url"]
                .as_str()
                .unwrap()
                .replace(&app.internal_url(), "");
            app.internal("POST", &path).json(text)
        };
        assert_eq!(
            completing.await.json(),
            json!({"success": true, "woke": true}),
            "{text}"
        );

        let token = app
            .internal("GET", &format!("{TOKENS}/{id}"))
            .bearer(&key)
            .await;
        input += &line("token", std::slice::from_ref(text), &token);
    }

    assert_eq!(judge(&input), format!("{} equal", sent.len()));
}

/// Values that others got wrong.
const VALUES: [&str; 20] = [
    "117.63331139400017",
    "0.9215686321258545",
    "123456789012345678901234567890",
    "-0",
    "1e400",
    "1E-400",
    "null",
    "true",
    "\"\"",
    "\" \"",
    "\"null\"",
    r#""a\u0000b""#,
    r#""cut \ud83d""#,
    r#""\ude00\ud83d""#,
    r#""\u2028\u2029\ufeff\ufffe""#,
    r#"{"__proto__": {"a": 1}, "a": 1, "a": 2}"#,
    r#"{"\ud83d": 1, "\u0000": 2, "": 3}"#,
    r#"{"json": 1, "meta": {"values": ["Date"]}}"#,
    " {\n\t\"b\" : [ ] , \"a\" : { } }\r\n",
    r#"{"s": "cut \ud83d"}"#,
];

#[tokio::test]
async fn what_javascript_reads_is_taken_and_what_it_does_not_is_refused() {
    let app = TestApp::spawn().await;
    let key = app.internal_key().await;
    let made = app
        .internal("POST", TOKENS)
        .bearer(&key)
        .json("{}")
        .await
        .json();
    let path = format!("{TOKENS}/{}/complete", made["id"].as_str().unwrap());
    let mut chance = StdRng::seed_from_u64(SEED + 2);
    let mut values = Values::of(StdRng::seed_from_u64(SEED + 3));
    let mut input = String::new();

    for _ in 0..600 {
        let mut text: Vec<char> = values.value(2).chars().collect();
        let place = chance.random_range(0..text.len());
        match chance.random_range(0..3) {
            0 => drop(text.remove(place)),
            1 => text.insert(
                place,
                values.one_of(&['0', '.', ',', '"', '\\', ']', 'e', '\u{1}']),
            ),
            _ => text.truncate(place),
        }
        let text: String = text.into_iter().collect();
        let body = format!("{{\"data\":{text}}}");

        let answer = app.internal("POST", &path).bearer(&key).json(&body).await;

        let verdict = if answer.status == 200 {
            "read"
        } else {
            "refused"
        };
        assert!([200, 400].contains(&answer.status), "{body}");
        input += &line(verdict, &[body], &answer);
    }
    assert_eq!(judge(&input), "600 equal");
}
