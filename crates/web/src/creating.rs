//! `POST /api/campaigns`: a new draft (campaign API, section 1.3).
//!
//! Keys of the other channel are read and silently ignored. What a caller leaves out takes the
//! value that surprises nobody: a reply ends the sequence, nothing is tracked, nobody is skipped.

use crate::app::App;
use crate::body::BODY_BYTES_MAX;
use crate::campaign_json::CampaignJson;
use crate::change::{Change, Options, text};
use crate::ids::DocumentedUuid;
use crate::object::{at_most, plain, within};
use crate::openapi::{ChannelWord, HoursSchema, RepeatParameters};
use crate::preview_json::PreviewJson;
use crate::problem::{ErrorJson, Problem};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use commands::Done;
use domain::{
    AccountId, BadSettings, Channel, ChannelKind, Command, DailyLimit, EmailSettings,
    LinkedInSettings, Name, NodeId, OperatingHours, Sequence, Settings,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A campaign to be.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewCampaign, example = json!({
    "type": "email", "name": "Q2 founders outreach",
    "sender_account_ids": ["3f0c2f7e-6f5d-4a53-9b43-0a4f3c1d2e10"],
    "daily_limit": 50, "stop_on_reply": true
}))]
pub(crate) struct NewCampaign {
    /// Never changes afterwards.
    #[schema(value_type = ChannelWord)]
    r#type: ChannelKind,
    /// Unique per user.
    #[schema(value_type = String, min_length = 1, max_length = 500, pattern = r"^[^\x00-\x1f\x7f-\x9f\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2028\u2029\u202d\u202e\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufff8]*$")]
    name: GivenName,
    /// All of the campaign's type.
    #[schema(max_items = 100)]
    sender_account_ids: Vec<DocumentedUuid>,
    /// LinkedIn: leave out people who are in another campaign. `false` when absent.
    skip_other_campaigns: Option<bool>,
    /// When sends may go out; always when absent.
    #[schema(value_type = Option<HoursSchema>)]
    operating_hours: Option<OperatingHours>,
    /// Email: sends a day over all senders; no limit when absent.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 500)]
    daily_limit: Option<DailyLimit>,
    /// Email: whether a reply ends the sequence for its prospect. `true` when absent.
    stop_on_reply: Option<bool>,
    /// Email. `false` when absent.
    open_tracking: Option<bool>,
    /// Email: appended to every mail.
    #[schema(
        max_length = 10000,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
    )]
    signature: Option<String>,
    /// Why, for the history (an addition).
    #[schema(max_length = 500)]
    #[expect(dead_code, reason = "read by `body::reason`, described here")]
    reason: Option<String>,
}

/// A campaign's name, as a caller gives it.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct GivenName(pub Name);

impl TryFrom<String> for GivenName {
    type Error = BadSettings;

    fn try_from(raw: String) -> Result<Self, BadSettings> {
        Name::try_from(raw).map(Self)
    }
}

/// A campaign that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct Created<'a> {
    campaign: CampaignJson<'a>,
    /// In the answer to a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    preview: Option<PreviewJson<'a>>,
}

/// Make a draft.
///
/// It begins with two steps: `email` or `connection_request`, and `end`. Keys of the other channel are
/// silently ignored.
#[utoipa::path(
    post, path = "/api/campaigns", tag = "campaigns",
    params(Options, RepeatParameters),
    request_body(content = NewCampaign),
    responses(
        (status = 201, description = "The draft, with its steps", body = Created,
            headers(("ETag" = String, description = "The campaign's version, for `If-Match` (an addition)"))),
        (status = 200, description = "The answer to a dry run (an addition)", body = Created),
        (status = 409, description = "`campaign_name_taken`: another campaign of the user has the name", body = ErrorJson,
            example = json!({"error": {"code": "campaign_name_taken", "message": "A campaign with this name already exists"}})),
        (status = 422, description = "`idempotency_key_reused`: the key belongs to another request", body = ErrorJson),
    ),
    security(("public_key" = [])),
)]
pub(crate) async fn create(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let change = Change::creation(&request, payload, &app, BODY_BYTES_MAX).await?;
    let settings = settings(change.object()?)?;
    let new_node = || NodeId((app.sources.new_id)());
    let nodes = Sequence::seed(settings.channel.kind(), new_node(), new_node());
    let command = Command::Create {
        user_id: change.user_id(),
        settings: Box::new(settings),
        nodes,
    };
    change.settle(command, created).await
}

fn created(done: &Done, preview: Option<PreviewJson<'_>>) -> String {
    text(&Created {
        campaign: CampaignJson::created(done),
        preview,
    })
}

fn settings(new: NewCampaign) -> Result<Settings, Problem> {
    let channel = match new.r#type {
        ChannelKind::Email => Channel::Email(EmailSettings {
            daily_limit: new.daily_limit,
            stop_on_reply: new.stop_on_reply.unwrap_or(true),
            open_tracking: new.open_tracking.unwrap_or(false),
            signature: new.signature,
            account_limits: vec![],
        }),
        ChannelKind::Linkedin => Channel::Linkedin(LinkedInSettings {
            skip_other_campaigns: new.skip_other_campaigns.unwrap_or(false),
        }),
    };
    if let Channel::Email(email) = &channel {
        let signature = email.signature.as_deref();
        check_signature(signature)?;
    }
    check_hours(new.operating_hours.as_ref())?;
    Ok(Settings {
        name: new.name.0,
        channel,
        operating_hours: new.operating_hours,
        sender_account_ids: accounts(&new.sender_account_ids)?,
    })
}

/// Sender accounts as a body names them.
pub(crate) fn accounts(ids: &[DocumentedUuid]) -> Result<Vec<AccountId>, Problem> {
    at_most("sender_account_ids", ids.len(), Settings::ACCOUNTS_MAX)?;
    Ok(ids.iter().map(|id| AccountId(id.0)).collect())
}

/// A signature has a longest length and no control characters but line breaks and tabs.
pub(crate) fn check_signature(signature: Option<&str>) -> Result<(), Problem> {
    within("signature", signature, EmailSettings::SIGNATURE_CHARS_MAX)?;
    plain("signature", signature)
}

/// A day has a bounded number of stretches.
pub(crate) fn check_hours(hours: Option<&OperatingHours>) -> Result<(), Problem> {
    let most = hours.map_or(0, OperatingHours::intervals_a_day);
    at_most(
        "Each day of operating_hours",
        most,
        OperatingHours::INTERVALS_A_DAY_MAX,
    )
}
