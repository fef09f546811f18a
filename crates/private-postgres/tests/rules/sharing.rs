//! Last one out turns off the light; who is killed leaves it on.

use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::signal::{Signal, killpg};
use private_postgres::{Pid, PrivatePostgres};
use tokio::process::{Child, Command};

use crate::playground::{Playground, client, eventually, small, text};

const DIRECTORY: &str = "FERMATA_TEST_OWNER_OF";
const OPENED: &str = "FERMATA_TEST_OWNER_SAYS";

#[tokio::test]
async fn the_first_user_to_leave_does_not_stop_it_and_the_last_does() {
    let playground = Playground::new();
    let first = playground.open().await;
    let second = playground.open().await;
    assert!(!first.adopted() && second.adopted());

    first.close().await.unwrap();
    assert_eq!(text(&client(&second).await, "SELECT 'yes'").await, "yes");

    second.close().await.unwrap();
    assert!(!playground.cluster().join("postmaster.pid").exists());
}

#[tokio::test]
async fn two_that_open_at_once_share_one_cluster() {
    let playground = Playground::new();

    let (first, second) = tokio::join!(playground.open(), playground.open());

    assert_eq!(first.postmaster_pid(), second.postmaster_pid());
    assert_eq!(
        [&first, &second]
            .iter()
            .filter(|user| user.adopted())
            .count(),
        1
    );
}

#[tokio::test]
async fn what_a_killed_process_left_running_is_adopted_and_stopped_by_the_next() {
    let playground = Playground::new();
    let mut owner = owner_process(&playground).await;
    let left = postmaster_of(&playground);

    owner.kill().await.unwrap();
    let postgres = playground.open().await;

    assert!(postgres.adopted());
    assert_eq!(postgres.postmaster_pid(), Some(left));
    postgres.close().await.unwrap();
    assert!(!playground.cluster().join("postmaster.pid").exists());
}

#[tokio::test]
async fn a_control_c_in_the_terminal_does_not_reach_the_server() {
    let playground = Playground::new();
    let mut owner = owner_process(&playground).await;
    let server = postmaster_of(&playground);

    killpg(
        Pid::from_raw(owner.id().unwrap().try_into().unwrap()),
        Signal::SIGINT,
    )
    .unwrap();
    assert!(!owner.wait().await.unwrap().success());

    let postgres = playground.open().await;
    assert!(postgres.adopted());
    assert_eq!(postgres.postmaster_pid(), Some(server));
    assert_eq!(text(&client(&postgres).await, "SELECT 'yes'").await, "yes");
}

fn postmaster_of(playground: &Playground) -> Pid {
    let text = fs::read_to_string(playground.cluster().join("postmaster.pid")).unwrap();
    Pid::from_raw(text.lines().next().unwrap().parse().unwrap())
}

/// Another process that has opened the playground, in a process group of its own.
async fn owner_process(playground: &Playground) -> Child {
    let says = playground.file("opened");
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["sharing::the_other_process", "--exact", "--ignored"]);
    command
        .env(DIRECTORY, &playground.directory)
        .env(OPENED, &says)
        .process_group(0)
        .kill_on_drop(true);
    let child = command.spawn().unwrap();
    eventually("another process opens it", async || {
        says.exists().then_some(())
    })
    .await;
    child
}

#[tokio::test]
#[ignore = "is run by other tests, as a process to be killed"]
async fn the_other_process() {
    let Some(directory) = std::env::var_os(DIRECTORY) else {
        return;
    };
    let says = PathBuf::from(std::env::var_os(OPENED).unwrap());
    let _postgres = PrivatePostgres::open(small(Path::new(&directory)))
        .await
        .unwrap();
    fs::write(says, "").unwrap();
    std::future::pending::<()>().await;
}
