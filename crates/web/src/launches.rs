//! Launches for engines: being handed one, taking the campaign up, giving it back.
//!
//! A launch that was handed out is handed out again after its lease, unless the campaign is not
//! launching any more; so an engine that dies with one loses nothing, and one that repeats itself is
//! answered as before.

use crate::app::App;
use crate::body;
use crate::caller::engine;
use crate::campaign_json::instant;
use crate::framing::refuse_head;
use crate::ids::campaign_id;
use crate::object::{object, optional};
use crate::observe;
use crate::openapi::{CampaignPath, CampaignStatus};
use crate::places::{Place, place_of};
use crate::problem::{ErrorJson, Problem};
use crate::query;
use crate::read::read;
use crate::server::only;
use actix_web::web::{self, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use commands::{Origin, Request, Verdict};
use domain::{CampaignId, Command, LaunchFailure, Rejection, Status, UserId};
use event_store::{Actor, JournalId};
use keys::KeyPrefix;
use outbox::{LAUNCHES_MAX, Launch, LaunchId, NotALaunchId, find_launch, take_launches};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;
use utoipa::ToSchema;

/// The longest that an answer is held back.
const WAIT_SECONDS_MAX: u64 = 60;
const LISTED_DEFAULT: i64 = 10;
/// How often who waits looks, whether rung or not: another process may have taken a launch in, and
/// leases run out without a bell.
const LOOK_MILLISECONDS: u64 = 1_000;

/// The paths, in reading order.
pub(crate) fn routes(routes: &mut ServiceConfig) {
    routes
        .service(only("/internal/launches", "GET", web::get().to(take)))
        .service(only(
            "/internal/campaigns/{id}/activate",
            "POST",
            web::post().to(activate),
        ))
        .service(only(
            "/internal/campaigns/{id}/launch-failed",
            "POST",
            web::post().to(fail),
        ));
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Seconds for which the answer is held back while there is no launch, 0 if not said.
    #[param(minimum = 0, maximum = 60)]
    wait: Option<u64>,
    /// How many, 10 if not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// Launches that were handed out.
#[derive(Serialize, ToSchema)]
struct Launches {
    launches: Vec<LaunchJson>,
}

/// A launch that was handed out.
#[derive(Serialize, ToSchema)]
#[schema(as = Launch)]
struct LaunchJson {
    #[schema(
        pattern = "^run_[0-9a-f]{32}$",
        example = "run_019abf2c1d0e7d3c9a5b0c1d2e3f4a5b"
    )]
    launch_id: String,
    #[schema(value_type = Uuid)]
    campaign_id: CampaignId,
    /// The campaign's owner.
    #[schema(value_type = Uuid)]
    user_id: UserId,
    #[schema(format = DateTime)]
    started_at: String,
    /// Which time this is that it is handed out.
    #[schema(minimum = 1)]
    attempt: i32,
    /// Handed out again then, if the campaign is still launching.
    #[schema(format = DateTime)]
    leased_until: String,
    /// What operators call it.
    #[schema(example = "2-1234")]
    effect_id: String,
}

impl LaunchJson {
    fn of(launch: &Launch) -> Self {
        Self {
            launch_id: launch.id.to_string(),
            campaign_id: launch.campaign_id,
            user_id: launch.user_id,
            started_at: instant(launch.started_at),
            attempt: launch.attempts,
            leased_until: instant(launch.leased_until),
            effect_id: launch.effect.to_string(),
        }
    }
}

