//! `POST /api/campaigns/pause`: many campaigns held in one call, with an answer for each.
//!
//! Each is a pause of its own, through the lanes; that one cannot be paused stops no other. The
//! pauses of a call are asked for side by side, so the lane settles them in a few batches.

use crate::app::App;
use crate::body::{self, BODY_BYTES_MAX};
use crate::caller::{Caller, caller};
use crate::campaign_json::CampaignJson;
use crate::change::text;
use crate::change::{Options, options, origin};
use crate::ids::DocumentedUuid;
use crate::object::object;
use crate::precondition;
use crate::problem::{Envelope, Problem};
use crate::read::read;
use crate::sender_json::filled_if_possible;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use commands::{Done, Failure, Origin, Request, Verdict, preview};
use domain::{CampaignId, Command, Rejection};
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Campaigns that one call may name.
const CAMPAIGNS_MAX: usize = 1_000;
/// Pauses of one call that are asked for side by side.
const SIDE_BY_SIDE_MAX: usize = 256;

/// Which campaigns: some, or all.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Stop, example = json!({"all": true, "reason": "the domain is on a blocklist"}))]
pub(crate) struct Stop {
    /// These.
    #[schema(value_type = Option<Vec<DocumentedUuid>>, min_items = 1, max_items = 1000)]
    ids: Option<Vec<DocumentedUuid>>,
    /// Every one that is active or about to be.
    all: Option<bool>,
    /// Why, for the history.
    #[schema(max_length = 500)]
    #[expect(dead_code, reason = "read by `body::reason`, described here")]
    reason: Option<String>,
}

/// What came of the pause of a campaign.
type Came = (CampaignId, Result<Verdict, Failure>);

/// An answer for each campaign, in the order of the request.
#[derive(Serialize, ToSchema)]
pub(crate) struct Stopped<'a> {
    campaigns: Vec<Answer<'a>>,
}

/// What came of one.
#[derive(Serialize, ToSchema)]
#[schema(as = StoppedCampaign)]
struct Answer<'a> {
    #[schema(value_type = Uuid)]
    id: CampaignId,
    outcome: Outcome,
    /// Sends that were permitted and are not accounted for; of a campaign that is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sends_in_flight: Option<u32>,
    /// A campaign that is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    campaign: Option<CampaignJson<'a>>,
    /// Why one is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<Envelope>,
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StoppedOutcome)]
enum Outcome {
    /// Held, or in a dry run would be.
    Paused,
    /// Its status forbids it.
    Rejected,
    /// Absent, or another user's.
    NotFound,
    /// The machine failed; the error says whether it happened.
    Failed,
}

/// Hold many campaigns.
///
/// `all` takes every campaign that is `active`, and answers `rejected` for those that are `launching`:
/// they are not stopped. A campaign that is not paused does not fail the call.
#[utoipa::path(
    post, path = "/api/campaigns/pause", tag = "campaigns",
    params(Options),
    request_body(content = Stop),
    responses((status = 200, description = "An answer for each campaign, in order", body = Stopped)),
    security(("public_key" = [])),
    extensions(("x-fermata-addition" = json!(true))),
)]
pub(crate) async fn stop(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = caller(&request, &app).await?;
    let Options { dry_run } = options(&request)?;
    precondition::refuse_for_many(&request)?;
    let body = body::read(payload, app.limits.body_time_max, BODY_BYTES_MAX).await?;
    let wanted: Stop = object(&request, &body)?;
    let origin = origin(&request, caller, body::reason(&request, &body)?);
    let ids = which(&app, caller, &wanted).await?;
    let asked = ids.into_iter().map(|id| asked(id, caller, &origin));
    let came = if dry_run {
        foresee(&app, caller, asked).await?
    } else {
        stop_each(&app, caller, asked).await
    };
    let campaigns = came.iter().map(Answer::of).collect();
    let body = text(&Stopped { campaigns });
    let body = filled_if_possible(&app, caller.user_id, body).await;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(body))
}

async fn which(app: &App, caller: Caller, wanted: &Stop) -> Result<Vec<CampaignId>, Problem> {
    match (&wanted.ids, wanted.all) {
        (Some(ids), None | Some(false)) if (1..=CAMPAIGNS_MAX).contains(&ids.len()) => {
            Ok(ids.iter().map(|id| CampaignId(id.0)).collect())
        }
        (Some(_), None | Some(false)) => Err(Problem::invalid(format!(
            "ids must be 1 to {CAMPAIGNS_MAX} campaigns"
        ))),
        (None, Some(true)) => running(app, caller).await,
        _ => Err(Problem::invalid(
            "Either ids or all must be given: {\"ids\": […]} or {\"all\": true}",
        )),
    }
}

/// Campaigns that send or are about to.
async fn running(app: &App, caller: Caller) -> Result<Vec<CampaignId>, Problem> {
    let journal = app.lanes.journal_of(caller.user_id);
    let found = read(app, async |client| {
        projector::list_sending(client, journal, caller.user_id).await
    });
    found.await
}

fn asked(campaign_id: CampaignId, caller: Caller, origin: &Origin) -> Request {
    Request {
        campaign_id,
        tenant: Some(caller.user_id),
        command: Command::Pause,
        people: None,
        expected: None,
        origin: origin.clone(),
        remember: None,
    }
}

async fn stop_each(app: &App, caller: Caller, asked: impl Iterator<Item = Request>) -> Vec<Came> {
    let journal = app.lanes.journal_of(caller.user_id);
    let stop = |request: Request| async move {
        let id = request.campaign_id;
        (id, app.lanes.submit(journal, request).await)
    };
    let pauses = stream::iter(asked.map(stop));
    pauses.buffered(SIDE_BY_SIDE_MAX).collect().await
}

async fn foresee(
    app: &App,
    caller: Caller,
    asked: impl Iterator<Item = Request>,
) -> Result<Vec<Came>, Problem> {
    let journal = app.lanes.journal_of(caller.user_id);
    let mut came = Vec::new();
    for request in asked {
        let foreseen = read(app, async |client| {
            preview(client, journal, &request, &app.sources).await
        });
        came.push((request.campaign_id, Ok(foreseen.await?.verdict)));
    }
    Ok(came)
}

impl<'a> Answer<'a> {
    fn of((id, came): &'a Came) -> Self {
        match came {
            Ok(Verdict::Done(done)) => Self::held(*id, done),
            Ok(Verdict::Rejected { rejection, status }) => {
                let outcome = match rejection {
                    Rejection::NotFound => Outcome::NotFound,
                    _ => Outcome::Rejected,
                };
                let (rejection, status) = (rejection.clone(), *status);
                Self::refused(*id, outcome, &Problem::Rejected { rejection, status })
            }
            // A pause without conditions or key comes to nothing else.
            Ok(_) => Self::refused(*id, Outcome::Failed, &Failure::Refused.into()),
            Err(failure) => Self::refused(*id, Outcome::Failed, &failure.clone().into()),
        }
    }

    fn held(id: CampaignId, done: &'a Done) -> Self {
        Self {
            id,
            outcome: Outcome::Paused,
            sends_in_flight: Some(done.campaign.census.open_permits),
            campaign: Some(CampaignJson::of(done)),
            error: None,
        }
    }

    fn refused(id: CampaignId, outcome: Outcome, problem: &Problem) -> Self {
        Self {
            id,
            outcome,
            sends_in_flight: None,
            campaign: None,
            error: Some(problem.envelope()),
        }
    }
}
