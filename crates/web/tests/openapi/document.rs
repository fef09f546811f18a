//! A document as a test reads it: its operations, and requests that fit them.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

/// The methods that a path may have.
const METHODS: [&str; 6] = ["get", "post", "put", "patch", "delete", "options"];
/// How deep a body may be nested.
const DEPTH_MAX: u8 = 8;

/// A document.
pub struct Document(Value);

/// An operation of it.
pub struct Operation<'a> {
    pub path: &'a str,
    /// In capital letters.
    pub method: String,
    pub json: &'a Value,
    document: &'a Document,
}

impl Document {
    pub fn of(document: &OpenApi) -> Self {
        Self(serde_json::to_value(document).unwrap())
    }

    pub fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.0["paths"].as_object().unwrap().iter();
        paths
            .flat_map(|(path, item)| of_path(self, path, item))
            .collect()
    }

    /// What stands behind a reference.
    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => {
                let pointer = reference.trim_start_matches('#');
                self.resolve(self.0.pointer(pointer).expect("a schema that is there"))
            }
            None => schema,
        }
    }

    /// A value that fits a schema: with everything that it may have, or what it must. `ids` tells the
    /// id that stands under a name.
    fn value(&self, schema: &Value, name: &str, wish: &Wish<'_>, depth: u8) -> Value {
        let schema = self.resolve(schema);
        for choice in ["oneOf", "anyOf"] {
            if let Some(choices) = schema[choice].as_array() {
                let is_null = |it: &&Value| it["type"] == "null";
                let fit = choices.iter().find(|it| !is_null(it)).unwrap();
                return self.value(fit, name, wish, depth);
            }
        }
        if let Some(words) = schema["enum"].as_array() {
            return words[0].clone();
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null").unwrap(),
            kind => kind,
        };
        match kind.as_str() {
            Some("object") => self.object(schema, wish, depth),
            Some("array") => {
                let item = &schema["items"];
                json!([self.value(item, name, wish, depth)])
            }
            Some("integer" | "number") => number(schema),
            Some("boolean") => json!(true),
            Some("string") => text(schema, name, wish),
            _ if schema["allOf"].is_array() => self.all_of(schema, wish, depth),
            _ => json!({}),
        }
    }

    fn object(&self, schema: &Value, wish: &Wish<'_>, depth: u8) -> Value {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let is_wanted = |name: &String| {
            required.iter().any(|it| it == name) || (wish.everything && depth < DEPTH_MAX)
        };
        let properties = schema["properties"].as_object().into_iter().flatten();
        let wanted = properties.filter(|(name, _)| is_wanted(name));
        let pairs =
            wanted.map(|(name, inner)| (name.clone(), self.value(inner, name, wish, depth + 1)));
        Value::Object(pairs.collect())
    }

    fn all_of(&self, schema: &Value, wish: &Wish<'_>, depth: u8) -> Value {
        let parts = schema["allOf"].as_array().unwrap().iter();
        let mut whole = Map::new();
        for part in parts {
            if let Value::Object(fields) = self.value(part, "", wish, depth) {
                whole.extend(fields);
            }
        }
        Value::Object(whole)
    }
}

fn of_path<'a>(
    document: &'a Document,
    path: &'a str,
    item: &'a Value,
) -> impl Iterator<Item = Operation<'a>> {
    METHODS.into_iter().filter_map(move |method| {
        Some(Operation {
            path,
            method: method.to_ascii_uppercase(),
            json: item.get(method)?,
            document,
        })
    })
}

/// How a request is to be.
pub struct Wish<'a> {
    /// Whether it has what it need not have.
    pub everything: bool,
    /// The id that stands under a name, if one should.
    pub id: &'a dyn Fn(&str) -> Option<String>,
}

impl Operation<'_> {
    pub fn id(&self) -> &str {
        self.json["operationId"].as_str().expect("an operation id")
    }

    /// A body that fits, if the operation takes one.
    pub fn body(&self, wish: &Wish<'_>) -> Option<Value> {
        let schema = &self.json["requestBody"]["content"]["application/json"]["schema"];
        if schema.is_null() {
            return None;
        }
        let least = self.document.value(schema, "", wish, 0);
        // Where nothing must be there, one of several must: no schema says that well.
        let is_nothing = least.as_object().is_some_and(Map::is_empty);
        let whole = Wish {
            everything: true,
            ..*wish
        };
        Some(if is_nothing {
            self.document.value(schema, "", &whole, 0)
        } else {
            least
        })
    }

    /// The statuses that it may answer.
    pub fn statuses(&self) -> Vec<u16> {
        let all = self.json["responses"].as_object().unwrap().keys();
        all.map(|status| status.parse().unwrap()).collect()
    }
}

fn number(schema: &Value) -> Value {
    let least = schema["minimum"].as_i64().unwrap_or(1);
    json!(least.max(1))
}

fn text(schema: &Value, name: &str, wish: &Wish<'_>) -> Value {
    if let Some(id) = (wish.id)(name) {
        return json!(id);
    }
    let examples = schema["examples"].as_array().into_iter().flatten();
    let mut told = [&schema["example"]].into_iter().chain(examples);
    let told = told.find(|it| it.is_string()).cloned();
    told.unwrap_or_else(|| match schema["format"].as_str() {
        Some("uuid") => json!("8c2b2d4e-e29b-41d4-a716-446655440000"),
        Some("date-time") => json!("2026-04-22T09:05:00Z"),
        Some("email") => json!("someone@example.com"),
        _ => json!("a text"),
    })
}
