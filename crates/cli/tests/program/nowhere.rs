//! Commands where there is no database, or another one: an error that says where and what to do, and
//! nothing made.

use crate::playground::Playground;
use crate::running::{DEMO_CAMPAIGN, USER, does, refused};
use std::fs;
use std::path::Path;
use testkit::TestDatabase;
use tokio::process::Command;

/// Every command that needs a database and may not make one.
const COMMANDS: &[&[&str]] = &[
    &["history", DEMO_CAMPAIGN],
    &["history", DEMO_CAMPAIGN, "--json"],
    &["state", DEMO_CAMPAIGN],
    &["diff", DEMO_CAMPAIGN, "1", "2"],
    &["explain", DEMO_CAMPAIGN],
    &["export"],
    &["export", "--output", "out.jsonl"],
    &["effects", "list"],
    &["effects", "explain", "0-1"],
    &["effects", "retry", "--all"],
    &["effects", "park", "0-1"],
    &["effects", "cancel", "0-1"],
    &["keys", "create", "--user", USER],
    &["keys", "list"],
    &["keys", "revoke", "pk_live_0123456789abcdef"],
    &[
        "people",
        "erase",
        "--user",
        USER,
        "--email",
        "ada@example.com",
    ],
    &["rebuild"],
    &["rebuild", "--status"],
    &["rebuild", "--cancel"],
    &["archive", "--journal", "0", "--before", "5"],
    &["ledger", "checkpoint", "--journal", "0"],
    &["ledger", "signers"],
    &["ledger", "key", "list"],
    &["ledger", "key", "new"],
    &["ledger", "key", "rotate"],
    &["prove", DEMO_CAMPAIGN, "1"],
];

const CHECKS: &[&[&str]] = &[&["verify"], &["verify", "--json"], &["verify", "--ledger"]];

