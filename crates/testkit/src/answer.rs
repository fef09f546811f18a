//! What came back. Whatever is an error has the envelope of the path's contract: ours, or
//! Trigger.dev's on the paths that keep that.

use domain::Status;
use reqwest::header::HeaderMap;
use serde_json::{Map, Value, json};

/// The shape of a path's errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// `{"error": {"code": …, "message": …}}`.
    Ours,
    /// `{"error": "…"}`.
    Platforms,
}

impl Envelope {
    pub fn of_url(url: &str) -> Self {
        let of_the_platform = ["/api/v1/", "/engine/v1/"];
        if of_the_platform.iter().any(|path| url.contains(path)) {
            Self::Platforms
        } else {
            Self::Ours
        }
    }
}

/// An answer, read to its end. Whatever is an error has its path's envelope; making an `Answer`
/// looks at that.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The number of the status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

/// What every error about a campaign that is there tells: where it stands, and what may be asked of it.
#[must_use]
pub fn standing(status: &str) -> Value {
    let found = Status::ALL.into_iter().find(|it| it.as_str() == status);
    let actions = found.expect("a status").allowed_actions();
    json!({"current_status": status, "allowed_actions": actions})
}

impl Answer {
    pub(crate) fn checked(
        status: u16,
        headers: HeaderMap,
        body: String,
        envelope: Envelope,
    ) -> Self {
        let answer = Self {
            status,
            headers,
            body,
        };
        assert!(
            answer.header("x-request-id").is_some(),
            "an answer without an id: {answer:?}"
        );
        match envelope {
            Envelope::Ours if 400 <= status => answer.check_envelope(),
            Envelope::Platforms if 400 <= status => answer.check_platforms_envelope(),
            _ => {}
        }
        answer
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header's text, if the header is there.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("a header of visible letters"))
    }

    /// The status and the code of an error: what programs go by.
    #[must_use]
    pub fn problem(&self) -> (u16, String) {
        (
            self.status,
            self.error()["code"].as_str().expect("a code").to_owned(),
        )
    }

    /// The text of an error.
    #[must_use]
    pub fn message(&self) -> String {
        self.error()["message"]
            .as_str()
            .expect("a message")
            .to_owned()
    }

    /// The status and the text of an error in Trigger.dev's shape.
    #[must_use]
    pub fn refusal(&self) -> (u16, String) {
        let error = self.error();
        (self.status, error.as_str().expect("a text").to_owned())
    }

    /// What an error says beyond its text.
    #[must_use]
    pub fn details(&self) -> Value {
        self.error()["details"].clone()
    }

    fn error(&self) -> Value {
        self.json()["error"].clone()
    }

    fn check_envelope(&self) {
        let keys = |map: &Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
        let whole = self.json();
        assert_eq!(
            keys(whole.as_object().expect("an object")),
            ["error"],
            "{self:?}"
        );
        let error = whole["error"].as_object().expect("an object");
        let known = |key: &String| ["code", "message", "details"].contains(&key.as_str());
        assert!(keys(error).iter().all(known), "{self:?}");
        assert!(
            error["code"].is_string() && error["message"].is_string(),
            "{self:?}"
        );
        assert_eq!(
            self.header("content-type"),
            Some("application/json"),
            "{self:?}"
        );
    }

    /// Only a method that a path does not have may be refused without a word.
    fn check_platforms_envelope(&self) {
        if self.body.is_empty() {
            assert_eq!(self.status, 405, "{self:?}");
            return;
        }
        assert!(self.error().is_string(), "{self:?}");
        let kind = self.header("content-type");
        let known = ["application/json", "application/problem+json"];
        assert!(kind.is_some_and(|kind| known.contains(&kind)), "{self:?}");
    }
}
