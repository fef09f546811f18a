//! What became of permitted steps. Reported by the permit's id alone, once; saying the same twice
//! is harmless.

use super::words::{FailureSchema, FailureWord, OutcomeWord};
use super::{Asker, BODY_BYTES_MAX, counted, settle, settle_all, status_of};
use crate::app::App;
use crate::body;
use crate::ids::{DocumentedUuid, id_in_path};
use crate::object::object;
use crate::openapi::CampaignStatus;
use crate::places::places_of_permits;
use crate::problem::{Envelope, ErrorJson, Problem};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use commands::{Done, Request};
use domain::{CampaignId, Command, PermitId, ProspectId, Rejection, SendFailure, Status};
use event_store::JournalId;
use projector::PermitPlace;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What became of the permit in the path.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OutcomeAsked {
    outcome: OutcomeWord,
    /// What went wrong; `other` when it is not said.
    #[serde(default)]
    #[schema(value_type = Option<FailureSchema>)]
    failure: Option<FailureWord>,
}

/// What became of several permits, of any campaigns.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OutcomesAsked {
    #[schema(min_items = 1, max_items = 1000)]
    outcomes: Vec<OutcomeItem>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OutcomeItem {
    permit_id: DocumentedUuid,
    outcome: OutcomeWord,
    /// What went wrong; `other` when it is not said.
    #[serde(default)]
    #[schema(value_type = Option<FailureSchema>)]
    failure: Option<FailureWord>,
}

/// What came of a report.
#[derive(Serialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(crate) enum OutcomeOutcome {
    /// It is in the log.
    Recorded {
        #[schema(value_type = Uuid)]
        campaign_id: CampaignId,
        #[schema(value_type = Uuid)]
        prospect_id: ProspectId,
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
pub(crate) struct OutcomeAnswer {
    #[schema(value_type = Uuid)]
    permit_id: PermitId,
    #[serde(flatten)]
    outcome: OutcomeOutcome,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct OutcomeAnswers {
    outcomes: Vec<OutcomeAnswer>,
}

/// What became of a permitted step.
///
/// Once; the same again is answered alike.
#[utoipa::path(
    post, path = "/internal/permits/{permit_id}/outcome", tag = "engine",
    operation_id = "report_outcome",
    params(("permit_id" = DocumentedUuid, Path, description = "The permit's id")),
    request_body(content = OutcomeAsked),
    responses(
        (status = 200, description = "It is in the log", body = OutcomeAnswer),
        (status = 404, description = "`permit_not_found`", body = ErrorJson),
        (status = 409, description = "`permit_closed`: it was accounted for otherwise", body = ErrorJson),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn report(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let asker = Asker::of(&request, &app).await?;
    let permit_id = DocumentedUuid(id_in_path(&request, "permit_id", "permit")?);
    let body = body::read(payload, app.limits.body_time_max, BODY_BYTES_MAX).await?;
    let asked: OutcomeAsked = object(&request, &body)?;
    let item = OutcomeItem {
        permit_id,
        outcome: asked.outcome,
        failure: asked.failure,
    };
    let failure = item.failure().map_err(Problem::invalid)?;
    let id = PermitId(permit_id.0);
    let places = places_of_permits(&app, &[id]).await?;
    let place = places.get(&id).ok_or(Rejection::PermitNotFound)?;
    let (journal, asked) = item.asked(&asker, place, failure);
    let came = settle(&app, journal, asked).await;
    let outcome = recorded(place, came)?;
    let permit_id = id;
    Ok(HttpResponse::Ok().json(OutcomeAnswer { permit_id, outcome }))
}

/// What became of permitted steps, of any campaigns.
///
/// An outcome for each, in order; each is decided by itself.
#[utoipa::path(
    post, path = "/internal/permits/outcomes", tag = "engine",
    operation_id = "report_outcomes",
    request_body(content = OutcomesAsked),
    responses((status = 200, description = "An outcome for each", body = OutcomeAnswers)),
    security(("internal_key" = [])),
)]
pub(crate) async fn report_many(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let asker = Asker::of(&request, &app).await?;
    let body = body::read(payload, app.limits.body_time_max, BODY_BYTES_MAX).await?;
    let OutcomesAsked { outcomes: items } = object(&request, &body)?;
    counted("outcomes", &items)?;
    let ids: Vec<PermitId> = items
        .iter()
        .map(|item| PermitId(item.permit_id.0))
        .collect();
    let failures: Vec<_> = items
        .iter()
        .enumerate()
        .map(|(place, item)| item.failure().map_err(|message| at(place, message)))
        .collect::<Result<_, _>>()?;
    let places = places_of_permits(&app, &ids).await?;
    let mut asked = Vec::with_capacity(items.len());
    for ((item, id), failure) in items.iter().zip(&ids).zip(failures) {
        if let Some(place) = places.get(id) {
            asked.push(item.asked(&asker, place, failure));
        }
    }
    let mut came = settle_all(&app, asked).await.into_iter();
    let outcomes = ids.iter().map(|id| {
        let came = match places.get(id) {
            Some(place) => came.next().map(|came| recorded(place, came)),
            None => None,
        };
        let outcome = came.unwrap_or(Err(Rejection::PermitNotFound.into()));
        OutcomeAnswer {
            permit_id: *id,
            outcome: outcome.unwrap_or_else(in_vain),
        }
    });
    let outcomes = outcomes.collect();
    Ok(HttpResponse::Ok().json(OutcomeAnswers { outcomes }))
}

fn at(place: usize, message: &str) -> Problem {
    Problem::invalid(format!("outcomes[{place}].{message}"))
}

fn recorded(place: &PermitPlace, came: Result<Done, Problem>) -> Result<OutcomeOutcome, Problem> {
    match came {
        Ok(done) => Ok(OutcomeOutcome::Recorded {
            campaign_id: place.campaign_id,
            prospect_id: place.prospect_id,
            campaign_status: status_of(&done),
        }),
        // The campaign was deleted since, and its permits with it.
        Err(Problem::Rejected {
            rejection: Rejection::NotFound | Rejection::ProspectNotFound,
            ..
        }) => Err(Rejection::PermitNotFound.into()),
        Err(problem) => Err(problem),
    }
}

fn in_vain(problem: Problem) -> OutcomeOutcome {
    match problem {
        Problem::Rejected { .. } => OutcomeOutcome::Rejected {
            error: problem.envelope(),
        },
        problem => OutcomeOutcome::Failed {
            error: problem.envelope(),
        },
    }
}

impl OutcomeItem {
    /// What went wrong, if it did; a step that was sent has no failure.
    fn failure(&self) -> Result<Option<SendFailure>, &'static str> {
        match (self.outcome, self.failure) {
            (OutcomeWord::Sent, None) => Ok(None),
            (OutcomeWord::Sent, Some(_)) => Err("failure belongs to the outcome failed"),
            (OutcomeWord::Failed, failure) => {
                Ok(Some(failure.map_or(SendFailure::Other, |word| word.0)))
            }
        }
    }

    fn asked(
        &self,
        asker: &Asker,
        place: &PermitPlace,
        failure: Option<SendFailure>,
    ) -> (JournalId, Request) {
        let (permit_id, prospect_id) = (place.id, place.prospect_id);
        let command = match failure {
            None => Command::ReportSent {
                permit_id,
                prospect_id,
            },
            Some(failure) => Command::ReportFailed {
                permit_id,
                prospect_id,
                failure,
            },
        };
        (place.journal, asker.asks(place.campaign_id, command))
    }
}
