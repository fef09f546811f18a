//! Texts of tenants: lines and texts, and what they must not hold.

use serde_json::{Value, json};
use testkit::{TestApp, node};

use crate::leads::{add, empty_draft, leads};

/// What no line holds.
const UNFIT_IN_LINES: [&str; 13] = [
    "Hello\r\nBcc: everyone@example.com",
    "a\nb",
    "a\rb",
    "a\tb",
    "a\u{b}b",
    "a\u{c}b",
    "\u{1b}]0;owned\u{7}",
    "a\u{7f}b",
    "a\u{85}b",
    "a\u{9b}2Jb",
    "a\u{2028}b",
    "a\u{2029}b",
    "a\u{202e}b",
];
/// What no text of several lines holds.
const UNFIT_IN_TEXTS: [&str; 6] = [
    "\u{1b}[2J",
    "a\u{8}b",
    "a\u{b}b",
    "a\u{7f}b",
    "a\u{85}b",
    "a\u{9b}b",
];
const FIT_IN_LINES: &str = "Ángela, 李, שלום\u{200f} 🎵 %first_name% «\u{2067}ع\u{2069}»";
const LINE: &str = "must be one line without control characters";
const TEXT: &str = "must have no control characters but line breaks and tabs";

#[tokio::test]
async fn names_and_subjects_are_lines() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let step = format!("/sequence/nodes/{}", node(id, 0).0);
    let before = app.checksums().await;

    for unfit in UNFIT_IN_LINES {
        let named = json!({"type": "email", "name": unfit, "sender_account_ids": []});
        let mail = json!({"type": "email", "subject": unfit, "body": "b"});
        let whole = json!({"sequence_nodes": [mail, {"type": "end"}]});
        for (call, body, field) in [
            (app.ask(&tenant, "POST", "/api/campaigns"), named, "name"),
            (
                app.about(&tenant, "PATCH", id, ""),
                json!({"name": unfit}),
                "name",
            ),
            (
                app.about(&tenant, "PATCH", id, ""),
                whole,
                "sequence_nodes[0].subject",
            ),
            (
                app.about(&tenant, "POST", id, "/sequence/nodes"),
                mail,
                "subject",
            ),
            (
                app.about(&tenant, "PUT", id, &step),
                json!({"subject": unfit}),
                "subject",
            ),
        ] {
            let answer = call.json(&body.to_string()).await;

            assert_eq!(
                answer.problem(),
                (400, "invalid_request".to_owned()),
                "{body}"
            );
            assert_eq!(answer.message(), format!("{field} {LINE}"), "{body}");
        }
    }
    assert_eq!(app.checksums().await, before);
    let fit = json!({"name": FIT_IN_LINES}).to_string();
    let named = app.about(&tenant, "PATCH", id, "").json(&fit).await;
    assert_eq!(named.json()["campaign"]["name"], FIT_IN_LINES);
    let fit = json!({"subject": FIT_IN_LINES}).to_string();
    let edited = app.about(&tenant, "PUT", id, &step).json(&fit).await;
    assert_eq!(edited.json()["node"]["subject"], FIT_IN_LINES);
}

#[tokio::test]
async fn a_name_holds_nothing_that_is_not_seen() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let rename = |name: &str| {
        let body = json!({"name": name}).to_string();
        app.about(&tenant, "PATCH", id, "").json(&body)
    };

    for hidden in [
        '\u{ad}',
        '\u{34f}',
        '\u{180e}',
        '\u{200b}',
        '\u{2060}',
        '\u{3164}',
        '\u{feff}',
        '\u{e0001}',
    ] {
        for name in [
            format!("{hidden}Q2"),
            format!("Q{hidden}2"),
            format!("Q2{hidden}"),
        ] {
            let answer = rename(&name).await;

            let number = u32::from(hidden);
            let message = format!("name must not contain the character U+{number:04X}");
            assert_eq!(answer.problem().0, 400, "{name:?}");
            assert_eq!(answer.message(), message);
        }
    }
    for name in ["👩\u{200d}💻 Q2 ❤\u{fe0f}", "می\u{200c}خواهم"] {
        assert_eq!(rename(name).await.json()["campaign"]["name"], name);
    }
}

#[tokio::test]
async fn signatures_bodies_and_reasons_have_lines_and_no_other_control_characters() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let patch = |body: &Value| app.about(&tenant, "PATCH", id, "").json(&body.to_string());
    let of_body =
        |text: &str| json!({"sequence_nodes": [{"type": "email", "body": text}, {"type": "end"}]});
    let before = app.checksums().await;

    for unfit in UNFIT_IN_TEXTS {
        for (body, field) in [
            (json!({"signature": unfit}), "signature"),
            (of_body(unfit), "sequence_nodes[0].body"),
            (json!({"reason": unfit}), "reason"),
        ] {
            let answer = patch(&body).await;

            assert_eq!(
                answer.problem(),
                (400, "invalid_request".to_owned()),
                "{body}"
            );
            assert_eq!(answer.message(), format!("{field} {TEXT}"), "{body}");
        }
    }
    assert_eq!(app.checksums().await, before);
    let lines = "Yours,\r\n\tAda\n";
    let signed = patch(&json!({"signature": lines, "reason": "one\ntwo"}))
        .await
        .json();
    assert_eq!(signed["campaign"]["signature"], lines);
    let written = patch(&of_body(lines)).await.json();
    assert_eq!(written["sequence_nodes"][0]["body"], lines);
    let reasons: Vec<_> = app
        .events(id)
        .await
        .into_iter()
        .map(|it| it.metadata.reason)
        .collect();
    assert!(reasons.contains(&Some("one\ntwo".to_owned())));
}

