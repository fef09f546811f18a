//! The barrier: a pretended engine of thousands of prospects asks from many connections while
//! pauses and resumes land at random. The long run is `fermata-bench --only barrier`; the one in
//! which the service is killed is in `cli/tests/crash`.

use domain::{CampaignId, PermitId};
use rehearsal::{Addresses, Ground, Keys, PauseTold, Play, Scale, audit};
use senders::Sender;
use serde_json::Value;
use std::collections::HashSet;
use testkit::{Tenant, TestApp};
use tokio::sync::watch;
use uuid::Uuid;

const SCALE: Scale = Scale {
    connections: 16,
    requests: 20_000,
    items_max: 20,
    open_ms_max: 40,
    held_ms_max: 20,
    adopts: false,
    seed: 7,
};

pub async fn under_way(app: &TestApp, tenant: &Tenant, count: u32) -> Vec<Ground> {
    let mut grounds = Vec::new();
    for number in 1..=count {
        let ground = Ground::new(number, 1_500, 4);
        let sender = Sender::connected_profile(tenant.user_id, ground.account(), "Test Profile");
        app.database().maker().put_sender(&sender).await;
        for command in ground.commands(tenant.user_id) {
            app.elsewhere(tenant, ground.campaign_id, command).await;
        }
        grounds.push(ground);
    }
    grounds
}

/// Where the service listens, which it does to the end.
pub fn addresses(app: &TestApp) -> (Told, watch::Receiver<Option<Addresses>>) {
    let address = |url: String| url.trim_start_matches("http://").parse().unwrap();
    watch::channel(Some(Addresses {
        public: address(app.public_url()),
        internal: address(app.internal_url()),
    }))
}

type Told = watch::Sender<Option<Addresses>>;

async fn open_permits(app: &TestApp, key: &str, id: CampaignId) -> HashSet<PermitId> {
    let mut found = HashSet::new();
    let mut after = Uuid::nil().to_string();
    loop {
        let path = format!("/internal/campaigns/{id}/permits?state=open&limit=500&after={after}");
        let page = app.internal("GET", &path).bearer(key).await.json();
        for permit in page["permits"].as_array().expect("a list") {
            let id: Uuid = serde_json::from_value(permit["id"].clone()).unwrap();
            found.insert(PermitId(id));
        }
        match &page["next"] {
            Value::String(next) => after.clone_from(next),
            _ => return found,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_permit_is_granted_between_a_pauses_200_and_the_next_resume() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let keys = Keys {
        public: tenant.key.clone(),
        internal: app.internal_key().await,
    };
    let grounds = under_way(&app, &tenant, 3).await;
    let ids: Vec<CampaignId> = grounds.iter().map(|ground| ground.campaign_id).collect();
    let (_told, addresses) = addresses(&app);

    let record = Play::begin(grounds, &addresses, &keys, SCALE).end().await;

    let log = audit(app.sql(), app.database().journals()).await.unwrap();
    let wrong = log.against(&record);
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(record.broken, 0, "connections broke");
    // Enough of everything happened for that to mean something.
    assert!(SCALE.requests <= record.asked, "{}", record.asked);
    assert!(10 <= log.pauses, "{} pauses", log.pauses);
    assert!(
        record.refused.contains_key("paused"),
        "{:?}",
        record.refused
    );
    assert!(record.refused.contains_key("already_permitted"));
    assert!(0 < record.reported);
    let said = |pause: &PauseTold| pause.sends_in_flight.is_some();
    assert!(record.pauses.iter().all(said), "a pause without its header");
    // What is open is listed, no more and no less.
    for id in ids {
        let listed = open_permits(&app, &keys.internal, id).await;
        assert_eq!(Some(&listed), log.open.get(&id));
    }
}
