//! The contract, kept by every implementation.

use crate::given::adapter;
use async_trait::async_trait;
use chrono::Utc;
use outbox::{BuiltIn, Completion, Fault, TriggerDev, WaitpointCompleter};
use serde_json::{Value, json};
use testkit::completer_suite::{Subject, hold_to_the_contract};
use testkit::{FakeTrigger, TestDatabase};
use waitpoints::{Hub, NewToken, OutputType, Sources, TokenId, TokenStatus, Tokens};

struct OnTrigger {
    fake: FakeTrigger,
    adapter: TriggerDev,
}

#[async_trait]
impl Subject for OnTrigger {
    fn completer(&self) -> &dyn WaitpointCompleter {
        &self.adapter
    }

    async fn new_token(&self) -> TokenId {
        self.fake.new_token()
    }

    async fn output_of(&self, token: &TokenId) -> Option<Value> {
        self.fake.seen().tokens[token].output().cloned()
    }
}

struct OnDatabase {
    tokens: Tokens,
    completer: BuiltIn,
}

#[async_trait]
impl Subject for OnDatabase {
    fn completer(&self) -> &dyn WaitpointCompleter {
        &self.completer
    }

    async fn new_token(&self) -> TokenId {
        self.tokens.create(&NewToken::default()).await.unwrap().id
    }

    async fn output_of(&self, token: &TokenId) -> Option<Value> {
        let token = self.tokens.retrieve(token).await.unwrap().unwrap();
        if token.status == TokenStatus::Waiting {
            return None;
        }
        let output = token.output.unwrap();
        let text = output.text.unwrap();
        Some(match output.output_type {
            OutputType::Text => json!(text),
            OutputType::Json => serde_json::from_str(&text).unwrap(),
            OutputType::SuperJson => {
                let envelope: Value = serde_json::from_str(&text).unwrap();
                envelope.get("json").unwrap().clone()
            }
        })
    }
}

#[tokio::test]
async fn built_in_tokens_keep_the_contract() {
    let database = TestDatabase::create().await;
    let sources = Sources {
        now: Utc::now,
        random: rand::random,
    };
    let (pool, journals) = (database.pool(), database.journals());
    let tokens = Tokens::new(pool.clone(), journals, sources, Hub::new(pool));
    let completer = BuiltIn::new(tokens.clone());

    hold_to_the_contract(&OnDatabase { tokens, completer }).await;
}

#[tokio::test]
async fn a_database_that_is_away_leaves_it_unknown_and_is_not_the_token_s_fault() {
    let mut nowhere = tokio_postgres::Config::new();
    nowhere.host("127.0.0.1").port(1).user("nobody");
    let manager = deadpool_postgres::Manager::new(nowhere, tokio_postgres::NoTls);
    let pool = deadpool_postgres::Pool::builder(manager).build().unwrap();
    let sources = Sources {
        now: Utc::now,
        random: rand::random,
    };
    let journals = event_store::Journals::new(4).unwrap();
    let completer = BuiltIn::new(Tokens::new(pool.clone(), journals, sources, Hub::new(pool)));
    let turn = completer.ready().await;

    let token = "waitpoint_a".parse().unwrap();
    let completion = completer
        .complete(turn, &token, &json!({"paused": true}))
        .await;

    assert!(
        matches!(
            &completion,
            Completion::Unknown {
                fault: Fault::Endpoint,
                ..
            }
        ),
        "{completion:?}"
    );
    assert_eq!(completer.state().counts.unknown, 1);
}

#[tokio::test]
async fn tokens_on_trigger_dev_keep_the_contract() {
    let fake = FakeTrigger::start().await;
    let adapter = adapter(&fake);

    hold_to_the_contract(&OnTrigger { fake, adapter }).await;
}
