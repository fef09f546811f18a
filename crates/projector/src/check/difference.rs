//! Where a row is not what it should be, named as exactly as people look for it.

use crate::{CampaignRow, PermitRow, ProspectRow};
use domain::{CampaignId, PermitId, ProspectId};
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt;

/// Characters that are shown of a value.
const SHOWN_MAX: usize = 300;

/// A row that is not what the log says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Whose row.
    pub campaign_id: CampaignId,
    /// Of which prospect, if it is a prospect's or a permit's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prospect_id: Option<ProspectId>,
    /// Of which permit, if it is a permit's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permit_id: Option<PermitId>,
    /// The field, with the way to it; `row` when one of both has none.
    pub field: String,
    /// What the row has.
    pub row: String,
    /// What the log says.
    pub log: String,
}

/// A counter of a campaign that is not what counting its rows gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Miscount {
    /// Whose counter.
    pub campaign_id: CampaignId,
    /// Which.
    pub counter: String,
    /// What it says.
    pub row: String,
    /// What was counted.
    pub recount: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "campaign {}", self.campaign_id)?;
        if let Some(id) = self.prospect_id {
            write!(f, ", prospect {}", id.0)?;
        }
        if let Some(id) = self.permit_id {
            write!(f, ", permit {}", id.0)?;
        }
        let (field, row, log) = (&self.field, &self.row, &self.log);
        write!(f, ": {field} is {row} in the row, {log} by the log")
    }
}

impl fmt::Display for Miscount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, counter) = (self.campaign_id, &self.counter);
        let (row, recount) = (&self.row, &self.recount);
        write!(
            f,
            "campaign {id}: {counter} is {row}, a recount gives {recount}"
        )
    }
}

/// The first place where two values differ: the way there, and what either has. An absent value is
/// null.
pub(super) fn first_place(way: &str, row: &Value, log: &Value) -> Option<(String, String, String)> {
    if row == log {
        return None;
    }
    let inner = match (row, log) {
        (Value::Object(rows), Value::Object(logs)) => rows
            .keys()
            .chain(logs.keys())
            .find_map(|key| first_place(&further(way, key), of(rows.get(key)), of(logs.get(key)))),
        (Value::Array(rows), Value::Array(logs)) => {
            (0..rows.len().max(logs.len())).find_map(|at| {
                let way = further(way, &at.to_string());
                first_place(&way, of(rows.get(at)), of(logs.get(at)))
            })
        }
        _ => None,
    };
    inner.or_else(|| Some((way.to_owned(), shown(row), shown(log))))
}

fn further(way: &str, step: &str) -> String {
    if way.is_empty() {
        step.to_owned()
    } else {
        format!("{way}.{step}")
    }
}

fn of(value: Option<&Value>) -> &Value {
    value.unwrap_or(&Value::Null)
}

/// A value as people read it, cut where it gets long.
pub(super) fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => return "none".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

pub(super) fn campaign(row: &CampaignRow) -> Value {
    json!({
        "version": row.version.0,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "user_id": row.campaign.user_id,
        "stage": row.campaign.stage,
        "census": row.campaign.census,
        "tally": row.campaign.tally,
        "settings": *row.campaign.settings,
        "sequence": *row.campaign.sequence,
    })
}

/// For a row that only one side has: what says most.
pub(super) fn outline(row: &CampaignRow) -> Value {
    json!({"version": row.version.0, "stage": row.campaign.stage})
}

pub(super) fn prospect(row: &ProspectRow) -> Value {
    json!({
        "status": row.prospect.status,
        "node_id": row.prospect.node_id,
        "replies": row.prospect.replies,
        "replied_at": row.replied_at,
        "bounced_at": row.bounced_at,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "added": row.added.map(|added| (added.version.0, added.place)),
    })
}

pub(super) fn permit(row: &PermitRow) -> Value {
    json!({
        "prospect_id": row.prospect_id,
        "node_id": row.permit.node_id,
        "state": row.permit.state,
        "send": row.permit.kind,
        "account_id": row.permit.account_id,
        "granted_at": row.granted_at,
        "closed_at": row.closed_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_place_is_named() {
        let row = json!({"a": 1, "b": {"c": [1, {"d": 2}]}});
        let log = json!({"a": 1, "b": {"c": [1, {"d": 3}]}});

        let place = first_place("", &row, &log).unwrap();

        assert_eq!(place, ("b.c.1.d".into(), "2".into(), "3".into()));
    }

    #[test]
    fn a_value_that_only_one_has_is_none_on_the_other_side() {
        let place = first_place("settings", &json!({}), &json!({"name": "Spring"})).unwrap();

        assert_eq!(
            place,
            ("settings.name".into(), "none".into(), "Spring".into())
        );
        assert_eq!(first_place("settings", &json!({}), &json!({})), None);
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        let shown = shown(&Value::String("ä".repeat(SHOWN_MAX + 1)));

        assert_eq!(shown, format!("{}…", "ä".repeat(SHOWN_MAX)));
    }
}
