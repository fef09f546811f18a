//! The barrier while the service and its database are killed: whatever is lost, nothing is granted
//! between a pause's 200 and the next resume, no step is permitted twice, and each pause says how
//! many permits were open.

use crate::audit::check_rows_of;
use crate::crashes::{rounds, seed};
use crate::playground::Playground;
use crate::service::Service;
use crate::tenants::{ask, start_lanes};
use crate::world::database_of;
use domain::UserId;
use event_store::{Journals, connect, find_journals};
use nix::sys::signal::{Signal, kill};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rehearsal::{Addresses, Ground, Keys, Play, Scale, audit};
use senders::Sender;
use std::time::Duration;
use tokio::sync::watch;
use tokio_postgres::Config;

const CAMPAIGNS: u32 = 3;
const PROSPECTS: u32 = 1_000;
const STEPS: u32 = 6;
/// Permits that are asked for between two kills.
const BETWEEN: u64 = 2_000;

#[tokio::test(flavor = "multi_thread")]
async fn the_barrier_holds_while_the_service_is_killed_and_restarted() {
    rehearse(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_barrier_holds_while_the_service_and_postgresql_are_killed_together() {
    rehearse(true).await;
}

async fn rehearse(kills_postgresql: bool) {
    let playground = Playground::new();
    let mut service = Service::start(&playground, &[]).await;
    let database = database_of(&playground).await;
    let journals = {
        let connection = connect(&database).await.unwrap();
        find_journals(&connection.client).await.unwrap()
    };
    let user = UserId((cli::sources::MACHINE.new_id)());
    let keys = Keys {
        public: key(&playground, &["--user", &user.0.to_string()]).await,
        internal: key(&playground, &["--internal"]).await,
    };
    let grounds = under_way(&database, journals, user, (CAMPAIGNS, PROSPECTS, STEPS)).await;
    let (tell, addresses) = watch::channel(Some(addresses(&service)));
    let kills = u64::try_from(rounds()).unwrap();
    let seed = seed();
    let mut dice = StdRng::seed_from_u64(seed);
    let scale = Scale {
        connections: 8,
        requests: BETWEEN * (kills + 1),
        items_max: 20,
        open_ms_max: 30,
        held_ms_max: 30,
        adopts: true,
        seed,
    };

    let play = Play::begin(grounds, &addresses, &keys, scale);
    for number in 1..=kills {
        play.until(number * BETWEEN).await;
        tokio::time::sleep(Duration::from_micros(dice.random_range(0..30_000))).await;
        tell.send_replace(None);
        if kills_postgresql {
            kill(playground.postmaster().unwrap(), Signal::SIGKILL).unwrap();
        }
        service.kill().await;
        service = Service::start(&playground, &[]).await;
        tell.send_replace(Some(self::addresses(&service)));
    }
    let record = play.end().await;

    let connection = connect(&database).await.unwrap();
    let log = audit(&connection.client, journals).await.unwrap();
    let wrong = log.against(&record);
    println!(
        "{} asked, {} granted, {} pauses, {} broken connections, {kills} kills",
        record.asked, log.granted, log.pauses, record.broken
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(0 < record.broken, "nobody noticed a kill");
    assert!(kills < log.pauses, "{} pauses", log.pauses);
    check_rows_of(&connection.client, journals).await;
}

pub fn addresses(service: &Service) -> Addresses {
    let address = |url: &str| url.trim_start_matches("http://").parse().unwrap();
    Addresses {
        public: address(&service.url),
        internal: address(&service.internal_url),
    }
}

pub async fn under_way(
    database: &Config,
    journals: Journals,
    user: UserId,
    (campaigns, prospects, steps): (u32, u32, u32),
) -> Vec<Ground> {
    let (lanes, mut running) = start_lanes(database, journals);
    let beside = connect(database).await.unwrap();
    let mut grounds = Vec::new();
    for number in 1..=campaigns {
        let ground = Ground::new(number, prospects, steps);
        let sender = Sender::connected_profile(user, ground.account(), "Test Profile");
        senders::put(&beside.client, &sender).await.unwrap();
        for command in ground.commands(user) {
            ask(&lanes, user, ground.campaign_id, command).await;
        }
        grounds.push(ground);
    }
    drop(lanes);
    while running.join_next().await.is_some() {}
    grounds
}

pub async fn key(playground: &Playground, whose: &[&str]) -> String {
    let arguments = [&["keys", "create"], whose].concat();
    let output = playground.program(&arguments).output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let key = String::from_utf8(output.stdout).unwrap();
    key.trim_end().to_owned()
}
