//! What is killed under load, one test each. However it ends, nothing that was acknowledged is lost
//! and nothing happens twice.

use crate::faults::Fault;
use crate::playground::Playground;
use crate::round::Rounds;
use crate::service::Service;
use crate::world::database_of;
use event_store::{Journals, connect, find_journals};
use nix::sys::signal::{Signal, kill};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::ops::Range;
use std::time::Duration;

const ROUNDS_DEFAULT: usize = 6;
/// A hanging connection takes as long as many a round.
const ROUNDS_PER_HANG: usize = 6;
const ROUNDS_PER_FIRST_START: usize = 2;
/// Starts of one service that are killed before the one that is not.
const KILLED_STARTS: usize = 3;
/// About as long as it takes to make a cluster, a database and a schema.
const FIRST_START_MS: Range<u64> = 0..1_500;

#[tokio::test(flavor = "multi_thread")]
async fn the_service_killed_loses_nothing_acknowledged() {
    play(Fault::Service).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_killed_is_started_again_and_loses_nothing_acknowledged() {
    play(Fault::Postmaster).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_of_postgresql_loses_nothing_acknowledged() {
    play(Fault::Backend).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_ended_while_lanes_commit_lose_nothing_acknowledged() {
    play(Fault::Connections).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_and_postgresql_killed_together_lose_nothing_acknowledged() {
    play(Fault::Both).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_services_killed_loses_nothing_acknowledged_by_either() {
    play(Fault::Neighbour).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lanes_whose_connections_hang_do_nothing_later_that_they_gave_up() {
    play(Fault::Hang).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_of_its_first_start_it_starts_the_next_time() {
    let mut dice = StdRng::seed_from_u64(seed());
    for _ in 0..rounds().div_ceil(ROUNDS_PER_FIRST_START) {
        let playground = Playground::new();
        for _ in 0..KILLED_STARTS {
            let mut service = Service::spawn(playground.program(&[
                "serve",
                "--listen=127.0.0.1:0",
                "--internal-listen=127.0.0.1:0",
            ]));
            tokio::time::sleep(Duration::from_millis(dice.random_range(FIRST_START_MS))).await;
            service.kill().await;
            if dice.random()
                && let Some(postmaster) = playground.postmaster()
            {
                kill(postmaster, Signal::SIGKILL).unwrap();
            }
        }

        let _service = Service::start(&playground, &[]).await;

        let database = connect(&database_of(&playground).await).await.unwrap();
        assert_eq!(
            find_journals(&database.client).await.unwrap(),
            Journals::DEFAULT
        );
    }
}

async fn play(fault: Fault) {
    let count = match fault {
        Fault::Hang => rounds().div_ceil(ROUNDS_PER_HANG),
        _ => rounds(),
    };
    let mut rounds = Rounds::new(seed(), fault).await;
    for number in 1..=count {
        rounds.play(&format!("round-{number}")).await;
    }
}

pub fn rounds() -> usize {
    number_from("FERMATA_CRASH_ROUNDS")
        .map_or(ROUNDS_DEFAULT, |count| usize::try_from(count).unwrap())
}

pub fn seed() -> u64 {
    let seed = number_from("FERMATA_CRASH_SEED").unwrap_or_else(|| rand::rng().random());
    println!("FERMATA_CRASH_SEED={seed} chooses the same again");
    seed
}

fn number_from(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} is no number: {text}")),
    )
}
