//! A round: load, a fault in the middle of it, more load, and then the reckoning.

use crate::audit::{Audit, check_rows};
use crate::clients::Traffic;
use crate::faults::Fault;
use crate::requests::{Answer, Asked, Reply, Sent};
use crate::world::World;
use futures_util::{StreamExt, stream};
use rand::RngExt;
use rand::seq::IndexedRandom;
use reqwest::Client;
use std::time::{Duration, Instant};

/// Changes acknowledged before the fault: at least, and at most.
const BEFORE: std::ops::Range<u64> = 100..1_500;
/// Changes acknowledged after it.
const AFTER: u64 = 500;
/// How long the service may take to go on.
const RECOVERY_SECONDS_MAX: u64 = 60;
/// Requests repeated at once.
const REPEATED_AT_ONCE: usize = 24;
/// Requests of earlier rounds that a round repeats.
const EARLIER_REPEATED: usize = 100;

pub struct Rounds {
    world: World,
    fault: Fault,
    audit: Audit,
    /// Requests of earlier rounds with their answers, some of which are repeated in each round.
    remembered: Vec<Sent>,
}

/// What comes before a campaign's sender accounts, with which it ends.
const ACCOUNTS: &str = ",\"sender_accounts\":[";

impl Rounds {
    /// Rounds with such faults.
    pub async fn new(seed: u64, fault: Fault) -> Self {
        let world = World::new(seed, fault.services()).await;
        Self {
            world,
            fault,
            audit: Audit::default(),
            remembered: vec![],
        }
    }

    pub async fn play(&mut self, name: &str) {
        let (fault, began) = (self.fault, Instant::now());
        let (sent, http) = self.load(name).await;
        let loaded = began.elapsed();
        let tally = tally(&sent);
        let broken = sent.iter().find(|sent| sent.answer == Answer::Broken);
        assert!(
            fault.kills_the_service() || broken.is_none(),
            "never answered: {broken:?}"
        );
        self.reckon(sent, &http).await;
        let reckoned = began.elapsed() - loaded;
        println!("{name}, {fault:?}: {tally}; {loaded:.1?} of load, {reckoned:.1?} of checks");
    }

    async fn load(&mut self, name: &str) -> (Vec<Sent>, Client) {
        let world = &mut self.world;
        let long_commits = world.dice.random();
        world.set_long_commits(long_commits).await;
        let keyless = world
            .journals
            .iter()
            .filter(|_| world.dice.random_ratio(1, 3))
            .collect();
        let traffic = Traffic::start(name, &world.urls, &world.tenants, keyless, &mut world.dice);
        traffic.until(world.dice.random_range(BEFORE)).await;
        tokio::time::sleep(Duration::from_micros(world.dice.random_range(0..20_000))).await;
        self.fault.strike(world, &traffic).await;
        let recovered = traffic.until(traffic.acknowledged() + AFTER);
        tokio::time::timeout(Duration::from_secs(RECOVERY_SECONDS_MAX), recovered)
            .await
            .expect("the service goes on in time");
        let http = traffic.http.clone();
        (traffic.stop().await, http)
    }

    /// Everything that any client was told is held against the log.
    async fn reckon(&mut self, sent: Vec<Sent>, http: &Client) {
        self.audit.read_on(&self.world).await;
        self.audit.agrees_with(&sent);
        self.find_out(&sent, http).await;
        self.replay(&sent, http).await;
        assert_eq!(
            self.audit.read_on(&self.world).await,
            0,
            "a replayed request changed something"
        );
        self.audit.check_effects(&self.world).await;
        check_rows(&self.world).await;
        self.remembered
            .extend(sent.into_iter().filter(is_replayable));
    }

    /// A client that does not know what became of its request makes it again, with the same key.
    async fn find_out(&mut self, sent: &[Sent], http: &Client) {
        let in_doubt = |sent: &&Sent| sent.asked.key.is_some() && sent.answer.reply().is_none();
        let asked = sent.iter().filter(in_doubt).map(|sent| sent.asked.again());
        let answers = ask_all(asked.collect(), http, &self.world).await;
        self.audit.read_on(&self.world).await;
        for (first, second) in sent.iter().filter(in_doubt).zip(&answers) {
            self.audit.settle(first, second);
        }
    }

    /// Answers that a client holds in its hands are given again, to the letter; sender accounts,
    /// which are told as they are now, may be missing where the database was away.
    async fn replay(&mut self, sent: &[Sent], http: &Client) {
        let earlier = self
            .remembered
            .sample(&mut self.world.dice, EARLIER_REPEATED);
        let known: Vec<&Sent> = sent
            .iter()
            .filter(|sent| is_replayable(sent))
            .chain(earlier)
            .collect();
        let asked = known.iter().map(|sent| sent.asked.again());
        let answers = ask_all(asked.collect(), http, &self.world).await;
        for (first, second) in known.iter().zip(answers) {
            let original = first.answer.reply().unwrap();
            let repeated = second.answer.reply().unwrap();
            let tells = |reply: &Reply| reply.body.contains(ACCOUNTS);
            let expected = Reply {
                replayed: true,
                ..original.clone()
            };
            if tells(original) == tells(repeated) {
                assert_eq!(repeated, &expected, "{:?}", first.asked);
            } else {
                let (repeated, expected) =
                    (without_accounts(repeated), without_accounts(&expected));
                assert_eq!(repeated, expected, "{:?}", first.asked);
            }
        }
    }
}

fn without_accounts(reply: &Reply) -> Reply {
    let (told, _) = reply.body.split_once(ACCOUNTS).unwrap_or((&reply.body, ""));
    Reply {
        body: told.trim_end_matches('}').to_owned(),
        ..reply.clone()
    }
}

fn tally(sent: &[Sent]) -> String {
    let count =
        |wanted: fn(&Answer) -> bool| sent.iter().filter(|sent| wanted(&sent.answer)).count();
    format!(
        "{} acknowledged, {} rejected, {} not done, {} unknown, {} broken",
        count(|answer| matches!(answer, Answer::Done(_))),
        count(|answer| matches!(answer, Answer::Rejected(_))),
        count(|answer| *answer == Answer::Nothing),
        count(|answer| *answer == Answer::Unknown),
        count(|answer| *answer == Answer::Broken),
    )
}

/// Whether the client knows the answer and can have it again.
fn is_replayable(sent: &Sent) -> bool {
    sent.asked.key.is_some() && sent.answer.reply().is_some()
}

/// Makes all these requests, each until it is answered. In their order.
async fn ask_all(asked: Vec<Asked>, http: &Client, world: &World) -> Vec<Sent> {
    let url = world.service.url.as_str();
    let asking = asked.into_iter().map(|asked| async move {
        let deadline = Instant::now() + Duration::from_secs(RECOVERY_SECONDS_MAX);
        loop {
            let answer = asked.send(http, url).await;
            if answer.reply().is_some() {
                return Sent { asked, answer };
            }
            assert!(
                Instant::now() < deadline,
                "{asked:?} is not answered: {answer:?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    stream::iter(asking)
        .buffered(REPEATED_AT_ONCE)
        .collect()
        .await
}
