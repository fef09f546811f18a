//! `fermata config`, and where settings come from.

use crate::playground::Playground;
use crate::running::{demo, did, does, json, refused, refuses};
use crate::service::Service;
use cli::arguments::Options;
use cli::configuration::Configuration;
use cli::service::Settings;
use event_store::Journals;
use serde_json::{Value, json as value};
use std::fs;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;
use tokio::process::Command;

const URLS: [&str; 3] = [
    "postgresql://somebody:swordfish@db.example:6543/campaigns",
    "host=db.example port=6543 user=somebody password=swordfish dbname=campaigns",
    "postgresql://somebody:swordfish@db.example:nowhere/campaigns",
];

/// The program with a configuration file that says this.
fn told(playground: &Playground, file: &str, arguments: &[&str]) -> Command {
    let path = playground.path().join("given.toml");
    fs::write(&path, file).unwrap();
    let mut command = playground.program(arguments);
    command.env("FERMATA_CONFIG", path);
    command
}

#[tokio::test]
async fn a_password_is_never_shown() {
    let playground = Playground::new();

    for url in URLS {
        for arguments in [["config"].as_slice(), &["config", "--json"]] {
            let mut command = playground.program(arguments);
            let shown = did({
                command.env("DATABASE_URL", url);
                command
            })
            .await;
            assert!(!shown.contains("swordfish"), "{shown}");
        }
    }
}

#[tokio::test]
async fn a_key_of_trigger_dev_is_never_shown_and_settles_where_tokens_are() {
    let playground = Playground::new();
    let mut command = playground.program(&["config"]);
    command.env("TRIGGER_SECRET_KEY", "tr_prod_swordfish");
    command.env(
        "TRIGGER_API_URL",
        "https://somebody:password@trigger.example/api",
    );

    let shown = did(command).await;
    let help = did({
        let mut command = playground.program(&["serve", "--help"]);
        command.env("TRIGGER_SECRET_KEY", "tr_prod_swordfish");
        command
    })
    .await;
    let without = does(&playground, &["config"]).await;

    assert!(shown.contains("trigger.example/api, with a key"), "{shown}");
    assert!(
        !shown.contains("swordfish") && !shown.contains("password"),
        "{shown}"
    );
    assert!(!help.contains("swordfish"), "{help}");
    assert!(without.contains("not configured"), "{without}");
}

