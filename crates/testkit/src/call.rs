//! One request, being put together.

use crate::Answer;
use crate::answer::Envelope;
use reqwest::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method};
use serde_json::json;
use std::pin::Pin;

/// A request that is sent when it is awaited.
#[derive(Clone)]
#[must_use]
pub struct Call {
    client: Client,
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

impl Call {
    pub(crate) fn new(client: &Client, method: Method, url: String) -> Self {
        let (client, headers) = (client.clone(), HeaderMap::new());
        Self {
            client,
            method,
            url,
            headers,
            body: None,
        }
    }

    /// With a key.
    pub fn bearer(self, key: &str) -> Self {
        self.header("authorization", &format!("Bearer {key}"))
    }

    /// With one more header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        self.headers.append(
            name,
            HeaderValue::from_str(value).expect("a header's value"),
        );
        self
    }

    /// With a body of JSON that gives a reason.
    pub fn reason(self, reason: &str) -> Self {
        self.json(&json!({ "reason": reason }).to_string())
    }

    /// With a body that is called JSON.
    pub fn json(self, body: &str) -> Self {
        self.header("content-type", "application/json").body(body)
    }

    /// With a body.
    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: Some(body.into()),
            ..self
        }
    }

    /// If the campaign is at one of these versions.
    pub fn if_match(self, tags: &str) -> Self {
        self.header("if-match", tags)
    }

    /// Safe to repeat under this key.
    pub fn idempotency_key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// Without doing it.
    pub fn dry_run(self) -> Self {
        Self {
            url: format!("{}?dry_run=true", self.url),
            ..self
        }
    }

    /// Sends it and reads the answer.
    pub async fn send(self) -> Answer {
        let envelope = Envelope::of_url(&self.url);
        let mut request = self
            .client
            .request(self.method, self.url)
            .headers(self.headers);
        if let Some(body) = self.body {
            if body.is_empty() {
                // The client says no length of a body that is empty, unless told to.
                request = request.header(CONTENT_LENGTH, 0);
            }
            request = request.body(body);
        }
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.text().await.expect("a body of text");
        Answer::checked(status, headers, body, envelope)
    }
}

impl IntoFuture for Call {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
