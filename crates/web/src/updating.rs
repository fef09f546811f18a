//! `PATCH /api/campaigns/{id}`: what a campaign is told to be (campaign API, section 1.4).
//!
//! Only keys that are there are applied. Which of them a status lets through is the rules' to say:
//! what it does not is silently ignored. `null` clears what may be absent; for a switch, which a
//! campaign of the other channel shows as `null`, it means as if absent, so that what was read can be
//! sent back.

use crate::app::App;
use crate::campaign_json::{CampaignJson, NodeJson, nodes};
use crate::change::{Change, Options, text};
use crate::creating::{GivenName, accounts, check_hours, check_signature};
use crate::ids::DocumentedUuid;
use crate::node_body::{NodeBody, sequence};
use crate::object::{at_most, nullable, present};
use crate::openapi::{CampaignPath, ChangeParameters, ChangeRefusals, HoursSchema};
use crate::preview_json::PreviewJson;
use crate::problem::{ErrorJson, Problem};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use commands::Done;
use domain::{
    AccountId, AccountLimit, Command, DailyLimit, OperatingHours, Settings, SettingsPatch,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The largest body: a whole sequence, written generously.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// New values for some settings of a campaign.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CampaignPatch, example = json!({"name": "Q3 founders outreach", "daily_limit": 80}))]
pub(crate) struct CampaignPatch {
    /// Any status.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 500, pattern = r"^[^\x00-\x1f\x7f-\x9f\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2028\u2029\u202d\u202e\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufff8]*$")]
    name: Option<GivenName>,
    /// Any status; wakes the sleepers of an active campaign. `null`: always.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<HoursSchema>)]
    operating_hours: Option<Option<OperatingHours>>,
    /// Any status; email. `null`: no limit.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 500)]
    daily_limit: Option<Option<DailyLimit>>,
    /// Any status; email.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<AccountLimitBody>, required = false, max_items = 100)]
    account_limits: Option<Vec<AccountLimitBody>>,
    /// Draft; email.
    stop_on_reply: Option<bool>,
    /// Draft; email.
    open_tracking: Option<bool>,
    /// Draft; email. `null`: none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 10000, pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$")]
    signature: Option<Option<String>>,
    /// Draft; LinkedIn.
    skip_other_campaigns: Option<bool>,
    /// Draft.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<DocumentedUuid>, required = false, max_items = 100)]
    sender_account_ids: Option<Vec<DocumentedUuid>>,
    /// Draft: the whole new sequence, in order, with its `end`.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<NodeBody>, required = false, max_items = 50)]
    sequence_nodes: Option<Vec<NodeBody>>,
    /// Why, for the history (an addition).
    #[schema(max_length = 500)]
    #[expect(dead_code, reason = "read by `body::reason`, described here")]
    reason: Option<String>,
}

/// A sender account's own ceiling within the campaign.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AccountLimit)]
struct AccountLimitBody {
    account_id: DocumentedUuid,
    #[schema(value_type = u32, minimum = 1, maximum = 500)]
    daily_limit: DailyLimit,
}

/// A campaign with its steps.
#[derive(Serialize, ToSchema)]
pub(crate) struct Updated<'a> {
    campaign: CampaignJson<'a>,
    sequence_nodes: Vec<NodeJson<'a>>,
    /// In the answer to a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    preview: Option<PreviewJson<'a>>,
}

/// Change settings, and a draft's sequence.
///
/// Only keys that are there are applied; keys that the status does not let through, or that belong to
/// the other channel, are silently ignored. All of it happens, or nothing.
#[utoipa::path(
    patch, path = "/api/campaigns/{id}", tag = "campaigns",
    params(CampaignPath, Options, ChangeParameters),
    request_body(content = CampaignPatch),
    responses(
        (status = 200, description = "The campaign as it is now", body = Updated,
            headers(("ETag" = String, description = "The campaign's version, for `If-Match` (an addition)"))),
        (status = 400, description = "`invalid_sequence`, `invalid_request`", body = ErrorJson,
            example = json!({"error": {"code": "invalid_sequence", "message": "sequence_nodes[1]: a delay must be between 1 minute and 30 days", "details": {"current_status": "draft", "allowed_actions": ["launch", "update", "edit_sequence", "edit_leads", "delete"]}}})),
        (status = 409, description = "`campaign_name_taken`: another campaign of the user has the name", body = ErrorJson),
        ChangeRefusals,
    ),
    security(("public_key" = [])),
)]
pub(crate) async fn update(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let change = Change::read(&request, payload, &app, BODY_BYTES_MAX).await?;
    let mut wanted: CampaignPatch = change.object()?;
    let new_id = app.sources.new_id;
    let nodes = wanted.sequence_nodes.take();
    let nodes = nodes.map(|nodes| sequence(nodes, new_id)).transpose()?;
    let patch = Box::new(patch(wanted)?);
    change
        .settle(Command::Update { patch, nodes }, updated)
        .await
}

fn updated(done: &Done, preview: Option<PreviewJson<'_>>) -> String {
    text(&Updated {
        campaign: CampaignJson::of(done),
        sequence_nodes: nodes(done),
        preview,
    })
}

fn patch(wanted: CampaignPatch) -> Result<SettingsPatch, Problem> {
    let signature = wanted.signature.as_ref().and_then(Option::as_deref);
    check_signature(signature)?;
    check_hours(wanted.operating_hours.as_ref().and_then(Option::as_ref))?;
    let senders = wanted.sender_account_ids.as_deref().map(accounts);
    Ok(SettingsPatch {
        name: wanted.name.map(|name| name.0),
        operating_hours: wanted.operating_hours,
        daily_limit: wanted.daily_limit,
        account_limits: wanted.account_limits.map(account_limits).transpose()?,
        stop_on_reply: wanted.stop_on_reply,
        open_tracking: wanted.open_tracking,
        signature: wanted.signature,
        skip_other_campaigns: wanted.skip_other_campaigns,
        sender_account_ids: senders.transpose()?,
    })
}

/// Every account is named once: of two limits nobody could tell which one holds.
fn account_limits(wanted: Vec<AccountLimitBody>) -> Result<Vec<AccountLimit>, Problem> {
    at_most("account_limits", wanted.len(), Settings::ACCOUNTS_MAX)?;
    let mut limits: Vec<AccountLimit> = Vec::with_capacity(wanted.len());
    for (place, limit) in wanted.into_iter().enumerate() {
        let account_id = AccountId(limit.account_id.0);
        if limits.iter().any(|other| other.account_id == account_id) {
            let message = format!("account_limits[{place}]: this account is named twice");
            return Err(Problem::invalid(message));
        }
        limits.push(AccountLimit {
            account_id,
            daily_limit: limit.daily_limit,
        });
    }
    Ok(limits)
}
