//! Clients that pause and resume campaigns, all at once, until they are told to stop.
//!
//! Each goes on whatever happens: an answer that says nothing is noted, a service that is away is
//! asked again. In a round, the tenants of a journal either all send an `Idempotency-Key` or none
//! does: a lane writes the two differently, and one key among its commands decides for all.

use crate::requests::{Answer, Asked, Sent, Verb};
use crate::tenants::Tenant;
use event_store::JournalId;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::Client;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const CLIENTS: usize = 24;
/// Longer than the service takes to find out what became of a batch.
const ANSWER_SECONDS_MAX: u64 = 60;
/// How long a client waits before it asks a service again that was not there.
const REST: Duration = Duration::from_millis(10);

/// Where services are at the moment.
pub type Addresses = watch::Sender<Vec<String>>;

pub struct Traffic {
    pub http: Client,
    clients: JoinSet<Vec<Sent>>,
    acknowledged: Arc<watch::Sender<u64>>,
    answered: Arc<watch::Sender<[u64; CLIENTS]>>,
    stop: CancellationToken,
}

/// What a round's clients have in common.
#[derive(Clone)]
struct Scene {
    http: Client,
    urls: watch::Receiver<Vec<String>>,
    tenants: Arc<[Tenant]>,
    keyless: Arc<[JournalId]>,
    acknowledged: Arc<watch::Sender<u64>>,
    answered: Arc<watch::Sender<[u64; CLIENTS]>>,
    stop: CancellationToken,
}

impl Traffic {
    /// Starts the clients. Their requests' ids begin with `name`.
    pub fn start(
        name: &str,
        urls: &Addresses,
        tenants: &Arc<[Tenant]>,
        keyless: Vec<JournalId>,
        dice: &mut StdRng,
    ) -> Self {
        let (http, stop) = (client(), CancellationToken::new());
        let acknowledged = Arc::new(watch::Sender::new(0));
        let answered = Arc::new(watch::Sender::new([0; CLIENTS]));
        let scene = Scene {
            http: http.clone(),
            urls: urls.subscribe(),
            tenants: tenants.clone(),
            keyless: keyless.into(),
            acknowledged: acknowledged.clone(),
            answered: answered.clone(),
            stop: stop.clone(),
        };
        let mut clients = JoinSet::new();
        for number in 0..CLIENTS {
            let dice = StdRng::from_rng(dice);
            clients.spawn(scene.clone().play(format!("{name}-{number}"), number, dice));
        }
        Self {
            http,
            clients,
            acknowledged,
            answered,
            stop,
        }
    }

    pub fn acknowledged(&self) -> u64 {
        *self.acknowledged.borrow()
    }

    /// Waits until so many changes have been acknowledged.
    pub async fn until(&self, count: u64) {
        let mut acknowledged = self.acknowledged.subscribe();
        acknowledged.wait_for(|seen| count <= *seen).await.unwrap();
    }

    /// Waits until every client has been told something more.
    pub async fn until_everyone_is_answered(&self) {
        let mut answered = self.answered.subscribe();
        let before = *answered.borrow();
        let moved = |now: &[u64; CLIENTS]| now.iter().zip(before).all(|(now, then)| then < *now);
        answered.wait_for(moved).await.unwrap();
    }

    /// Tells the clients to stop, and returns what they asked and heard.
    pub async fn stop(self) -> Vec<Sent> {
        self.stop.cancel();
        self.clients
            .join_all()
            .await
            .into_iter()
            .flatten()
            .collect()
    }
}

pub fn client() -> Client {
    let patience = Duration::from_secs(ANSWER_SECONDS_MAX);
    crate::service::client()
        .timeout(patience)
        .no_proxy()
        .build()
        .unwrap()
}

impl Scene {
    async fn play(self, name: String, number: usize, mut dice: StdRng) -> Vec<Sent> {
        let tenant = &self.tenants[number % self.tenants.len()];
        let mut believed = vec![Verb::Pause; tenant.campaigns.len()];
        let mut sent = Vec::new();
        for count in 0_u32.. {
            if self.stop.is_cancelled() {
                break;
            }
            let place = dice.random_range(0..tenant.campaigns.len());
            let asked = Asked {
                id: format!("{name}-{count}"),
                key: (!self.keyless.contains(&tenant.journal))
                    .then(|| format!("key-{name}-{count}")),
                bearer: tenant.bearer.clone(),
                campaign: tenant.campaigns[place],
                verb: believed[place],
            };
            let answer = self.send(&asked, number).await;
            believed[place] = next(&asked, &answer);
            match &answer {
                Answer::Done(_) => self.acknowledged.send_modify(|seen| *seen += 1),
                Answer::Rejected(_) => {}
                Answer::Nothing | Answer::Unknown | Answer::Broken | Answer::NotSent => {
                    tokio::time::sleep(REST).await;
                }
            }
            if answer != Answer::NotSent {
                self.answered.send_modify(|counts| counts[number] += 1);
                sent.push(Sent { asked, answer });
            }
        }
        sent
    }

    /// Asks the service whose turn it is, if there is any.
    async fn send(&self, asked: &Asked, number: usize) -> Answer {
        let urls = self.urls.borrow().clone();
        match urls.get(number % urls.len().max(1)) {
            Some(url) => asked.send(&self.http, url).await,
            None => Answer::NotSent,
        }
    }
}

/// What can be done with the campaign next, as far as this client knows.
fn next(asked: &Asked, answer: &Answer) -> Verb {
    let other = match asked.verb {
        Verb::Pause => Verb::Resume,
        Verb::Resume => Verb::Pause,
    };
    match answer {
        Answer::Done(_) | Answer::Rejected(_) => other,
        Answer::Nothing | Answer::Unknown | Answer::Broken | Answer::NotSent => asked.verb,
    }
}
