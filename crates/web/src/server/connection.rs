//! A connection on which a request of HTTP/1.0 that names no length has no body (RFC 9112, section
//! 6.3), as everywhere else.
//!
//! The server library refuses a `POST` of HTTP/1.0 without `Content-Length`, with a bare 400, as RFC 1945
//! had it. That is what nginx makes of `curl -X POST` by default. Here such a head gets the length that it
//! means: nothing. All other bytes pass as they are.
//!
//! Why this is safe: only heads are changed that the library would refuse, and where one message ends and
//! the next begins is decided by the library's own rules: one `Content-Length`, in digits, or none. A
//! head that says anything else about its length (`Transfer-Encoding`, two lengths) is not looked at, and
//! neither is what follows it; the library answers it. After an offer of another protocol (`Upgrade`) the
//! connection ends with the answer (`framing`), so nothing that follows it is a message. A connection that begins with a
//! request of HTTP/1.1 is not looked at any further.

use actix_web::web::BytesMut;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Bytes that are read at once while heads are looked at.
const READ_BYTES: usize = 4 * 1024;
/// The longest head that is looked at; the server library refuses longer ones.
const HEAD_BYTES_MAX: usize = 128 * 1024;
/// Header lines of a head; the server library refuses more.
const HEADERS_MAX: usize = 96;
const NO_BODY: &[u8] = b"content-length: 0\r\n";

/// A connection to a client.
pub(super) struct Connection {
    socket: TcpStream,
    /// Read, and not handed on.
    held: BytesMut,
    stage: Stage,
}

/// Where the bytes are that come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// At the beginning of a request.
    Head,
    /// In a request that has so many bytes left.
    Within(u64),
    /// Nowhere that matters: everything is handed on.
    Elsewhere,
}

/// What is held, as the beginning of a request.
#[derive(Debug, PartialEq, Eq)]
enum Look {
    /// Its head is not whole.
    Partial,
    /// A request of HTTP/1.0: the bytes of its head, and of its body if a length is named.
    Whole {
        head_bytes: usize,
        body_bytes: Option<u64>,
        is_post: bool,
    },
    /// Not for us.
    Other,
}

impl Connection {
    pub fn new(socket: TcpStream) -> Self {
        Self {
            socket,
            held: BytesMut::new(),
            stage: Stage::Head,
        }
    }

    /// Finds out where the held bytes belong. Whether it could.
    fn is_placed(&mut self) -> bool {
        self.stage = match look(&self.held) {
            Look::Partial => return false,
            Look::Other => Stage::Elsewhere,
            Look::Whole {
                head_bytes,
                body_bytes,
                is_post,
            } => {
                let added = if is_post && body_bytes.is_none() {
                    self.held = with_no_body(&self.held);
                    NO_BODY.len()
                } else {
                    0
                };
                let head_bytes = u64::try_from(head_bytes + added).unwrap_or(u64::MAX);
                Stage::Within(head_bytes.saturating_add(body_bytes.unwrap_or(0)))
            }
        };
        true
    }

    /// Reads more; whether there is an end instead.
    fn poll_more(&mut self, context: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let mut bytes = [0; READ_BYTES];
        let mut read = ReadBuf::new(&mut bytes);
        ready!(Pin::new(&mut self.socket).poll_read(context, &mut read))?;
        self.held.extend_from_slice(read.filled());
        Poll::Ready(Ok(read.filled().is_empty()))
    }

    /// Hands on what is held, at most `bytes_max`. How much.
    fn hand_on(&mut self, into: &mut ReadBuf<'_>, bytes_max: u64) -> u64 {
        let fits = self.held.len().min(into.remaining());
        let bytes = usize::try_from(bytes_max).map_or(fits, |most| fits.min(most));
        into.put_slice(&self.held.split_to(bytes));
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            let stage = this.stage;
            match stage {
                Stage::Elsewhere if this.held.is_empty() => {
                    return Pin::new(&mut this.socket).poll_read(context, into);
                }
                Stage::Elsewhere => {
                    this.hand_on(into, u64::MAX);
                    return Poll::Ready(Ok(()));
                }
                Stage::Within(0) => this.stage = Stage::Head,
                Stage::Within(left) if !this.held.is_empty() => {
                    let bytes = this.hand_on(into, left);
                    this.stage = Stage::Within(left.saturating_sub(bytes));
                    return Poll::Ready(Ok(()));
                }
                Stage::Head if this.is_placed() => {}
                // A client that has ended: what it said until then is handed on, and then the end.
                Stage::Head | Stage::Within(_) => {
                    if ready!(this.poll_more(context))? {
                        this.stage = Stage::Elsewhere;
                    }
                }
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().socket).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_shutdown(context)
    }
}

