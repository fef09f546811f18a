//! A value field by field: each with the path to it.

use serde_json::Value;

/// The fields of a value that hold no others, in its order, as in `settings.name`. Items that have ids
/// are named by them, so that one that moved is still itself.
#[must_use]
pub fn fields(value: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    walk(String::new(), value, &mut all);
    all
}

/// A field as people read it.
#[must_use]
pub fn shown(value: Option<&Value>) -> String {
    match value {
        None => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn walk(path: String, value: &Value, all: &mut Vec<(String, Value)>) {
    let below = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (name, inner) in map {
                walk(below(name), inner, all);
            }
        }
        Value::Array(items) if !items.is_empty() && items.iter().all(|item| id(item).is_some()) => {
            for item in items {
                walk(below(id(item).unwrap_or_default()), &without_id(item), all);
            }
        }
        other => all.push((path, other.clone())),
    }
}

/// An item without the id that names it already.
fn without_id(item: &Value) -> Value {
    let mut rest = item.clone();
    if let Some(fields) = rest.as_object_mut() {
        fields.remove("id");
    }
    rest
}

fn id(item: &Value) -> Option<&str> {
    item.get("id").and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_named_by_their_path_and_items_by_their_id() {
        let value =
            json!({"a": {"b": 1, "none": {}}, "steps": [{"id": "x", "n": 2}], "ids": ["p"]});

        let paths: Vec<String> = fields(&value).into_iter().map(|(path, _)| path).collect();

        assert_eq!(paths, ["a.b", "a.none", "ids", "steps.x.n"]);
    }
}
