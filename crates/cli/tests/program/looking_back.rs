//! `fermata state`, `fermata diff`, `fermata explain`: the past of a campaign, and why it is as it is.
//!
//! The demo's campaign: created by version 1, its prospects added by 2, launched by 3, taken up by 4;
//! 34 mails are sent, 4 answers come in.

use crate::playground::Playground;
use crate::running::{DEMO_CAMPAIGN, DEMO_EVENTS, NO_CAMPAIGN, demo, does, json, misused, refuses};
use crate::service::Service;
use serde_json::{Value, json as value};

const REASON: &str = "bounces doubled";

/// Has the service do something with the demo's campaign.
async fn ask(playground: &Playground, made: &Value, method: reqwest::Method, path: &str) {
    let service = Service::start(playground, &[]).await;
    let url = format!("{}/api/campaigns/{DEMO_CAMPAIGN}{path}", service.url);
    let client = crate::service::client().build().unwrap();
    let asked = client.request(method, url);
    let asked = asked.bearer_auth(made["key"].as_str().unwrap());
    let answer = asked
        .json(&value!({"reason": REASON}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}

async fn pause(playground: &Playground, made: &Value) {
    ask(playground, made, reqwest::Method::POST, "/pause").await;
}

async fn state(playground: &Playground, arguments: &[&str]) -> Value {
    let all = [&["state", DEMO_CAMPAIGN, "--json"], arguments].concat();
    json(&does(playground, &all).await)
}

#[tokio::test]
async fn a_state_is_that_of_the_version_or_of_the_instant_that_is_named_or_of_now() {
    let playground = Playground::new();
    demo(&playground).await;

    let now = state(&playground, &[]).await;
    let third = state(&playground, &["--version", "3"]).await;
    let then = third["recorded_at"].as_str().unwrap();
    let at = state(&playground, &["--at", then]).await;

    assert_eq!(now["version"], DEMO_EVENTS);
    assert_eq!(now["campaign"]["status"], "active");
    assert_eq!(now["prospects_by_status"]["replied"], 4);
    assert_eq!(third["campaign"]["status"], "launching");
    assert_eq!(at["recorded_at"], third["recorded_at"]);
    let lines = does(&playground, &["state", DEMO_CAMPAIGN, "--version", "3"]).await;
    assert!(lines.starts_with("field\tvalue\n"), "{lines}");
    assert!(lines.contains("\ncampaign.status\tlaunching\n"), "{lines}");
    assert!(lines.contains("\nversion\t3\n"), "{lines}");
}

#[tokio::test]
async fn a_state_that_is_not_there_is_refused_in_a_sentence() {
    let playground = Playground::new();
    let made = demo(&playground).await;
    ask(&playground, &made, reqwest::Method::DELETE, "").await;
    let refused = async |arguments: &[&str]| {
        refuses(
            &playground,
            &[&["state", DEMO_CAMPAIGN], arguments].concat(),
        )
        .await
    };

    let before = refused(&["--at", "1999-12-31T23:59:59Z"]).await;
    let deleted = refused(&[]).await;
    let to_come = refused(&["--version", "1000"]).await;
    let never = refuses(&playground, &["state", NO_CAMPAIGN]).await;

    let last = DEMO_EVENTS + 1;
    let campaign = format!("campaign {DEMO_CAMPAIGN}");
    assert_eq!(before, format!("{campaign} was not there yet"));
    assert!(deleted.starts_with(&format!("{campaign} was deleted at ")));
    assert!(deleted.ends_with(&format!(", by version {last}")));
    let expected = format!("{campaign} has no version 1000: it is at {last}");
    assert_eq!(to_come, expected);
    assert_eq!(never, format!("there never was a campaign {NO_CAMPAIGN}"));
    for misuse in [
        &["--version", "0"][..],
        &["--version", "1", "--at", "2026-04-22T09:05:00Z"],
        &["--at", "yesterday"],
    ] {
        misused(&playground, &[&["state", DEMO_CAMPAIGN], misuse].concat()).await;
    }
}

#[tokio::test]
async fn a_difference_names_every_field_that_changed_and_no_other() {
    let playground = Playground::new();
    let made = demo(&playground).await;
    pause(&playground, &made).await;
    let (before, after) = (DEMO_EVENTS.to_string(), (DEMO_EVENTS + 1).to_string());
    let diff = async |from: &str, to: &str| {
        json(&does(&playground, &["diff", DEMO_CAMPAIGN, from, to, "--json"]).await)
    };

    let paused = diff(&before, &after).await;
    let same = diff(&after, &after).await;
    let now = diff(&before, "9999-12-31T23:59:59Z").await;

    assert_eq!(
        paused["differences"],
        value!([
            {"field": "stage.cause", "to": "requested"},
            {"field": "stage.status", "from": "active", "to": "paused"},
        ])
    );
    assert_eq!(paused["from"]["version"], DEMO_EVENTS);
    assert_eq!(paused["to"]["version"], DEMO_EVENTS + 1);
    assert_eq!(same["differences"], value!([]));
    assert_eq!(now, paused);
    let table = does(&playground, &["diff", DEMO_CAMPAIGN, &before, &after]).await;
    assert_eq!(
        table,
        format!(
            "field\tversion {before}\tversion {after}\nstage.cause\t-\trequested\n\
             stage.status\tactive\tpaused\n"
        )
    );
}

#[tokio::test]
async fn a_difference_goes_down_to_each_prospect_and_permit() {
    let playground = Playground::new();
    demo(&playground).await;

    let diff = does(&playground, &["diff", DEMO_CAMPAIGN, "4", "5", "--json"]).await;

    let fields: Vec<String> = json(&diff)["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["field"].as_str().unwrap().to_owned())
        .collect();
    let of_permits: Vec<&String> = fields.iter().filter(|it| it.contains("permits.")).collect();
    assert!(fields.contains(&"open_permits".to_owned()), "{fields:?}");
    assert!(
        of_permits.iter().all(|it| it.starts_with("prospects.")) && !of_permits.is_empty(),
        "{fields:?}"
    );
    assert!(!fields.iter().any(|it| it.starts_with("settings")));
}

#[tokio::test]
async fn a_difference_from_before_the_creation_is_everything() {
    let playground = Playground::new();
    demo(&playground).await;

    let arguments = ["diff", DEMO_CAMPAIGN, "1999-12-31T23:59:59Z", "1", "--json"];
    let diff = json(&does(&playground, &arguments).await);

    let differences = diff["differences"].as_array().unwrap();
    let presence = value!({"field": "presence", "from": "not there yet", "to": "there"});
    assert!(differences.contains(&presence), "{diff}");
    let name = differences.iter().find(|it| it["field"] == "settings.name");
    assert_eq!(name.unwrap().get("from"), None);
}

#[tokio::test]
async fn an_explanation_tells_the_chain_who_caused_it_and_whether_sleepers_were_woken() {
    let playground = Playground::new();
    let made = demo(&playground).await;
    let before = does(&playground, &["explain", DEMO_CAMPAIGN]).await;
    pause(&playground, &made).await;

    let text = does(&playground, &["explain", DEMO_CAMPAIGN]).await;
    let whole = json(&does(&playground, &["explain", DEMO_CAMPAIGN, "--json"]).await);

    let key = &made["key"].as_str().unwrap()[..24];
    let version = DEMO_EVENTS + 1;
    for said in [
        "is paused since ".to_owned(),
        "version 1: it was created, by ".to_owned(),
        "version 4: an engine took it up, by ".to_owned(),
        format!(
            "version {version}: it was paused with nothing in flight, by key {key}, because: {REASON}."
        ),
        "No send is permitted until it is resumed; nothing is in flight; ".to_owned(),
        "had every sleep token completed with {\"paused\":true}".to_owned(),
        "May be asked of it: resume, update, delete.".to_owned(),
    ] {
        assert!(text.contains(&said), "{said} is not in:\n{text}");
    }
    assert!(before.contains("The last move had nobody to wake."));
    assert_eq!(whole["status"], "paused");
    let types: Vec<&str> = whole["moves"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        types,
        [
            "CampaignCreated",
            "CampaignLaunchStarted",
            "CampaignActivated",
            "CampaignPaused"
        ]
    );
    assert_eq!(whole["moves"][3]["reason"], REASON);
    assert_eq!(whole["effect"]["kind"], "complete_waitpoints");
}

#[tokio::test]
async fn a_deleted_campaign_is_explained_too_and_one_that_never_was_is_not() {
    let playground = Playground::new();
    let made = demo(&playground).await;
    ask(&playground, &made, reqwest::Method::DELETE, "").await;

    let text = does(&playground, &["explain", DEMO_CAMPAIGN]).await;
    let never = refuses(&playground, &["explain", NO_CAMPAIGN]).await;

    assert!(text.contains("was deleted at "), "{text}");
    assert!(text.contains("every sleeper has to hear of it"), "{text}");
    assert_eq!(never, format!("there never was a campaign {NO_CAMPAIGN}"));
}

#[tokio::test]
async fn a_difference_counts_what_changed_for_prospects_and_lists_each_on_request() {
    let playground = Playground::new();
    demo(&playground).await;
    let diff = async |arguments: &[&str]| {
        does(&playground, &[&["diff", DEMO_CAMPAIGN], arguments].concat()).await
    };

    let counted = diff(&["1", "20"]).await;
    let listed = diff(&["1", "20", "--prospects"]).await;
    let whole = json(&diff(&["1", "20", "--json"]).await);
    let added = diff(&["1", "2"]).await;
    let gone = json(&diff(&["20", "1", "--json"]).await);

    // Versions 5 to 20 are 8 permits, each with what was sent.
    let (fields, moves) = counted.split_once("\n\n").unwrap();
    assert!(
        fields.starts_with("field\tversion 1\tversion 20\n"),
        "{fields}"
    );
    assert!(!fields.contains("\nprospects."), "{fields}");
    assert_eq!(
        moves,
        "prospects\tfrom\tto\tcount\nadded\t-\tpending\t112\nadded\t-\tsent\t8\n\
         permit\t-\tsent\t8\n\nProspects that changed: 120. --prospects lists each of them.\n"
    );
    assert!(counted.lines().count() < 60, "{counted}");
    assert!(360 < listed.lines().count(), "{listed}");
    assert!(listed.starts_with(fields), "{listed}");
    assert_eq!(whole["prospects"]["changed"], 120);
    assert_eq!(
        whole["prospects"]["moves"],
        value!([
            {"what": "added", "from": null, "to": "pending", "count": 112},
            {"what": "added", "from": null, "to": "sent", "count": 8},
            {"what": "permit", "from": null, "to": "sent", "count": 8},
        ])
    );
    let lines = listed.lines().count() - 1;
    assert_eq!(whole["differences"].as_array().unwrap().len(), lines);
    assert!(added.contains("\nadded\t-\tpending\t120\n"), "{added}");
    assert_eq!(gone["prospects"]["moves"][0]["what"], "removed");
    assert_eq!(gone["prospects"]["changed"], 120);
}
