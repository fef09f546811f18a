//! Trigger.dev's endpoints for completing tokens and starting runs, on a real socket.
//!
//! It does what the original does, as far as that is known: the first completion of a token wins
//! and every one is answered with success; a bucket of requests bounds the rate, and each answer
//! says in three headers what is left of it; keys, bodies without a length, and unknown tokens are
//! refused in the original's order and words. Beyond that it fails on demand ([`Fault`]), and
//! remembers everything ([`Seen`]).
//!
//! Tokens must be made first ([`FakeTrigger::new_token`]); others are not known to it.

mod bucket;
mod endpoint;
mod fault;
mod world;

pub use bucket::{Bucket, BucketSize, Taken};
pub use fault::{Fault, ResetHeader};
pub use world::{Seen, SeenRun, SeenToken};

use crate::elsewhere::runtime;
use actix_web::{App, HttpServer, web};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use waitpoints::TokenId;
use world::World;

const WORKERS: usize = 2;
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// A fake of Trigger.dev's API. Ends when it is dropped.
pub struct FakeTrigger {
    world: Arc<World>,
    address: SocketAddr,
    shutdown: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl FakeTrigger {
    /// The key that it accepts.
    pub const KEY: &str = "tr_prod_fakefakefakefakefake";
    /// A key that is known and may do nothing.
    pub const RESTRICTED_KEY: &str = "tr_prod_sk_restrictedrestricted00";

    /// Starts it, with the original's bucket: 750, and 250 more every 10 seconds.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("a bound socket");
        let world = Arc::new(World::default());
        let shutdown = CancellationToken::new();
        let (served, ended) = (world.clone(), shutdown.clone());
        let serve = move || runtime().block_on(serve(listener, served, ended));
        let thread = std::thread::spawn(serve);
        Self {
            world,
            address,
            shutdown,
            thread: Some(thread),
        }
    }

    /// With a bucket of another size, full.
    #[must_use]
    pub fn with_bucket(self, size: BucketSize) -> Self {
        self.world.lock().bucket = Bucket::full(size);
        self
    }

    /// With a clock that is so many milliseconds ahead of ours, or behind.
    #[must_use]
    pub fn with_clock_ahead(self, milliseconds: i64) -> Self {
        self.world.lock().ahead_ms = milliseconds;
        self
    }

    /// With another header about when the bucket grows.
    #[must_use]
    pub fn with_reset_header(self, header: ResetHeader) -> Self {
        self.world.lock().reset_header = header;
        self
    }

    /// With a limit that is answered by, but is not spoken of in any header.
    #[must_use]
    pub fn without_limit_headers(self) -> Self {
        self.world.lock().tells_limit = false;
        self
    }

    /// Its origin, without a `/` at the end. Any path in front of `/api` is served too.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A token that waits.
    #[must_use]
    pub fn new_token(&self) -> TokenId {
        self.world.lock().new_token()
    }

    /// Tokens that wait.
    #[must_use]
    pub fn new_tokens(&self, count: usize) -> Vec<TokenId> {
        (0..count).map(|_| self.new_token()).collect()
    }

    /// Knows a task, whose runs can be started from now on.
    pub fn deploy(&self, task: &str) {
        self.world.lock().tasks.insert(task.to_owned());
    }

    /// Makes the next `count` requests fail, after those that are to fail already.
    pub fn fail_next(&self, count: usize, fault: Fault) {
        let mut state = self.world.lock();
        state.faults.extend(std::iter::repeat_n(fault, count));
    }

    /// Makes every request fail, until [`recover`](Self::recover).
    pub fn fail_always(&self, fault: Fault) {
        self.world.lock().outage = Some(fault);
    }

    /// Makes so many of a hundred requests fail, each in one of these ways, by chance from `seed`.
    pub fn fail_sometimes(&self, percent: u64, faults: &[Fault], seed: u64) {
        self.world.lock().fail_sometimes(percent, faults, seed);
    }

    /// Nothing fails any more.
    pub fn recover(&self) {
        self.world.lock().recover();
    }

    /// Takes from the bucket, as somebody else who shares it does.
    pub fn spend(&self, count: u32) {
        self.world.lock().spend(count);
    }

    /// Accepts the key no more, or again.
    pub fn accept_key(&self, accepts: bool) {
        self.world.lock().accepts_key = accepts;
    }

    /// Everything that it has seen.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.world.lock().seen()
    }
}

impl Drop for FakeTrigger {
    fn drop(&mut self) {
        self.shutdown.cancel();
        let ended = self.thread.take().map(JoinHandle::join);
        if let Some(Err(panic)) = ended
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

async fn serve(listener: TcpListener, world: Arc<World>, shutdown: CancellationToken) {
    let connections = world.clone();
    let app = move || {
        App::new()
            .app_data(web::Data::from(world.clone()))
            .configure(endpoint::routes)
    };
    let server = HttpServer::new(app)
        .on_connect(move |socket, data| endpoint::connected(&connections, socket, data))
        .workers(WORKERS)
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(0)
        .disable_signals()
        .listen(listener)
        .expect("a socket to listen on")
        .run();
    let handle = server.handle();
    tokio::select! {
        served = server => served.expect("a server"),
        () = shutdown.cancelled() => handle.stop(false).await,
    }
}
