//! `fermata effects`, with and without a service that runs.

use crate::playground::Playground;
use crate::running::{demo, does, json, misused, refuses};
use crate::service::Service;
use serde_json::Value;

async fn listed(playground: &Playground, filter: &[&str]) -> Vec<Value> {
    let arguments = [&["effects", "list", "--json"], filter].concat();
    let list = json(&does(playground, &arguments).await);
    list["effects"].as_array().unwrap().clone()
}

/// The demo's campaign that no engine has taken up yet.
const LAUNCHING: &str = "8c2b2d4e-e29b-41d4-a716-446655440002";

/// The id of the launch of that campaign.
async fn launch(playground: &Playground) -> String {
    let listed = listed(playground, &["--campaign", LAUNCHING]).await;
    listed[0]["id"].as_str().unwrap().to_owned()
}

/// Each launch with its state and why, by its campaign.
async fn launches(playground: &Playground) -> Vec<(String, String, String)> {
    let all = listed(playground, &[]).await;
    let launches = all.iter().filter(|it| it["kind"] == "start_run");
    let mut read = Vec::new();
    for it in launches {
        let id = it["id"].as_str().unwrap();
        let why = does(playground, &["effects", "explain", id]).await;
        let text = |name: &str| it[name].as_str().unwrap().to_owned();
        let last = why.lines().last().unwrap().to_owned();
        read.push((text("campaign_id"), text("state"), last));
    }
    read.sort();
    read
}

#[tokio::test]
async fn launches_of_the_demo_read_as_what_became_of_them_with_and_without_a_service() {
    let playground = Playground::new();
    demo(&playground).await;

    let without = launches(&playground).await;
    let service = Service::start(&playground, &[]).await;
    let over = async || {
        loop {
            let launches = launches(&playground).await;
            if launches[1].1 != "waiting" {
                break launches;
            }
        }
    };
    let with = over().await;
    let counted = ask_internal(&playground, &service, "/internal/outbox").await;

    for (campaign, state, why) in [&without[..], &with].concat() {
        if campaign == LAUNCHING {
            continue;
        }
        assert_eq!(state, "delivered", "{campaign}: {why}");
        assert!(why.ends_with(": an engine took the campaign up."), "{why}");
    }
    assert_eq!((without.len(), with.len()), (4, 4));
    assert_eq!(
        (without[1].0.as_str(), without[1].1.as_str()),
        (LAUNCHING, "waiting")
    );
    assert_eq!((with[1].0.as_str(), with[1].1.as_str()), (LAUNCHING, "due"));
    let counted = counted["effects"].as_array().unwrap();
    let due: Vec<&Value> = counted
        .iter()
        .filter(|it| it["kind"] == "start_run")
        .collect();
    assert_eq!(due.len(), 1, "{due:?}");
    assert_eq!(
        (&due[0]["state"], &due[0]["count"]),
        (&"due".into(), &1.into())
    );
}

async fn ask_internal(playground: &Playground, service: &Service, path: &str) -> Value {
    let key = does(playground, &["keys", "create", "--internal"]).await;
    let client = crate::service::client().build().unwrap();
    let asked = client.get(format!("{}{path}", service.internal_url));
    let answer = asked.bearer_auth(key.trim_end()).send().await.unwrap();
    answer.json().await.unwrap()
}

#[tokio::test]
async fn effects_wait_to_be_taken_in_until_a_service_runs() {
    let playground = Playground::new();
    demo(&playground).await;
    let id = launch(&playground).await;

    let before = json(&does(&playground, &["effects", "explain", &id, "--json"]).await);
    let lines = does(&playground, &["effects", "explain", &id]).await;

    assert_eq!(before["state"], "waiting");
    assert!(lines.contains("It waits to be taken in"), "{lines}");
    let refused = refuses(&playground, &["effects", "park", &id]).await;
    assert_eq!(
        refused,
        format!("effect {id} is waiting; there is nothing to park")
    );
}

#[tokio::test]
async fn a_service_takes_effects_in_and_operators_park_retry_and_cancel_them() {
    let playground = Playground::new();
    demo(&playground).await;
    let service = Service::start(&playground, &[]).await;
    let id = launch(&playground).await;
    loop {
        let due = listed(&playground, &["--state", "due", "--campaign", LAUNCHING]).await;
        if due.len() == 1 {
            break;
        }
    }

    let parked = does(&playground, &["effects", "park", &id]).await;
    let why = does(&playground, &["effects", "explain", &id]).await;
    let retried = does(&playground, &["effects", "retry", "--all"]).await;
    let cancelled = does(&playground, &["effects", "cancel", &id]).await;

    assert!(parked.starts_with(&format!("{id} is parked")), "{parked}");
    assert!(
        why.contains("parked by an operator at the command line"),
        "{why}"
    );
    assert!(retried.starts_with("1 parked effects"), "{retried}");
    assert!(cancelled.contains("is cancelled"), "{cancelled}");
    assert!(!cancelled.contains("token"), "{cancelled}");
    let table = does(&playground, &["effects", "list", "--state", "cancelled"]).await;
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "effect\tstate\tkind\tcampaign\trecorded\twhy");
    assert!(lines[1].starts_with(&format!("{id}\tcancelled\tstart_run")));
    let history = json(&does(&playground, &["history", LAUNCHING, "--json"]).await);
    assert_eq!(history["events"][2]["effects"][0]["state"], "cancelled");
    assert_eq!(history["events"][2]["effects"][0]["id"], id);
    drop(service);
}

#[tokio::test]
async fn what_is_no_effect_is_refused_in_a_sentence() {
    let playground = Playground::new();
    demo(&playground).await;

    let refused = refuses(&playground, &["effects", "explain", "0-999999"]).await;
    let state = refuses(&playground, &["effects", "list", "--state", "lost"]).await;
    let id = misused(&playground, &["effects", "explain", "7"]).await;
    let nothing = misused(&playground, &["effects", "retry"]).await;

    assert!(
        refused.starts_with("there is no effect 0-999999"),
        "{refused}"
    );
    assert!(
        state.starts_with("lost is no state of an effect"),
        "{state}"
    );
    assert!(id.contains("as in 2-1234"), "{id}");
    assert!(nothing.contains("required"), "{nothing}");
}
