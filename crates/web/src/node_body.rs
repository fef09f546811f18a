//! Steps as callers write them (campaign API, sections 1.4 and 1.13). What the service does not
//! know of a step (`position`, `ai_node`, what only some generations of the documentation name) is
//! read over.

use crate::ids::DocumentedUuid;
use crate::object::{at_most, nullable, one_line, plain, within};
use crate::openapi::NodeWord;
use crate::problem::Problem;
use domain::{Content, Delay, Node, NodeId, NodeKind, NodePatch, Sequence};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A step.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewNode, example = json!({"type": "delay", "delay_days": 3}))]
pub(crate) struct NodeBody {
    #[schema(value_type = NodeWord)]
    r#type: NodeKind,
    /// In a whole sequence: a step that has one keeps it. A step that is put in gets a new one.
    id: Option<DocumentedUuid>,
    /// Where a step is put in, counted from 0; before the last `end` when absent. In a whole sequence
    /// a step's place in the list counts instead.
    position: Option<u32>,
    /// A mail's subject.
    #[schema(
        max_length = 998,
        pattern = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e]*$"
    )]
    subject: Option<String>,
    /// The text.
    #[schema(
        max_length = 50000,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
    )]
    body: Option<String>,
    /// Whether an invitation carries the text.
    include_message: Option<bool>,
    /// Whether a mail answers in the thread of the one before.
    is_reply: Option<bool>,
    delay_days: Option<u32>,
    delay_hours: Option<u32>,
    delay_minutes: Option<u32>,
}

/// New values for some of what a step says; `null` clears a text or a switch.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = NodePatch, example = json!({"subject": "A quick question", "body": "Hello %first_name%"}))]
pub(crate) struct NodePatchBody {
    /// A mail's subject.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 998, pattern = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e]*$")]
    subject: Option<Option<String>>,
    /// The text.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 50000, pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$")]
    body: Option<Option<String>>,
    /// Whether an invitation carries the text.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<bool>)]
    include_message: Option<Option<bool>>,
    /// Whether a mail answers in the thread of the one before.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<bool>)]
    is_reply: Option<Option<bool>>,
    delay_days: Option<u32>,
    delay_hours: Option<u32>,
    delay_minutes: Option<u32>,
    /// Why, for the history (an addition).
    #[schema(max_length = 500)]
    #[expect(dead_code, reason = "read by `body::reason`, described here")]
    reason: Option<String>,
}

impl NodeBody {
    pub fn position(&self) -> Option<u32> {
        self.position
    }

    /// Without the caller's id.
    pub fn unnamed(self) -> Self {
        Self { id: None, ..self }
    }

    /// The step, named anew if it has no name. `place` is what complaints call it, as in
    /// `sequence_nodes[2].`
    pub fn node(self, place: &str, new_id: fn() -> Uuid) -> Result<Node, Problem> {
        check(place, self.subject.as_deref(), self.body.as_deref())?;
        Ok(Node {
            id: NodeId(self.id.map_or_else(new_id, |id| id.0)),
            kind: self.r#type,
            content: Content {
                subject: self.subject,
                body: self.body,
                include_message: self.include_message,
                is_reply: self.is_reply,
            },
            delay: Delay {
                days: self.delay_days.unwrap_or_default(),
                hours: self.delay_hours.unwrap_or_default(),
                minutes: self.delay_minutes.unwrap_or_default(),
            },
        })
    }
}

impl NodePatchBody {
    pub fn patch(self) -> Result<NodePatch, Problem> {
        let subject = self.subject.as_ref().and_then(Option::as_deref);
        let body = self.body.as_ref().and_then(Option::as_deref);
        check("", subject, body)?;
        Ok(NodePatch {
            subject: self.subject,
            body: self.body,
            include_message: self.include_message,
            is_reply: self.is_reply,
            delay_days: self.delay_days,
            delay_hours: self.delay_hours,
            delay_minutes: self.delay_minutes,
        })
    }
}

/// A whole sequence. A step's place in the list is its position.
pub(crate) fn sequence(nodes: Vec<NodeBody>, new_id: fn() -> Uuid) -> Result<Vec<Node>, Problem> {
    at_most("sequence_nodes", nodes.len(), Sequence::NODES_MAX)?;
    let nodes = nodes.into_iter().enumerate();
    nodes
        .map(|(place, node)| node.node(&format!("sequence_nodes[{place}]."), new_id))
        .collect()
}

fn check(place: &str, subject: Option<&str>, body: Option<&str>) -> Result<(), Problem> {
    let name = format!("{place}subject");
    within(&name, subject, Content::SUBJECT_CHARS_MAX)?;
    one_line(&name, subject)?;
    let name = format!("{place}body");
    within(&name, body, Content::BODY_CHARS_MAX)?;
    plain(&name, body)
}
