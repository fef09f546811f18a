//! Operators look at effects and change what becomes of them.

use async_trait::async_trait;
use cli::relay::Elsewhere;
use domain::CampaignId;
use outbox::{CompleterState, Completion, CompletionCounts, Turn, WaitpointCompleter};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::{Answer, Tenant, TestApp, eventually};
use waitpoints::TokenId;

const PROSPECT: &str = "5f0c1f3e-7a67-4f0e-9a58-0e6f0a2f5a11";

/// Rejects every completion until told otherwise.
#[derive(Default)]
struct Moody(AtomicBool);

#[async_trait]
impl WaitpointCompleter for Moody {
    async fn ready(&self) -> Turn {
        Turn::free()
    }

    async fn complete(&self, _: Turn, _: &TokenId, _: &Value) -> Completion {
        if self.0.load(Ordering::SeqCst) {
            return Completion::Delivered;
        }
        let reason = "422 Unprocessable".to_owned();
        Completion::Rejected { reason }
    }

    fn state(&self) -> CompleterState {
        CompleterState::unlimited(CompletionCounts::default())
    }
}

/// An app in which a pause is parked, because its one token cannot be completed.
struct Parked {
    app: TestApp,
    moody: Arc<Moody>,
    tenant: Tenant,
    id: CampaignId,
    key: String,
    effect: String,
}

impl Parked {
    async fn make() -> Self {
        let moody = Arc::new(Moody::default());
        let given = moody.clone();
        let app = TestApp::spawn_with(|settings| settings.elsewhere = Elsewhere::Given(given));
        let app = app.await;
        let (tenant, key) = (app.tenant().await, app.internal_key().await);
        let id = app.active_campaign(&tenant).await;
        let body = json!({"tokens": [{"id": "waitpoint_a1", "prospect_id": PROSPECT}]});
        app.internal("POST", &format!("/internal/campaigns/{id}/waitpoints"))
            .bearer(&key)
            .json(&body.to_string())
            .await;
        app.pause(&tenant, id).await;
        app.settle().await;
        let mut parked = Self {
            app,
            moody,
            tenant,
            id,
            key,
            effect: String::new(),
        };
        let listed = parked.get("/internal/effects?state=parked").await.json();
        listed["effects"][0]["id"]
            .as_str()
            .unwrap()
            .clone_into(&mut parked.effect);
        parked
    }

    /// Makes a launch that waits for an engine.
    async fn launch(&self) {
        self.app.launching_campaign(&self.tenant).await;
        self.app.settle().await;
    }

    async fn get(&self, path: &str) -> Answer {
        self.app.internal("GET", path).bearer(&self.key).await
    }

    async fn post(&self, path: &str) -> Answer {
        self.app.internal("POST", path).bearer(&self.key).await
    }

    async fn operate(&self, operation: &str) -> Answer {
        let path = format!("/internal/effects/{}/{operation}", self.effect);
        self.post(&path).await
    }

    async fn look_into(&self) -> Value {
        let path = format!("/internal/effects/{}", self.effect);
        self.get(&path).await.json()
    }
}

#[tokio::test]
async fn effects_are_listed_by_state_and_campaign_a_page_at_a_time() {
    let parked = Parked::make().await;
    let other = parked.app.paused_campaign(&parked.tenant).await;
    parked.launch().await;

    for (query, count) in [
        ("", 5),
        ("?state=parked", 1),
        ("?state=due", 1),
        ("?state=delivered", 3),
        ("?state=waiting", 0),
        ("?state=cancelled", 0),
        (&format!("?campaign_id={other}"), 2),
        (&format!("?campaign_id={other}&state=parked"), 0),
        (&format!("?campaign_id={}&state=parked", parked.id), 1),
    ] {
        let listed = parked
            .get(&format!("/internal/effects{query}"))
            .await
            .json();
        let effects = listed["effects"].as_array().unwrap();
        assert_eq!(effects.len(), count, "{query}: {listed}");
    }
    let mut seen = Vec::new();
    let mut path = "/internal/effects?limit=1".to_owned();
    loop {
        let page = parked.get(&path).await.json();
        seen.push(page["effects"][0]["id"].as_str().unwrap().to_owned());
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/internal/effects?limit=1&cursor={next}");
    }
    seen.dedup();
    assert_eq!(seen.len(), 5);
}

#[tokio::test]
async fn an_effect_is_explained_with_its_attempts() {
    let parked = Parked::make().await;

    let found = parked.look_into().await;

    assert_eq!(found["state"], "parked");
    assert_eq!(found["tokens_left"], 1);
    assert_eq!(found["attempts"][0]["failures"], 1);
    assert_eq!(found["attempts"][0]["reason"], "422 Unprocessable");
    let lines = found["explanation"].as_array().unwrap();
    let last = lines.last().unwrap().as_str().unwrap();
    assert!(
        last.starts_with("It is parked: what is left cannot be completed"),
        "{last}"
    );
}

#[tokio::test]
async fn a_parked_effect_that_is_retried_is_delivered() {
    let parked = Parked::make().await;
    parked.moody.0.store(true, Ordering::SeqCst);

    let retried = parked.operate("retry").await;
    parked.app.settle().await;

    assert_eq!(retried.status, 200);
    assert_eq!(parked.look_into().await["state"], "delivered");
    let again = parked.operate("retry").await;
    assert_eq!(again.problem(), (409, "effect_state".to_owned()));
    assert_eq!(again.details(), json!({"state": "delivered"}));
}

