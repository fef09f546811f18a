//! Running the program to its end, and asking a service.

use crate::playground::Playground;
use private_postgres::{Durability, PrivatePostgres, ProgramSearch, Settings};
use serde_json::Value;
use std::process::Output;
use tokio::process::Command;

/// The documented example's campaign, which is the demo's too.
pub const DEMO_CAMPAIGN: &str = "8c2b2d4e-e29b-41d4-a716-446655440000";
/// What it has been through once the demo is made: created, prospects added, launched, activated;
/// 34 permits and sends; 4 replies.
pub const DEMO_EVENTS: usize = 4 + 2 * 34 + 4;
/// A campaign that nobody ever made.
pub const NO_CAMPAIGN: &str = "8c2b2d4e-e29b-41d4-a716-44665544ffff";
pub const USER: &str = "22222222-2222-4222-8222-222222222222";

/// What it printed, having done what it was asked.
pub async fn does(playground: &Playground, arguments: &[&str]) -> String {
    did(playground.program(arguments)).await
}

/// The same for a command of one's own making.
pub async fn did(mut command: Command) -> String {
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What it complained of, having refused: one sentence on standard error, nothing on standard
/// output.
pub async fn refuses(playground: &Playground, arguments: &[&str]) -> String {
    refused(playground.program(arguments)).await
}

/// The same for a command of one's own making.
pub async fn refused(command: Command) -> String {
    complained(command, 1).await
}

/// What it said about not being able to verify, which has an exit status of its own.
pub async fn cannot_verify(playground: &Playground, arguments: &[&str]) -> String {
    let asked = [&["verify"], arguments].concat();
    complained(playground.program(&asked), 2).await
}

async fn complained(mut command: Command, status: i32) -> String {
    let output = command.output().await.unwrap();
    assert_eq!(
        output.status.code(),
        Some(status),
        "{command:?}: {output:?}"
    );
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    let said = String::from_utf8(output.stderr).unwrap();
    let sentence = said
        .strip_prefix("fermata: ")
        .unwrap_or_else(|| panic!("{said}"));
    assert_eq!(sentence.trim_end().lines().count(), 1, "{said}");
    sentence.trim_end().to_owned()
}

/// What clap refuses: the second exit code, and how it is meant.
pub async fn misused(playground: &Playground, arguments: &[&str]) -> String {
    let Output { status, stderr, .. } = playground.program(arguments).output().await.unwrap();
    assert_eq!(status.code(), Some(2));
    String::from_utf8(stderr).unwrap()
}

pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The demo workspace, made or found.
pub async fn demo(playground: &Playground) -> Value {
    json(&does(playground, &["demo", "--json"]).await)
}

/// The status of an answer to a question that needs a key.
pub async fn status(url: &str, key: &str) -> u16 {
    let client = crate::service::client().build().unwrap();
    let asked = client.get(format!("{url}/api/campaigns")).bearer_auth(key);
    asked.send().await.unwrap().status().as_u16()
}

/// Has SQL done in the playground's private PostgreSQL, as its owner.
pub async fn change(playground: &Playground, sql: &str) {
    let postgres = PrivatePostgres::find(Settings {
        data_directory: playground.data.clone(),
        durability: Durability::Full,
        programs: ProgramSearch::machine(std::env::var_os("PATH")),
        parameters: vec![],
    });
    let postgres = postgres.await.unwrap();
    let connection = event_store::connect(&postgres.config()).await.unwrap();
    connection.client.batch_execute(sql).await.unwrap();
    drop(connection);
    postgres.close().await.unwrap();
}
