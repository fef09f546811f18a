//! A wire to the database that a test can cut, at the worst of moments.
//!
//! It carries the messages of PostgreSQL's protocol between a TCP port and the cluster's socket,
//! and knows of each whether it is what commits: a `COMMIT`, or a statement outside of a
//! transaction.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinHandle;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// How the server says that it is done and in no transaction.
const READY: &[u8] = b"Z\0\0\0\x05I";
const BUFFER_BYTES: usize = 64 * 1024;

/// When the wire is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Never.
    Never,
    /// The next commit never reaches the server, but all that was sent before it does.
    BeforeCommit,
    /// The next commit is done, and its answer lost.
    AfterCommit,
    /// The next commit is done, its answer lost, and nobody is let in any more.
    AfterCommitForGood,
    /// Nobody is let in any more.
    ForGood,
    /// What is sent goes nowhere, and nobody says so: the server seems to think for ever.
    Silent,
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

/// Carries messages both ways until either side ends or the wire is cut, which ends both.
async fn carry(mut client: TcpStream, mut server: UnixStream, cut: Arc<Mutex<Cut>>) {
    let (mut asked, mut told) = (vec![0; BUFFER_BYTES], vec![0; BUFFER_BYTES]);
    let mut sender = Sender::default();
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(count @ 1..) = read else { return };
                if *cut.lock().expect("a whole lock") == Cut::Silent { continue }
                let heard = sender.hear(&asked[..count]);
                let made = if heard.commits { take(&cut) } else { Cut::Never };
                if server.write_all(&heard.before).await.is_err() || made == Cut::BeforeCommit {
                    return;
                }
                if server.write_all(&heard.rest).await.is_err() { return }
                if let Cut::AfterCommit | Cut::AfterCommitForGood = made {
                    return swallow_answer(&mut server).await;
                }
            }
            read = server.read(&mut told) => {
                let Ok(count @ 1..) = read else { return };
                if client.write_all(&told[..count]).await.is_err() { return }
            }
        }
    }
}

/// What a client has sent, taken apart into messages.
#[derive(Default)]
struct Sender {
    unread: Vec<u8>,
    has_begun: bool,
    in_transaction: bool,
}

/// Messages heard at once: those before the first that commits, and the rest.
#[derive(Default)]
struct Heard {
    before: Vec<u8>,
    rest: Vec<u8>,
    commits: bool,
}

impl Sender {
    fn hear(&mut self, bytes: &[u8]) -> Heard {
        self.unread.extend_from_slice(bytes);
        let mut heard = Heard::default();
        while let Some(message) = self.next_message() {
            heard.commits |= self.commits(&message);
            let part = if heard.commits {
                &mut heard.rest
            } else {
                &mut heard.before
            };
            part.extend(message);
        }
        heard
    }

    /// The next whole message. The very first has no letter in front of its length.
    fn next_message(&mut self) -> Option<Vec<u8>> {
        let letter = usize::from(self.has_begun);
        let length: [u8; 4] = self.unread.get(letter..letter + 4)?.try_into().ok()?;
        let length = letter + usize::try_from(u32::from_be_bytes(length)).ok()?;
        if self.unread.len() < length {
            return None;
        }
        self.has_begun = true;
        Some(self.unread.drain(..length).collect())
    }

    fn commits(&mut self, message: &[u8]) -> bool {
        match message {
            [b'Q', _, _, _, _, b'B', b'E', b'G', b'I', b'N', ..]
            | [b'Q', _, _, _, _, b'S', b'T', b'A', b'R', b'T', b' ', ..] => {
                self.in_transaction = true;
            }
            [b'Q', .., b'R', b'O', b'L', b'L', b'B', b'A', b'C', b'K', 0] => {
                self.in_transaction = false;
            }
            [b'Q', .., b'C', b'O', b'M', b'M', b'I', b'T', 0] => {
                self.in_transaction = false;
                return true;
            }
            // A prepared statement is bound, to be executed.
            [b'B', ..] => return !self.in_transaction,
            _ => {}
        }
        false
    }
}

/// The cut to be made now; the next one is none, or for good.
fn take(cut: &Mutex<Cut>) -> Cut {
    let mut cut = cut.lock().expect("a whole lock");
    let next = match *cut {
        Cut::AfterCommitForGood | Cut::ForGood => Cut::ForGood,
        Cut::Silent => Cut::Silent,
        Cut::Never | Cut::BeforeCommit | Cut::AfterCommit => Cut::Never,
    };
    std::mem::replace(&mut *cut, next)
}

/// Has the server commit, and tells nobody.
async fn swallow_answer(server: &mut UnixStream) {
    let mut heard = Vec::new();
    let mut told = vec![0; BUFFER_BYTES];
    while !heard.windows(READY.len()).any(|window| window == READY) {
        let count = server.read(&mut told).await.expect("a server that answers");
        assert!(count != 0, "the server did not commit");
        heard.extend_from_slice(&told[..count]);
    }
}
