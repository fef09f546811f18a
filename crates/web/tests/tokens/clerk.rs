//! Somebody who works with tokens through one internal key.

use serde_json::{Value, json};
use testkit::{Answer, Call, TestApp, eventually};

/// The paths of the platform.
pub const TOKENS: &str = "/api/v1/waitpoints/tokens";

pub struct Clerk<'a> {
    pub app: &'a TestApp,
    pub key: String,
}

impl<'a> Clerk<'a> {
    pub async fn new(app: &'a TestApp) -> Self {
        Self {
            app,
            key: app.internal_key().await,
        }
    }

    pub fn call(&self, method: &str, path: &str) -> Call {
        self.app.internal(method, path).bearer(&self.key)
    }

    pub fn create(&self, wish: &Value) -> Call {
        self.call("POST", TOKENS).json(&wish.to_string())
    }

    /// The id of a new token.
    pub async fn token(&self, wish: &Value) -> String {
        let answer = self.create(wish).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// The id of a new token that nothing is wished of.
    pub async fn plain_token(&self) -> String {
        self.token(&json!({})).await
    }

    pub fn retrieve(&self, id: &str) -> Call {
        self.call("GET", &format!("{TOKENS}/{id}"))
    }

    /// A token as it is.
    pub async fn look(&self, id: &str) -> Value {
        let answer = self.retrieve(id).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    pub fn complete(&self, id: &str, body: &Value) -> Call {
        let path = format!("{TOKENS}/{id}/complete");
        self.call("POST", &path).json(&body.to_string())
    }

    /// Revokes the key, and returns when the service knows.
    pub async fn lose_key(&self) {
        let prefix = self.key[..24].parse().unwrap();
        keys::revoke(self.app.sql(), prefix).await.unwrap();
        eventually("a service that knows of a revocation", async || {
            (self.list("").await.status == 401).then_some(())
        })
        .await;
    }

    pub fn list(&self, query: &str) -> Call {
        self.call("GET", &format!("{TOKENS}?{query}"))
    }
}

/// The ids of a page.
pub fn ids(page: &Answer) -> Vec<String> {
    let page = page.json();
    let items = page["data"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}
