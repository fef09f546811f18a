//! A connection that is kept, and made anew to wherever the service is now when it broke.

use std::io;
use std::net::SocketAddr;
use std::str;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

const BUFFER_BYTES: usize = 16 * 1024;
/// How long an answer may take before its connection is given up.
const ANSWER_SECONDS_MAX: u64 = 60;

/// Where the service listens; nowhere, while it does not run.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    /// The public API.
    pub public: SocketAddr,
    /// The engine's.
    pub internal: SocketAddr,
}

/// A connection with a key.
#[derive(Debug)]
pub struct Http {
    addresses: watch::Receiver<Option<Addresses>>,
    which: fn(&Addresses) -> SocketAddr,
    key: String,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// An answer.
#[derive(Debug, Default)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// The campaign's version.
    pub version: Option<i64>,
    /// What a pause says of permits.
    pub sends_in_flight: Option<u32>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Http {
    /// A connection to one of the listeners.
    #[must_use]
    pub fn new(
        addresses: watch::Receiver<Option<Addresses>>,
        which: fn(&Addresses) -> SocketAddr,
        key: &str,
    ) -> Self {
        Self {
            addresses,
            which,
            key: key.to_owned(),
            stream: None,
            buffer: Vec::with_capacity(BUFFER_BYTES),
        }
    }

    /// Asks once.
    ///
    /// # Errors
    /// When the connection broke: whether it happened is then unknown.
    pub async fn ask(&mut self, method: &str, path: &str, body: &str) -> io::Result<Reply> {
        let key = &self.key;
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: fermata.test\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        let mut stream = self.connected().await?;
        let limit = Duration::from_secs(ANSWER_SECONDS_MAX);
        let exchanged = exchange(&mut stream, &mut self.buffer, request.as_bytes());
        let reply = tokio::time::timeout(limit, exchanged)
            .await
            .map_err(|_| io::ErrorKind::TimedOut)??;
        self.stream = Some(stream);
        Ok(reply)
    }

    async fn connected(&mut self) -> io::Result<TcpStream> {
        if let Some(stream) = self.stream.take() {
            return Ok(stream);
        }
        let running = self.addresses.wait_for(Option::is_some).await;
        let address = running
            .ok()
            .and_then(|there| there.as_ref().map(|addresses| (self.which)(addresses)));
        let address = address.ok_or(io::ErrorKind::NotConnected)?;
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

async fn exchange(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
    request: &[u8],
) -> io::Result<Reply> {
    stream.write_all(request).await?;
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(reply) = whole(buffer)? {
            return Ok(reply);
        }
    }
}

/// The answer, once all of it is there.
fn whole(buffer: &[u8]) -> io::Result<Option<Reply>> {
    let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let (head, rest) = buffer.split_at(end);
    let body = rest.get(4..).unwrap_or_default();
    let head = str::from_utf8(head).map_err(|_| io::ErrorKind::InvalidData)?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let mut reply = Reply {
        status: status
            .and_then(|status| status.parse().ok())
            .ok_or(io::ErrorKind::InvalidData)?,
        ..Reply::default()
    };
    let mut length = None;
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse::<usize>().ok(),
            "etag" => reply.version = value.trim_matches('"').parse().ok(),
            "fermata-sends-in-flight" => reply.sends_in_flight = value.parse().ok(),
            _ => {}
        }
    }
    let length = length.ok_or(io::ErrorKind::InvalidData)?;
    if body.len() < length {
        return Ok(None);
    }
    reply.body.extend_from_slice(body);
    Ok(Some(reply))
}
