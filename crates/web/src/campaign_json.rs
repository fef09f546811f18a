//! Campaigns as the documentation has them (campaign API, section 1.1): exactly those fields, in
//! that order.

use crate::openapi::{CampaignStatus, ChannelWord, HoursSchema, NodeWord, StatsSchema};
use crate::sender_json::SenderJson;
use chrono::{DateTime, SecondsFormat, Utc};
use domain::{
    AccountId, CampaignId, Channel, ChannelKind, DailyLimit, Node, NodeKind, OperatingHours,
    ProspectStatus, Stats, Status, UserId,
};
use projector::CampaignRow;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The key of prospects who are at no step (campaign API, section 1.5).
const NO_NODE: &str = "__none__";

/// A campaign on the wire.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Campaign)]
pub struct CampaignJson<'a> {
    #[schema(value_type = Uuid)]
    id: CampaignId,
    /// The owner.
    #[schema(value_type = Uuid)]
    user_id: UserId,
    #[schema(value_type = ChannelWord)]
    r#type: ChannelKind,
    /// Unique per user.
    #[schema(min_length = 1, max_length = 500, example = "Q2 founders outreach")]
    name: &'a str,
    #[schema(value_type = CampaignStatus)]
    status: Status,
    /// Email: sends a day over all senders. `null` on LinkedIn, and without a limit.
    #[schema(value_type = Option<u32>, required = true, minimum = 1, maximum = 500)]
    daily_limit: Option<DailyLimit>,
    /// Email; `null` on LinkedIn.
    #[schema(required = true)]
    stop_on_reply: Option<bool>,
    /// Email; `null` on LinkedIn.
    #[schema(required = true)]
    open_tracking: Option<bool>,
    /// Email; `null` on LinkedIn.
    #[schema(required = true)]
    signature: Option<&'a str>,
    /// LinkedIn; `null` on email.
    #[schema(required = true)]
    skip_other_campaigns: Option<bool>,
    #[schema(value_type = Option<HoursSchema>, required = true)]
    operating_hours: Option<&'a OperatingHours>,
    #[schema(value_type = Option<StatsSchema>, required = true)]
    stats: Option<Stats>,
    #[schema(format = DateTime, example = "2026-04-22T09:05:00Z")]
    created_at: String,
    #[schema(format = DateTime, example = "2026-04-22T09:05:00Z")]
    updated_at: String,
    // Ids alone until the answer leaves: `sender_json.rs` puts the accounts in.
    /// Absent in the answer to a creation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<SenderJson>)]
    sender_accounts: Option<&'a [AccountId]>,
    /// In lists only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    node_count: Option<usize>,
    /// In the answer to a creation only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sequence_nodes: Option<Vec<NodeJson<'a>>>,
}

impl<'a> CampaignJson<'a> {
    /// The campaign of `row`, with the ids of its sender accounts: `sender_json.rs` puts the accounts in.
    #[must_use]
    pub fn of(row: &'a CampaignRow) -> Self {
        let settings = &row.campaign.settings;
        let (email, linkedin) = match &settings.channel {
            Channel::Email(email) => (Some(email), None),
            Channel::Linkedin(linkedin) => (None, Some(linkedin)),
        };
        Self {
            id: row.id,
            user_id: row.campaign.user_id,
            r#type: settings.channel.kind(),
            name: settings.name.as_str(),
            status: row.campaign.stage.status(),
            daily_limit: email.and_then(|email| email.daily_limit),
            stop_on_reply: email.map(|email| email.stop_on_reply),
            open_tracking: email.map(|email| email.open_tracking),
            signature: email.and_then(|email| email.signature.as_deref()),
            skip_other_campaigns: linkedin.map(|linkedin| linkedin.skip_other_campaigns),
            operating_hours: settings.operating_hours.as_ref(),
            stats: row.campaign.stats(),
            created_at: instant(row.created_at),
            updated_at: instant(row.updated_at),
            sender_accounts: Some(&settings.sender_account_ids),
            node_count: None,
            sequence_nodes: None,
        }
    }

