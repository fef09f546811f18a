//! What is killed under load, one test each. However it ends, nothing that was acknowledged is lost
//! and nothing happens twice.

use crate::faults::Fault;
use crate::round::Rounds;
use rand::RngExt;

const ROUNDS_DEFAULT: usize = 7;

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

async fn play(fault: Fault) {
    let seed = number_from("FERMATA_CRASH_SEED").unwrap_or_else(|| rand::rng().random());
    let count = number_from("FERMATA_CRASH_ROUNDS")
        .map_or(ROUNDS_DEFAULT, |count| usize::try_from(count).unwrap());
    println!("FERMATA_CRASH_SEED={seed} chooses the same again");
    let mut rounds = Rounds::new(seed, fault).await;
    for number in 1..=count {
        rounds.play(&format!("round-{number}")).await;
    }
}

fn number_from(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} is no number: {text}")),
    )
}
