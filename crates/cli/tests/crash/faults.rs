//! What befalls the service in the middle of its work.

use crate::clients::Traffic;
use crate::world::World;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::RngExt;
use rand::seq::IndexedRandom;
use std::time::Duration;

/// More than a lane takes to lose sight of a commit and to give up looking for it.
const HANG_SECONDS_MAX: u64 = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The service is killed, and started again on the same data directory.
    Service,
    /// PostgreSQL's first process is killed; its others then end.
    Postmaster,
    /// Any other process of PostgreSQL is killed; PostgreSQL then breaks all connections.
    Backend,
    /// Connections are ended, as an administrator may.
    Connections,
    /// The service and PostgreSQL are killed together.
    Both,
    /// Of two services on one database, one is killed; its clients go to the other.
    Neighbour,
    /// The lanes' connections hang until every client has been told something.
    Hang,
}

impl Fault {
    /// How many services it takes.
    pub fn services(self) -> usize {
        if self == Self::Neighbour { 2 } else { 1 }
    }

    /// Whether connections of clients break.
    pub fn kills_the_service(self) -> bool {
        matches!(self, Self::Service | Self::Both | Self::Neighbour)
    }

    pub async fn strike(self, world: &mut World, traffic: &Traffic) {
        match self {
            Self::Service | Self::Neighbour => {
                let before = world.playground.postmaster();
                world.start_again().await;
                assert_eq!(
                    world.playground.postmaster(),
                    before,
                    "the cluster is adopted"
                );
            }
            Self::Postmaster => kill_postmaster(world),
            Self::Backend => kill_backend(world).await,
            Self::Connections => end_connections(world).await,
            Self::Hang => hang_lanes(world, traffic).await,
            Self::Both => {
                kill_postmaster(world);
                world.start_again().await;
            }
        }
    }
}

fn kill_postmaster(world: &World) {
    kill(world.playground.postmaster().unwrap(), Signal::SIGKILL).unwrap();
}

async fn kill_backend(world: &mut World) {
    let connection = world.connect().await;
    let anyone = "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() ORDER BY pid";
    let rows = connection.client.query(anyone, &[]).await.unwrap();
    let victim = rows.choose(&mut world.dice).unwrap();
    // One that has ended by itself meanwhile is as good as killed.
    let _gone = kill(Pid::from_raw(victim.get("pid")), Signal::SIGKILL);
}

/// Each with a chance of one half, and at least one.
async fn end_connections(world: &mut World) {
    let connection = world.connect().await;
    let clients = "SELECT pid FROM pg_stat_activity \
                   WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY pid";
    let rows = connection.client.query(clients, &[]).await.unwrap();
    let pids: Vec<i32> = rows.iter().map(|row| row.get("pid")).collect();
    let mut victims: Vec<i32> = pids
        .iter()
        .copied()
        .filter(|_| world.dice.random_bool(0.5))
        .collect();
    if victims.is_empty() {
        victims = pids;
    }
    let end = "SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS victim (pid)";
    connection.client.execute(end, &[&victims]).await.unwrap();
}

/// Clients know their keys for a second only, so the connections that look them up go on.
async fn hang_lanes(world: &World, traffic: &Traffic) {
    let connection = world.connect().await;
    let lanes = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' \
                 AND pid <> pg_backend_pid() AND query NOT LIKE '%api_keys%'";
    let rows = connection.client.query(lanes, &[]).await.unwrap();
    let pids: Vec<Pid> = rows
        .iter()
        .map(|row| Pid::from_raw(row.get("pid")))
        .collect();
    signal_all(&pids, Signal::SIGSTOP);
    let told = traffic.until_everyone_is_answered();
    let told = tokio::time::timeout(Duration::from_secs(HANG_SECONDS_MAX), told).await;
    signal_all(&pids, Signal::SIGCONT);
    assert!(told.is_ok(), "a client waits for ever");
}

/// One that has ended by itself meanwhile is none the worse.
fn signal_all(pids: &[Pid], signal: Signal) {
    for pid in pids {
        let _gone = kill(*pid, signal);
    }
}
