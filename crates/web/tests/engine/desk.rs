//! An engine's desk: a service, a campaign under way, and an internal key to ask with.

use domain::{CampaignId, Command};
use serde_json::{Value, json};
use testkit::{Answer, Tenant, TestApp};

pub struct Desk {
    pub app: TestApp,
    pub tenant: Tenant,
    pub key: String,
    pub id: CampaignId,
}

impl Desk {
    /// With an active email campaign of three prospects.
    pub async fn open() -> Self {
        let app = TestApp::spawn().await;
        let tenant = app.tenant().await;
        let id = app.active_campaign(&tenant).await;
        Self::at(app, tenant, id).await
    }

    pub async fn at(app: TestApp, tenant: Tenant, id: CampaignId) -> Self {
        let key = app.internal_key().await;
        Self {
            app,
            tenant,
            key,
            id,
        }
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.app
            .internal("POST", path)
            .bearer(&self.key)
            .json(&body.to_string())
            .await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.app.internal("GET", path).bearer(&self.key).await
    }

    /// Asks for the first step to prospect `number`.
    pub async fn ask(&self, number: u32) -> Answer {
        let (prospect, node) = (
            testkit::prospect(self.id, number),
            testkit::node(self.id, 0),
        );
        let path = self.prospect_path(prospect.0, "permits");
        self.post(&path, &json!({ "node_id": node })).await
    }

    /// The id of the permit for the first step to prospect `number`.
    pub async fn permit(&self, number: u32) -> String {
        let answer = self.ask(number).await;
        assert_eq!(answer.json()["outcome"], "granted", "{answer:?}");
        text(&answer.json()["permit"]["id"])
    }

    pub async fn report(&self, permit: &str, body: &Value) -> Answer {
        let path = format!("/internal/permits/{permit}/outcome");
        self.post(&path, body).await
    }

    pub async fn progress(&self, number: u32, word: &str) -> Answer {
        let prospect = testkit::prospect(self.id, number);
        let path = self.prospect_path(prospect.0, "progress");
        self.post(&path, &json!({ "progress": word })).await
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/internal/campaigns/{}/{rest}", self.id)
    }

    pub fn prospect_path(&self, prospect: uuid::Uuid, rest: &str) -> String {
        self.path(&format!("prospects/{prospect}/{rest}"))
    }

    pub async fn pause(&self) -> Answer {
        let answer = self.app.pause(&self.tenant, self.id).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer
    }

    pub async fn delete(&self) {
        self.app
            .elsewhere(&self.tenant, self.id, Command::Delete)
            .await;
    }

    /// The types of the campaign's events after it became active.
    pub async fn story(&self) -> Vec<&'static str> {
        let events = self.app.events(self.id).await;
        let types = events.iter().map(|recorded| recorded.event.event_type());
        types
            .skip_while(|kind| *kind != "CampaignActivated")
            .skip(1)
            .collect()
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