#[tokio::test]
async fn a_password_is_not_in_a_complaint_either() {
    let playground = Playground::new();

    for url in [
        "postgresql://somebody:swordfish@127.0.0.1:1/campaigns",
        URLS[2],
    ] {
        let mut command = playground.program(&["keys", "list"]);
        command.env("DATABASE_URL", url);

        let said = refused(command).await;

        assert!(
            said.contains("DATABASE_URL") && !said.contains("swordfish"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn the_database_is_shown_by_where_it_is() {
    let playground = Playground::new();

    for url in &URLS[..2] {
        let shown = json(&does(&playground, &["config", "--json", "--database-url", url]).await);
        assert_eq!(
            shown["database"],
            "campaigns as somebody at db.example:6543"
        );
    }
}

#[tokio::test]
async fn an_unknown_key_in_the_file_is_refused_by_name() {
    let playground = Playground::new();

    let said = refused(told(&playground, "lisen = \"127.0.0.1:1\"", &["config"])).await;

    let file = playground.path().join("given.toml");
    let beginning = format!("the configuration file {} is refused: ", file.display());
    assert!(
        said.starts_with(&beginning) && said.contains("`lisen`"),
        "{said}"
    );
}

#[tokio::test]
async fn an_impossible_value_in_the_file_is_refused() {
    let playground = Playground::new();

    for file in [
        "workers = 0",
        "listen = \"somewhere\"",
        "workers = 1\nworkers = 2",
        "=",
    ] {
        let said = refused(told(&playground, file, &["config"])).await;
        assert!(said.contains("given.toml is refused: "), "{said}");
    }
}

#[tokio::test]
async fn a_file_that_was_named_must_be_there() {
    let said = refuses(&Playground::new(), &["config", "--config", "nowhere.toml"]).await;

    assert!(
        said.starts_with("cannot read the configuration file nowhere.toml: "),
        "{said}"
    );
}

#[tokio::test]
async fn a_flag_beats_the_environment_and_the_environment_the_file() {
    let playground = Playground::new();
    let file = "workers = 5\nread_connections = 5\nshutdown_seconds = 5";
    let mut command = told(&playground, file, &["config", "--json", "--workers=7"]);
    command
        .env("FERMATA_WORKERS", "6")
        .env("FERMATA_READ_CONNECTIONS", "6");

    let shown = json(&did(command).await);

    assert_eq!(shown["workers"], 7);
    assert_eq!(shown["read_connections"], 6);
    assert_eq!(shown["shutdown_seconds"], 5);
    assert_eq!(shown["rate_limit_burst"], 2_000);
}

#[tokio::test]
async fn a_file_in_the_current_directory_is_found() {
    let playground = Playground::new();
    fs::write(playground.path().join("fermata.toml"), "workers = 5").unwrap();

    let shown = json(&does(&playground, &["config", "--json"]).await);

    assert_eq!(shown["workers"], 5);
}

#[tokio::test]
async fn people_and_programs_are_shown_the_same_settings() {
    let playground = Playground::new();

    let lines = does(&playground, &["config"]).await;
    let shown = json(&does(&playground, &["config", "--json"]).await);

    let mut expected: Vec<String> = shown
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    expected.sort();
    assert_eq!(lines.lines().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn two_listeners_at_one_address_are_refused() {
    let address = "127.0.0.1:9";
    let arguments = ["config", "--listen", address, "--internal-listen", address];

    let said = refuses(&Playground::new(), &arguments).await;

    assert_eq!(
        said,
        "listen and internal_listen are both 127.0.0.1:9; they must differ"
    );
}

#[tokio::test]
async fn what_is_shown_is_what_a_service_uses() {
    let playground = Playground::new();
    let arguments = ["--read-connections=5"];
    let shown = json(
        &does(
            &playground,
            &[&["config", "--json"][..], &arguments].concat(),
        )
        .await,
    );
    let path = |name: &str| PathBuf::from(shown[name].as_str().unwrap());

    let service = Service::start(&playground, &arguments).await;

    assert_eq!(path("data_dir"), playground.data);
    assert!(path("data_dir").join("cluster").is_dir());
    assert_eq!(path("ledger_key"), playground.data.join("ledger.key"));
    assert!(path("ledger_key").is_file());
    demo(&playground).await;
    while !path("ledger_directory").is_dir() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(path("ledger_directory"), playground.data.join("ledger"));
    assert_eq!(shown["log"], "info,refinery_core=warn");
    assert_eq!(shown["config"], Value::Null);
    drop(service);
}

#[tokio::test]
async fn with_a_database_of_ones_own_nothing_is_signed_unless_a_key_is_named() {
    let playground = Playground::new();
    let arguments = ["config", "--json", "--database-url", URLS[0]];

    let unsigned = json(&does(&playground, &arguments).await);
    let named = [
        &arguments[..],
        &["--ledger-key=a.key", "--ledger-directory=b"],
    ]
    .concat();
    let signed = json(&does(&playground, &named).await);

    let here = |name: &str| playground.path().join(name).display().to_string();
    assert_eq!(
        (&unsigned["ledger_key"], &unsigned["ledger_directory"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(signed["ledger_key"], here("a.key"));
    assert_eq!(signed["ledger_directory"], here("b"));
}

#[test]
fn every_setting_of_a_service_is_the_one_that_is_shown() {
    let options = Options {
        data_dir: Some("/somewhere".into()),
        ..Options::default()
    };
    let configuration = Configuration::decide(options).unwrap();
    let shown = serde_json::to_value(configuration.shown()).unwrap();

    let used = Settings::of(
        &configuration,
        tokio_postgres::Config::new(),
        Journals::DEFAULT,
    );

    let rate = |rate: Option<NonZeroU32>| rate.map_or(0, NonZeroU32::get);
    let expected = value!({
        "database": "private PostgreSQL under data_dir",
        "data_dir": "/somewhere",
        "listen": configuration.listen,
        "internal_listen": configuration.internal_listen,
        "workers": used.workers,
        "read_connections": used.read_connections,
        "campaigns_remembered": used.campaigns_remembered,
        "rate_limit_per_second": rate(used.rate_limit_per_second),
        "rate_limit_burst": used.rate_limit_burst,
        "token_rate_per_second": rate(used.token_rate_per_second),
        "token_rate_burst": used.token_rate_burst,
        "trigger": "not configured: registered tokens are built-in ones",
        "launches": "wait for engines to ask",
        "ledger_key": cli::ledger_key::file(&configuration).unwrap().path(),
        "ledger_directory": "/somewhere/ledger",
        "shutdown_seconds": used.shutdown_time_max.as_secs(),
        "log": cli::configuration::LOG_SERVING,
        "config": null,
    });
    assert_eq!(shown, expected);
}
