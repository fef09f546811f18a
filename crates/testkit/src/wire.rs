//! A wire to the database that a test can cut, at the worst of moments.
//!
//! It carries the bytes of PostgreSQL's protocol between a TCP port and the cluster's socket. What
//! it looks for in them is how the lanes commit: the simple query `COMMIT`, or the one statement that
//! is its own transaction.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinHandle;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// The message of the simple query `COMMIT`.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";
/// How the server says that it has committed.
const COMMITTED: &[u8] = b"C\0\0\0\x0bCOMMIT\0";
/// What only a bound effect has in it. Outside a pipelined transaction, that is the one statement.
const EFFECT: &[u8] = b"complete_waitpoints";
/// How the server says that it has done the one statement, which is to have committed it.
const SELECTED: &[u8] = b"C\0\0\0\x0dSELECT 1\0";
const BUFFER_BYTES: usize = 64 * 1024;

/// When the wire is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Never.
    Never,
    /// The next `COMMIT` never reaches the server, but all that was sent before it does.
    BeforeCommit,
    /// The next `COMMIT` is done, and its answer lost.
    AfterCommit,
    /// The next `COMMIT` is done, its answer lost, and nobody is let in any more.
    AfterCommitForGood,
    /// Nobody is let in any more.
    ForGood,
}

/// A way to a database for whoever connects to its port.
pub struct Wire {
    config: Config,
    cut: Arc<Mutex<Cut>>,
    carrier: JoinHandle<()>,
}

impl Wire {
    /// A wire to the database of `config`, whole for now.
    pub(crate) async fn lay(config: &Config) -> Self {
        let [Host::Unix(directory)] = config.get_hosts() else {
            panic!("the cluster's socket")
        };
        let socket = directory.join(".s.PGSQL.5432");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("a bound socket");
        let cut = Arc::new(Mutex::new(Cut::Never));
        let carrier = tokio::spawn(accept(listener, socket, cut.clone()));
        Self {
            config: through(config, address),
            cut,
            carrier,
        }
    }

    /// How to connect through the wire.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Says when the wire is cut next.
    pub fn cut(&self, cut: Cut) {
        *self.cut.lock().expect("a whole lock") = cut;
    }

    /// Whether the cut has been made.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        *self.cut.lock().expect("a whole lock") == Cut::Never
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.carrier.abort();
    }
}

fn through(config: &Config, address: SocketAddr) -> Config {
    let mut through = Config::new();
    through.host(address.ip().to_string()).port(address.port());
    through.user(config.get_user().expect("a user"));
    through.dbname(config.get_dbname().expect("a database"));
    through
}

async fn accept(listener: TcpListener, socket: PathBuf, cut: Arc<Mutex<Cut>>) {
    while let Ok((client, _)) = listener.accept().await {
        if *cut.lock().expect("a whole lock") == Cut::ForGood {
            continue;
        }
        let server = UnixStream::connect(&socket).await.expect("a server");
        tokio::spawn(carry(client, server, cut.clone()));
    }
}

/// Carries bytes both ways until either side ends or the wire is cut, which ends both.
async fn carry(mut client: TcpStream, mut server: UnixStream, cut: Arc<Mutex<Cut>>) {
    let (mut asked, mut told) = (vec![0; BUFFER_BYTES], vec![0; BUFFER_BYTES]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(count @ 1..) = read else { return };
                let bytes = &asked[..count];
                let Some((commit, committed)) = find_commit(bytes) else {
                    if server.write_all(bytes).await.is_err() { return }
                    continue;
                };
                let made = take(&cut);
                match made {
                    Cut::Never | Cut::ForGood => {
                        if server.write_all(bytes).await.is_err() { return }
                    }
                    Cut::BeforeCommit => {
                        let _gone = server.write_all(&bytes[..commit]).await;
                        return;
                    }
                    Cut::AfterCommit | Cut::AfterCommitForGood => {
                        swallow_answer(&mut server, bytes, committed).await;
                        return;
                    }
                }
            }
            read = server.read(&mut told) => {
                let Ok(count @ 1..) = read else { return };
                if client.write_all(&told[..count]).await.is_err() { return }
            }
        }
    }
}

/// The cut to be made now; the next one is none, or for good.
fn take(cut: &Mutex<Cut>) -> Cut {
    let mut cut = cut.lock().expect("a whole lock");
    let next = match *cut {
        Cut::AfterCommitForGood | Cut::ForGood => Cut::ForGood,
        Cut::Never | Cut::BeforeCommit | Cut::AfterCommit => Cut::Never,
    };
    std::mem::replace(&mut *cut, next)
}

/// Has the server commit, and tells nobody.
async fn swallow_answer(server: &mut UnixStream, bytes: &[u8], committed: &[u8]) {
    server.write_all(bytes).await.expect("a server that reads");
    let mut heard = Vec::new();
    let mut told = vec![0; BUFFER_BYTES];
    while find(&heard, committed).is_none() {
        let count = server.read(&mut told).await.expect("a server that answers");
        assert!(count != 0, "the server did not commit");
        heard.extend_from_slice(&told[..count]);
    }
}

/// Where a commit begins, and how the server says that it is done.
fn find_commit(bytes: &[u8]) -> Option<(usize, &'static [u8])> {
    match find(bytes, COMMIT) {
        Some(commit) => Some((commit, COMMITTED)),
        None => find(bytes, EFFECT).map(|_| (0, SELECTED)),
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}
