//! What changed for each prospect, field by field.

use super::{Difference, differing};
use domain::{Prospect, ProspectId, Roster};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Everybody who is on either side, in the order of their ids.
pub(super) fn everyone(was: &Roster, is: &Roster) -> BTreeSet<ProspectId> {
    was.iter().chain(is.iter()).map(|(id, _)| id).collect()
}

/// Every field of every prospect that differs, prospect by prospect.
pub(super) fn differences<'a>(
    was: &'a Roster,
    is: &'a Roster,
) -> impl Iterator<Item = Difference> + 'a {
    let changed = everyone(was, is)
        .into_iter()
        .filter(|id| was.find(*id) != is.find(*id));
    changed.flat_map(move |id| {
        let [was, is] = [was, is].map(|side| {
            let found = side.find(id).map(prospect);
            let name = id.0.to_string();
            json!({"prospects": Map::from_iter(found.map(|value| (name, value)))})
        });
        let fields = differing(&was, &is).into_iter();
        fields.filter(|(path, _, _)| path != "prospects")
    })
}

fn prospect(prospect: &Prospect) -> Value {
    let permits = prospect.permits().iter().map(|permit| {
        json!({
            "id": permit.id,
            "node_id": permit.node_id,
            "send": permit.kind.as_str(),
            "account_id": permit.account_id,
            "state": permit.state.as_str(),
        })
    });
    let permits: Vec<Value> = permits.collect();
    let mut value = json!({
        "status": prospect.status.as_str(),
        "node_id": prospect.node_id,
        "replies": prospect.replies,
    });
    if let Some(fields) = value.as_object_mut().filter(|_| !permits.is_empty()) {
        fields.insert("permits".to_owned(), json!(permits));
    }
    value
}
