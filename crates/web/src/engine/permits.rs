//! May this step be sent to this prospect?
//!
//! Granted, or refused with the reason and when to ask again. A step that was permitted before is
//! refused with its permit, so that a task that lost the answer goes on with it.

use super::{Asker, BODY_BYTES_MAX, ProspectPath, counted, settle, settle_all};
use crate::app::App;
use crate::body;
use crate::campaign_json::instant;
use crate::ids::{DocumentedUuid, campaign_id, id_in_path};
use crate::object::object;
use crate::openapi::CampaignPath;
use crate::permit_json::PermitJson;
use crate::places::{Place, place_of};
use crate::problem::{Envelope, ErrorJson, Problem};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use commands::Done;
use domain::{
    AccountId, CampaignId, Command, NodeId, Permit, PermitId, PermitRefusal, PermitState,
    ProspectId, Rejection, SendKind,
};
use projector::PermitPlace;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A step, for the prospect in the path.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PermitAsked {
    node_id: DocumentedUuid,
    /// From which of the campaign's accounts.
    #[serde(default)]
    account_id: Option<DocumentedUuid>,
}

/// Steps for several prospects.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PermitsAsked {
    #[schema(min_items = 1, max_items = 1000)]
    permits: Vec<PermitItem>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PermitItem {
    prospect_id: DocumentedUuid,
    node_id: DocumentedUuid,
    /// From which of the campaign's accounts.
    #[serde(default)]
    account_id: Option<DocumentedUuid>,
}

/// What came of a request for a permit.
#[derive(Serialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(crate) enum PermitOutcome {
    /// The step may be sent, once.
    Granted { permit: PermitJson },
    /// It may not be sent now, or not again.
    Refused {
        #[schema(example = "paused")]
        reason: &'static str,
        message: String,
        /// When asking again makes sense; never, or after a resume, when it is not there.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, format = DateTime)]
        ask_again_at: Option<String>,
        /// The permit that the step has already.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        permit: Option<PermitJson>,
    },
    /// The rules or the look-up say no.
    Rejected { error: Envelope },
    /// The service could not do it; the code says whether it happened.
    Failed { error: Envelope },
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PermitAnswer {
    #[schema(value_type = Uuid)]
    prospect_id: ProspectId,
    #[schema(value_type = Uuid)]
    node_id: NodeId,
    #[serde(flatten)]
    outcome: PermitOutcome,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PermitAnswers {
    permits: Vec<PermitAnswer>,
}

/// A request with the id that its permit will have.
struct Wish {
    permit_id: PermitId,
    prospect_id: ProspectId,
    node_id: NodeId,
    account_id: Option<AccountId>,
}

/// Where a wish is made.
#[derive(Clone, Copy)]
struct Ground {
    campaign_id: CampaignId,
    place: Place,
}

/// May this step be sent to this prospect?
///
/// A refusal is an answer too. A step that was permitted before is refused with its permit: a task that
/// lost the answer goes on with it.
#[utoipa::path(
    post, path = "/internal/campaigns/{id}/prospects/{prospect_id}/permits", tag = "engine",
    params(ProspectPath),
    request_body(content = PermitAsked),
    responses(
        (status = 200, description = "Granted, or refused", body = PermitOutcome),
        (status = 404, description = "`campaign_not_found`, `prospect_not_found`, `node_not_found`", body = ErrorJson),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn request(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let asker = Asker::of(&request, &app).await?;
    let campaign_id = campaign_id(&request)?;
    let prospect_id = DocumentedUuid(id_in_path(&request, "prospect_id", "prospect")?);
    let body = body::read(payload, app.limits.body_time_max, BODY_BYTES_MAX).await?;
    let asked: PermitAsked = object(&request, &body)?;
    let item = PermitItem {
        prospect_id,
        node_id: asked.node_id,
        account_id: asked.account_id,
    };
    let place = place_of(&app, campaign_id).await?;
    let ground = Ground { campaign_id, place };
    let wish = Wish::of(&app, item);
    let asked = asker.asks(campaign_id, wish.command());
    let came = settle(&app, place.journal, asked).await;
    Ok(HttpResponse::Ok().json(wish.outcome(&app, ground, came)?))
}

/// May these steps be sent?
///
/// An outcome for each, in order; each is decided by itself.
#[utoipa::path(
    post, path = "/internal/campaigns/{id}/permits", tag = "engine",
    params(CampaignPath),
    request_body(content = PermitsAsked),
    responses((status = 200, description = "An outcome for each", body = PermitAnswers)),
    security(("internal_key" = [])),
)]
pub(crate) async fn request_many(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let asker = Asker::of(&request, &app).await?;
    let campaign_id = campaign_id(&request)?;
    let body = body::read(payload, app.limits.body_time_max, BODY_BYTES_MAX).await?;
    let PermitsAsked { permits } = object(&request, &body)?;
    counted("permits", &permits)?;
    let place = place_of(&app, campaign_id).await?;
    let ground = Ground { campaign_id, place };
    let wishes: Vec<Wish> = permits.iter().map(|item| Wish::of(&app, *item)).collect();
    let asks = |wish: &Wish| (place.journal, asker.asks(campaign_id, wish.command()));
    let came = settle_all(&app, wishes.iter().map(asks).collect()).await;
    let answers = wishes.into_iter().zip(came);
    let permits = answers
        .map(|(wish, came)| PermitAnswer {
            prospect_id: wish.prospect_id,
            node_id: wish.node_id,
            outcome: wish.outcome(&app, ground, came).unwrap_or_else(in_vain),
        })
        .collect();
    Ok(HttpResponse::Ok().json(PermitAnswers { permits }))
}

