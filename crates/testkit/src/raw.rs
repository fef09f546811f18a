//! A connection on which a test decides every byte, and when.

use crate::Answer;
use crate::answer::Envelope;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A server that has not closed by then never will.
const DEADLINE: Duration = Duration::from_secs(20);

/// A client of our own making.
pub struct RawConnection {
    stream: TcpStream,
}

impl RawConnection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        Self {
            stream: TcpStream::connect(address).await.expect("a connection"),
        }
    }

    /// Sends these bytes.
    pub async fn send(&mut self, text: &str) {
        self.stream
            .write_all(text.as_bytes())
            .await
            .expect("a server that reads");
    }

    /// Everything that the server says until it closes the connection.
    pub async fn text_to_the_end(&mut self) -> String {
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(DEADLINE, self.stream.read_to_end(&mut bytes)).await;
        read.expect("a server that closes")
            .expect("a server that closes in order");
        String::from_utf8(bytes).expect("text")
    }

    /// The one answer of a connection that the server closes after it.
    pub async fn last_answer(&mut self) -> Answer {
        parse(&self.text_to_the_end().await)
    }
}

fn parse(text: &str) -> Answer {
    let (head, body) = text
        .split_once("\r\n\r\n")
        .unwrap_or_else(|| panic!("no head: {text:?}"));
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .expect("a status");
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").expect("a header");
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        headers.append(
            name,
            HeaderValue::from_str(value).expect("a header's value"),
        );
    }
    let status = status.parse().expect("a number");
    Answer::checked(status, headers, body.to_owned(), Envelope::Ours)
}