#[tokio::test]
async fn a_parked_effect_can_be_cancelled_and_a_due_one_parked() {
    let parked = Parked::make().await;
    parked.launch().await;
    let due = parked.get("/internal/effects?state=due").await.json();
    let due = due["effects"][0]["id"].as_str().unwrap().to_owned();

    let park = parked.post(&format!("/internal/effects/{due}/park")).await;
    let cancelled = parked.operate("cancel").await;

    assert_eq!(
        park.json()["delivery"]["reason"],
        "parked by an operator over HTTP"
    );
    let refused = parked.operate("park").await;
    assert_eq!(refused.problem(), (409, "effect_state".to_owned()));
    assert_eq!(cancelled.json()["state"], "cancelled");
    let reason = &cancelled.json()["delivery"]["reason"];
    assert_eq!(reason, "cancelled by an operator over HTTP");
}

#[tokio::test]
async fn parked_effects_are_retried_in_bulk_and_counted() {
    let parked = Parked::make().await;
    parked.moody.0.store(true, Ordering::SeqCst);

    let of_nobody = json!({"campaign_id": testkit::new_campaign_id().0}).to_string();
    let path = "/internal/effects/retry";
    let none = parked
        .app
        .internal("POST", path)
        .bearer(&parked.key)
        .json(&of_nobody);
    let none = none.await.json();
    let all = parked.post(path).await.json();
    parked.app.settle().await;

    assert_eq!(none, json!({"effects": 0, "owed_tokens": 0}));
    assert_eq!(all, json!({"effects": 1, "owed_tokens": 0}));
    assert_eq!(parked.look_into().await["state"], "delivered");
}

#[tokio::test]
async fn what_is_no_effect_is_not_found_and_what_is_no_id_is_invalid() {
    let parked = Parked::make().await;

    for (path, problem) in [
        ("/internal/effects/0-999999", (404, "effect_not_found")),
        ("/internal/effects/7", (400, "invalid_request")),
        ("/internal/effects?state=lost", (400, "invalid_request")),
        ("/internal/effects?limit=0", (400, "invalid_request")),
        ("/internal/effects?cursor=1", (400, "invalid_request")),
        ("/internal/effects?campaign_id=1", (400, "invalid_request")),
        ("/internal/effects?colour=red", (400, "invalid_request")),
    ] {
        let (status, code) = problem;
        let answer = parked.get(path).await;
        assert_eq!(answer.problem(), (status, code.to_owned()), "{path}");
    }
    let missing = parked.post("/internal/effects/0-999999/cancel").await;
    assert_eq!(missing.problem(), (404, "effect_not_found".to_owned()));
}

#[tokio::test]
async fn the_overview_shows_what_is_open_and_raises_alarms() {
    let parked = Parked::make().await;
    parked.launch().await;

    let overview = parked.get("/internal/outbox").await.json();

    assert_eq!(overview["alarms"], json!(["effects are parked: 1"]));
    let states: Vec<(&str, &str)> = overview["effects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["state"].as_str().unwrap(), it["kind"].as_str().unwrap()))
        .collect();
    let expected = [("due", "start_run"), ("parked", "complete_waitpoints")];
    assert_eq!(states, expected);
    assert_eq!(overview["journals"].as_array().unwrap().len(), 4);
    assert_eq!(overview["last_minute"]["failures"], 1);
    assert!(overview["lease"]["holder"].is_string());
    assert_eq!(overview["completer"]["health"], "working");
}

#[tokio::test]
async fn a_key_that_is_refused_is_an_alarm() {
    let trigger = testkit::FakeTrigger::start().await;
    let (api_url, secret_key) = (trigger.url(), "tr_prod_wrong".to_owned().into());
    let elsewhere = Elsewhere::Trigger {
        api_url,
        secret_key,
        task: None,
    };
    let app = TestApp::spawn_with(|settings| settings.elsewhere = elsewhere).await;
    let (tenant, key) = (app.tenant().await, app.internal_key().await);
    let id = app.active_campaign(&tenant).await;
    let token = trigger.new_token().to_string();
    let body = json!({"tokens": [{"id": token, "prospect_id": PROSPECT}]});
    app.internal("POST", &format!("/internal/campaigns/{id}/waitpoints"))
        .bearer(&key)
        .json(&body.to_string())
        .await;

    app.pause(&tenant, id).await;

    eventually("an alarm", async || {
        let overview = app.internal("GET", "/internal/outbox").bearer(&key).await;
        let alarms = overview.json()["alarms"].to_string();
        alarms.contains("key").then_some(())
    })
    .await;
    let metrics = app.metrics().await.body;
    assert!(metrics.contains("fermata_relay_alarm 1"), "{metrics}");
}

#[tokio::test]
async fn only_an_internal_key_sees_effects() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    for path in [
        "/internal/effects",
        "/internal/effects/0-1",
        "/internal/outbox",
    ] {
        let answer = app.internal("GET", path).bearer(&tenant.key).await;
        assert_eq!(answer.problem(), (401, "unauthorized".to_owned()), "{path}");
    }
}
