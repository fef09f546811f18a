//! `POST /api/campaigns/{id}/launch` and what leads to it: `GET …/validate` (campaign API, sections
//! 1.7 and 1.10).

use crate::app::App;
use crate::body::{BODY_BYTES_MAX, ChangeBody};
use crate::caller::caller;
use crate::change::{Change, Options, text};
use crate::ids::campaign_id;
use crate::openapi::{CampaignPath, ChangeParameters, ChangeRefusals};
use crate::preview_json::PreviewJson;
use crate::problem::{ErrorJson, Problem};
use crate::read::read;
use crate::skipped::{SkippedJson, named, skipped};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use commands::{Done, Told};
use domain::{Command, Event, Present, ProspectStatus, Readiness, Rejection, Senders, readiness};
use serde::Serialize;
use utoipa::ToSchema;

const STARTED: &str = "Campaign launch started";

/// A launch that began.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Launched)]
pub(crate) struct LaunchedJson<'a> {
    success: bool,
    #[schema(example = "Campaign launch started")]
    message: &'static str,
    /// The launch, as engines are told it. Absent in the answer to a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^run_[0-9a-f]{32}$")]
    run_id: Option<String>,
    /// Leads that are pending.
    prospects_to_process: u32,
    /// When somebody was left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    warning: Option<String>,
    /// Who was left out: the first thousand of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1_000)]
    skipped_prospects: Vec<SkippedJson>,
    /// How many were left out, because another campaign deals with them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    skipped_count: Option<usize>,
    /// In the answer to a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    preview: Option<PreviewJson<'a>>,
}

/// Whether a campaign could be launched.
#[derive(Serialize, ToSchema)]
#[schema(as = Validation)]
pub(crate) struct ValidationJson {
    /// Exactly when `errors` is empty.
    ready: bool,
    checks: ChecksJson,
    errors: Vec<String>,
    warnings: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ValidationChecks)]
struct ChecksJson {
    is_draft: bool,
    has_sender_accounts: bool,
    sender_accounts_ready: bool,
    has_prospects: bool,
    prospect_count: u32,
    has_sendable_nodes: bool,
    all_nodes_have_content: bool,
    /// Always `false`: messages are made by the engine as it sends.
    messages_generated: bool,
    /// Always 0.
    message_count: u32,
}

/// Hand a draft to the engine.
///
/// The campaign is `launching` at once; the engine makes it `active`. A launch that is not heard of for
/// two minutes is stuck, and begun again by the next call.
#[utoipa::path(
    post, path = "/api/campaigns/{id}/launch", tag = "campaigns",
    params(CampaignPath, Options, ChangeParameters),
    request_body(content = Option<ChangeBody>, description = "Nothing, or why (an addition)"),
    responses(
        (status = 200, description = "The launch began", body = LaunchedJson),
        (status = 400, description = "`campaign_not_draft`, `launch_blocked`, `invalid_request`", body = ErrorJson,
            example = json!({"error": {"code": "launch_blocked", "message": "No pending leads", "details": {"current_status": "draft", "allowed_actions": ["launch", "update", "edit_sequence", "edit_leads", "delete"]}}})),
        (status = 409, description = "`launch_in_progress`: it began less than two minutes ago", body = ErrorJson),
        ChangeRefusals,
    ),
    security(("public_key" = [])),
)]
pub(crate) async fn launch(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let change = Change::read(&request, payload, &app, BODY_BYTES_MAX).await?;
    let whose = (change.campaign_id(), change.user_id());
    let settled = change.decide(Command::Launch, launched).await?;
    let Some(mut answered) = settled.answered(&launched) else {
        return settled.answer(&app, whose.1, launched).await;
    };
    answered.body = named(&app, whose, answered.body).await?;
    Ok(answered.send())
}

fn launched(done: &Done, preview: Option<PreviewJson<'_>>) -> String {
    let census = &done.campaign.census;
    let (count, skipped_prospects) = skipped(done);
    let warning = || format!("{count} leads are in another campaign and were left out");
    text(&LaunchedJson {
        success: true,
        message: STARTED,
        run_id: done.told.iter().find_map(run_id),
        prospects_to_process: census.with_status(ProspectStatus::Pending),
        warning: (0 < count).then(warning),
        skipped_prospects,
        skipped_count: (0 < count).then_some(count),
        preview,
    })
}

/// A launch is named by the event that it began with.
fn run_id(told: &Told) -> Option<String> {
    match told.event {
        Event::CampaignLaunchStarted(_) => told.event_id.map(|id| format!("run_{}", id.simple())),
        _ => None,
    }
}

/// Whether a campaign could be launched, and what speaks against it.
///
/// Nothing is changed. A campaign that is no draft has that as its only error.
#[utoipa::path(
    get, path = "/api/campaigns/{id}/validate", tag = "campaigns",
    params(CampaignPath),
    responses((status = 200, description = "What speaks for and against a launch", body = ValidationJson)),
    security(("public_key" = [])),
)]
pub(crate) async fn validate(
    request: HttpRequest,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = caller(&request, &app).await?;
    let id = campaign_id(&request)?;
    let journal = app.lanes.journal_of(caller.user_id);
    let found = read(&app, async |client| {
        projector::find_campaign(client, journal, id, caller.user_id).await
    });
    let row = found.await?.ok_or(Rejection::NotFound)?;
    let ids = &row.campaign.settings.sender_account_ids;
    let senders = read(&app, async |client| {
        senders::find_facts(client, caller.user_id, ids).await
    });
    let validation = ValidationJson::of(&row.campaign, &senders.await?);
    Ok(HttpResponse::Ok().json(validation))
}

impl ValidationJson {
    fn of(campaign: &Present, senders: &Senders) -> Self {
        let readiness = readiness(campaign, senders);
        let errors = errors(campaign, &readiness);
        Self {
            ready: errors.is_empty(),
            errors,
            warnings: readiness.warnings.iter().map(ToString::to_string).collect(),
            checks: ChecksJson {
                is_draft: readiness.is_draft,
                has_sender_accounts: readiness.has_sender_accounts,
                sender_accounts_ready: readiness.sender_accounts_ready,
                has_prospects: 0 < readiness.prospect_count,
                prospect_count: readiness.prospect_count,
                has_sendable_nodes: readiness.has_sendable_nodes,
                all_nodes_have_content: readiness.all_nodes_have_content,
                messages_generated: false,
                message_count: 0,
            },
        }
    }
}

fn errors(campaign: &Present, readiness: &Readiness) -> Vec<String> {
    if !readiness.is_draft {
        return vec![Rejection::NotLaunchable(campaign.stage.status()).to_string()];
    }
    readiness.blockers.iter().map(ToString::to_string).collect()
}
