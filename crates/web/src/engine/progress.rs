//! What happened to prospects besides being sent something: answers, bounces, connections, ends.
//! Saying the same twice is harmless, and late news is welcome.

use super::words::{ProgressSchema, ProgressWord};
use super::{Asker, BODY_BYTES_MAX, ProspectPath, counted, settle, settle_all, status_of};
use crate::app::App;
use crate::body;
use crate::ids::{DocumentedUuid, campaign_id, id_in_path};
use crate::object::object;
use crate::openapi::{CampaignPath, CampaignStatus};
use crate::places::place_of;
use crate::problem::{Envelope, ErrorJson, Problem};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use commands::Done;
use domain::{Command, ProspectId, Status};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What happened to the prospect in the path.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProgressAsked {
    #[schema(value_type = ProgressSchema)]
    progress: ProgressWord,
}

/// What happened to several prospects.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProgressesAsked {
    #[schema(min_items = 1, max_items = 1000)]
    progress: Vec<ProgressItem>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProgressItem {
    prospect_id: DocumentedUuid,
    #[schema(value_type = ProgressSchema)]
    progress: ProgressWord,
}

/// What came of a report.
#[derive(Serialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(crate) enum ProgressOutcome {
    /// It is so.
    Recorded {
        /// Where the campaign stands since.
        #[schema(value_type = CampaignStatus)]
        campaign_status: Status,
    },
    /// The rules or the look-up say no.
    Rejected { error: Envelope },
    /// The service could not do it; the code says whether it happened.
    Failed { error: Envelope },
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ProgressAnswer {
    #[schema(value_type = Uuid)]
    prospect_id: ProspectId,
    #[schema(value_type = ProgressSchema)]
    progress: &'static str,
    #[serde(flatten)]
    outcome: ProgressOutcome,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ProgressAnswers {
    progress: Vec<ProgressAnswer>,
}

/// What happened to a prospect.
///
/// The same again is answered alike, and late news is welcome.
#[utoipa::path(
    post, path = "/internal/campaigns/{id}/prospects/{prospect_id}/progress", tag = "engine",
    operation_id = "report_progress",
    params(ProspectPath),
    request_body(content = ProgressAsked),
    responses(
        (status = 200, description = "It is so", body = ProgressAnswer),
        (status = 400, description = "`invalid_request`, `campaign_not_running`, `prospect_terminal`, `prospect_elsewhere`, `other_channel`", body = ErrorJson),
        (status = 404, description = "`campaign_not_found`, `prospect_not_found`", body = ErrorJson),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn report(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let asker = Asker::of(&request, &app).await?;
    let campaign_id = campaign_id(&request)?;
    let prospect_id = DocumentedUuid(id_in_path(&request, "prospect_id", "prospect")?);
    let body = body::read(payload, app.limits.body_time_max, BODY_BYTES_MAX).await?;
    let ProgressAsked { progress } = object(&request, &body)?;
    let item = ProgressItem {
        prospect_id,
        progress,
    };
    let place = place_of(&app, campaign_id).await?;
    let asked = asker.asks(campaign_id, item.command());
    let outcome = recorded(settle(&app, place.journal, asked).await)?;
    Ok(HttpResponse::Ok().json(item.answer(outcome)))
}

/// What happened to prospects of a campaign.
///
/// An outcome for each, in order; each is decided after the one before it.
#[utoipa::path(
    post, path = "/internal/campaigns/{id}/progress", tag = "engine",
    operation_id = "report_progress_of_many",
    params(CampaignPath),
    request_body(content = ProgressesAsked),
    responses((status = 200, description = "An outcome for each", body = ProgressAnswers)),
    security(("internal_key" = [])),
)]
pub(crate) async fn report_many(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let asker = Asker::of(&request, &app).await?;
    let campaign_id = campaign_id(&request)?;
    let body = body::read(payload, app.limits.body_time_max, BODY_BYTES_MAX).await?;
    let ProgressesAsked { progress: items } = object(&request, &body)?;
    counted("progress", &items)?;
    let journal = place_of(&app, campaign_id).await?.journal;
    let asks = |item: &ProgressItem| (journal, asker.asks(campaign_id, item.command()));
    let came = settle_all(&app, items.iter().map(asks).collect()).await;
    let answers = items.iter().zip(came);
    let progress = answers
        .map(|(item, came)| item.answer(recorded(came).unwrap_or_else(in_vain)))
        .collect();
    Ok(HttpResponse::Ok().json(ProgressAnswers { progress }))
}

fn recorded(came: Result<Done, Problem>) -> Result<ProgressOutcome, Problem> {
    came.map(|done| ProgressOutcome::Recorded {
        campaign_status: status_of(&done),
    })
}

fn in_vain(problem: Problem) -> ProgressOutcome {
    match problem {
        Problem::Rejected { .. } => ProgressOutcome::Rejected {
            error: problem.envelope(),
        },
        problem => ProgressOutcome::Failed {
            error: problem.envelope(),
        },
    }
}

impl ProgressItem {
    fn command(&self) -> Command {
        Command::ReportProgress {
            prospect_id: ProspectId(self.prospect_id.0),
            progress: self.progress.0,
        }
    }

    fn answer(&self, outcome: ProgressOutcome) -> ProgressAnswer {
        ProgressAnswer {
            prospect_id: ProspectId(self.prospect_id.0),
            progress: self.progress.0.as_str(),
            outcome,
        }
    }
}