/// Be handed launches that nobody has taken up.
///
/// Each is leased to the caller. While there is none, the answer is held back for `wait` seconds.
#[utoipa::path(
    get, path = "/internal/launches", tag = "engine",
    params(Asked),
    responses((status = 200, description = "What there was; perhaps nothing", body = Launches)),
    security(("internal_key" = [])),
)]
pub(crate) async fn take(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let prefix = engine(&request, &app).await?;
    refuse_head(&request)?;
    let asked: Asked = query::parse(&request, "wait and limit must be whole numbers")?;
    let (seconds, limit) = (
        asked.wait.unwrap_or(0),
        asked.limit.unwrap_or(LISTED_DEFAULT),
    );
    if WAIT_SECONDS_MAX < seconds {
        let message = format!("wait must be between 0 and {WAIT_SECONDS_MAX} seconds");
        return Err(Problem::invalid(message));
    }
    if !(1..=LAUNCHES_MAX).contains(&limit) {
        let message = format!("limit must be between 1 and {LAUNCHES_MAX}");
        return Err(Problem::invalid(message));
    }
    let launches = held(&app, prefix, Duration::from_secs(seconds), limit).await?;
    let launches = launches.iter().map(LaunchJson::of).collect();
    Ok(HttpResponse::Ok().json(Launches { launches }))
}

/// Looks at once, and then whenever the bell rings or a second has passed.
async fn held(
    app: &App,
    prefix: KeyPrefix,
    longest: Duration,
    limit: i64,
) -> Result<Vec<Launch>, Problem> {
    // The seat is taken before the first look, so that no bell between the two is missed.
    let mut waiting = app.relay.desk().wait().filter(|_| !longest.is_zero());
    let until = Instant::now() + longest;
    let _held = waiting.as_ref().map(|_| app.metrics.hold());
    let whom = format!("engine {prefix}");
    loop {
        let now = (app.sources.now)();
        let taken = read(app, async |client| {
            take_launches(client, now, limit, &whom).await
        });
        let taken = taken.await?;
        let Some(waiting) = waiting.as_mut() else {
            return Ok(taken);
        };
        if !taken.is_empty() || until <= Instant::now() || app.closing.is_cancelled() {
            return Ok(taken);
        }
        let look = Instant::now() + Duration::from_millis(LOOK_MILLISECONDS);
        tokio::select! {
            () = waiting.rung() => {}
            () = tokio::time::sleep_until(look.min(until)) => {}
            () = app.closing.cancelled() => {}
        }
    }
}

/// What an engine says of a campaign that it has taken up: nothing more.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = Activation)]
#[serde(deny_unknown_fields)]
struct Taken {}

/// Why an engine gives a campaign back.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = LaunchFailed)]
#[serde(deny_unknown_fields)]
struct Failed {
    #[schema(
        pattern = "^(message_resolution|dispatch|other)$",
        example = "dispatch"
    )]
    failure: String,
    /// Which launch failed; the one that is under way if not said.
    #[serde(default)]
    #[schema(pattern = "^run_[0-9a-f]{32}$")]
    launch_id: Option<String>,
}

/// What the campaign has come to.
#[derive(Serialize, ToSchema)]
struct Standing {
    campaign: StandingCampaign,
}

/// Where a campaign stands.
#[derive(Serialize, ToSchema)]
struct StandingCampaign {
    #[schema(value_type = Uuid)]
    id: CampaignId,
    #[schema(value_type = CampaignStatus)]
    status: Status,
    #[schema(minimum = 1)]
    version: i64,
}

