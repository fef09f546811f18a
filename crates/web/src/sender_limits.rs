//! Which limit binds an account of a campaign, as JSON.

use crate::campaign_json::instant;
use crate::openapi::SendWord;
use chrono::{DateTime, Utc};
use domain::{
    AccountId, ChannelKind, LimitInForce, LimitName, Present, SendKind, SendingAccount,
    binding_limit,
};
use serde::Serialize;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::schema::{ArrayBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The limit that binds an account: of those that are reached the one that lets through again last;
/// while none is, the one that leaves the fewest permits.
#[derive(Serialize, ToSchema)]
#[schema(as = BindingLimit)]
pub(crate) struct BindingLimitJson {
    /// What the steps send.
    #[schema(value_type = SendWord)]
    send: &'static str,
    #[schema(schema_with = LimitWord::schema)]
    limit: LimitWord,
    /// Permits that it lets through in its time.
    #[schema(example = 30)]
    max: u32,
    /// Permits that count against it now: granted, the failed ones too.
    #[schema(example = 12)]
    granted: u32,
    /// If it is reached: when it lets one through again, and every other limit does too; operating hours
    /// come on top. `null` if no limit is reached, or one lets nothing through at any time.
    #[schema(required = true, format = DateTime)]
    free_again_at: Option<String>,
}

/// A list of them in the documents. It is beyond the documented contract, and marked as that.
pub(crate) fn binding_limits() -> Schema {
    let addition = Extensions::builder()
        .add("x-fermata-addition", true)
        .build();
    let description = "For each kind of step that the campaign's channel sends: the limit that \
                       binds, the campaign's among them (an addition). A kind without a limit is left \
                       out.";
    let list = ArrayBuilder::new()
        .items(BindingLimitJson::schema())
        .description(Some(description))
        .extensions(Some(addition));
    Schema::Array(list.build())
}

/// Which limit.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum LimitWord {
    /// The campaign's `daily_limit`, over all its accounts.
    CampaignDailyLimit,
    /// The campaign's `account_limits`.
    AccountLimits,
    /// The account's, a day, over all campaigns.
    DailyLimit,
    /// The account's, a week, over all campaigns.
    WeeklyConnectionLimit,
    /// The account's, a week, over all campaigns.
    WeeklyMessageLimit,
}

impl BindingLimitJson {
    /// For each kind of step that the channel sends. A kind without a limit is left out.
    pub fn all(
        campaign: &Present,
        account: (AccountId, &SendingAccount),
        now: DateTime<Utc>,
    ) -> Vec<Self> {
        let kinds: &[SendKind] = match campaign.settings.channel.kind() {
            ChannelKind::Email => &[SendKind::Email],
            ChannelKind::Linkedin => &[SendKind::ConnectionRequest, SendKind::Message],
        };
        let binding = |kind: &SendKind| {
            let binds = binding_limit(campaign, *kind, Some(account), now);
            binds.map(|limit| Self::of(*kind, &limit))
        };
        kinds.iter().filter_map(binding).collect()
    }

    fn of(kind: SendKind, limit: &LimitInForce) -> Self {
        Self {
            send: kind.as_str(),
            limit: LimitWord::of(limit.name),
            max: limit.sends_max,
            granted: limit.granted,
            free_again_at: limit.frees_at.map(instant),
        }
    }
}

impl LimitWord {
    fn of(name: LimitName) -> Self {
        match name {
            LimitName::CampaignDaily => Self::CampaignDailyLimit,
            LimitName::CampaignAccount => Self::AccountLimits,
            LimitName::AccountDaily => Self::DailyLimit,
            LimitName::AccountWeeklyConnections => Self::WeeklyConnectionLimit,
            LimitName::AccountWeeklyMessages => Self::WeeklyMessageLimit,
        }
    }
}
