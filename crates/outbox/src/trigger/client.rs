//! One completion, or one run to be started, over HTTP: the request, and what is read of the answer.
//!
//! The body goes out whole, so that it has a Content-Length (the API refuses chunks). Redirects are
//! not followed: the key goes where the operator said and nowhere else. Of the answer's body no
//! more is read than a person would.

use super::classify::RATE_LIMITED;
use super::settings::{TriggerError, TriggerSettings};
use super::tls;
use crate::launch::LaunchId;
use chrono::DateTime;
use domain::CampaignId;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Response, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Value, json};
use std::error::Error;
use std::fmt;
use std::time::Duration;
use waitpoints::TokenId;

const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);
/// Shorter than balancers usually keep connections, so that ours are seldom closed under us.
const IDLE_TIME_MAX: Duration = Duration::from_secs(30);
const BODY_BYTES_MAX: usize = 16 * 1024;
const REASON_CHARACTERS_MAX: usize = 200;
/// Nothing that an answer names is waited for longer.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(120);
const USER_AGENT: &str = concat!("fermata/", env!("CARGO_PKG_VERSION"));
const REDACTED: &str = "[secret key]";

/// A client of one environment. `Debug` shows no secret.
pub(super) struct Client {
    http: reqwest::Client,
    /// Up to and without `/api`.
    base_url: String,
    secret_key: SecretString,
}

/// What is read of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// The number of the status.
    pub(super) status: u16,
    /// `x-should-retry`.
    pub(super) should_retry: Option<bool>,
    /// `x-ratelimit-remaining`; below zero is zero.
    pub(super) remaining: Option<u32>,
    /// `x-ratelimit-reset`: a unix time in milliseconds, by the endpoint's clock.
    pub(super) reset_ms: Option<i64>,
    /// `Date`, by the endpoint's clock.
    pub(super) date_ms: Option<i64>,
    /// `Retry-After` in seconds. Trigger.dev sends none; what stands in front of it may.
    pub(super) retry_after: Option<Duration>,
    /// The beginning of the body.
    pub(super) body: Vec<u8>,
}

#[derive(Serialize)]
struct Body<'a> {
    data: &'a Value,
}

/// A run that is to be started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// Of which task.
    pub(crate) task: &'a str,
    /// Under which key: the same launch is the same run.
    pub(crate) launch_id: LaunchId,
    /// Which campaign it has to take up.
    pub(crate) campaign_id: CampaignId,
}

impl Wanted<'_> {
    fn body(&self) -> Value {
        let (launch_id, campaign_id) = (self.launch_id.to_string(), self.campaign_id);
        json!({
            "payload": {"campaign_id": campaign_id, "launch_id": launch_id},
            "options": {
                "idempotencyKey": launch_id,
                "tags": [format!("campaign:{campaign_id}")],
            },
        })
    }
}

impl Client {
    pub(super) fn new(settings: &TriggerSettings) -> Result<Self, TriggerError> {
        let (base_url, is_encrypted) = base_url(&settings.api_url)?;
        let connections = usize::try_from(settings.in_flight_max.get()).unwrap_or(usize::MAX);
        let tls = if is_encrypted {
            tls::trusting_the_machine()?
        } else {
            tls::trusting_nobody()?
        };
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .default_headers(headers(settings)?)
            .user_agent(USER_AGENT)
            .redirect(Policy::none())
            .no_proxy()
            .timeout(settings.patience.request_time_max)
            .connect_timeout(CONNECT_TIME_MAX)
            .pool_max_idle_per_host(connections)
            .pool_idle_timeout(IDLE_TIME_MAX)
            .build()?;
        Ok(Self {
            http,
            base_url,
            secret_key: settings.secret_key.clone(),
        })
    }

    /// Sends one completion. The error says, for people, why there is no answer.
    pub(super) async fn complete(&self, token: &TokenId, output: &Value) -> Result<Answer, String> {
        let url = format!(
            "{}/api/v1/waitpoints/tokens/{token}/complete",
            self.base_url
        );
        self.post(url, &Body { data: output }).await
    }

    /// Has a run started. The error says, for people, why there is no answer.
    pub(super) async fn start(&self, wanted: &Wanted<'_>) -> Result<Answer, String> {
        let url = format!("{}/api/v1/tasks/{}/trigger", self.base_url, wanted.task);
        self.post(url, &wanted.body()).await
    }

    async fn post(&self, url: String, body: &impl Serialize) -> Result<Answer, String> {
        let request = self.http.post(url).json(body);
        let answered = async { Answer::read(request.send().await?).await };
        answered
            .await
            .map_err(|error| self.redacted(&chain(&error)))
    }

    /// An answer for people: its status and the beginning of what it says.
    pub(super) fn reason(&self, answer: &Answer) -> String {
        let body = String::from_utf8_lossy(&answer.body);
        self.redacted(&format!("answered {}: {}", answer.status, body.trim()))
    }

