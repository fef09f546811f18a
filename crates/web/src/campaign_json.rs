//! Campaigns as the documentation has them (campaign API, section 1.1): exactly those fields, in
//! that order.

use chrono::{DateTime, SecondsFormat, Utc};
use domain::{
    CampaignId, Channel, ChannelKind, DailyLimit, Node, NodeKind, OperatingHours, Stats, Status,
    UserId,
};
use projector::CampaignRow;
use serde::Serialize;
use std::collections::BTreeMap;

/// The key of prospects who are at no step (campaign API, section 1.5).
const NO_NODE: &str = "__none__";

/// A campaign on the wire.
#[derive(Debug, Serialize)]
pub struct CampaignJson<'a> {
    id: CampaignId,
    user_id: UserId,
    r#type: ChannelKind,
    name: &'a str,
    status: Status,
    daily_limit: Option<DailyLimit>,
    stop_on_reply: Option<bool>,
    open_tracking: Option<bool>,
    signature: Option<&'a str>,
    skip_other_campaigns: Option<bool>,
    operating_hours: Option<&'a OperatingHours>,
    stats: Option<Stats>,
    created_at: String,
    updated_at: String,
    sender_accounts: [(); 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    node_count: Option<usize>,
}

impl<'a> CampaignJson<'a> {
    /// The campaign of `row`. Sender accounts are not registered with the service, so there are
    /// none to flatten.
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
            sender_accounts: [],
            node_count: None,
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
#[derive(Debug, Serialize)]
pub(crate) struct NodeJson<'a> {
    id: domain::NodeId,
    campaign_id: CampaignId,
    position: usize,
    r#type: NodeKind,
    subject: Option<&'a str>,
    body: Option<&'a str>,
    include_message: Option<bool>,
    is_reply: Option<bool>,
    delay_days: u32,
    delay_hours: u32,
    delay_minutes: u32,
    ai_node: Option<()>,
}

impl<'a> NodeJson<'a> {
    fn of(campaign_id: CampaignId, position: usize, node: &'a Node) -> Self {
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
#[derive(Debug, Serialize)]
pub(crate) struct WholeCampaignJson<'a> {
    campaign: CampaignJson<'a>,
    sequence_nodes: Vec<NodeJson<'a>>,
    prospects_by_status: BTreeMap<&'static str, u32>,
    prospects_by_node: BTreeMap<String, BTreeMap<&'static str, u32>>,
}

impl<'a> WholeCampaignJson<'a> {
    pub fn of(row: &'a CampaignRow) -> Self {
        let words = |counts: BTreeMap<domain::ProspectStatus, u32>| {
            counts
                .into_iter()
                .map(|(status, count)| (status.as_str(), count))
                .collect()
        };
        let node = |node: Option<domain::NodeId>| {
            node.map_or_else(|| NO_NODE.to_owned(), |node| node.0.to_string())
        };
        let census = &row.campaign.census;
        let nodes = row.campaign.sequence.nodes().iter().enumerate();
        Self {
            campaign: CampaignJson::of(row),
            sequence_nodes: nodes
                .map(|(place, it)| NodeJson::of(row.id, place, it))
                .collect(),
            prospects_by_status: words(census.by_status()),
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
