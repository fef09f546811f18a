//! What an answer of Trigger.dev means for the token: one table.
//!
//! The contract: a completion succeeded when the status is 2xx **and** the body says
//! `{"success": true}`; `x-should-retry` overrides whether to try again. A 404 lets go of a token
//! for ever, so it is believed only in the API's own words: another server's 404 (a wrong URL, a
//! balancer without a backend) must not drop thousands of sleepers.

use super::client::Answer;
use serde::Deserialize;

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The token is over.
    Delivered,
    /// There is no such token.
    Gone,
    /// Trying again is of no use.
    Rejected,
    /// Try again; the endpoint is well.
    Busy,
    /// Try again when the budget has grown.
    RateLimited,
    /// Try again; the endpoint is not well.
    Failed,
    /// Try again; this is not the API that we mean to talk to.
    Misrouted,
    /// The key is not accepted.
    Refused,
}

/// The status of an answer that refuses for want of budget.
pub(super) const RATE_LIMITED: u16 = 429;

const RUN_PREFIX: &str = "run_";

/// How the endpoint does, by one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pulse {
    /// It serves.
    Alive,
    /// It fails.
    Failing,
    /// It does not serve us.
    Refusing,
}

#[derive(Deserialize)]
struct Success {
    success: bool,
}

#[derive(Deserialize)]
struct Run {
    id: String,
}

#[derive(Deserialize)]
struct Problem {
    #[serde(rename = "error")]
    _error: String,
}

/// What `answer` means; `says_done` reads what the body of a success must say.
pub(super) fn meaning_of(answer: &Answer, says_done: fn(&[u8]) -> bool) -> Meaning {
    let usual = by_status(answer, says_done);
    match (answer.should_retry, usual) {
        (None, _) | (_, Meaning::Delivered) => usual,
        // A key does not become acceptable by not trying.
        (Some(false), Meaning::Refused | Meaning::Gone) => usual,
        (Some(false), _) => Meaning::Rejected,
        (Some(true), Meaning::Gone | Meaning::Rejected | Meaning::Refused) => Meaning::Busy,
        (Some(true), _) => usual,
    }
}

fn by_status(answer: &Answer, says_done: fn(&[u8]) -> bool) -> Meaning {
    match answer.status {
        200..=299 if says_done(&answer.body) => Meaning::Delivered,
        401 | 403 => Meaning::Refused,
        404 if is_problem(&answer.body) => Meaning::Gone,
        408 | 409 | 425 => Meaning::Busy,
        RATE_LIMITED => Meaning::RateLimited,
        // A success that does not say so, a redirect, somebody else's 404.
        200..=399 | 404 => Meaning::Misrouted,
        400..=499 => Meaning::Rejected,
        _ => Meaning::Failed,
    }
}

/// How the endpoint does, by an answer of this meaning and status. An answer of a server that
/// fails does not speak for it, whatever it says about trying again.
pub(super) fn pulse_of(meaning: Meaning, status: u16) -> Pulse {
    match meaning {
        Meaning::Refused => Pulse::Refusing,
        Meaning::Failed | Meaning::Misrouted => Pulse::Failing,
        _ if 500 <= status => Pulse::Failing,
        _ => Pulse::Alive,
    }
}

/// Whether a completion was carried out.
pub(super) fn says_success(body: &[u8]) -> bool {
    serde_json::from_slice(body).is_ok_and(|answer: Success| answer.success)
}

/// Whether a run was started, or found.
pub(super) fn names_a_run(body: &[u8]) -> bool {
    serde_json::from_slice(body).is_ok_and(|run: Run| run.id.starts_with(RUN_PREFIX))
}

