//! The help pages: what they say is relied on, so each is a golden file.

use crate::playground::Playground;
use crate::running::did;

const PAGES: [(&str, &[&str]); 26] = [
    ("fermata", &[]),
    ("serve", &["serve"]),
    ("migrate", &["migrate"]),
    ("keys", &["keys"]),
    ("keys_create", &["keys", "create"]),
    ("keys_list", &["keys", "list"]),
    ("keys_revoke", &["keys", "revoke"]),
    ("demo", &["demo"]),
    ("history", &["history"]),
    ("state", &["state"]),
    ("diff", &["diff"]),
    ("explain", &["explain"]),
    ("export", &["export"]),
    ("rebuild", &["rebuild"]),
    ("archive", &["archive"]),
    ("effects", &["effects"]),
    ("effects_list", &["effects", "list"]),
    ("effects_explain", &["effects", "explain"]),
    ("effects_retry", &["effects", "retry"]),
    ("effects_park", &["effects", "park"]),
    ("effects_cancel", &["effects", "cancel"]),
    ("verify", &["verify"]),
    ("people", &["people"]),
    ("people_erase", &["people", "erase"]),
    ("people_check", &["people", "check"]),
    ("config", &["config"]),
];

#[tokio::test]
async fn every_command_explains_itself() {
    let playground = Playground::new();

    for (name, command) in PAGES {
        let mut program = playground.program(&[command, &["--help"]].concat());
        program.env("COLUMNS", "100").env_remove("FERMATA_DATA_DIR");
        insta::assert_snapshot!(name, did(program).await);
    }
}

#[tokio::test]
async fn a_password_in_the_environment_is_not_in_the_help() {
    let playground = Playground::new();
    let mut program = playground.program(&["serve", "--help"]);
    program.env(
        "DATABASE_URL",
        "postgresql://somebody:swordfish@db.example/campaigns",
    );

    let said = did(program).await;

    assert!(
        said.contains("DATABASE_URL") && !said.contains("swordfish"),
        "{said}"
    );
}
