//! What holds for every operation alike, whatever it does: `HEAD`, query parameters of changes, requests of
//! HTTP/1.0 without a length. Operations are those of the OpenAPI documents, so a new one is tried by itself.

use reqwest::{Client, Method, Response};
use serde_json::Value;
use testkit::{Tenant, TestApp};
use utoipa::openapi::OpenApi;

/// In the place of ids in paths.
const SOME_ID: &str = "8c2b2d4e-e29b-41d4-a716-446655440000";
/// Third parties call it, and may add to its URL.
const CALLBACK: &str = "/api/v1/waitpoints/tokens/{id}/callback/{hash}";
/// Its `GET` leases launches.
const LAUNCHES: &str = "/internal/launches";

/// The service, and who may ask each listener.
struct Subject {
    app: TestApp,
    tenant: Tenant,
    internal_key: String,
}

/// An operation of a listener.
struct Operation {
    is_internal: bool,
    method: String,
    path: String,
    json: Value,
}

impl Subject {
    async fn new() -> Self {
        let app = TestApp::spawn().await;
        let tenant = app.tenant().await;
        let internal_key = app.internal_key().await;
        Self {
            app,
            tenant,
            internal_key,
        }
    }

    fn key(&self, operation: &Operation) -> &str {
        match operation.is_internal {
            true => &self.internal_key,
            false => &self.tenant.key,
        }
    }

    async fn ask(&self, method: &str, operation: &Operation, query: &str) -> Response {
        let base = match operation.is_internal {
            true => self.app.internal_url(),
            false => self.app.public_url(),
        };
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let url = format!("{base}{}{query}", operation.filled());
        let request = Client::new().request(method, url);
        let request = request.header("connection", "close");
        request
            .bearer_auth(self.key(operation))
            .send()
            .await
            .unwrap()
    }
}

impl Operation {
    fn all() -> Vec<Self> {
        let of = |document: &OpenApi, is_internal: bool| {
            let json = serde_json::to_value(document).unwrap();
            let mut all = Vec::new();
            for (path, item) in json["paths"].as_object().unwrap() {
                for (method, json) in item.as_object().unwrap() {
                    all.push(Self {
                        is_internal,
                        method: method.to_uppercase(),
                        path: path.clone(),
                        json: json.clone(),
                    });
                }
            }
            all
        };
        let mut all = of(&web::public_document(), false);
        all.extend(of(&web::internal_document(), true));
        all
    }

    fn changes() -> Vec<Self> {
        let is_change = |it: &Self| !["GET", "OPTIONS"].contains(&it.method.as_str());
        Self::all().into_iter().filter(is_change).collect()
    }

    /// The path with ids that nothing has.
    fn filled(&self) -> String {
        let parts = self.path.split('/').map(|part| match part {
            "{journal}" => "0",
            part if part.starts_with('{') => SOME_ID,
            part => part,
        });
        parts.collect::<Vec<_>>().join("/")
    }

    /// Its query parameters, in their documented order.
    fn known(&self) -> Vec<String> {
        let parameters = self.json["parameters"].as_array().into_iter().flatten();
        let in_query = parameters.filter(|it| it["in"] == "query");
        in_query
            .map(|it| it["name"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn a_head_is_a_get_without_a_body_over_every_operation() {
    let subject = Subject::new().await;
    let reads = Operation::all().into_iter().filter(|it| it.method == "GET");

    for operation in reads {
        let path = &operation.path;
        let head = subject.ask("HEAD", &operation, "").await;
        if path == LAUNCHES {
            assert_eq!(head.status(), 405, "{path}");
            continue;
        }
        let get = subject.ask("GET", &operation, "").await;

        assert_eq!(head.status(), get.status(), "{path}");
        for name in ["content-type", "etag", "cache-control", "transfer-encoding"] {
            assert_eq!(head.headers().get(name), get.headers().get(name), "{path}");
        }
        let length = |answer: &Response| answer.headers().contains_key("content-length");
        assert_eq!(length(&head), length(&get), "{path}");
        assert_eq!(head.bytes().await.unwrap().len(), 0, "{path}");
    }
}

#[tokio::test]
async fn every_change_refuses_a_query_parameter_that_it_does_not_know() {
    let subject = Subject::new().await;
    let before = subject.app.checksums().await;

    for operation in Operation::changes() {
        let (method, path) = (&operation.method, &operation.path);
        let answer = subject.ask(method, &operation, "?sUrprise=1").await;
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        if path == CALLBACK {
            assert!(!text.contains("query"), "{text}");
            continue;
        }

        assert_eq!(status, 400, "{method} {path}: {text}");
        assert!(!text.contains("sUrprise"), "{method} {path}: {text}");
        let known = operation.known();
        let told = match known.as_slice() {
            [] => "This operation takes no query parameters".to_owned(),
            known => format!("this operation takes: {}", known.join(", ")),
        };
        assert!(text.contains(&told), "{method} {path}: {text}");
    }
    assert_eq!(subject.app.checksums().await, before);
}

#[tokio::test]
async fn every_change_is_read_from_http_1_0_without_a_length() {
    let subject = Subject::new().await;

    for operation in Operation::changes() {
        let (method, path) = (&operation.method, operation.filled());
        let mut socket = match operation.is_internal {
            true => subject.app.raw_internal().await,
            false => subject.app.raw().await,
        };
        let key = subject.key(&operation);
        let head = format!("{method} {path} HTTP/1.0\r\nAuthorization: Bearer {key}\r\n\r\n");
        socket.send(&head).await;
        let text = socket.text_to_the_end().await;

        let text = text.to_lowercase();
        assert!(
            text.contains("\r\nx-request-id: "),
            "{method} {path}: {text}"
        );
        assert!(
            !text.contains("\r\ntransfer-encoding"),
            "{method} {path}: {text}"
        );
    }
}
