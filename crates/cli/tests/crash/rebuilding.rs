//! Everything is rebuilt under load while the service is killed: what broke off goes on when the service
//! is there again, and in the end the rows are those of the log and nobody was told anything else.

use crate::audit::check_rows_of;
use crate::barrier::{addresses, key, under_way};
use crate::crashes::{rounds, seed};
use crate::playground::Playground;
use crate::service::{Service, client};
use crate::world::database_of;
use domain::UserId;
use event_store::{connect, find_journals};
use nix::sys::signal::{Signal, kill};
use projector::{Phase, RebuildStanding, find_rebuild};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rehearsal::{Keys, Play, Scale, audit};
use std::time::Duration;
use tokio::sync::watch;
use tokio_postgres::Client;

const CAMPAIGNS: u32 = 3;
const PROSPECTS: u32 = 1_000;
const STEPS: u32 = 6;
/// Longer than a rebuild of so many rows takes, so that it is killed before, in and after each phase.
const KILLED_AFTER_MS: u64 = 3_000;
const LOOK: Duration = Duration::from_millis(50);
const LOOKS_MAX: u32 = 1_200;

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_goes_on_after_the_service_is_killed() {
    rehearse(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_goes_on_after_the_service_and_postgresql_are_killed_together() {
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
    let (tell, told) = watch::channel(Some(addresses(&service)));
    let seed = seed();
    let mut dice = StdRng::seed_from_u64(seed);
    let scale = Scale {
        connections: 4,
        requests: u64::MAX,
        items_max: 20,
        open_ms_max: 30,
        held_ms_max: 30,
        adopts: true,
        seed,
    };

    let play = Play::begin(grounds, &told, &keys, scale);
    let mut begun = 0;
    for _ in 0..rounds() {
        begun = ask_for_rebuild(&service, &keys.internal).await;
        let after = dice.random_range(0..KILLED_AFTER_MS);
        tokio::time::sleep(Duration::from_millis(after)).await;
        tell.send_replace(None);
        if kills_postgresql {
            kill(playground.postmaster().unwrap(), Signal::SIGKILL).unwrap();
        }
        service.kill().await;
        service = Service::start(&playground, &[]).await;
        tell.send_replace(Some(addresses(&service)));
    }
    let last = ask_for_rebuild(&service, &keys.internal).await;
    let connection = connect(&database).await.unwrap();
    let ended = end_of_rebuild(&connection.client).await;
    let record = play.stop().await;

    assert_eq!((ended.phase, ended.id), (Phase::Done, last));
    assert!(begun <= last);
    let log = audit(&connection.client, journals).await.unwrap();
    let wrong = log.against(&record);
    println!(
        "{} asked, {} broken connections",
        record.asked, record.broken
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    check_rows_of(&connection.client, journals).await;
}

async fn end_of_rebuild(client: &Client) -> RebuildStanding {
    for _ in 0..LOOKS_MAX {
        let found = find_rebuild(client).await.unwrap();
        if let Some(ended) = found.filter(|rebuild| rebuild.phase.is_over()) {
            return ended;
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("the rebuild does not come to its end");
}

/// Its number: a new one, or that of the one which is under way.
async fn ask_for_rebuild(service: &Service, key: &str) -> i64 {
    let url = format!("{}/internal/projections/all/rebuild", service.internal_url);
    let asked = client().build().unwrap().post(url).bearer_auth(key).send();
    let answer: serde_json::Value = {
        let answer = asked.await.unwrap().error_for_status().unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    };
    answer["rebuild"]["id"].as_i64().unwrap()
}
