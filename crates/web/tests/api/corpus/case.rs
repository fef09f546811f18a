//! A file of the corpus, taken apart.

use super::expectation::Expectation;
use super::names::Names;

/// A file.
pub struct Case {
    pub exchanges: Vec<Exchange>,
}

/// A request, and what must come.
pub struct Exchange {
    /// `public`, `internal`, or `same`: the connection of the request before.
    pub listener: String,
    head: Vec<String>,
    body: String,
    pub expectations: Vec<Expectation>,
}

/// Where a line belongs.
enum Place {
    Before,
    Head,
    Body,
    Answer,
}

impl Case {
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut exchanges: Vec<Exchange> = Vec::new();
        let mut place = Place::Before;
        for line in text.lines() {
            if let Some(listener) = line.strip_prefix("> ") {
                exchanges.push(Exchange::to(listener.trim()));
                place = Place::Head;
                continue;
            }
            let Some(exchange) = exchanges.last_mut() else {
                continue;
            };
            if let Some(status) = line.strip_prefix("< ") {
                let status = status.trim().to_owned();
                exchange.expectations.push(Expectation::Status(status));
                place = Place::Answer;
                continue;
            }
            match place {
                Place::Before => {}
                Place::Head if line.is_empty() => place = Place::Body,
                Place::Head => exchange.head.push(line.to_owned()),
                Place::Body => exchange.body += &format!("{line}\n"),
                Place::Answer => exchange.expect(line)?,
            }
        }
        let is_empty = |it: &Exchange| it.head.is_empty() || it.expectations.is_empty();
        if exchanges.is_empty() || exchanges.iter().any(is_empty) {
            return Err("each request needs a head and an answer".to_owned());
        }
        Ok(Self { exchanges })
    }
}

impl Exchange {
    fn to(listener: &str) -> Self {
        Self {
            listener: listener.to_owned(),
            head: Vec::new(),
            body: String::new(),
            expectations: Vec::new(),
        }
    }

    fn expect(&mut self, line: &str) -> Result<(), String> {
        if line.trim().is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if line.starts_with(' ') {
            let last = self.expectations.last_mut();
            return last.ok_or("nothing to continue")?.extend(line);
        }
        self.expectations.push(Expectation::parse(line)?);
        Ok(())
    }

    /// Every byte of the request.
    pub async fn request(&self, names: &mut Names<'_>) -> Result<Vec<u8>, String> {
        let body = names.bytes(self.body.trim_end_matches('\n')).await?;
        names.put("length", &body.len().to_string());
        let mut lines = Vec::new();
        for line in &self.head {
            lines.push(names.bytes(line).await?);
        }
        let is_raw = self.head.first().is_some_and(|it| it.contains(" HTTP/"));
        if !is_raw {
            if let Some(first) = lines.first_mut() {
                first.extend_from_slice(b" HTTP/1.1");
            }
            lines.push(b"Host: fermata.example".to_vec());
            lines.push(b"Connection: close".to_vec());
            if !body.is_empty() {
                lines.push(format!("Content-Length: {}", body.len()).into_bytes());
            }
        }
        let mut request = lines.join(&b"\r\n"[..]);
        request.extend_from_slice(b"\r\n\r\n");
        request.extend_from_slice(&body);
        Ok(request)
    }

    /// Texts that a body which does not end is read for.
    pub async fn awaited(&self, names: &mut Names<'_>) -> Result<Vec<Vec<u8>>, String> {
        let mut awaited = Vec::new();
        for expectation in &self.expectations {
            if let Expectation::BodyContains(text) = expectation {
                awaited.push(names.bytes(text).await?);
            }
        }
        Ok(awaited)
    }
}
