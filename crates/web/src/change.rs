//! A change of one campaign over HTTP, with the extras that every such request may carry: a reason,
//! `?dry_run=true`, `If-Match`, `Idempotency-Key`. Without them it is the documented call to the
//! letter.
//!
//! A handler reads the request ([`Change::read`]), makes a command of its body ([`Change::object`]),
//! and has it settled ([`Change::settle`]) with a form: what the answer says once it is done. The
//! form writes the body for the caller and for the stored answer, so that a repeated request is
//! answered byte for byte, sender accounts apart: they are stored as ids, and told as they are.

mod answered;

use crate::app::App;
use crate::caller::{Caller, caller};
use crate::ids::campaign_id;
use crate::object::object;
use crate::preview_json::PreviewJson;
use crate::problem::{Problem, stored_status};
use crate::read::read;
use crate::sender_json::filled_if_possible;
use crate::{body, idempotency, observe, precondition, query};
use actix_web::http::header::{CONTENT_TYPE, ETAG};
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use commands::{
    Done, Expected, Origin, Preview, Remember, Remembered, Render, Request, Verdict, preview,
};
use domain::{CampaignId, Command, Rejection, UserId, Version};
use event_store::{Actor, JournalId};
use people::PeopleChange;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A change as it was asked for.
pub(crate) struct Change<'a> {
    request: &'a HttpRequest,
    app: &'a App,
    caller: Caller,
    campaign_id: CampaignId,
    expected: Option<Expected>,
    key: Option<String>,
    dry_run: bool,
    body: Bytes,
    people: Option<PeopleChange>,
    success: Success,
}

/// How an answer says that a change is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Success {
    /// A campaign changed.
    Changed,
    /// A campaign was made.
    Created,
}

impl Success {
    /// The status, for storing.
    fn number(self) -> i16 {
        match self {
            Self::Changed => 200,
            Self::Created => 201,
        }
    }
}

/// What an answer says once the change is done, and in a dry run what it would have done.
pub(crate) trait Form:
    Fn(&Done, Option<PreviewJson<'_>>) -> String + Clone + Send + Sync + 'static
{
}

impl<F> Form for F where
    F: Fn(&Done, Option<PreviewJson<'_>>) -> String + Clone + Send + Sync + 'static
{
}

/// What came of a change.
pub(crate) enum Settled {
    /// It was decided.
    Decided(Verdict, Success),
    /// It would be.
    Foreseen(Preview),
}

/// The answer to a deletion.
#[derive(Serialize, ToSchema)]
#[schema(as = Deleted)]
pub(crate) struct DeletedJson<'a> {
    success: bool,
    /// In the answer to a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    preview: Option<PreviewJson<'a>>,
}

#[derive(Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Options {
    /// The answer that the call would get, with `preview`; nothing is written.
    #[serde(default)]
    pub dry_run: bool,
}

impl<'a> Change<'a> {
    /// Reads a change of the campaign in the path, with a body of at most `bytes_max`.
    pub async fn read(
        request: &'a HttpRequest,
        payload: Payload,
        app: &'a App,
        bytes_max: usize,
    ) -> Result<Self, Problem> {
        let caller = caller(request, app).await?;
        let campaign_id = campaign_id(request)?;
        let success = Success::Changed;
        Self::of(
            (request, payload, app),
            caller,
            campaign_id,
            success,
            bytes_max,
        )
        .await
    }

    /// Reads the creation of a campaign, which gets a new id.
    pub async fn creation(
        request: &'a HttpRequest,
        payload: Payload,
        app: &'a App,
        bytes_max: usize,
    ) -> Result<Self, Problem> {
        let caller = caller(request, app).await?;
        precondition::refuse_for_new(request)?;
        let campaign_id = CampaignId((app.sources.new_id)());
        let success = Success::Created;
        Self::of(
            (request, payload, app),
            caller,
            campaign_id,
            success,
            bytes_max,
        )
        .await
    }

    async fn of(
        (request, payload, app): (&'a HttpRequest, Payload, &'a App),
        caller: Caller,
        campaign_id: CampaignId,
        success: Success,
        bytes_max: usize,
    ) -> Result<Self, Problem> {
        let Options { dry_run } = options(request)?;
        let expected = precondition::expected(request)?;
        let key = idempotency::key(request)?;
        let body = body::read(payload, app.limits.body_time_max, bytes_max).await?;
        Ok(Self {
            request,
            app,
            caller,
            campaign_id,
            expected,
            key,
            dry_run,
            body,
            people: None,
            success,
        })
    }

    /// The campaign.
    pub fn campaign_id(&self) -> CampaignId {
        self.campaign_id
    }

    /// Whose campaign it must be.
    pub fn user_id(&self) -> UserId {
        self.caller.user_id
    }

    /// The journal of the campaign.
    pub fn journal(&self) -> JournalId {
        self.app.lanes.journal_of(self.caller.user_id)
    }

    /// The body, which has to be a JSON object.
    pub fn object<Body: DeserializeOwned>(&self) -> Result<Body, Problem> {
        object(self.request, &self.body)
    }

    /// With what the command says about people.
    pub fn with_people(self, people: PeopleChange) -> Self {
        Self {
            people: Some(people),
            ..self
        }
    }

    /// Has it decided, or in a dry run foreseen, and answers in this form.
    pub async fn settle(self, command: Command, form: impl Form) -> Result<HttpResponse, Problem> {
        let (app, user) = (self.app, self.caller.user_id);
        self.decide(command, form.clone())
            .await?
            .answer(app, user, form)
            .await
    }

