//! `fermata people`, and what a service says in its log about people: nothing.

use crate::playground::Playground;
use crate::running::{USER, demo, did, does, json, misused, refuses};
use crate::service::{Service, client};
use serde_json::{Value, json as value};
use std::process::Stdio;
use tokio::io::AsyncWriteExt;

/// The demo's draft, found over HTTP, of which its leads are removed.
async fn empty_draft(url: &str, key: &str) -> String {
    let client = client().build().unwrap();
    let list = client.get(format!("{url}/api/campaigns")).bearer_auth(key);
    let list: Value = list.send().await.unwrap().json().await.unwrap();
    let campaigns = list["campaigns"].as_array().unwrap();
    let draft = campaigns
        .iter()
        .find(|it| it["status"] == "draft" && it["type"] == "email");
    let id = draft.unwrap()["id"].as_str().unwrap().to_owned();
    let leads = format!("{url}/api/campaigns/{id}/leads");
    let removal = client
        .delete(&leads)
        .bearer_auth(key)
        .json(&value!({"all": true}));
    assert_eq!(removal.send().await.unwrap().status().as_u16(), 200);
    id
}

async fn add_ada(url: &str, key: &str, id: &str) {
    let ada =
        value!({"prospects": [{"email": "planted-ada@example.com", "company": "planted-co"}]});
    let leads = format!("{url}/api/campaigns/{id}/leads");
    let client = client().build().unwrap();
    let added = client
        .post(&leads)
        .bearer_auth(key)
        .json(&ada)
        .send()
        .await
        .unwrap();
    assert_eq!(added.status().as_u16(), 200);
}

#[tokio::test]
async fn a_person_is_erased_by_an_address_from_standard_input() {
    let playground = Playground::new();
    let workspace = demo(&playground).await;
    let (key, user) = (
        workspace["key"].as_str().unwrap(),
        workspace["user_id"].as_str().unwrap(),
    );
    let service = Service::start(&playground, &[]).await;
    let id = empty_draft(&service.url, key).await;
    add_ada(&service.url, key, &id).await;

    let mut program =
        playground.program(&["people", "erase", "--user", user, "--email", "-", "--json"]);
    program.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = program.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(b" Planted-Ada@Example.com\n")
        .await
        .unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();

    let told = json(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(
        (&told["erased"], &told["complete"]),
        (&value!(1), &value!(true))
    );
    assert_eq!(told["prospects"][0]["campaign_id"], id.as_str());
    let again = [
        "people",
        "erase",
        "--user",
        user,
        "--email",
        "planted-ada@example.com",
    ];
    let again = does(&playground, &again).await;
    assert_eq!(again, "nothing is on file about them\n");
}

#[tokio::test]
async fn a_service_logs_nobodys_data() {
    let playground = Playground::new();
    let workspace = demo(&playground).await;
    let key = workspace["key"].as_str().unwrap();
    let mut command = playground.program(&[
        "serve",
        "--listen=127.0.0.1:0",
        "--internal-listen=127.0.0.1:0",
        "--log=trace",
    ]);
    command.stderr(Stdio::piped()).stdout(Stdio::piped());
    let log = playground.path().join("log");
    command.stderr(std::fs::File::create(&log).unwrap());
    let mut service = Service::spawn(command);
    service.listens().await;
    let id = empty_draft(&service.url, key).await;

    add_ada(&service.url, key, &id).await;
    add_ada(&service.url, key, &id).await;
    service.kill().await;

    let text = std::fs::read(&log).unwrap();
    let text = String::from_utf8_lossy(&text).to_lowercase();
    assert!(!text.is_empty());
    assert!(!text.contains("planted-"), "{text}");
}

#[tokio::test]
async fn whom_to_erase_must_be_said_and_be_somebody() {
    let playground = Playground::new();

    let nobody = misused(&playground, &["people", "erase", "--user", USER]).await;
    let no_address = ["people", "erase", "--user", USER, "--email", "nobody"];
    let no_address = refuses(&playground, &no_address).await;

    assert!(nobody.contains("--email"), "{nobody}");
    assert_eq!(no_address, "that is no email address");
}

#[tokio::test]
async fn nobody_on_file_is_told_plainly() {
    let playground = Playground::new();
    does(&playground, &["migrate"]).await;
    let program = [
        "people",
        "erase",
        "--user",
        USER,
        "--linkedin-url",
        "linkedin.com/in/ada",
    ];

    let said = did(playground.program(&program)).await;

    assert_eq!(said, "nothing is on file about them\n");
}