fn entries(path: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(path) else {
        return vec![];
    };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// What a command complains of. It fails, prints nothing, and says it in one line.
async fn complaint(mut command: Command, status: i32) -> String {
    let output = command.output().await.unwrap();
    assert_eq!(
        output.status.code(),
        Some(status),
        "{command:?}: {output:?}"
    );
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{command:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

/// Every command, with the status that it fails with.
fn every_command() -> impl Iterator<Item = (&'static [&'static str], i32)> {
    let commands = COMMANDS.iter().map(|command| (*command, 1));
    commands.chain(CHECKS.iter().map(|check| (*check, 2)))
}

#[tokio::test]
async fn a_command_where_there_is_no_database_names_the_place_and_makes_nothing() {
    let playground = Playground::new();
    let empty = playground.path().join("empty");
    fs::create_dir(&empty).unwrap();

    for (command, status) in every_command() {
        for place in [&playground.data, &empty] {
            let mut program = playground.program(command);
            program.env("FERMATA_DATA_DIR", place);

            let said = complaint(program, status).await;

            assert!(
                said.contains(place.to_str().unwrap()),
                "{command:?}: {said}"
            );
            assert_eq!(entries(playground.path()), ["empty"], "{command:?}");
            assert_eq!(entries(&empty), Vec::<String>::new(), "{command:?}");
        }
    }
}

#[tokio::test]
async fn the_default_place_is_named_and_not_made_either() {
    let playground = Playground::new();
    let mut program = playground.program(&["verify"]);
    program.env_remove("FERMATA_DATA_DIR");

    let said = complaint(program, 2).await;

    let here = playground.path().join(".fermata");
    assert!(said.contains(here.to_str().unwrap()), "{said}");
    assert!(
        said.contains("FERMATA_DATA_DIR") && said.contains("fermata serve"),
        "{said}"
    );
    assert!(!here.exists());
}

#[tokio::test]
async fn what_is_no_data_directory_is_told_as_what_it_is() {
    let playground = Playground::new();
    let path = |name: &str| playground.path().join(name);
    fs::write(path("file"), "text").unwrap();
    fs::create_dir_all(path("half/cluster.unfinished-7/base")).unwrap();
    fs::create_dir_all(path("other/cluster")).unwrap();
    fs::write(path("other/cluster/notes.txt"), "text").unwrap();
    fs::create_dir_all(path("books")).unwrap();
    fs::write(path("books/list.txt"), "text").unwrap();
    let expected = [
        ("file", "file is not a directory"),
        ("file/deeper", "there is no database of fermata in "),
        ("half", "there is no database of fermata in "),
        // Nobody owns it who might, or it is none.
        ("other", "move it away"),
        ("books", "there is no database of fermata in "),
    ];

    for (name, sentence) in expected {
        let mut program = playground.program(&["keys", "list"]);
        program.env("FERMATA_DATA_DIR", path(name));

        let said = complaint(program, 1).await;

        assert!(said.contains(sentence), "{name}: {said}");
        assert!(
            said.contains(path(name).to_str().unwrap()),
            "{name}: {said}"
        );
    }
    assert_eq!(entries(&path("half")), ["cluster.unfinished-7"]);
    assert_eq!(entries(&path("books")), ["list.txt"]);
    assert_eq!(entries(&path("other")), ["cluster"]);
}

#[tokio::test]
async fn an_empty_setting_is_refused_and_not_taken_for_none() {
    let playground = Playground::new();
    let file = playground.path().join("fermata.toml");
    for command in [&["serve"][..], &["migrate"], &["verify"], &["config"]] {
        let status = if command == ["verify"] { 2 } else { 1 };
        let mut program = playground.program(command);
        program.env("DATABASE_URL", "");
        let said = complaint(program, status).await;
        assert!(said.contains("DATABASE_URL is empty"), "{said}");

        for name in ["database_url", "data_dir", "ledger_key", "ledger_directory"] {
            fs::write(&file, format!("{name} = \" \"")).unwrap();
            let mut program = playground.program(command);
            program.env_remove("FERMATA_DATA_DIR");

            let said = complaint(program, status).await;

            let sentence = format!("{name} in fermata.toml is empty");
            assert!(said.contains(&sentence), "{said}");
        }
        fs::remove_file(&file).unwrap();
    }
    assert_eq!(entries(playground.path()), Vec::<String>::new());
}

fn url(database: &TestDatabase) -> String {
    let config = database.config();
    let host = config.get_hosts().first().unwrap();
    let host = match host {
        tokio_postgres::config::Host::Unix(path) => path.display().to_string(),
        tokio_postgres::config::Host::Tcp(name) => name.clone(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let (user, name) = (config.get_user().unwrap(), config.get_dbname().unwrap());
    format!("host={host} port={port} user={user} dbname={name}")
}

/// What a command says of a database. Of those that only look, some do more and are left out.
async fn said_of(playground: &Playground, url: &str, (command, status): (&[&str], i32)) -> String {
    let mut program = playground.program(command);
    program.env("DATABASE_URL", url);
    complaint(program, status).await
}

async fn tables(database: &TestDatabase) -> i64 {
    let count = "SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                 WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'";
    database.sql().query_one(count, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn a_database_without_our_schema_is_told_so_and_stays_without() {
    let playground = Playground::new();
    let database = TestDatabase::create_bare().await;
    let url = url(&database);

    for (command, status) in every_command() {
        if command.starts_with(&["ledger", "key"]) {
            continue;
        }
        let said = said_of(&playground, &url, (command, status)).await;
        assert!(
            said.contains("has no schema of fermata"),
            "{command:?}: {said}"
        );
        assert_eq!(tables(&database).await, 0, "{command:?}");
    }
    assert_eq!(entries(playground.path()), Vec::<String>::new());
}

#[tokio::test]
async fn a_database_of_another_program_is_left_as_it_is() {
    let playground = Playground::new();
    let database = TestDatabase::create_bare().await;
    let table = "CREATE TABLE campaigns (title text)";
    database.sql().batch_execute(table).await.unwrap();
    let before = tables(&database).await;

    let said = said_of(&playground, &url(&database), (&["migrate"], 1)).await;

    assert!(
        said.contains("a table campaigns of another program"),
        "{said}"
    );
    assert_eq!(tables(&database).await, before);
}

#[tokio::test]
async fn a_schema_of_another_version_is_told_apart_and_left_as_it_is() {
    let playground = Playground::new();
    let database = TestDatabase::create_bare().await;
    let url = url(&database);
    let mut migrate = playground.program(&["migrate"]);
    migrate.env("DATABASE_URL", &url);
    assert!(migrate.output().await.unwrap().status.success());
    let change = async |sql: &str| database.sql().batch_execute(sql).await.unwrap();
    let verify: (&[&str], i32) = (&["verify"], 2);
    let serve: &[&str] = &[
        "serve",
        "--listen=127.0.0.1:0",
        "--internal-listen=127.0.0.1:0",
    ];

    change(
        "INSERT INTO refinery_schema_history
         SELECT 900, 'later', applied_on, checksum FROM refinery_schema_history WHERE version = 1",
    )
    .await;
    let newer = said_of(&playground, &url, verify).await;
    let newer_served = said_of(&playground, &url, (serve, 1)).await;
    change(
        "DELETE FROM refinery_schema_history WHERE version = 900;
         DELETE FROM refinery_schema_history
         WHERE version = (SELECT max(version) FROM refinery_schema_history)",
    )
    .await;
    let older = said_of(&playground, &url, verify).await;

    assert!(
        newer.contains("V900, is newer than this program"),
        "{newer}"
    );
    assert!(
        newer_served.contains("V900, is newer than this program"),
        "{newer_served}"
    );
    assert!(
        older.contains("lacks 1 of its migrations: fermata migrate"),
        "{older}"
    );
}

#[tokio::test]
async fn a_database_whose_making_broke_off_is_finished_by_those_that_make_one() {
    let playground = Playground::new();
    does(&playground, &["migrate"]).await;
    let drop_schema =
        "DROP SCHEMA public CASCADE; DROP SCHEMA rebuilding CASCADE; CREATE SCHEMA public";
    crate::running::change(&playground, drop_schema).await;

    let said = refused(playground.program(&["keys", "list"])).await;
    let again = does(&playground, &["migrate"]).await;
    let listed = does(&playground, &["keys", "list"]).await;

    assert!(said.contains("has no schema of fermata"), "{said}");
    assert!(again.contains("4 journals"), "{again}");
    assert!(listed.starts_with("prefix\t"), "{listed}");
}