    /// Has it decided, or in a dry run foreseen. A repeated request is answered in this form.
    pub async fn decide(self, command: Command, form: impl Form) -> Result<Settled, Problem> {
        let reason = body::reason(self.request, &self.body)?;
        let (app, journal, user_id) = (self.app, self.journal(), self.caller.user_id);
        let success = self.success;
        let remember = self.key.map(|key| Remember {
            user_id,
            key,
            fingerprint: idempotency::fingerprint(self.request, &self.body),
            render: Render::by(move |verdict| stored(verdict, success, &form)),
        });
        let asked = Request {
            campaign_id: self.campaign_id,
            tenant: Some(user_id),
            command,
            people: self.people,
            expected: self.expected,
            origin: origin(self.request, self.caller, reason),
            remember,
        };
        if self.dry_run {
            let foreseen = read(app, async |client| {
                preview(client, journal, &asked, &app.sources).await
            });
            return Ok(Settled::Foreseen(foreseen.await?));
        }
        let verdict = app.lanes.submit(journal, asked).await?;
        Ok(Settled::Decided(verdict, success))
    }
}

impl Settled {
    /// The answer, in this form when the change is done, with the sender accounts of `user`.
    pub async fn answer(
        self,
        app: &App,
        user: UserId,
        form: impl Form,
    ) -> Result<HttpResponse, Problem> {
        let (mut answer, body) = match self {
            Self::Decided(verdict, success) => decided(verdict, success, form)?,
            Self::Foreseen(preview) => foreseen(&preview, form)?,
        };
        Ok(answer.body(filled_if_possible(app, user, body).await))
    }
}

/// An answer and its body, in which sender accounts are ids.
type Drafted = (HttpResponseBuilder, String);

fn decided(verdict: Verdict, success: Success, form: impl Form) -> Result<Drafted, Problem> {
    match verdict {
        Verdict::Done(done) => {
            let answer = match success {
                Success::Changed => HttpResponse::Ok(),
                Success::Created => HttpResponse::Created(),
            };
            let body = form(&done, None);
            Ok((json(answer, Some(done.version)), body))
        }
        Verdict::Deleted => Ok((json(HttpResponse::Ok(), None), deleted(None))),
        Verdict::Rejected { rejection, status } => Err(Problem::Rejected { rejection, status }),
        Verdict::VersionDiffers { version, status } => {
            Err(Problem::VersionDiffers { version, status })
        }
        Verdict::KeyReused => Err(Problem::KeyReused),
        Verdict::Replayed(stored) => {
            let status = stored_status(stored.status);
            let mut answer = json(HttpResponse::build(status), stored.version);
            answer.insert_header((idempotency::REPLAYED, "true"));
            Ok((answer, stored.body))
        }
    }
}

fn foreseen(preview: &Preview, form: impl Form) -> Result<Drafted, Problem> {
    let body = match &preview.verdict {
        Verdict::Done(done) => form(done, Some(PreviewJson::of(preview))),
        Verdict::Deleted => deleted(Some(PreviewJson::of(preview))),
        verdict => return decided(verdict.clone(), Success::Changed, form),
    };
    Ok((json(HttpResponse::Ok(), None), body))
}

/// The answer to be stored for a repeated request: whatever the rules decided. That a campaign is
/// not there, or at another version, was not decided by them.
fn stored(verdict: &Verdict, success: Success, form: &impl Form) -> Option<Remembered> {
    match verdict {
        Verdict::Done(done) => Some(Remembered {
            status: success.number(),
            body: form(done, None),
            version: Some(done.version),
        }),
        Verdict::Deleted => Some(Remembered {
            status: 200,
            body: deleted(None),
            version: None,
        }),
        Verdict::Rejected { rejection, .. } if *rejection == Rejection::NotFound => None,
        Verdict::Rejected { rejection, status } => {
            let (rejection, status) = (rejection.clone(), *status);
            let problem = Problem::Rejected { rejection, status };
            Some(Remembered {
                status: i16::try_from(problem.status_number()).ok()?,
                body: problem.body(),
                version: None,
            })
        }
        Verdict::VersionDiffers { .. } | Verdict::Replayed(_) | Verdict::KeyReused => None,
    }
}

fn deleted(preview: Option<PreviewJson<'_>>) -> String {
    text(&DeletedJson {
        success: true,
        preview,
    })
}

/// A body. What is answered always has a JSON: its keys are text and its numbers finite.
pub(crate) fn text(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}

/// The query of a change.
pub(crate) fn options(request: &HttpRequest) -> Result<Options, Problem> {
    if request.query_string().is_empty() {
        return Ok(Options::default());
    }
    query::parse(request, "dry_run must be true or false")
}

/// Who asks, and why.
pub(crate) fn origin(request: &HttpRequest, caller: Caller, reason: Option<String>) -> Origin {
    Origin {
        actor: Actor::Key {
            prefix: caller.prefix.to_string(),
        },
        reason,
        correlation_id: observe::request_id(request),
        traceparent: observe::traceparent(request),
    }
}

fn json(mut answer: HttpResponseBuilder, version: Option<Version>) -> HttpResponseBuilder {
    answer.insert_header((CONTENT_TYPE, "application/json"));
    if let Some(version) = version {
        answer.insert_header((ETAG, precondition::etag(version)));
    }
    answer
}
