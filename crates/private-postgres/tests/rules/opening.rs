//! What is there once it is open, and what is still there when it is opened again.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;
use std::process::Command;

use nix::sys::signal::{Signal, kill};
use nix::unistd::User;
use private_postgres::{Durability, Pid, PrivatePostgres, Settings};

use crate::playground::{Playground, client, eventually, is_root, run, text};

#[tokio::test]
async fn it_answers_queries_as_fermata_in_the_database_fermata() {
    let playground = Playground::new();

    let postgres = playground.open().await;

    let client = client(&postgres).await;
    assert_eq!(
        text(&client, "SELECT current_user || '@' || current_database()").await,
        "fermata@fermata"
    );
    assert!(!postgres.adopted());
    postgres.close().await.unwrap();
}

#[tokio::test]
async fn there_is_no_tcp_listener() {
    let playground = Playground::new();

    let postgres = playground.open().await;

    assert_eq!(
        text(&client(&postgres).await, "SHOW listen_addresses").await,
        ""
    );
    let listening = listening_sockets();
    let held = sockets_of(postgres.postmaster_pid().unwrap());
    assert!(held.iter().all(|socket| !listening.contains(socket)));
}

#[tokio::test]
async fn psql_accepts_the_url() {
    let playground = Playground::named("with a space");
    let postgres = playground.open().await;

    let output = Command::new(postgres.binaries().join("psql"))
        .arg(postgres.url())
        .args(["-Atc", "SELECT 6 * 7"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "42\n");
}

#[tokio::test]
async fn what_was_written_is_there_after_it_was_closed_and_opened_again() {
    let playground = Playground::new();
    let postgres = playground.open().await;
    run(&postgres, "CREATE TABLE notes AS SELECT 'held' AS note").await;
    postgres.close().await.unwrap();

    let postgres = playground.open().await;

    assert!(!postgres.adopted());
    assert_eq!(
        text(&client(&postgres).await, "SELECT note FROM notes").await,
        "held"
    );
}

#[tokio::test]
async fn full_durability_is_what_postgresql_means_by_it() {
    let playground = Playground::new();

    let settings = Settings {
        durability: Durability::Full,
        ..playground.settings()
    };
    let postgres = PrivatePostgres::open(settings).await.unwrap();

    let client = client(&postgres).await;
    for parameter in ["fsync", "full_page_writes", "synchronous_commit"] {
        assert_eq!(
            text(&client, &format!("SHOW {parameter}")).await,
            "on",
            "{parameter}"
        );
    }
}

#[tokio::test]
async fn the_log_never_holds_what_a_failed_statement_was_about() {
    let playground = Playground::new();
    let postgres = playground.open().await;
    let client = client(&postgres).await;
    client
        .batch_execute("CREATE TABLE people (email text PRIMARY KEY)")
        .await
        .unwrap();

    let twice = "INSERT INTO people VALUES ('ada@example.com'), ('ada@example.com')";
    client.batch_execute(twice).await.unwrap_err();

    let log = fs::read_to_string(playground.directory.join("postgres.log")).unwrap();
    assert!(log.contains("people_pkey"), "{log}");
    assert!(!log.contains("ada@example.com"), "{log}");
}

#[tokio::test]
async fn a_data_directory_too_long_for_a_socket_gets_one_elsewhere_until_it_is_closed() {
    let playground = Playground::named(&"long".repeat(40));

    let postgres = playground.open().await;

    assert_eq!(text(&client(&postgres).await, "SELECT 'yes'").await, "yes");
    let directory = text(&client(&postgres).await, "SHOW unix_socket_directories").await;
    let directory = Path::new(directory.trim_matches('"'));
    assert!(directory.starts_with("/tmp"));
    postgres.close().await.unwrap();
    assert!(!directory.exists());
}

#[tokio::test]
async fn a_data_directory_may_have_any_name() {
    let playground = Playground::named(r#"it's "a" $HOME, `id` \ %41"#);
    let postgres = playground.open().await;

    assert_eq!(text(&client(&postgres).await, "SELECT 'yes'").await, "yes");

    postgres.close().await.unwrap();
}

#[tokio::test]
async fn a_half_made_cluster_is_swept_away_and_not_used() {
    let playground = Playground::new();
    let unfinished = playground.directory.join("cluster.unfinished-1");
    playground.make(&unfinished);
    fs::write(unfinished.join("PG_VERSION"), "15\n").unwrap();

    let postgres = playground.open().await;

    assert_eq!(text(&client(&postgres).await, "SELECT 'yes'").await, "yes");
    assert!(!unfinished.exists());
}

#[tokio::test]
async fn an_empty_directory_in_the_clusters_place_gives_way_and_its_owner_is_the_servers_account() {
    let playground = Playground::new();
    playground.make(&playground.cluster());
    if is_root() {
        let nobody = User::from_name("nobody").unwrap().unwrap();
        chown(
            playground.cluster(),
            Some(nobody.uid.as_raw()),
            Some(nobody.gid.as_raw()),
        )
        .unwrap();
    }
    let owner = fs::metadata(playground.cluster()).unwrap().uid();

    let postgres = playground.open().await;

    assert_eq!(text(&client(&postgres).await, "SELECT 'yes'").await, "yes");
    let server = format!("/proc/{}", postgres.postmaster_pid().unwrap());
    assert!(
        fs::metadata(server).is_ok_and(|process| process.uid() == owner)
            || !Path::new("/proc/self").exists()
    );
}

#[tokio::test]
async fn a_pid_file_that_names_another_program_neither_stops_a_start_nor_that_program() {
    let playground = Playground::new();
    let postgres = playground.open().await;
    let killed = postgres.postmaster_pid().unwrap();
    kill(killed, Signal::SIGKILL).unwrap();
    eventually("the postmaster dies", async || {
        postgres.postmaster_pid().is_none().then_some(())
    })
    .await;
    drop(postgres);
    let mut bystander = tokio::process::Command::from(playground.command("/bin/sleep"));
    let mut bystander = bystander.arg("600").kill_on_drop(true).spawn().unwrap();
    name_in(
        &playground.cluster().join("postmaster.pid"),
        killed,
        &bystander,
    );
    name_in(
        &playground.directory.join("run/.s.PGSQL.5432.lock"),
        killed,
        &bystander,
    );

    let postgres = playground.open().await;

    assert_eq!(text(&client(&postgres).await, "SELECT 'yes'").await, "yes");
    assert!(!postgres.adopted());
    postgres.close().await.unwrap();
    assert!(bystander.try_wait().unwrap().is_none());
}

fn name_in(path: &Path, killed: Pid, bystander: &tokio::process::Child) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.starts_with(&killed.to_string()));
    fs::write(
        path,
        text.replacen(&killed.to_string(), &bystander.id().unwrap().to_string(), 1),
    )
    .unwrap();
}

/// The kernel's numbers of the sockets that listen for TCP.
fn listening_sockets() -> Vec<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"]
        .map(|table| fs::read_to_string(table).unwrap_or_default());
    tables
        .iter()
        .flat_map(|table| table.lines())
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|fields| fields.get(3) == Some(&"0A"))
        .filter_map(|fields| fields.get(9).map(|inode| format!("socket:[{inode}]")))
        .collect()
}

/// Or none, where the system does not tell.
fn sockets_of(pid: Pid) -> Vec<String> {
    let descriptors = fs::read_dir(format!("/proc/{pid}/fd"));
    let targets = descriptors
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| fs::read_link(entry.path()).ok());
    targets
        .map(|target| target.to_string_lossy().into_owned())
        .filter(|target| target.starts_with("socket:"))
        .collect()
}
