//! Changing a campaign's state: pause and resume.
//!
//! Both take the same optional extras: a reason, `?dry_run=true`, `If-Match`, `Idempotency-Key`.
//! Without them they are the documented calls to the letter.

use crate::app::App;
use crate::caller::{Caller, caller};
use crate::campaign_id::campaign_id;
use crate::campaign_json::CampaignJson;
use crate::problem::{Problem, stored_status};
use crate::read::read;
use crate::{body, idempotency, observe, precondition};
use actix_web::http::header::ETAG;
use actix_web::{HttpRequest, HttpResponse, web};
use commands::{Origin, Preview, Remember, Remembered, Request, Verdict, preview};
use domain::{Command, Version};
use event_store::Actor;
use outbox::Effect;
use projector::CampaignRow;
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Changed<'a> {
    campaign: CampaignJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preview: Option<PreviewJson<'a>>,
}

/// What a dry run adds to the answer.
#[derive(Serialize)]
struct PreviewJson<'a> {
    sends_in_flight: u32,
    effects: Vec<EffectJson<'a>>,
}

#[derive(Serialize)]
struct EffectJson<'a> {
    kind: &'static str,
    detail: &'a Effect,
}

#[derive(Deserialize)]
struct Options {
    #[serde(default)]
    dry_run: bool,
}

/// `POST /api/campaigns/{id}/pause` (campaign API, section 1.8).
pub(crate) async fn pause(
    request: HttpRequest,
    payload: web::Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    change(&request, payload, &app, Command::Pause).await
}

/// `POST /api/campaigns/{id}/resume` (campaign API, section 1.9).
pub(crate) async fn resume(
    request: HttpRequest,
    payload: web::Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    change(&request, payload, &app, Command::Resume).await
}

async fn change(
    request: &HttpRequest,
    payload: web::Payload,
    app: &App,
    command: Command,
) -> Result<HttpResponse, Problem> {
    let caller = caller(request, app).await?;
    let campaign_id = campaign_id(request)?;
    let options = options(request)?;
    let expected = precondition::expected(request)?;
    let key = idempotency::key(request)?;
    let body = body::read(payload, app.limits.body_time_max, body::BODY_BYTES_MAX).await?;
    let reason = body::change(request, &body)?.reason;
    let remember = key.map(|key| Remember {
        user_id: caller.user_id,
        key,
        fingerprint: idempotency::fingerprint(request, &body),
        render: stored,
    });
    let journal = app.lanes.journal_of(caller.user_id);
    let origin = origin(request, caller, reason);
    let tenant = Some(caller.user_id);
    let asked = Request {
        campaign_id,
        tenant,
        command,
        expected,
        origin,
        remember,
    };
    if options.dry_run {
        let preview = read(app, async |client| {
            preview(client, journal, caller.user_id, &asked, &app.sources).await
        });
        return previewed(&preview.await?);
    }
    answer(app.lanes.submit(journal, asked).await?)
}

fn options(request: &HttpRequest) -> Result<Options, Problem> {
    if request.query_string().is_empty() {
        return Ok(Options { dry_run: false });
    }
    web::Query::<Options>::from_query(request.query_string())
        .map(web::Query::into_inner)
        .map_err(|_| Problem::invalid("dry_run must be true or false"))
}

fn origin(request: &HttpRequest, caller: Caller, reason: Option<String>) -> Origin {
    Origin {
        actor: Actor::Key {
            prefix: caller.prefix.to_string(),
        },
        reason,
        correlation_id: observe::request_id(request),
        traceparent: observe::traceparent(request),
    }
}

fn answer(verdict: Verdict) -> Result<HttpResponse, Problem> {
    match verdict {
        Verdict::Done(row) => {
            let body = web::Bytes::from(changed(&row, None));
            Ok(json(HttpResponse::Ok(), Some(row.version)).body(body))
        }
        Verdict::Deleted => Ok(json(HttpResponse::Ok(), None).body("{\"success\":true}")),
        Verdict::Rejected(rejection) => Err(rejection.into()),
        Verdict::VersionDiffers(version) => Err(Problem::VersionDiffers(version)),
        Verdict::KeyReused => Err(Problem::KeyReused),
        Verdict::Replayed(stored) => {
            let status = stored_status(stored.status);
            let mut answer = json(HttpResponse::build(status), stored.version);
            Ok(answer
                .insert_header((idempotency::REPLAYED, "true"))
                .body(stored.body))
        }
    }
}

fn previewed(preview: &Preview) -> Result<HttpResponse, Problem> {
    match &preview.verdict {
        Verdict::Done(row) => {
            let body = changed(row, Some(preview));
            Ok(json(HttpResponse::Ok(), None).body(body))
        }
        verdict => answer(verdict.clone()),
    }
}

/// The answer to be stored for a repeated request: what the rules decided about a campaign that
/// is there.
fn stored(verdict: &Verdict) -> Option<Remembered> {
    match verdict {
        Verdict::Done(row) => {
            let (body, version) = (changed(row, None), Some(row.version));
            Some(Remembered {
                status: 200,
                body,
                version,
            })
        }
        Verdict::Rejected(rejection) if rejection.current_status().is_some() => {
            let problem = Problem::Rejected(rejection.clone());
            let status = i16::try_from(problem.status_number()).ok()?;
            Some(Remembered {
                status,
                body: problem.body(),
                version: None,
            })
        }
        _ => None,
    }
}

fn changed(row: &CampaignRow, preview: Option<&Preview>) -> String {
    let preview = preview.map(|preview| PreviewJson {
        sends_in_flight: preview.sends_in_flight,
        effects: preview
            .effects
            .iter()
            .map(|effect| EffectJson {
                kind: effect.kind(),
                detail: effect,
            })
            .collect(),
    });
    // A campaign always has a JSON: its keys are text and its numbers finite.
    serde_json::to_string(&Changed {
        campaign: CampaignJson::of(row),
        preview,
    })
    .unwrap_or_default()
}

fn json(
    mut answer: actix_web::HttpResponseBuilder,
    version: Option<Version>,
) -> actix_web::HttpResponseBuilder {
    answer.content_type("application/json");
    if let Some(version) = version {
        answer.insert_header((ETAG, precondition::etag(version)));
    }
    answer
}