#[tokio::test]
async fn names_and_addresses_of_leads_and_senders_are_lines() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let key = app.internal_key().await;
    let id = empty_draft(&app, &tenant).await;
    let path = format!("/internal/senders/{}", testkit::new_campaign_id());

    for unfit in UNFIT_IN_LINES {
        for field in ["email", "linkedin_url", "first_name", "last_name"] {
            let mut lead = json!({"email": "ada@example.com"});
            lead[field] = json!(unfit);

            let answer = add(&app, &tenant, id, json!([lead])).await;

            assert_eq!(answer.problem().0, 400, "{field} {unfit:?}");
            // Of an address, a mark of direction is left out, and what is left is none.
            let place = match field {
                "email" => "prospects[0]".to_owned(),
                field => format!("prospects[0].{field} "),
            };
            let said = answer.message();
            assert!(said.starts_with(&place), "{unfit:?}: {said}");
        }
        for field in [
            "display_name",
            "first_name",
            "email_address",
            "provider_account_id",
        ] {
            let mut sender = json!({
                "user_id": tenant.user_id.0, "type": "email", "status": "active",
                "display_name": "Ada", "email_address": "ada@example.com",
            });
            sender[field] = json!(unfit);

            let call = app.internal("PUT", &path).bearer(&key);
            let answer = call.json(&sender.to_string()).await;

            assert_eq!(answer.message(), format!("{field} {LINE}"), "{unfit:?}");
        }
    }
    for unfit in UNFIT_IN_TEXTS {
        for field in ["company", "position", "headline"] {
            let lead = json!([{"email": "ada@example.com", field: unfit}]);

            let answer = add(&app, &tenant, id, lead).await;

            assert_eq!(answer.problem().0, 400, "{field} {unfit:?}");
        }
    }
    assert_eq!(leads(&app, &tenant, id).await, Vec::<Value>::new());
    let (line, text) = (FIT_IN_LINES, "Analytical\r\n\tEngines");
    let fit = json!([{"email": "ada@example.com", "first_name": line, "company": text}]);
    add(&app, &tenant, id, fit).await;
    let lead = &leads(&app, &tenant, id).await[0];
    assert_eq!(
        (&lead["first_name"], &lead["company"]),
        (&json!(line), &json!(text))
    );
}

#[tokio::test]
async fn hours_are_refused_by_their_place_and_never_by_what_was_sent() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let planted = "ada@example.com";
    let day = |interval: Value| json!({"time_zone": "Europe/Paris", "monday": [interval]});
    let times = "operating_hours.monday[0]: from and to must be times between 00:00 and 24:00, written HH:MM";

    for (hours, message) in [
        (
            json!({"time_zone": planted}),
            "operating_hours.time_zone must be the name of an IANA time zone, such as Europe/Paris",
        ),
        (
            json!({"time_zone": 1}),
            "operating_hours.time_zone must be a string",
        ),
        (json!({}), "operating_hours: missing field `time_zone`"),
        (json!([planted]), "operating_hours must be an object"),
        (json!(planted), "operating_hours must be an object"),
        (
            json!({"time_zone": "Europe/Paris", planted: []}),
            "operating_hours has an unknown field; the known ones are time_zone, monday, tuesday, \
             wednesday, thursday, friday, saturday, sunday",
        ),
        (
            day(json!(["09:00", "17:00"])),
            "operating_hours.monday[0] must be an object",
        ),
        (day(json!({"from": planted, "to": "17:00"})), times),
        (day(json!({"from": "09:00", "to": "24:01"})), times),
        (
            day(json!({"from": "17:00", "to": "09:00"})),
            "operating_hours.monday[0]: an interval must end after it begins",
        ),
        (
            day(json!({"from": "09:00"})),
            "operating_hours.monday[0]: missing field `to`",
        ),
    ] {
        let body = json!({"operating_hours": hours}).to_string();

        let answer = app.about(&tenant, "PATCH", id, "").json(&body).await;

        assert_eq!(
            (answer.status, answer.message().as_str()),
            (400, message),
            "{body}"
        );
    }
}

#[tokio::test]
async fn an_array_is_no_object_wherever_it_stands() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.draft_campaign(&tenant).await;
    let lead = json!(["ada@example.com", null, "Ada", null, null, null, null, null]);
    let account = testkit::new_campaign_id().to_string();

    for (method, path, body, message) in [
        (
            "POST",
            "/leads",
            json!({"prospects": [lead]}),
            "prospects[0] must be an object",
        ),
        (
            "PATCH",
            "/leads",
            json!({"prospect_id": account, "updates": []}),
            "updates must be an object",
        ),
        (
            "PATCH",
            "",
            json!({"account_limits": [[account, 5]]}),
            "account_limits[0] must be an object",
        ),
        (
            "PATCH",
            "",
            json!({"sequence_nodes": [["end"]]}),
            "sequence_nodes[0] must be an object",
        ),
        (
            "PATCH",
            "/sequence/nodes",
            json!([account, 1]),
            "The request body must be a JSON object",
        ),
        (
            "POST",
            "/pause",
            json!(["why"]),
            "The request body must be a JSON object",
        ),
    ] {
        let answer = app
            .about(&tenant, method, id, path)
            .json(&body.to_string())
            .await;

        assert_eq!(
            (answer.status, answer.message().as_str()),
            (400, message),
            "{body}"
        );
    }
}
