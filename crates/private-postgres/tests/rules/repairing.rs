//! A server that was killed comes back, with everything that was committed.

use std::fs;

use nix::sys::signal::{Signal, kill};
use private_postgres::{Durability, Pid, PrivatePostgres, Settings};
use tokio_postgres::{Client, NoTls};

use crate::playground::{Playground, client, eventually, run, text};

#[tokio::test]
async fn a_killed_postmaster_is_started_again_with_its_data() {
    let playground = Playground::new();
    let settings = Settings {
        durability: Durability::Full,
        ..playground.settings()
    };
    let postgres = PrivatePostgres::open(settings).await.unwrap();
    run(&postgres, "CREATE TABLE notes AS SELECT 'held' AS note").await;
    let killed = postgres.postmaster_pid().unwrap();

    kill(killed, Signal::SIGKILL).unwrap();
    let again = supervised(&postgres, answering(&postgres)).await;

    assert_eq!(text(&again, "SELECT note FROM notes").await, "held");
    assert_ne!(postgres.postmaster_pid(), Some(killed));
    postgres.close().await.unwrap();
}

#[tokio::test]
async fn it_is_tried_again_while_an_orphan_of_the_postmaster_keeps_its_memory() {
    let playground = Playground::new();
    let postgres = playground.open().await;
    let orphan = orphaned(&postgres).await;

    let released = async {
        released_when_in_the_way(&playground, orphan).await;
        answering(&postgres).await
    };
    let again = supervised(&postgres, released).await;

    assert_eq!(text(&again, "SELECT 'yes'").await, "yes");
}

#[tokio::test]
async fn opening_waits_for_the_orphans_of_a_killed_postmaster() {
    let playground = Playground::new();
    let postgres = playground.open().await;
    let orphan = orphaned(&postgres).await;
    drop(postgres);

    let released = released_when_in_the_way(&playground, orphan);
    let (postgres, ()) = tokio::join!(playground.open(), released);

    assert_eq!(text(&client(&postgres).await, "SELECT 'yes'").await, "yes");
}

/// As in a container whose first process is ours.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_dead_postmaster_that_nobody_buries_is_repaired_too() {
    nix::sys::prctl::set_child_subreaper(true).unwrap();
    let playground = Playground::new();
    let postgres = playground.open().await;
    let killed = postgres.postmaster_pid().unwrap();

    kill(killed, Signal::SIGKILL).unwrap();
    supervised(&postgres, answering(&postgres)).await;

    assert_eq!(kill(killed, None), Ok(()), "it is still a zombie");
    assert_ne!(postgres.postmaster_pid(), Some(killed));
}

#[tokio::test]
async fn supervision_ends_with_the_shutdown_and_leaves_the_server_alone() {
    let playground = Playground::new();
    let postgres = playground.open().await;
    let server = postgres.postmaster_pid();

    postgres.supervise(async {}).await;

    assert_eq!(postgres.postmaster_pid(), server);
}

/// A server process that does not notice that its postmaster has been killed, until it is dropped.
struct Orphan(Pid);

impl Drop for Orphan {
    fn drop(&mut self) {
        kill(self.0, Signal::SIGCONT).unwrap();
    }
}

async fn orphaned(postgres: &PrivatePostgres) -> Orphan {
    let session = client(postgres).await;
    let number = session
        .query_one("SELECT pg_backend_pid()", &[])
        .await
        .unwrap()
        .get(0);
    let orphan = Orphan(Pid::from_raw(number));
    kill(orphan.0, Signal::SIGSTOP).unwrap();
    kill(postgres.postmaster_pid().unwrap(), Signal::SIGKILL).unwrap();
    orphan
}

async fn released_when_in_the_way(playground: &Playground, orphan: Orphan) {
    eventually("a start is refused", async || {
        let log = fs::read_to_string(playground.directory.join("postgres.log")).unwrap();
        log.contains("pre-existing shared memory block")
            .then_some(())
    })
    .await;
    drop(orphan);
}

async fn supervised<T>(postgres: &PrivatePostgres, work: impl Future<Output = T>) -> T {
    let (done, shutdown) = tokio::sync::oneshot::channel::<()>();
    let work = async {
        let result = work.await;
        done.send(()).unwrap();
        result
    };
    tokio::join!(work, postgres.supervise(async { shutdown.await.unwrap() })).0
}

async fn answering(postgres: &PrivatePostgres) -> Client {
    eventually("the server answers", async || {
        let (client, connection) = postgres.config().connect(NoTls).await.ok()?;
        tokio::spawn(connection);
        client.simple_query("SELECT 1").await.ok()?;
        Some(client)
    })
    .await
}