    /// Short, on one line, and without the key, should the endpoint echo it.
    fn redacted(&self, text: &str) -> String {
        let text = text.replace(self.secret_key.expose_secret(), REDACTED);
        let visible = |letter: char| if letter.is_control() { ' ' } else { letter };
        text.chars()
            .map(visible)
            .take(REASON_CHARACTERS_MAX)
            .collect()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

impl Answer {
    async fn read(mut response: Response) -> Result<Self, reqwest::Error> {
        let mut answer = Self::of_headers(response.status().as_u16(), response.headers());
        while answer.body.len() < BODY_BYTES_MAX
            && let Some(chunk) = response.chunk().await?
        {
            answer.body.extend_from_slice(&chunk);
        }
        answer.body.truncate(BODY_BYTES_MAX);
        Ok(answer)
    }

    fn of_headers(status: u16, headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
        let number = |name: &str| text(name)?.parse::<i64>().ok();
        let remaining = number("x-ratelimit-remaining");
        let date = text(DATE.as_str()).and_then(|date| DateTime::parse_from_rfc2822(date).ok());
        let seconds = number(RETRY_AFTER.as_str()).and_then(|seconds| u64::try_from(seconds).ok());
        Self {
            status,
            should_retry: match text("x-should-retry") {
                Some("true") => Some(true),
                Some("false") => Some(false),
                _ => None,
            },
            remaining: remaining.map(|left| u32::try_from(left.max(0)).unwrap_or(u32::MAX)),
            reset_ms: number("x-ratelimit-reset"),
            date_ms: date.map(|date| date.timestamp_millis()),
            retry_after: seconds.map(|seconds| Duration::from_secs(seconds).min(RETRY_AFTER_MAX)),
            body: Vec::new(),
        }
    }

    /// Whether it refuses for want of budget.
    pub(super) fn is_limited(&self) -> bool {
        self.status == RATE_LIMITED
    }

    /// Whether the server did its work, whatever came of it.
    pub(super) fn is_served(&self) -> bool {
        self.status < 500
    }

    #[cfg(test)]
    pub(super) fn plain(status: u16, body: &str) -> Self {
        Self {
            status,
            body: body.as_bytes().to_vec(),
            ..Self::default()
        }
    }
}

/// What stands in front of every path, and whether all is encrypted on its way.
fn base_url(api_url: &str) -> Result<(String, bool), TriggerError> {
    let base = api_url.strip_suffix('/').unwrap_or(api_url);
    let url = Url::parse(base).map_err(|_| TriggerError::Url)?;
    let is_bare = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    match url.scheme() {
        "http" | "https" if is_bare => Ok((base.to_owned(), url.scheme() == "https")),
        _ => Err(TriggerError::Url),
    }
}

fn headers(settings: &TriggerSettings) -> Result<HeaderMap, TriggerError> {
    let secret_key = settings.secret_key.expose_secret();
    if secret_key.is_empty() {
        return Err(TriggerError::Header);
    }
    let mut headers = HeaderMap::new();
    headers.insert(
        AUTHORIZATION,
        secret_value(&format!("Bearer {secret_key}"))?,
    );
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(branch) = &settings.branch {
        headers.insert("x-trigger-branch", secret_value(branch)?);
    }
    Ok(headers)
}

fn secret_value(text: &str) -> Result<HeaderValue, TriggerError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| TriggerError::Header)?;
    value.set_sensitive(true);
    Ok(value)
}

/// An error with its causes, and without the URL: it names the token.
fn chain(error: &reqwest::Error) -> String {
    let mut text = String::from(if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "cannot connect"
    } else {
        "no whole answer"
    });
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_front_is_kept_and_one_slash_at_the_end_is_dropped() {
        let url = |text: &str| base_url(text).map(|(url, _)| url).ok();
        let base = |base: &str| Some(base.to_owned());

        assert_eq!(
            url("https://api.trigger.dev"),
            base("https://api.trigger.dev")
        );
        assert_eq!(
            url("https://api.trigger.dev/"),
            base("https://api.trigger.dev")
        );
        assert_eq!(url("http://host:1/trigger/"), base("http://host:1/trigger"));
        assert_eq!(url("http://host:1/a//"), base("http://host:1/a/"));
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "",
            "api.trigger.dev",
            "ftp://host",
            "https://user:word@host",
            "https://host/?a=b",
            "https://host/#a",
            "file:///etc",
        ] {
            assert!(base_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn headers_are_read_and_nonsense_in_them_is_not_there() {
        let read = |lines: &[(&'static str, &'static str)]| {
            let value = |(name, text): &(&'static str, &'static str)| {
                (name.parse().unwrap(), HeaderValue::from_static(text))
            };
            Answer::of_headers(200, &lines.iter().map(value).collect())
        };

        let whole = read(&[
            ("x-ratelimit-remaining", "12"),
            ("x-ratelimit-reset", "1800000000123"),
            ("x-should-retry", "false"),
            ("date", "Wed, 25 Nov 2026 15:51:12 GMT"),
            ("retry-after", "86400"),
        ]);
        let nonsense = read(&[
            ("x-ratelimit-remaining", "many"),
            ("x-ratelimit-reset", "soon"),
            ("x-should-retry", "maybe"),
            ("date", "today"),
            ("retry-after", "-1"),
        ]);

        assert_eq!(whole.remaining, Some(12));
        assert_eq!(whole.reset_ms, Some(1_800_000_000_123));
        assert_eq!(whole.should_retry, Some(false));
        assert_eq!(whole.date_ms, Some(1_795_621_872_000));
        assert_eq!(whole.retry_after, Some(RETRY_AFTER_MAX));
        assert_eq!(
            nonsense,
            Answer {
                status: 200,
                ..Answer::default()
            }
        );
        assert_eq!(read(&[("x-ratelimit-remaining", "-1")]).remaining, Some(0));
        assert_eq!(
            read(&[("x-ratelimit-remaining", "99999999999")]).remaining,
            Some(u32::MAX)
        );
    }
}
