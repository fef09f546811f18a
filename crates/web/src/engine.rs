//! The engine's requests: may this step be sent, this became of it, this happened to a prospect.
//!
//! Every one is a command in the campaign's journal, so it has its place before or after any pause.
//! They name only the campaign, or only the permit: where that is, `places` knows. Each kind comes
//! single and as a list, where every item has an outcome of its own, in order. A refused permit is
//! an answer, not an error.

pub(crate) mod open_permits;
pub(crate) mod outcomes;
pub(crate) mod permits;
pub(crate) mod progress;
pub(crate) mod words;

use crate::app::App;
use crate::caller::engine;
use crate::ids::DocumentedUuid;
use crate::observe;
use crate::problem::Problem;
use crate::server::{only, several};
use actix_web::HttpRequest;
use actix_web::web::{self, ServiceConfig};
use commands::{Done, Failure, Offered, Origin, Request, Verdict};
use domain::{CampaignId, Command, Rejection, Status};
use event_store::{Actor, JournalId};

/// Items that one request may hold.
const ITEMS_MAX: usize = 1_000;
/// Commands of one request that wait for a lane at once, so that no request fills its queue.
const OFFERED_MAX: usize = 256;
/// The largest body: a thousand items, written generously.
const BODY_BYTES_MAX: usize = 512 * 1024;

/// The paths, in reading order.
pub(crate) fn routes(routes: &mut ServiceConfig) {
    routes
        .service(only(
            "/internal/campaigns/{id}/prospects/{prospect_id}/permits",
            "POST",
            web::post().to(permits::request),
        ))
        .service(
            several("/internal/campaigns/{id}/permits", "GET, POST")
                .route(web::get().to(open_permits::list))
                .route(web::post().to(permits::request_many)),
        )
        .service(only(
            "/internal/permits/outcomes",
            "POST",
            web::post().to(outcomes::report_many),
        ))
        .service(only(
            "/internal/permits/{permit_id}/outcome",
            "POST",
            web::post().to(outcomes::report),
        ))
        .service(only(
            "/internal/campaigns/{id}/prospects/{prospect_id}/progress",
            "POST",
            web::post().to(progress::report),
        ))
        .service(only(
            "/internal/campaigns/{id}/progress",
            "POST",
            web::post().to(progress::report_many),
        ));
}

/// A prospect of the campaign in the path.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes what the handlers read from the path")]
struct ProspectPath {
    /// The campaign's id.
    #[param(value_type = DocumentedUuid, inline)]
    id: String,
    /// The prospect's id.
    #[param(value_type = DocumentedUuid, inline)]
    prospect_id: String,
}

/// An engine that asks, and in the course of what.
struct Asker {
    origin: Origin,
}

impl Asker {
    async fn of(request: &HttpRequest, app: &App) -> Result<Self, Problem> {
        let prefix = engine(request, app).await?.to_string();
        let origin = Origin {
            actor: Actor::Engine { prefix },
            reason: None,
            correlation_id: observe::request_id(request),
            traceparent: observe::traceparent(request),
        };
        Ok(Self { origin })
    }

    fn asks(&self, campaign_id: CampaignId, command: Command) -> Request {
        Request {
            campaign_id,
            tenant: None,
            command,
            people: None,
            expected: None,
            origin: self.origin.clone(),
            remember: None,
        }
    }
}

/// Has one request decided.
async fn settle(app: &App, journal: JournalId, asked: Request) -> Result<Done, Problem> {
    came_to(app.lanes.submit(journal, asked).await)
}

/// Has requests decided in their order. What is offered first is decided first.
async fn settle_all(app: &App, asked: Vec<(JournalId, Request)>) -> Vec<Result<Done, Problem>> {
    let mut came = Vec::with_capacity(asked.len());
    let mut asked = asked.into_iter();
    loop {
        let offered: Vec<Result<Offered, Failure>> = asked
            .by_ref()
            .take(OFFERED_MAX)
            .map(|(journal, request)| app.lanes.offer(journal, request))
            .collect();
        if offered.is_empty() {
            return came;
        }
        for offered in offered {
            came.push(came_to(match offered {
                Ok(offered) => offered.answer().await,
                Err(failure) => Err(failure),
            }));
        }
    }
}

fn came_to(answer: Result<Verdict, Failure>) -> Result<Done, Problem> {
    match answer? {
        Verdict::Done(done) => Ok(done),
        Verdict::Rejected { rejection, status } => Err(Problem::Rejected { rejection, status }),
        // Nothing of the kind was asked for.
        Verdict::Deleted
        | Verdict::VersionDiffers { .. }
        | Verdict::Replayed(_)
        | Verdict::KeyReused => Err(Rejection::NotFound.into()),
    }
}

/// A list has to have something in it, and not too much.
fn counted<Item>(name: &str, items: &[Item]) -> Result<(), Problem> {
    if (1..=ITEMS_MAX).contains(&items.len()) {
        return Ok(());
    }
    let message = format!("{name} must have 1 to {ITEMS_MAX} items");
    Err(Problem::invalid(message))
}

fn status_of(done: &Done) -> Status {
    done.campaign.stage.status()
}
