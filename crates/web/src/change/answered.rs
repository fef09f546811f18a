//! The answer to a change, for a handler that adds to it what no stored answer may hold: who
//! somebody is.

use super::{Form, Settled, json};
use crate::idempotency;
use crate::preview_json::PreviewJson;
use crate::problem::stored_status;
use actix_web::HttpResponse;
use commands::Verdict;
use domain::Version;

/// The answer to a change that is done, before it is sent.
pub(crate) struct Answered {
    pub body: String,
    version: Option<Version>,
    replayed: bool,
}

impl Answered {
    /// As it is sent.
    pub fn send(self) -> HttpResponse {
        let mut answer = json(HttpResponse::Ok(), self.version);
        if self.replayed {
            answer.insert_header((idempotency::REPLAYED, "true"));
        }
        answer.body(self.body)
    }
}

impl Settled {
    /// The answer of a change that is done, or would be, for a handler that adds to it what no
    /// stored answer may hold. `None` of a refusal.
    pub fn answered(&self, form: &impl Form) -> Option<Answered> {
        let (body, version, replayed) = match self {
            Self::Decided(Verdict::Done(done), _) => (form(done, None), Some(done.version), false),
            Self::Decided(Verdict::Replayed(stored), _) => {
                let is_done = stored_status(stored.status).is_success();
                is_done.then(|| (stored.body.clone(), stored.version, true))?
            }
            Self::Foreseen(preview) => match &preview.verdict {
                Verdict::Done(done) => (form(done, Some(PreviewJson::of(preview))), None, false),
                _ => return None,
            },
            Self::Decided(..) => return None,
        };
        Some(Answered {
            body,
            version,
            replayed,
        })
    }
}
