//! What a client asks, and what it was answered.

use domain::CampaignId;
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Pause,
    Resume,
}

impl Verb {
    pub fn path(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
        }
    }

    /// The event that it leads to.
    pub fn event(self) -> &'static str {
        match self {
            Self::Pause => "CampaignPaused",
            Self::Resume => "CampaignResumed",
        }
    }
}

/// A request, so that it can be made again.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its `X-Request-Id`, which the log has as `correlation_id`.
    pub id: String,
    /// Its `Idempotency-Key`, if it carries one.
    pub key: Option<String>,
    pub bearer: String,
    pub campaign: CampaignId,
    pub verb: Verb,
}

/// An answer that a client holds in its hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: StatusCode,
    pub body: String,
    pub etag: Option<String>,
    pub replayed: bool,
}

/// What a client knows of its request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// 200: it is so.
    Done(Reply),
    /// 400: the rules refuse.
    Rejected(Reply),
    /// 503 that says that nothing happened.
    Nothing,
    /// 503 that says that nobody knows.
    Unknown,
    /// None: the connection broke.
    Broken,
    /// Nobody was there to take it.
    NotSent,
}

/// A request with its answer.
#[derive(Debug, Clone)]
pub struct Sent {
    pub asked: Asked,
    pub answer: Answer,
}

impl Asked {
    /// The same request in another's words: only its id is new.
    pub fn again(&self) -> Self {
        Self {
            id: format!("{}-again", self.id),
            ..self.clone()
        }
    }

    pub async fn send(&self, http: &Client, url: &str) -> Answer {
        let path = format!("{url}/api/campaigns/{}/{}", self.campaign, self.verb.path());
        let mut request = http
            .post(path)
            .bearer_auth(&self.bearer)
            .header("X-Request-Id", &self.id);
        if let Some(key) = &self.key {
            request = request.header("Idempotency-Key", key);
        }
        match request.send().await {
            Ok(response) => self.read(response).await,
            Err(error) if error.is_connect() => Answer::NotSent,
            Err(_) => Answer::Broken,
        }
    }

    async fn read(&self, response: Response) -> Answer {
        let header = |name: &str| {
            let value = response.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        let (etag, replayed) = (header("ETag"), header("Idempotency-Replayed"));
        let status = response.status();
        let Ok(body) = response.text().await else {
            return Answer::Broken;
        };
        let code = || -> String {
            let value: Value = serde_json::from_str(&body).unwrap();
            value["error"]["code"].as_str().unwrap().to_owned()
        };
        match status {
            StatusCode::SERVICE_UNAVAILABLE if code() == "outcome_unknown" => Answer::Unknown,
            StatusCode::SERVICE_UNAVAILABLE => Answer::Nothing,
            StatusCode::OK | StatusCode::BAD_REQUEST => {
                let replayed = replayed.as_deref() == Some("true");
                let reply = Reply {
                    status,
                    body,
                    etag,
                    replayed,
                };
                if status == StatusCode::OK {
                    Answer::Done(reply)
                } else {
                    Answer::Rejected(reply)
                }
            }
            _ => panic!("{self:?} was answered {status}: {body}"),
        }
    }
}

impl Answer {
    /// What was decided, if anything was.
    pub fn reply(&self) -> Option<&Reply> {
        match self {
            Self::Done(reply) | Self::Rejected(reply) => Some(reply),
            Self::Nothing | Self::Unknown | Self::Broken | Self::NotSent => None,
        }
    }
}

impl Reply {
    /// The campaign's version, from the entity tag.
    pub fn version(&self) -> i64 {
        self.etag
            .as_deref()
            .unwrap()
            .trim_matches('"')
            .parse()
            .unwrap()
    }

    /// A field of the campaign in the body.
    pub fn campaign(&self, field: &str) -> String {
        let value: Value = serde_json::from_str(&self.body).unwrap();
        value["campaign"][field].as_str().unwrap().to_owned()
    }
}
