//! A permit as JSON.

use crate::campaign_json::instant;
use crate::openapi::{PermitStateWord, SendWord};
use chrono::{DateTime, Utc};
use domain::{AccountId, CampaignId, NodeId, Permit, PermitId, ProspectId};
use projector::PermitRow;
use serde::Serialize;
use utoipa::ToSchema;

/// A permission to send one step to one prospect.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Permit)]
pub(crate) struct PermitJson {
    /// Good as the provider's idempotency key.
    #[schema(value_type = Uuid)]
    id: PermitId,
    #[schema(value_type = Uuid)]
    campaign_id: CampaignId,
    #[schema(value_type = Uuid)]
    prospect_id: ProspectId,
    #[schema(value_type = Uuid)]
    node_id: NodeId,
    /// What the step sends.
    #[schema(value_type = SendWord)]
    send: &'static str,
    /// The account that it was asked for.
    #[schema(value_type = Option<Uuid>, required = true)]
    account_id: Option<AccountId>,
    #[schema(value_type = PermitStateWord)]
    state: &'static str,
    /// Not told with a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    granted_at: Option<String>,
}

impl PermitJson {
    pub fn of(campaign_id: CampaignId, prospect_id: ProspectId, permit: &Permit) -> Self {
        Self {
            id: permit.id,
            campaign_id,
            prospect_id,
            node_id: permit.node_id,
            send: permit.kind.as_str(),
            account_id: permit.account_id,
            state: permit.state.as_str(),
            granted_at: None,
        }
    }

    pub fn of_row(row: &PermitRow) -> Self {
        Self::of(row.campaign_id, row.prospect_id, &row.permit).granted(row.granted_at)
    }

    pub fn granted(self, at: DateTime<Utc>) -> Self {
        Self {
            granted_at: Some(instant(at)),
            ..self
        }
    }
}