    /// As the answer to its creation: with its steps, and without accounts to flatten (campaign
    /// API, section 1.3).
    #[must_use]
    pub fn created(row: &'a CampaignRow) -> Self {
        Self {
            sender_accounts: None,
            sequence_nodes: Some(nodes(row)),
            ..Self::of(row)
        }
    }

    /// As an item of a list, which also counts the steps.
    #[must_use]
    pub fn item(row: &'a CampaignRow) -> Self {
        Self {
            node_count: Some(row.campaign.sequence.nodes().len()),
            ..Self::of(row)
        }
    }
}

/// A step on the wire (campaign API, section 1.13).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Node)]
pub(crate) struct NodeJson<'a> {
    #[schema(value_type = Uuid)]
    id: domain::NodeId,
    #[schema(value_type = Uuid)]
    campaign_id: CampaignId,
    /// From 0, without gaps.
    position: usize,
    #[schema(value_type = NodeWord)]
    r#type: NodeKind,
    #[schema(required = true)]
    subject: Option<&'a str>,
    #[schema(required = true)]
    body: Option<&'a str>,
    #[schema(required = true)]
    include_message: Option<bool>,
    #[schema(required = true)]
    is_reply: Option<bool>,
    delay_days: u32,
    delay_hours: u32,
    delay_minutes: u32,
    /// Always `null`: content is not generated here.
    #[schema(required = true)]
    ai_node: Option<()>,
}

/// The steps of a campaign, in order.
pub(crate) fn nodes(row: &CampaignRow) -> Vec<NodeJson<'_>> {
    let nodes = row.campaign.sequence.nodes().iter().enumerate();
    nodes
        .map(|(position, node)| NodeJson::of(row.id, position, node))
        .collect()
}

/// How many prospects have each status.
pub(crate) fn by_status(row: &CampaignRow) -> BTreeMap<&'static str, u32> {
    words(row.campaign.census.by_status())
}

fn words(counts: BTreeMap<ProspectStatus, u32>) -> BTreeMap<&'static str, u32> {
    let counts = counts.into_iter();
    counts
        .map(|(status, count)| (status.as_str(), count))
        .collect()
}

impl<'a> NodeJson<'a> {
    pub fn id(&self) -> domain::NodeId {
        self.id
    }

    pub fn of(campaign_id: CampaignId, position: usize, node: &'a Node) -> Self {
        Self {
            id: node.id,
            campaign_id,
            position,
            r#type: node.kind,
            subject: node.content.subject.as_deref(),
            body: node.content.body.as_deref(),
            include_message: node.content.include_message,
            is_reply: node.content.is_reply,
            delay_days: node.delay.days,
            delay_hours: node.delay.hours,
            delay_minutes: node.delay.minutes,
            ai_node: None,
        }
    }
}

/// A campaign with its steps and counts (campaign API, section 1.5).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WholeCampaign)]
pub struct WholeCampaignJson<'a> {
    campaign: CampaignJson<'a>,
    sequence_nodes: Vec<NodeJson<'a>>,
    #[schema(value_type = BTreeMap<String, u32>)]
    prospects_by_status: BTreeMap<&'static str, u32>,
    #[schema(value_type = BTreeMap<String, BTreeMap<String, u32>>)]
    prospects_by_node: BTreeMap<String, BTreeMap<&'static str, u32>>,
}

impl<'a> WholeCampaignJson<'a> {
    /// The campaign of `row`, with the ids of its sender accounts.
    #[must_use]
    pub fn of(row: &'a CampaignRow) -> Self {
        let node = |node: Option<domain::NodeId>| {
            node.map_or_else(|| NO_NODE.to_owned(), |node| node.0.to_string())
        };
        let census = &row.campaign.census;
        Self {
            campaign: CampaignJson::of(row),
            sequence_nodes: nodes(row),
            prospects_by_status: by_status(row),
            prospects_by_node: census
                .by_node()
                .into_iter()
                .map(|(place, counts)| (node(place), words(counts)))
                .collect(),
        }
    }
}

/// An instant as RFC 3339 in UTC with a `Z`, with as many digits of a second as it has.
#[must_use]
pub fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