/// The API's errors are objects with a text `error`.
fn is_problem(body: &[u8]) -> bool {
    serde_json::from_slice::<Problem>(body).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Meaning::{Busy, Delivered, Failed, Gone, Misrouted, RateLimited, Refused, Rejected};

    /// A status and body; without `x-should-retry`, with `true`, with `false`.
    type Line = (u16, &'static str, [Meaning; 3]);

    const OK: &str = r#"{"success":true}"#;
    const ERROR: &str = r#"{"error":"Waitpoint not found"}"#;
    const HTML: &str = "<html>404</html>";

    const TABLE: [Line; 34] = [
        (200, OK, [Delivered, Delivered, Delivered]),
        (200, r#"{"success":true,"more":1}"#, [Delivered; 3]),
        (201, OK, [Delivered; 3]),
        (202, OK, [Delivered; 3]),
        (
            200,
            r#"{"success":false}"#,
            [Misrouted, Misrouted, Rejected],
        ),
        (
            200,
            r#"{"success":"true"}"#,
            [Misrouted, Misrouted, Rejected],
        ),
        (200, "", [Misrouted, Misrouted, Rejected]),
        (200, HTML, [Misrouted, Misrouted, Rejected]),
        (204, "", [Misrouted, Misrouted, Rejected]),
        (301, "", [Misrouted, Misrouted, Rejected]),
        (307, "", [Misrouted, Misrouted, Rejected]),
        (400, ERROR, [Rejected, Busy, Rejected]),
        (401, ERROR, [Refused, Busy, Refused]),
        (402, ERROR, [Rejected, Busy, Rejected]),
        (403, ERROR, [Refused, Busy, Refused]),
        (404, ERROR, [Gone, Busy, Gone]),
        (404, HTML, [Misrouted, Misrouted, Rejected]),
        (404, "", [Misrouted, Misrouted, Rejected]),
        (
            404,
            r#"{"error":{"code":"not_found"}}"#,
            [Misrouted, Misrouted, Rejected],
        ),
        (405, "", [Rejected, Busy, Rejected]),
        (408, ERROR, [Busy, Busy, Rejected]),
        (409, ERROR, [Busy, Busy, Rejected]),
        (410, ERROR, [Rejected, Busy, Rejected]),
        (411, ERROR, [Rejected, Busy, Rejected]),
        (413, ERROR, [Rejected, Busy, Rejected]),
        (415, ERROR, [Rejected, Busy, Rejected]),
        (422, ERROR, [Rejected, Busy, Rejected]),
        (425, ERROR, [Busy, Busy, Rejected]),
        (429, ERROR, [RateLimited, RateLimited, Rejected]),
        (500, ERROR, [Failed, Failed, Rejected]),
        (502, HTML, [Failed, Failed, Rejected]),
        (503, HTML, [Failed, Failed, Rejected]),
        (504, HTML, [Failed, Failed, Rejected]),
        (599, "", [Failed, Failed, Rejected]),
    ];

    #[test]
    fn every_status_has_its_meaning_and_the_header_overrides_it() {
        for (status, body, meanings) in TABLE {
            for (should_retry, meaning) in [None, Some(true), Some(false)].into_iter().zip(meanings)
            {
                let answer = Answer {
                    should_retry,
                    ..Answer::plain(status, body)
                };

                assert_eq!(
                    meaning_of(&answer, says_success),
                    meaning,
                    "{status} {body} {should_retry:?}"
                );
            }
        }
    }

    #[test]
    fn a_run_is_started_when_the_answer_names_it() {
        let meaning = |status, body| meaning_of(&Answer::plain(status, body), names_a_run);

        assert_eq!(meaning(200, r#"{"id":"run_1234"}"#), Delivered);
        assert_eq!(meaning(200, OK), Misrouted);
        assert_eq!(meaning(200, r#"{"id":"waitpoint_1"}"#), Misrouted);
        assert_eq!(meaning(404, ERROR), Gone);
        assert_eq!(meaning(404, HTML), Misrouted);
        assert_eq!(meaning(422, ERROR), Rejected);
    }

    #[test]
    fn only_a_server_that_serves_counts_as_alive() {
        for (status, body, meanings) in TABLE {
            let [usual, ..] = meanings;
            let pulse = pulse_of(usual, status);

            let expected = match status {
                401 | 403 => Pulse::Refusing,
                404 if body != ERROR => Pulse::Failing,
                300..=399 | 500.. => Pulse::Failing,
                200..=299 if usual != Delivered => Pulse::Failing,
                _ => Pulse::Alive,
            };
            assert_eq!(pulse, expected, "{status} {body}");
        }
        assert_eq!(pulse_of(Rejected, 500), Pulse::Failing);
    }
}
