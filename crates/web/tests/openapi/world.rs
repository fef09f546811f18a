//! A service with something of everything: campaigns in every state, tokens, effects, keys.

use serde_json::{Value, json};
use testkit::{Tenant, TestApp, account, node, permit, prospect};

use domain::CampaignId;

/// Prospects of each campaign.
const PROSPECTS: u32 = 5;
/// Of them, those that were sent to.
const SENT: u32 = 2;

pub struct World {
    pub app: TestApp,
    pub tenant: Tenant,
    pub internal_key: String,
    campaigns: Vec<CampaignId>,
    tokens: Vec<String>,
    /// The last token's id and the hash in its callback URL.
    callback: Value,
    effects: Vec<String>,
}

impl World {
    pub async fn new() -> Self {
        let app = TestApp::spawn().await;
        let tenant = app.tenant().await;
        let internal_key = app.internal_key().await;
        let campaigns = campaigns(&app, &tenant).await;
        let mut world = Self {
            app,
            tenant,
            internal_key,
            campaigns,
            tokens: Vec::new(),
            callback: Value::Null,
            effects: Vec::new(),
        };
        world.make_tokens().await;
        world.find_effects().await;
        world
    }

    /// Ids of what is there, by kind.
    pub fn known(&self) -> Value {
        let of_each = |id: &dyn Fn(CampaignId, u32) -> String, count: u32| {
            let campaigns = self.campaigns.iter();
            let all = campaigns.flat_map(|campaign| (0..count).map(|number| id(*campaign, number)));
            all.collect::<Vec<String>>()
        };
        json!({
            "campaigns": of_each(&|id, _| id.to_string(), 1),
            "prospects": of_each(&|id, number| prospect(id, number).0.to_string(), PROSPECTS),
            "nodes": of_each(&|id, number| node(id, number).0.to_string(), 2),
            "permits": of_each(&|id, number| permit(id, number).0.to_string(), SENT),
            "senders": of_each(&|id, _| account(id).0.to_string(), 1),
            "tokens": self.tokens,
            "callback": self.callback,
            "effects": self.effects,
        })
    }

    async fn make_tokens(&mut self) {
        let campaigns = self.campaigns.clone();
        for campaign in campaigns {
            let tags = json!({"tags": [format!("campaign:{campaign}")], "timeout": "1h"});
            for body in [tags, json!({"timeout": "1d"})] {
                let made = self.app.internal("POST", "/api/v1/waitpoints/tokens");
                let made = made.bearer(&self.internal_key).json(&body.to_string());
                let made = made.await.json();
                let (id, url) = (made["id"].as_str().unwrap(), made["url"].as_str().unwrap());
                let hash = url.rsplit('/').next().unwrap();
                self.callback = json!({"id": id, "hash": hash});
                self.tokens.push(id.to_owned());
            }
        }
    }

    async fn find_effects(&mut self) {
        self.app.taken_in().await;
        let listed = self.app.internal("GET", "/internal/effects");
        let listed = listed.bearer(&self.internal_key).await.json();
        let effects = listed["effects"].as_array().unwrap().iter();
        self.effects = effects
            .map(|effect| effect["id"].as_str().unwrap().to_owned())
            .collect();
        assert!(!self.effects.is_empty(), "a pause has an effect");
    }
}

/// Two campaigns in each state, one on each channel.
async fn campaigns(app: &TestApp, tenant: &Tenant) -> Vec<CampaignId> {
    let mut all = Vec::new();
    for is_linkedin in [false, true] {
        let script = || {
            let script = app.campaign(tenant).prospects(PROSPECTS);
            if is_linkedin {
                script.linkedin()
            } else {
                script
            }
        };
        all.push(script().draft().await);
        all.push(script().launching().await);
        all.push(script().sent(SENT).active().await);
        all.push(script().sent(SENT).paused().await);
        all.push(script().sent(SENT).completed().await);
    }
    all
}
