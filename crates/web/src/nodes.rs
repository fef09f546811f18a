//! `/api/campaigns/{id}/sequence/nodes`: the steps of a draft, one at a time (campaign API, section
//! 1.13).
//!
//! Each is one command in the campaign's journal, so positions stay contiguous whoever else edits.
//! Delays are not checked here but by the launch.

use crate::app::App;
use crate::campaign_json::{NodeJson, nodes};
use crate::change::{Change, Options, text};
use crate::ids::{DocumentedUuid, id_in_path};
use crate::node_body::{NodeBody, NodePatchBody};
use crate::openapi::{CampaignPath, ChangeParameters, ChangeRefusals, NodePath};
use crate::preview_json::PreviewJson;
use crate::problem::{ErrorJson, Problem};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use commands::Done;
use domain::{Command, NodeId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The largest body: one step with the longest text.
const BODY_BYTES_MAX: usize = 512 * 1024;

/// A step to be put elsewhere.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NodeMove)]
pub(crate) struct NodeMove {
    node_id: DocumentedUuid,
    /// Counted from 0; behind the last when there are fewer.
    to_position: u32,
    /// Why, for the history (an addition).
    #[schema(max_length = 500)]
    #[expect(dead_code, reason = "read by `body::reason`, described here")]
    reason: Option<String>,
}

/// A step to be taken out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NodeRemoval)]
pub(crate) struct NodeRemoval {
    node_id: DocumentedUuid,
    /// Why, for the history (an addition).
    #[schema(max_length = 500)]
    #[expect(dead_code, reason = "read by `body::reason`, described here")]
    reason: Option<String>,
}

/// All steps as they are now.
#[derive(Serialize, ToSchema)]
pub(crate) struct Steps<'a> {
    sequence_nodes: Vec<NodeJson<'a>>,
    /// In the answer to a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    preview: Option<PreviewJson<'a>>,
}

/// A step as it is now.
#[derive(Serialize, ToSchema)]
pub(crate) struct Step<'a> {
    #[schema(value_type = NodeJson)]
    node: Option<NodeJson<'a>>,
    /// In the answer to a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    preview: Option<PreviewJson<'a>>,
}

/// Put a step into a draft's sequence.
#[utoipa::path(
    post, path = "/api/campaigns/{id}/sequence/nodes", tag = "sequence",
    params(CampaignPath, Options, ChangeParameters),
    request_body(content = NodeBody),
    responses(
        (status = 200, description = "All steps as they are now", body = Steps),
        (status = 400, description = "`campaign_not_draft`, `invalid_sequence`, `invalid_request`", body = ErrorJson),
        ChangeRefusals,
    ),
    security(("public_key" = [])),
)]
pub(crate) async fn add(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let change = Change::read(&request, payload, &app, BODY_BYTES_MAX).await?;
    let wanted: NodeBody = change.object()?;
    let position = wanted.position().map(place);
    let node = Box::new(wanted.unnamed().node("", app.sources.new_id)?);
    change
        .settle(Command::AddNode { node, position }, steps)
        .await
}

/// Put a step of a draft's sequence elsewhere.
#[utoipa::path(
    patch, path = "/api/campaigns/{id}/sequence/nodes", tag = "sequence",
    params(CampaignPath, Options, ChangeParameters),
    request_body(content = NodeMove),
    responses(
        (status = 200, description = "All steps as they are now", body = Steps),
        (status = 400, description = "`campaign_not_draft`, `invalid_request`", body = ErrorJson),
        (status = 404, description = "`node_not_found`; `campaign_not_found`: absent, or another user's", body = ErrorJson),
        ChangeRefusals,
    ),
    security(("public_key" = [])),
)]
pub(crate) async fn relocate(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let change = Change::read(&request, payload, &app, BODY_BYTES_MAX).await?;
    let wanted: NodeMove = change.object()?;
    let command = Command::MoveNode {
        node_id: NodeId(wanted.node_id.0),
        position: place(wanted.to_position),
    };
    change.settle(command, steps).await
}

/// Take a step out of a draft's sequence.
///
/// Without its `end` a campaign cannot be launched.
#[utoipa::path(
    delete, path = "/api/campaigns/{id}/sequence/nodes", tag = "sequence",
    params(CampaignPath, Options, ChangeParameters),
    request_body(content = NodeRemoval),
    responses(
        (status = 200, description = "All steps as they are now", body = Steps),
        (status = 400, description = "`campaign_not_draft`, `invalid_request`", body = ErrorJson),
        (status = 404, description = "`node_not_found`; `campaign_not_found`: absent, or another user's", body = ErrorJson),
        ChangeRefusals,
    ),
    security(("public_key" = [])),
)]
pub(crate) async fn remove(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let change = Change::read(&request, payload, &app, BODY_BYTES_MAX).await?;
    let wanted: NodeRemoval = change.object()?;
    let command = Command::RemoveNode(NodeId(wanted.node_id.0));
    change.settle(command, steps).await
}

/// Change what a step of a draft's sequence says.
///
/// Only keys that are there are applied; type, position and campaign never change. Delays are
/// checked by the launch.
#[utoipa::path(
    put, path = "/api/campaigns/{id}/sequence/nodes/{nodeId}", tag = "sequence",
    params(NodePath, Options, ChangeParameters),
    request_body(content = NodePatchBody),
    responses(
        (status = 200, description = "The step as it is now", body = Step),
        (status = 400, description = "`campaign_not_draft`, `invalid_request`", body = ErrorJson),
        (status = 404, description = "`node_not_found`; `campaign_not_found`: absent, or another user's", body = ErrorJson),
        ChangeRefusals,
    ),
    security(("public_key" = [])),
)]
pub(crate) async fn edit(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let change = Change::read(&request, payload, &app, BODY_BYTES_MAX).await?;
    let node_id = NodeId(id_in_path(&request, "nodeId", "node")?);
    let patch = Box::new(change.object::<NodePatchBody>()?.patch()?);
    let step = move |done: &Done, preview: Option<PreviewJson<'_>>| {
        let node = nodes(done).into_iter().find(|node| node.id() == node_id);
        text(&Step { node, preview })
    };
    let command = Command::EditNode { node_id, patch };
    change.settle(command, step).await
}

fn steps(done: &Done, preview: Option<PreviewJson<'_>>) -> String {
    text(&Steps {
        sequence_nodes: nodes(done),
        preview,
    })
}

/// A position in memory. One that is too large for that is behind the last.
fn place(position: u32) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}
