//! A connection on which every byte is the file's, and its answers read as HTTP has them.

use std::fmt::{self, Display};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long a body that does not end is read for what it must contain.
const STREAM_TIME_MAX: Duration = Duration::from_secs(10);
/// How long to see whether anything follows an answer that has no body.
const SILENCE: Duration = Duration::from_millis(100);
/// How much of a body is shown in a complaint.
const SHOWN_MAX: usize = 2_000;

/// A connection.
pub struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
    is_over: bool,
}

/// What came back.
pub struct Answer {
    pub status: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self, String> {
        let stream = TcpStream::connect(address).await.map_err(told)?;
        Ok(Self {
            stream,
            read: Vec::new(),
            is_over: false,
        })
    }

    /// Sends a request and reads its answer; of one that does not end, until it has what is awaited.
    pub async fn ask(&mut self, request: &[u8], awaited: &[Vec<u8>]) -> Result<Answer, String> {
        self.stream.write_all(request).await.map_err(told)?;
        let (status, headers) = loop {
            let (status, headers) = self.head().await?;
            if status != "100" {
                break (status, headers);
            }
        };
        let mut answer = Answer {
            status,
            headers,
            body: Vec::new(),
        };
        answer.body = self.body(request, &answer, awaited).await?;
        Ok(answer)
    }

    async fn head(&mut self) -> Result<(String, Vec<(String, String)>), String> {
        let end = loop {
            match find(&self.read, b"\r\n\r\n") {
                Some(end) => break end,
                None if self.is_over => return Err("no answer".to_owned()),
                None => self.more().await?,
            }
        };
        let head: Vec<u8> = self.read.drain(..end + 4).collect();
        let head = String::from_utf8_lossy(&head);
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned()));
        Ok((status.unwrap_or_default().to_owned(), headers.collect()))
    }

    async fn body(
        &mut self,
        request: &[u8],
        answer: &Answer,
        awaited: &[Vec<u8>],
    ) -> Result<Vec<u8>, String> {
        if request.starts_with(b"HEAD ") || ["204", "304"].contains(&answer.status.as_str()) {
            let _silent = tokio::time::timeout(SILENCE, self.until_the_end()).await;
            return Ok(std::mem::take(&mut self.read));
        }
        if answer.header("content-type") == Some("text/event-stream") {
            let enough = tokio::time::timeout(STREAM_TIME_MAX, self.until(awaited)).await;
            enough.map_err(|_| format!("the stream never said it: {}", shown(&self.read)))??;
            return Ok(std::mem::take(&mut self.read));
        }
        if answer.header("transfer-encoding") == Some("chunked") {
            return self.chunks().await;
        }
        match answer.header("content-length") {
            Some(length) => {
                let length = length.parse().map_err(told)?;
                self.exactly(length).await
            }
            None => {
                self.until_the_end().await?;
                Ok(std::mem::take(&mut self.read))
            }
        }
    }

    async fn chunks(&mut self) -> Result<Vec<u8>, String> {
        let mut body = Vec::new();
        loop {
            let line = loop {
                match find(&self.read, b"\r\n") {
                    Some(end) => break self.exactly(end + 2).await?,
                    None => self.more().await?,
                }
            };
            let length = String::from_utf8_lossy(&line).trim().to_owned();
            let length = usize::from_str_radix(&length, 16).map_err(told)?;
            let chunk = self.exactly(length + 2).await?;
            if length == 0 {
                return Ok(body);
            }
            body.extend_from_slice(&chunk[..length]);
        }
    }

    async fn exactly(&mut self, length: usize) -> Result<Vec<u8>, String> {
        while self.read.len() < length {
            if self.is_over {
                return Err(format!("the body broke off: {}", shown(&self.read)));
            }
            self.more().await?;
        }
        Ok(self.read.drain(..length).collect())
    }

    async fn until(&mut self, awaited: &[Vec<u8>]) -> Result<(), String> {
        let has = |read: &[u8], text: &Vec<u8>| find(read, text).is_some();
        while !self.is_over && !awaited.iter().all(|text| has(&self.read, text)) {
            self.more().await?;
        }
        Ok(())
    }

    async fn until_the_end(&mut self) -> Result<(), String> {
        while !self.is_over {
            self.more().await?;
        }
        Ok(())
    }

    async fn more(&mut self) -> Result<(), String> {
        let count = self.stream.read_buf(&mut self.read).await.map_err(told)?;
        self.is_over = count == 0;
        Ok(())
    }
}

impl Answer {
    /// A header's value, if it is there once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(it, _)| it == name);
        values.next().map(|(_, value)| value.as_str())
    }
}

impl Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  {}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "  {name}: {value}")?;
        }
        write!(f, "  {}", shown(&self.body))
    }
}

fn shown(bytes: &[u8]) -> String {
    let length = bytes.len().min(SHOWN_MAX);
    bytes[..length].escape_ascii().to_string()
}

fn told(error: impl Display) -> String {
    error.to_string()
}

pub fn find(bytes: &[u8], text: &[u8]) -> Option<usize> {
    if text.is_empty() {
        return Some(0);
    }
    bytes.windows(text.len()).position(|window| window == text)
}