/// Where the request line begins: empty lines before it are skipped (RFC 9112, section 2.2).
fn start_of(held: &[u8]) -> Option<usize> {
    held.iter().position(|byte| !matches!(byte, b'\r' | b'\n'))
}

/// Where the request line ends, with its line break.
fn end_of_line(held: &[u8]) -> Option<usize> {
    let start = start_of(held)?;
    let line = held.iter().skip(start).position(|byte| *byte == b'\n')?;
    Some(start + line + 1)
}

fn look(held: &[u8]) -> Look {
    let too_long = HEAD_BYTES_MAX <= held.len();
    let line = end_of_line(held).and_then(|end| held.get(..end));
    let Some(line) = line else {
        return if too_long { Look::Other } else { Look::Partial };
    };
    if !line.trim_ascii_end().ends_with(b" HTTP/1.0") {
        return Look::Other;
    }
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(held) {
        Ok(httparse::Status::Complete(head_bytes)) => match length_of(&request) {
            Some(body_bytes) => Look::Whole {
                head_bytes,
                body_bytes,
                is_post: request.method == Some("POST"),
            },
            None => Look::Other,
        },
        Ok(httparse::Status::Partial) if !too_long => Look::Partial,
        Ok(httparse::Status::Partial) | Err(_) => Look::Other,
    }
}

/// The length that a head names, if it names one. Nothing if that is not to be known for sure.
#[expect(
    clippy::option_option,
    reason = "no length is one of the answers, and not knowing is another"
)]
fn length_of(request: &httparse::Request<'_, '_>) -> Option<Option<u64>> {
    let mut length = None;
    for header in request.headers.iter() {
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("transfer-encoding") {
            return None;
        }
        if is("content-length") {
            let text = str::from_utf8(header.value).ok()?.trim();
            let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
            let bytes = text.parse().ok().filter(|_| is_digits)?;
            if length.replace(bytes).is_some() {
                return None;
            }
        }
    }
    Some(length)
}

/// The same with a head that says that there is no body.
fn with_no_body(held: &[u8]) -> BytesMut {
    let line = end_of_line(held).unwrap_or(0);
    let (line, rest) = held.split_at_checked(line).unwrap_or((held, &[]));
    let mut whole = BytesMut::with_capacity(held.len() + NO_BODY.len());
    whole.extend_from_slice(line);
    whole.extend_from_slice(NO_BODY);
    whole.extend_from_slice(rest);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// What a server reads of a client that says this in pieces of so many bytes.
    async fn heard(said: &str, piece: usize) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap());
        let (client, accepted) = tokio::join!(client, listener.accept());
        let (mut client, mut server) = (client.unwrap(), Connection::new(accepted.unwrap().0));
        let pieces: Vec<Vec<u8>> = said.as_bytes().chunks(piece).map(<[u8]>::to_vec).collect();
        let saying = async move {
            for piece in pieces {
                client.write_all(&piece).await.unwrap();
                tokio::task::yield_now().await;
            }
        };
        let mut heard = String::new();
        let ((), read) = tokio::join!(saying, server.read_to_string(&mut heard));
        read.unwrap();
        heard
    }

    #[tokio::test]
    async fn a_post_without_a_length_gets_one_wherever_it_stands() {
        let with_body = "POST /a HTTP/1.0\r\nContent-Length: 5\r\n\r\nPOST ";
        let without = "\r\nPOST /b HTTP/1.0\r\nHost: x\r\n\r\n";
        let get = "GET /c HTTP/1.0\r\n\r\n";
        let said = format!("{without}{with_body}{get}{without}{with_body}");
        let mended = "\r\nPOST /b HTTP/1.0\r\ncontent-length: 0\r\nHost: x\r\n\r\n";
        let expected = format!("{mended}{with_body}{get}{mended}{with_body}");

        for piece in [1, 7, 40, 10_000] {
            assert_eq!(heard(&said, piece).await, expected, "{piece}");
        }
    }

    #[tokio::test]
    async fn everything_else_passes_as_it_is() {
        for said in [
            "POST / HTTP/1.1\r\nHost: x\r\n\r\nPOST / HTTP/1.0\r\n\r\n",
            "POST / HTTP/1.0\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
            "POST / HTTP/1.0\r\nContent-Length: +1\r\n\r\na",
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.0\r\nContent-Len",
            "POST / HTTP/1.0\r\nContent-Length: 9\r\n\r\nbroke",
            "nonsense\r\n\r\n",
            "no line",
            "",
        ] {
            for piece in [1, 10_000] {
                assert_eq!(heard(said, piece).await, said, "{piece}");
            }
        }
    }
}
