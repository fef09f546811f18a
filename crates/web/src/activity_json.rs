//! An activity on the wire (campaign API, section 1.14): what happened, in the documentation's words
//! where it has one, and in words of that kind otherwise.

use crate::campaign_json::instant;
use crate::openapi::{CampaignStatus, ChannelWord};
use domain::{
    AccountId, CampaignId, ChannelKind, Event, NodeId, ProspectId, SendFailure, SendKind, Status,
};
use projector::Activity;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Something that happened to a prospect.
#[derive(Serialize, ToSchema)]
#[schema(as = Activity)]
pub(crate) struct ActivityJson<'a> {
    id: Uuid,
    #[schema(value_type = Uuid)]
    campaign_id: CampaignId,
    #[schema(value_type = Option<Uuid>, required = true)]
    prospect_id: Option<ProspectId>,
    #[schema(example = "email_sent")]
    activity_type: &'static str,
    /// `email`, `linkedin`, or `system` for what the engine reported.
    #[schema(example = "email")]
    channel: &'static str,
    metadata: MetadataJson,
    #[schema(format = DateTime, example = "2026-04-22T09:05:00Z")]
    created_at: String,
    #[schema(required = true)]
    prospect: Option<ActivityProspectJson>,
    campaign: ActivityCampaignJson<'a>,
}

/// What else is known of it.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = ActivityMetadata)]
struct MetadataJson {
    /// Of a bounce: always `null`, the engine does not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    bounce_reason: Option<Option<&'static str>>,
    /// Of a send: the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, nullable = false)]
    node_id: Option<NodeId>,
    /// Of a send: the account, if its permit named one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, nullable = false)]
    account_id: Option<AccountId>,
    /// Of a send that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    failure: Option<SendFailure>,
    /// Of a reply: whether it ended the sequence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    stopped: Option<bool>,
}

/// To whom.
#[derive(Serialize, ToSchema)]
#[schema(as = ActivityProspect)]
struct ActivityProspectJson {
    #[schema(value_type = Uuid)]
    id: ProspectId,
}

/// In which campaign.
#[derive(Serialize, ToSchema)]
#[schema(as = ActivityCampaign)]
struct ActivityCampaignJson<'a> {
    #[schema(value_type = Uuid)]
    id: CampaignId,
    name: &'a str,
    #[schema(value_type = ChannelWord)]
    r#type: ChannelKind,
    #[schema(value_type = CampaignStatus)]
    status: Status,
}

impl<'a> ActivityJson<'a> {
    pub fn of(activity: &'a Activity) -> Self {
        let prospect_id = activity.event.prospect();
        let (activity_type, channel) = words(activity);
        Self {
            id: activity.id,
            campaign_id: activity.campaign_id,
            prospect_id,
            activity_type,
            channel,
            metadata: metadata(activity),
            created_at: instant(activity.recorded_at),
            prospect: prospect_id.map(|id| ActivityProspectJson { id }),
            campaign: ActivityCampaignJson {
                id: activity.campaign_id,
                name: &activity.campaign_name,
                r#type: activity.channel,
                status: activity.campaign_status,
            },
        }
    }
}

fn words(activity: &Activity) -> (&'static str, &'static str) {
    let own = activity.channel.as_str();
    let invited = activity
        .send
        .is_some_and(|send| send.kind == SendKind::ConnectionRequest);
    match (&activity.event, activity.channel) {
        (Event::SendSucceeded(_), ChannelKind::Email) => ("email_sent", own),
        (Event::SendSucceeded(_), ChannelKind::Linkedin) if invited => {
            ("linkedin_connection_sent", own)
        }
        (Event::SendSucceeded(_), ChannelKind::Linkedin) => ("linkedin_message_sent", own),
        (Event::SendFailed(_), ChannelKind::Email) => ("email_failed", own),
        (Event::SendFailed(_), ChannelKind::Linkedin) if invited => {
            ("linkedin_connection_failed", own)
        }
        (Event::SendFailed(_), ChannelKind::Linkedin) => ("linkedin_message_failed", own),
        (Event::ProspectConnected(_), _) => ("linkedin_connection_accepted", own),
        (Event::ProspectReplied(_), ChannelKind::Email) => ("email_replied", own),
        (Event::ProspectReplied(_), ChannelKind::Linkedin) => ("linkedin_replied", own),
        (Event::ProspectBounced(_), _) => ("email_bounced", own),
        (Event::ProspectCompleted(_), _) => ("prospect_completed", "system"),
        (Event::ProspectTimedOut(_), _) => ("prospect_timed_out", "system"),
        (Event::ProspectCancelled(_), _) => ("prospect_cancelled", "system"),
        // The statement asks for no others.
        (other, _) => (other.event_type(), "system"),
    }
}

fn metadata(activity: &Activity) -> MetadataJson {
    let sent = MetadataJson {
        node_id: activity.send.map(|send| send.node_id),
        account_id: activity.send.and_then(|send| send.account_id),
        ..MetadataJson::default()
    };
    match &activity.event {
        Event::SendFailed(failed) => MetadataJson {
            failure: Some(failed.failure),
            ..sent
        },
        Event::ProspectBounced(_) => MetadataJson {
            bounce_reason: Some(None),
            ..sent
        },
        Event::ProspectReplied(replied) => MetadataJson {
            stopped: Some(replied.stopped),
            ..sent
        },
        _ => sent,
    }
}
