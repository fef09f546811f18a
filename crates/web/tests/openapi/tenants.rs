//! Everything that the public document offers, asked by a user with the ids of another: 404 throughout,
//! and not one byte of the other's data.

use crate::document::{Document, Operation, Wish};
use crate::world::World;
use reqwest::{Client, Method, Response};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;
use testkit::Tenant;

/// Operations that name nobody's id in their path, or answer for each id of a list: what they say of
/// another's is that it is not there.
const ANSWERS: [u16; 2] = [200, 201];
/// The shortest text that is nobody's by chance.
const SECRET_CHARS_MIN: usize = 20;
/// Requests of each operation, with other ids each.
const ROUNDS: usize = 12;

/// What came back: the status, and every byte.
struct Came {
    status: u16,
    text: String,
}

/// Asks with ids of `world`'s tenant, but as `asker`. What was sent, and what came back.
async fn ask(
    world: &World,
    asker: &Tenant,
    operation: &Operation<'_>,
    round: usize,
) -> (String, Came) {
    let known = world.known();
    let id_of = |kind: &str| {
        let ids = known[kind].as_array().filter(|ids| !ids.is_empty())?;
        ids[round % ids.len()].as_str().map(str::to_owned)
    };
    let id = |name: &str| kind_of(name).and_then(id_of);
    let path = operation.path.split('/').collect::<Vec<_>>();
    let filled: Vec<String> = path
        .iter()
        .enumerate()
        .map(|(place, part)| match part.strip_prefix('{') {
            Some(_) => id_of(path[place - 1]).unwrap_or_else(|| id_of("campaigns").unwrap()),
            None => (*part).to_owned(),
        })
        .collect();
    let everything = round % 2 == 1;
    let wish = Wish {
        everything,
        id: &id,
    };
    let body = operation.body(&wish).map(|body| body.to_string());
    let takes = |name: &str| operation.json["parameters"].to_string().contains(name);
    let is_dry = round % 4 == 3 && takes("dry_run");
    let query = if is_dry { "?dry_run=true" } else { "" };
    let url = format!("{}{}{query}", world.app.public_url(), filled.join("/"));
    let sent = format!("{url} {}", body.clone().unwrap_or_default());
    let method = Method::from_bytes(operation.method.as_bytes()).unwrap();
    let mut request = Client::new().request(method, url).bearer_auth(&asker.key);
    if let Some(body) = body {
        request = request
            .header("content-type", "application/json")
            .body(body);
    }
    if everything && takes("Idempotency-Key") {
        request = request.header("idempotency-key", format!("{}-{round}", operation.id()));
    }
    if round % 3 == 1 && takes("If-Match") {
        request = request.header("if-match", "*");
    }
    (sent, came(request.send().await.unwrap()).await)
}

/// Reads an answer; of one that goes on, what comes at first.
async fn came(mut response: Response) -> Came {
    let status = response.status().as_u16();
    let mut text = format!("{:?}", response.headers());
    let moment = Duration::from_millis(300);
    while let Ok(Ok(Some(chunk))) = tokio::time::timeout(moment, response.chunk()).await {
        text.push_str(&String::from_utf8_lossy(&chunk));
    }
    Came { status, text }
}

/// Which things a name in a body or a query is about.
fn kind_of(name: &str) -> Option<&'static str> {
    match name {
        "ids" | "campaign_id" | "campaign_ids" => Some("campaigns"),
        "prospect_id" | "prospect_ids" => Some("prospects"),
        "node_id" | "nodeId" => Some("nodes"),
        "account_id" | "sender_account_ids" => Some("senders"),
        _ => None,
    }
}

/// Every text that is the tenant's own.
fn secrets(world: &World, whole: &Value) -> BTreeSet<String> {
    let mut secrets = BTreeSet::new();
    for kind in world.known().as_object().unwrap().values() {
        let ids = kind.as_array().into_iter().flatten();
        secrets.extend(ids.map(|id| id.as_str().unwrap().to_owned()));
    }
    // Ids of effects are a few digits, which stand in everything.
    secrets.retain(|secret| SECRET_CHARS_MIN <= secret.len());
    for campaign in whole["campaigns"].as_array().unwrap() {
        secrets.insert(campaign["name"].as_str().unwrap().to_owned());
        secrets.insert(campaign["user_id"].as_str().unwrap().to_owned());
    }
    secrets
}

#[tokio::test]
async fn another_users_ids_open_nothing_over_every_operation() {
    let world = World::new().await;
    let stranger = world.app.tenant().await;
    let before = world.app.list(&world.tenant).await.json();
    let secrets = secrets(&world, &before);
    let document = Document::of(&web::public_document());
    let mut asked = 0;

    for operation in document.operations() {
        for round in 0..ROUNDS {
            let (sent, came) = ask(&world, &stranger, &operation, round).await;

            let names_ids = operation.path.contains('{');
            let fits = if names_ids {
                came.status == 404
            } else {
                let is_known = operation.statuses().contains(&came.status);
                ANSWERS.contains(&came.status) || (is_known && came.status < 500)
            };
            assert!(
                fits,
                "{} {sent}: {} {}",
                operation.method, came.status, came.text
            );
            for secret in &secrets {
                assert!(
                    sent.contains(secret) || !came.text.contains(secret),
                    "{} {sent} tells {secret}: {}",
                    operation.method,
                    came.text
                );
            }
            asked += 1;
        }
    }

    assert_eq!(world.app.list(&world.tenant).await.json(), before);
    println!("{asked} requests with another's ids");
}
