//! Everything that both documents offer, with texts that no database keeps, arrays for objects, and
//! values of another kind, in every place of every request: refused, never a failure, and no refusal
//! repeats what was sent.

use crate::document::{Document, Operation, Wish};
use crate::world::World;
use reqwest::header::HeaderValue;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

/// What is sent where it must not be repeated.
const PLANTED: &str = "planted-ada@example.com";
/// Stands for half of a surrogate pair, which no Rust text has.
const CUT: &str = "half-of-a-pair";
/// What the client's own JSON stands under: any kind of value may.
const ANY: [&str; 1] = ["data"];

struct Asker<'a> {
    world: &'a World,
    client: Client,
    url: String,
    key: &'a str,
    operation: &'a Operation<'a>,
}

impl Asker<'_> {
    fn path(&self, odd: Option<(usize, &str)>) -> String {
        let known = self.world.known();
        let parts: Vec<&str> = self.operation.path.split('/').collect();
        let fill = |(place, part): (usize, &&str)| match (part.starts_with('{'), odd) {
            (true, Some((at, odd))) if at == place => odd.to_owned(),
            (true, _) => {
                let id = &known[parts[place - 1]][place % 2];
                id.as_str().unwrap_or("0").to_owned()
            }
            (false, _) => (*part).to_owned(),
        };
        parts
            .iter()
            .enumerate()
            .map(fill)
            .collect::<Vec<_>>()
            .join("/")
    }

    fn request(&self, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(self.operation.method.as_bytes()).unwrap();
        let url = format!("{}{path}", self.url);
        self.client.request(method, url).bearer_auth(self.key)
    }

    fn body(&self) -> Option<Value> {
        let known = self.world.known();
        let id = |name: &str| {
            let kind = match name {
                "ids" | "campaign_id" => "campaigns",
                "prospect_id" | "prospect_ids" => "prospects",
                "node_id" | "nodeId" => "nodes",
                "account_id" | "sender_account_ids" => "senders",
                _ => return None,
            };
            known[kind][0].as_str().map(str::to_owned)
        };
        let wish = Wish {
            everything: true,
            id: &id,
        };
        self.operation.body(&wish)
    }

    /// The status, which is no failure, of an answer that repeats nothing that it refuses.
    async fn held(&self, request: RequestBuilder, sent: &str) -> u16 {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let about = format!("{} {} {sent}", self.operation.method, self.operation.path);
        assert!(status < 500, "{about}: {status}");
        // A conflict names what stands in the way, as its holder called itself in an earlier request.
        if 400 <= status && status != 409 {
            let text = answer.text().await.unwrap();
            assert!(!text.contains(PLANTED), "{about}: {text}");
        }
        status
    }

    async fn try_path(&self) {
        let parts = self.operation.path.split('/').enumerate();
        // Nobody reads which run it is.
        let is_read = |part: &str| part.starts_with('{') && part != "{run_id}";
        for (place, _) in parts.filter(|(_, part)| is_read(part)) {
            for odd in ["%00", "a%00b", "%FF", PLANTED] {
                let path = self.path(Some((place, odd)));
                let request = self.request(&path).header("content-length", 0);
                let status = self.held(request, &path).await;
                // A preflight asks for nothing.
                let is_refused = (400..500).contains(&status) || self.operation.method == "OPTIONS";
                assert!(is_refused, "{path}: {status}");
            }
        }
    }

    async fn try_query(&self) {
        let parameters = self.operation.json["parameters"].as_array();
        for parameter in parameters.into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            match parameter["in"].as_str() {
                Some("query") => {
                    for odd in ["%00", "a%00b", "%FF", PLANTED] {
                        let query = format!("{}?{name}={odd}", self.path(None));
                        let status = self.held(self.request(&query), &query).await;
                        assert!(odd == PLANTED || 400 <= status, "{query}: {status}");
                    }
                }
                Some("header") if !self.operation.path.ends_with("stream") => {
                    let value = HeaderValue::from_bytes(b"a\xff\xc3\x28").unwrap();
                    let request = self.request(&self.path(None)).header(name, value);
                    self.held(request, name).await;
                }
                _ => {}
            }
        }
    }

    async fn try_body(&self) {
        let Some(body) = self.body() else { return };
        let mut odd = Vec::new();
        vary(&body, &mut |value| odd.push(value));
        for Odd { value, must_fail } in odd {
            let text = value.to_string().replace(CUT, "cut \\ud83d");
            let request = self.request(&self.path(None));
            let request = request.header("content-type", "application/json");
            let status = self.held(request.body(text.clone()), &text).await;
            // One of many is told apart from the others; these two take whatever JSON there is.
            let path = self.operation.path;
            let takes_all = self.operation.id() == "engine_register"
                || path.contains("/callback/")
                || path.ends_with("/wait");
            assert!(
                !must_fail || takes_all || (400..500).contains(&status),
                "{} {} {text}: {status}",
                self.operation.method,
                self.operation.path
            );
        }
    }
}

/// A body with something odd in one place.
struct Odd {
    value: Value,
    must_fail: bool,
}

/// Every body that differs from `value` in one place.
fn vary(value: &Value, tell: &mut dyn FnMut(Odd)) {
    let mut odd = |value: Value, must_fail: bool| tell(Odd { value, must_fail });
    match value {
        Value::Object(fields) => {
            odd(fields.values().cloned().collect(), true);
            for name in ["a\0b", CUT, PLANTED] {
                let mut more = fields.clone();
                more.insert(name.to_owned(), json!(PLANTED));
                odd(Value::Object(more), false);
            }
            for (name, inner) in fields {
                if ANY.contains(&name.as_str()) {
                    continue;
                }
                vary(inner, &mut |Odd { value, must_fail }| {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), value);
                    odd(Value::Object(fields), must_fail);
                });
            }
        }
        Value::Array(items) => {
            odd(json!(PLANTED), false);
            for (place, inner) in items.iter().enumerate() {
                vary(inner, &mut |Odd { value, must_fail }| {
                    let mut items = items.clone();
                    items[place] = value;
                    odd(Value::Array(items), must_fail);
                });
            }
        }
        Value::String(_) => {
            for text in ["\0", "a\0b", CUT] {
                odd(json!(text), true);
            }
            for other in [
                json!(PLANTED),
                json!([PLANTED]),
                json!({PLANTED: PLANTED}),
                json!(7),
            ] {
                odd(other, false);
            }
        }
        _ => {
            for other in [
                json!(PLANTED),
                json!([PLANTED]),
                json!("a\0b"),
                json!(1e30),
                json!(null),
            ] {
                odd(other, false);
            }
        }
    }
}

async fn try_all(world: &World, document: &Document, url: String, key: &str) {
    for operation in document.operations() {
        let asker = Asker {
            world,
            client: Client::new(),
            url: url.clone(),
            key,
            operation: &operation,
        };
        asker.try_path().await;
        asker.try_query().await;
        asker.try_body().await;
    }
}

#[tokio::test]
async fn no_text_makes_the_public_listener_fail_or_is_repeated() {
    let world = World::new().await;
    let document = Document::of(&web::public_document());

    try_all(&world, &document, world.app.public_url(), &world.tenant.key).await;
}

#[tokio::test]
async fn no_text_makes_the_internal_listener_fail_or_is_repeated() {
    let world = World::new().await;
    let document = Document::of(&web::internal_document());

    try_all(
        &world,
        &document,
        world.app.internal_url(),
        &world.internal_key,
    )
    .await;
}
