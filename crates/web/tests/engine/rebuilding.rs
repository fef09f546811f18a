//! Rows are rebuilt while a pretended engine asks for permits and campaigns are paused and resumed: no
//! request fails and no update is lost. The one in which the service is killed is in `cli/tests/crash`.

use crate::barrier::{addresses, under_way};
use domain::CampaignId;
use rehearsal::{Keys, Play, Scale, audit};
use serde_json::Value;
use testkit::{TestApp, eventually};

const SCALE: Scale = Scale {
    connections: 8,
    requests: 1_000_000,
    items_max: 20,
    open_ms_max: 40,
    held_ms_max: 20,
    adopts: false,
    seed: 11,
};
const REBUILDS: usize = 3;

async fn rebuild_to_the_end(app: &TestApp, key: &str, name: &str) -> Value {
    let path = format!("/internal/projections/{name}/rebuild");
    let asked = app.internal("POST", &path).bearer(key).await;
    assert_eq!(asked.status, 202, "{}", asked.body);
    let id = asked.json()["rebuild"]["id"].clone();
    eventually("the rebuild is over", async || {
        let shown = app.internal("GET", "/internal/projections").bearer(key);
        let rebuild = shown.await.json()["rebuild"].clone();
        assert_eq!(rebuild["id"], id);
        (rebuild["ended_at"] != Value::Null).then_some(rebuild)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_rebuilt_under_load_and_nobody_notices() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let keys = Keys {
        public: tenant.key.clone(),
        internal: app.internal_key().await,
    };
    let grounds = under_way(&app, &tenant, 3).await;
    let ids: Vec<CampaignId> = grounds.iter().map(|ground| ground.campaign_id).collect();
    let (_told, addresses) = addresses(&app);
    let play = Play::begin(grounds, &addresses, &keys, SCALE);
    play.until(500).await;

    for _ in 0..REBUILDS {
        let before = play.asked();
        let rebuild = rebuild_to_the_end(&app, &keys.internal, "all").await;

        assert_eq!(rebuild["phase"], "done", "{rebuild}");
        assert_eq!(rebuild["percentage"], 100.0);
        assert!(before < play.asked(), "nothing was asked meanwhile");
    }
    let record = play.stop().await;

    assert_eq!(record.broken, 0, "connections broke");
    let log = audit(app.sql(), app.database().journals()).await.unwrap();
    let wrong = log.against(&record);
    assert!(wrong.is_empty(), "{wrong:#?}");
    app.rows_equal_replay().await;
    // The service goes on with what was put in place of what it knew.
    for id in ids {
        let standing = app.get(&tenant, id).await;
        assert_eq!(standing.status, 200, "{}", standing.body);
    }
}

#[tokio::test]
async fn a_rebuild_is_asked_for_shown_refused_and_cancelled_over_http() {
    let app = TestApp::spawn().await;
    let key = app.internal_key().await;
    let ask = |method: &str, path: &str| app.internal(method, path).bearer(&key);
    let nothing = ask("GET", "/internal/projections").await.json();
    assert_eq!(nothing["rebuild"], Value::Null);
    let names: Vec<&str> = nothing["projections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "campaigns",
            "permits",
            "permits_of_accounts",
            "prospects",
            "sends"
        ]
    );

    let unknown = ask("POST", "/internal/projections/people/rebuild").await;
    assert_eq!(unknown.problem(), (404, "projection_not_found".to_owned()));
    let none = ask("DELETE", "/internal/projections/all/rebuild").await;
    assert_eq!(none.problem(), (404, "rebuild_not_found".to_owned()));

    // Who holds the tables keeps the rebuild from its end.
    let reader = app.database().connect().await;
    let hold = "BEGIN; LOCK TABLE campaigns IN ACCESS SHARE MODE";
    reader.client.batch_execute(hold).await.unwrap();
    let asked = ask("POST", "/internal/projections/campaigns/rebuild").await;
    assert_eq!(asked.status, 202);
    let again = ask("POST", "/internal/projections/campaigns/rebuild").await;
    let id = &asked.json()["rebuild"]["id"];
    assert_eq!(&again.json()["rebuild"]["id"], id);
    let other = ask("POST", "/internal/projections/all/rebuild").await;
    assert_eq!(other.problem(), (409, "rebuild_in_progress".to_owned()));
    let not_this = ask("DELETE", "/internal/projections/all/rebuild").await;
    assert_eq!(not_this.status, 404);
    let cancelled = ask("DELETE", "/internal/projections/campaigns/rebuild").await;
    assert_eq!(cancelled.json()["rebuild"]["phase"], "cancelled");
}

#[tokio::test]
async fn rows_of_an_older_program_are_rebuilt_when_the_service_starts() {
    let database = testkit::TestDatabase::create().await;
    database.let_rows_be_of_an_older_program("sends").await;

    let app = TestApp::spawn_over(database);

    let key = app.internal_key().await;
    let rebuilt = async || {
        let shown = app.internal("GET", "/internal/projections").bearer(&key);
        let shown = shown.await.json();
        let sends = shown["projections"][4].clone();
        assert_eq!(sends["name"], "sends");
        (sends["version"] == 1 && shown["rebuild"]["phase"] == "done").then_some(shown)
    };
    let shown = eventually("the rows are current", rebuilt).await;
    assert_eq!(
        shown["rebuild"]["projections"],
        serde_json::json!(["sends"])
    );
}
