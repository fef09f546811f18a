//! What is asked to stop: it answers what it took, stops its database, and ends well.
//!
//! A test holds the journals' heads, so that requests are under way for as long as it likes.

use crate::audit::Audit;
use crate::clients::{Traffic, client};
use crate::playground::Playground;
use crate::requests::{Answer, Asked, Sent, Verb};
use crate::service::Service;
use crate::world::World;
use event_store::Connection;
use nix::sys::signal::{Signal, kill, killpg};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const SEED: u64 = 1;
const WAIT_SECONDS_MAX: u64 = 30;
/// Far below the 20 seconds that a service gives to what it took.
const AT_ONCE: Duration = Duration::from_secs(10);
/// One second for the requests, and some for what comes after them.
const SOON: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_under_load_it_does_nothing_that_it_does_not_answer() {
    let mut world = World::new(SEED, 1).await;
    let traffic = Traffic::start("load", &world.urls, &world.tenants, vec![], &mut world.dice);
    traffic.until(300).await;

    world.service.signal(Signal::SIGTERM);

    ends_well(&mut world).await;
    is_answered(&mut world, traffic).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_before_the_signal_is_answered_after_it() {
    let mut world = World::new(SEED, 1).await;
    let under_way = UnderWay::begin(&world).await;

    world.service.signal(Signal::SIGTERM);
    no_longer_accepts(&world).await;

    under_way.finish().await;
    ends_well(&mut world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_control_c_in_the_terminal_stops_the_service_and_then_its_database() {
    let mut world = World::new(SEED, 1).await;
    let under_way = UnderWay::begin(&world).await;

    killpg(world.service.pid(), Signal::SIGINT).unwrap();
    no_longer_accepts(&world).await;

    under_way.finish().await;
    ends_well(&mut world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once_and_leaves_the_database_to_the_next() {
    let mut world = World::new(SEED, 1).await;
    let cluster = world.playground.postmaster();
    let _under_way = UnderWay::begin(&world).await;
    world.service.signal(Signal::SIGTERM);
    no_longer_accepts(&world).await;

    world.service.signal(Signal::SIGTERM);
    let ended = tokio::time::timeout(AT_ONCE, world.service.exit())
        .await
        .unwrap();

    assert_eq!(ended.code(), Some(130));
    world.start_again().await;
    assert_eq!(
        world.playground.postmaster(),
        cluster,
        "the cluster is adopted"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_control_c_while_it_starts_leaves_nothing_running() {
    let playground = Playground::new();
    let mut service = Service::spawn(playground.program(&["serve"]));
    eventually("it is starting", async || {
        playground.data.join("start.lock").exists()
    })
    .await;

    killpg(service.pid(), Signal::SIGINT).unwrap();
    let ended = service.exit().await;

    assert!(ended.success(), "{ended}");
    assert_eq!(playground.postmaster(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_too_long_does_not_hold_up_the_stop() {
    let mut world = World::new(SEED, 1).await;
    world.start_again_with(&["--shutdown-seconds=1"]).await;
    let _under_way = UnderWay::begin(&world).await;

    world.service.signal(Signal::SIGTERM);

    tokio::time::timeout(SOON, ends_well(&mut world))
        .await
        .expect("it ends in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_while_its_database_is_down_it_still_answers_all_that_it_took() {
    let mut world = World::new(SEED, 1).await;
    let traffic = Traffic::start("load", &world.urls, &world.tenants, vec![], &mut world.dice);
    traffic.until(300).await;

    kill(world.playground.postmaster().unwrap(), Signal::SIGKILL).unwrap();
    world.service.signal(Signal::SIGTERM);

    ends_well(&mut world).await;
    is_answered(&mut world, traffic).await;
}

/// A request of every tenant that the service has taken and cannot finish yet.
struct UnderWay {
    requests: JoinSet<Sent>,
    heads: Connection,
}

impl UnderWay {
    async fn begin(world: &World) -> Self {
        let heads = world.connect().await;
        heads
            .client
            .batch_execute("BEGIN; SELECT FROM journals FOR UPDATE")
            .await
            .unwrap();
        let mut requests = JoinSet::new();
        for (number, tenant) in world.tenants.iter().enumerate() {
            let asked = Asked {
                id: format!("under-way-{number}"),
                key: None,
                bearer: tenant.bearer.clone(),
                campaign: tenant.campaigns[0],
                verb: Verb::Pause,
            };
            let url = world.service.url.clone();
            requests.spawn(async move {
                let answer = asked.send(&client(), &url).await;
                Sent { asked, answer }
            });
        }
        let watching = world.connect().await;
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
        eventually("every lane waits for its head", async || {
            let row = watching.client.query_one(waiting, &[]).await.unwrap();
            row.get::<_, i64>(0) == i64::from(world.journals.count())
        })
        .await;
        Self { requests, heads }
    }

    /// Lets the lanes go on; everyone is told that it is done.
    async fn finish(self) {
        self.heads.client.batch_execute("COMMIT").await.unwrap();
        for Sent { asked, answer } in self.requests.join_all().await {
            assert!(matches!(answer, Answer::Done(_)), "{asked:?}: {answer:?}");
        }
    }
}

/// Whatever happened was answered. A connection may have broken in front of a request that nobody
/// read any more.
async fn is_answered(world: &mut World, traffic: Traffic) {
    let sent = traffic.stop().await;
    world.start_again().await;
    let mut audit = Audit::default();
    audit.read_on(world).await;
    audit.agrees_with(&sent);
    let unanswered = sent.iter().filter(|sent| sent.answer == Answer::Broken);
    unanswered.for_each(|sent| audit.rule_out(&sent.asked));
}

async fn no_longer_accepts(world: &World) {
    let address = world.service.url.strip_prefix("http://").unwrap();
    eventually("the listener is closed", async || {
        TcpStream::connect(address).await.is_err()
    })
    .await;
}

async fn ends_well(world: &mut World) {
    let ended = world.service.exit().await;
    assert!(ended.success(), "{ended}");
    assert_eq!(
        world.playground.postmaster(),
        None,
        "the cluster is stopped"
    );
}

async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let looking = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(WAIT_SECONDS_MAX), looking).await;
    assert!(waited.is_ok(), "waited in vain: {what}");
}
