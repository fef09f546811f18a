//! The load generator: one thread, a task a connection, one request at a time on each.
//!
//! Closed loop: a connection sends its next request when the last is answered, as pgbench does.
//! No two connections ask about the same campaign. Every answer is checked. A pause that was
//! answered is followed by its resume even when the time is up, so that the next measurement
//! finds every campaign active.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::answer::Answer;
use crate::latency::micros;
use crate::requests::{Requests, Verb};

/// Errors that are kept word by word.
const ERRORS_SHOWN_MAX: usize = 5;
const ERROR_CHARS_MAX: usize = 300;
const ANSWER_BYTES: usize = 8_192;
/// How long the last answers may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which campaigns a connection asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Any of its own, again and again until the time is up.
    Random,
    /// Each of its own once.
    Once,
}

/// A load to be.
#[derive(Debug, Clone)]
pub struct Load {
    pub address: SocketAddr,
    pub requests: Arc<Requests>,
    pub connections: usize,
    pub order: Order,
    /// Answers between these moments are counted; after the second nothing new is begun.
    pub counted_from: Instant,
    pub until: Instant,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Requests that were answered as they must be, those before and after the time included.
    pub acknowledged: u64,
    /// Latencies of the counted ones, in microseconds.
    pub micros: Vec<u32>,
    /// Everything else.
    pub errors: u64,
    /// Some of it in words.
    pub shown: Vec<String>,
}

impl Load {
    /// Runs on this thread until it is over.
    pub fn run(self) -> Result<Outcome, io::Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let patience = self.until.saturating_duration_since(Instant::now()) + PATIENCE;
        let all = runtime.block_on(async { tokio::time::timeout(patience, self.drive()).await });
        all.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "the service stopped answering"))
    }

    async fn drive(self) -> Outcome {
        let load = Arc::new(self);
        let mut running = JoinSet::new();
        for number in 0..load.connections {
            running.spawn(Connection::new(load.clone(), number).drive());
        }
        let mut outcome = Outcome::default();
        while let Some(ended) = running.join_next().await {
            match ended {
                Ok(one) => outcome.add(one),
                Err(error) => outcome.fail(error.to_string()),
            }
        }
        outcome
    }
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.micros.extend(other.micros);
        self.errors += other.errors;
        self.shown.extend(other.shown);
        self.shown.truncate(ERRORS_SHOWN_MAX);
    }

    fn fail(&mut self, error: String) {
        self.errors += 1;
        if self.shown.len() < ERRORS_SHOWN_MAX {
            self.shown
                .push(error.chars().take(ERROR_CHARS_MAX).collect());
        }
    }
}

/// One connection's part: every campaign whose number is its own modulo all connections.
struct Connection {
    load: Arc<Load>,
    number: usize,
    random: u64,
    passed: usize,
    outcome: Outcome,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Connection {
    fn new(load: Arc<Load>, number: usize) -> Self {
        let seed = u64::try_from(number).unwrap_or(0);
        Self {
            load,
            number,
            random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            passed: 0,
            outcome: Outcome::default(),
            request: Vec::with_capacity(ANSWER_BYTES),
            answer: Vec::with_capacity(ANSWER_BYTES),
        }
    }

    async fn drive(mut self) -> Outcome {
        if let Err(error) = self.exchange_all().await {
            self.outcome
                .fail(format!("connection {}: {error}", self.number));
        }
        self.outcome
    }

    async fn exchange_all(&mut self) -> io::Result<()> {
        let mut stream = TcpStream::connect(self.load.address).await?;
        stream.set_nodelay(true)?;
        while let Some(campaign) = self.next() {
            if self.ask(&mut stream, campaign, Verb::Pause).await? {
                self.ask(&mut stream, campaign, Verb::Resume).await?;
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Option<usize> {
        if self.load.until <= Instant::now() {
            return None;
        }
        let (all, connections) = (self.load.requests.campaigns(), self.load.connections);
        let own = (all.saturating_sub(self.number)).div_ceil(connections);
        let place = match self.load.order {
            Order::Random => self.random_below(own),
            Order::Once => self.passed,
        };
        self.passed += 1;
        (place < own).then_some(self.number + place * connections)
    }

    /// xorshift64; the bias of the remainder is nothing at these sizes.
    fn random_below(&mut self, limit: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let limit = u64::try_from(limit).unwrap_or(1).max(1);
        usize::try_from((self.random >> 16) % limit).unwrap_or(0)
    }

    /// Whether the answer is as it must be.
    async fn ask(
        &mut self,
        stream: &mut TcpStream,
        campaign: usize,
        verb: Verb,
    ) -> io::Result<bool> {
        self.load.requests.put(campaign, verb, &mut self.request);
        self.answer.clear();
        let began = Instant::now();
        stream.write_all(&self.request).await?;
        loop {
            if stream.read_buf(&mut self.answer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let answer = Answer::parse(&self.answer)
                .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not an answer"))?;
            let Some(answer) = answer else { continue };
            let good = answer.status == b"200" && answer.says(verb.proof());
            let ended = Instant::now();
            self.count(good, began, ended);
            return Ok(good);
        }
    }

    fn count(&mut self, good: bool, began: Instant, ended: Instant) {
        if !good {
            return self
                .outcome
                .fail(String::from_utf8_lossy(&self.answer).into_owned());
        }
        self.outcome.acknowledged += 1;
        if self.load.counted_from <= ended && ended < self.load.until {
            self.outcome.micros.push(micros(ended - began));
        }
    }
}