/// Say that a campaign was taken up.
///
/// It is active then, or completed when there is nobody to send to. Saying so again is no news,
/// whatever the campaign has come to since.
#[utoipa::path(
    post, path = "/internal/campaigns/{id}/activate", tag = "engine",
    params(CampaignPath),
    request_body(content = Option<Taken>),
    responses(
        (status = 200, description = "Where the campaign stands", body = Standing),
        (status = 400, description = "`invalid_request`; `campaign_not_launching`: it is a draft", body = ErrorJson,
            example = json!({"error": {"code": "campaign_not_launching", "message": "Only launching campaigns can be activated or rolled back", "details": {"current_status": "draft"}}})),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn activate(
    request: HttpRequest,
    payload: Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let prefix = engine(&request, &app).await?;
    let id = campaign_id(&request)?;
    let body = body::read(payload, app.limits.body_time_max, body::BODY_BYTES_MAX).await?;
    let Taken {} = optional(&request, &body)?;
    let Place { journal, .. } = place_of(&app, id).await?;
    change(&request, &app, (journal, id, prefix), Command::Activate).await
}

/// Give a campaign back that cannot be taken up.
///
/// It is a draft again. Saying so again is no news. With a `launch_id` it concerns that launch alone,
/// and changes nothing once that one is over.
#[utoipa::path(
    post, path = "/internal/campaigns/{id}/launch-failed", tag = "engine",
    params(CampaignPath),
    request_body = Failed,
    responses(
        (status = 200, description = "Where the campaign stands", body = Standing),
        (status = 400, description = "`invalid_request`; `campaign_not_launching`: it is under way", body = ErrorJson,
            example = json!({"error": {"code": "campaign_not_launching", "message": "Only launching campaigns can be activated or rolled back", "details": {"current_status": "active"}}})),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn fail(
    request: HttpRequest,
    payload: Payload,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let prefix = engine(&request, &app).await?;
    let id = campaign_id(&request)?;
    let body = body::read(payload, app.limits.body_time_max, body::BODY_BYTES_MAX).await?;
    let failed: Failed = object(&request, &body)?;
    let failure = failure(&failed.failure)?;
    let launch_id = failed.launch_id.map(|text| text.parse::<LaunchId>());
    let launch_id = launch_id
        .transpose()
        .map_err(|error: NotALaunchId| Problem::invalid(format!("launch_id: {error}")))?;
    let Place { journal, .. } = place_of(&app, id).await?;
    let launch = match launch_id {
        None => None,
        Some(launch_id) => Some(began(&app, journal, id, launch_id).await?),
    };
    let command = Command::FailLaunch { failure, launch };
    change(&request, &app, (journal, id, prefix), command).await
}

fn failure(word: &str) -> Result<LaunchFailure, Problem> {
    let known = [
        ("message_resolution", LaunchFailure::MessageResolution),
        ("dispatch", LaunchFailure::Dispatch),
        ("other", LaunchFailure::Other),
    ];
    let found = known.into_iter().find(|(name, _)| *name == word);
    found.map(|(_, failure)| failure).ok_or_else(|| {
        Problem::invalid("failure must be one of message_resolution, dispatch, other")
    })
}

async fn began(
    app: &App,
    journal: JournalId,
    id: CampaignId,
    launch: LaunchId,
) -> Result<DateTime<Utc>, Problem> {
    let found = read(app, async |client| {
        find_launch(client, journal, id, launch).await
    });
    let unknown = || Problem::invalid("launch_id is no launch of this campaign");
    found.await?.ok_or_else(unknown)
}

async fn change(
    request: &HttpRequest,
    app: &App,
    (journal, campaign_id, prefix): (JournalId, CampaignId, KeyPrefix),
    command: Command,
) -> Result<HttpResponse, Problem> {
    let asked = Request {
        campaign_id,
        tenant: None,
        command,
        people: None,
        expected: None,
        origin: Origin {
            actor: Actor::Engine {
                prefix: prefix.to_string(),
            },
            reason: None,
            correlation_id: observe::request_id(request),
            traceparent: observe::traceparent(request),
        },
        remember: None,
    };
    match app.lanes.submit(journal, asked).await? {
        Verdict::Done(row) => Ok(HttpResponse::Ok().json(Standing {
            campaign: StandingCampaign {
                id: row.id,
                status: row.campaign.stage.status(),
                version: row.version.0,
            },
        })),
        Verdict::Rejected { rejection, status } => Err(Problem::Rejected { rejection, status }),
        // Nothing of the kind was asked for.
        Verdict::Deleted
        | Verdict::VersionDiffers { .. }
        | Verdict::Replayed(_)
        | Verdict::KeyReused => Err(Rejection::NotFound.into()),
    }
}