fn in_vain(problem: Problem) -> PermitOutcome {
    match problem {
        Problem::Rejected { .. } => PermitOutcome::Rejected {
            error: problem.envelope(),
        },
        problem => PermitOutcome::Failed {
            error: problem.envelope(),
        },
    }
}

impl Wish {
    fn of(app: &App, item: PermitItem) -> Self {
        Self {
            permit_id: PermitId((app.sources.new_id)()),
            prospect_id: ProspectId(item.prospect_id.0),
            node_id: NodeId(item.node_id.0),
            account_id: item.account_id.map(|id| AccountId(id.0)),
        }
    }

    fn command(&self) -> Command {
        Command::RequestPermit {
            permit_id: self.permit_id,
            prospect_id: self.prospect_id,
            node_id: self.node_id,
            account_id: self.account_id,
        }
    }

    fn outcome(
        &self,
        app: &App,
        ground: Ground,
        came: Result<Done, Problem>,
    ) -> Result<PermitOutcome, Problem> {
        match came {
            Ok(done) => self.granted(app, ground, &done),
            Err(Problem::Rejected {
                rejection:
                    Rejection::PermitRefused {
                        refusal,
                        ask_again_at,
                        permit,
                    },
                ..
            }) => Ok(PermitOutcome::Refused {
                reason: PermitRefusal::code(refusal),
                message: refusal.to_string(),
                ask_again_at: ask_again_at.map(instant),
                permit: permit
                    .map(|permit| PermitJson::of(ground.campaign_id, self.prospect_id, &permit)),
            }),
            Err(problem) => Err(problem),
        }
    }

    fn granted(&self, app: &App, ground: Ground, done: &Done) -> Result<PermitOutcome, Problem> {
        let node = done.campaign.sequence.find(self.node_id);
        let kind = node.and_then(|node| SendKind::of(node.kind));
        let permit = Permit {
            id: self.permit_id,
            node_id: self.node_id,
            // A step was permitted, so it is there and sends something.
            kind: kind.ok_or(Rejection::NodeNotFound)?,
            account_id: self.account_id,
            state: PermitState::Open,
        };
        app.places.remember(PermitPlace {
            id: self.permit_id,
            journal: ground.place.journal,
            campaign_id: ground.campaign_id,
            prospect_id: self.prospect_id,
        });
        let permit = PermitJson::of(ground.campaign_id, self.prospect_id, &permit);
        Ok(PermitOutcome::Granted {
            permit: permit.granted(done.updated_at),
        })
    }
}
