//! A lead on the wire: the documented fields, in that order.

use crate::campaign_json::instant;
use crate::openapi::ProspectWord;
use domain::{CampaignId, NodeId, ProspectId, ProspectStatus, UserId};
use people::{Details, Field, Lead};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// The source of somebody about whom nothing is on file any more.
const ERASED: &str = "erased";

/// A person in a campaign. Of somebody who was erased, only the id and where they stand is left.
#[derive(Serialize, ToSchema)]
#[schema(as = Lead)]
pub(crate) struct LeadJson {
    #[schema(value_type = Uuid)]
    id: ProspectId,
    #[schema(value_type = Uuid)]
    campaign_id: CampaignId,
    /// The owner of the campaign.
    #[schema(value_type = Uuid)]
    user_id: UserId,
    #[schema(value_type = ProspectWord)]
    status: ProspectStatus,
    #[schema(required = true, example = "ada@example.com")]
    email: Option<String>,
    #[schema(required = true, example = "https://www.linkedin.com/in/ada")]
    linkedin_url: Option<String>,
    #[schema(required = true)]
    first_name: Option<String>,
    #[schema(required = true)]
    last_name: Option<String>,
    /// The name on file, or the first and the last together.
    #[schema(required = true)]
    name: Option<String>,
    #[schema(required = true)]
    company: Option<String>,
    #[schema(required = true)]
    position: Option<String>,
    #[schema(required = true)]
    headline: Option<String>,
    /// The client's own fields.
    #[schema(value_type = Object)]
    custom_fields: Box<RawValue>,
    /// `api`; `erased` once nothing is on file.
    source: String,
    #[schema(required = true)]
    source_ref: Option<String>,
    /// The step that they are at; none before the first and after the last.
    #[schema(value_type = Option<Uuid>, required = true)]
    current_node_id: Option<NodeId>,
    #[schema(required = true, format = DateTime)]
    replied_at: Option<String>,
    #[schema(required = true, format = DateTime)]
    bounced_at: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

impl LeadJson {
    pub fn of(lead: &Lead) -> Self {
        let text = |field| lead.details.get(field).map(str::to_owned);
        Self {
            id: lead.id,
            campaign_id: lead.campaign_id,
            user_id: lead.user_id,
            status: lead.status,
            email: text(Field::Email),
            linkedin_url: text(Field::LinkedinUrl),
            first_name: text(Field::FirstName),
            last_name: text(Field::LastName),
            name: lead.details.full_name(),
            company: text(Field::Company),
            position: text(Field::Position),
            headline: text(Field::Headline),
            custom_fields: custom_fields(&lead.details),
            source: lead.source.clone().unwrap_or_else(|| ERASED.to_owned()),
            source_ref: lead.source_ref.clone(),
            current_node_id: lead.node_id,
            replied_at: lead.replied_at.map(instant),
            bounced_at: lead.bounced_at.map(instant),
            created_at: instant(lead.created_at),
            updated_at: instant(lead.updated_at),
        }
    }
}

/// As the client wrote them; an empty object when there are none.
fn custom_fields(details: &Details) -> Box<RawValue> {
    details
        .custom_fields
        .as_ref()
        .and_then(|fields| RawValue::from_string(fields.as_json().to_owned()).ok())
        .or_else(|| RawValue::from_string("{}".to_owned()).ok())
        .unwrap_or_else(|| RawValue::NULL.to_owned())
}
