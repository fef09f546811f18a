//! Personal data are in the table `people` and nowhere else: not in the log, the effects, stored
//! answers, any other row, metrics, or answers about anything else; and after an erase nowhere at
//! all (promise P7).

use crate::leads::{add, empty_draft, empty_linkedin_draft, leads};
use domain::{CampaignId, Command, Progress, ProspectId};
use serde_json::{Value, json};
use testkit::{Tenant, TestApp};

/// What is planted into every field: found wherever a value goes, in whatever case.
const PLANTED: [&str; 9] = [
    "planted-mail",
    "planted-profile",
    "planted-first",
    "planted-last",
    "planted-name",
    "planted-company",
    "planted-position",
    "planted-headline",
    "planted-custom",
];

fn somebody(number: u32) -> Value {
    json!({
        "email": format!("Planted-Mail{number}@example.com"),
        "linkedin_url": format!("https://www.linkedin.com/in/planted-profile{number}"),
        "first_name": "planted-first", "last_name": "planted-last", "company": "planted-company",
        "position": "planted-position", "headline": "planted-headline",
        "custom_fields": {"planted-custom-key": ["planted-custom"]},
    })
}

/// The tables in which a planted value is, in this database as a whole.
async fn tables_with_planted(app: &TestApp) -> Vec<String> {
    app.database().tables_with("planted-").await
}

fn holds_planted(text: &str) -> bool {
    let text = text.to_lowercase();
    PLANTED.iter().any(|planted| text.contains(planted))
}

/// A call about leads that is made and repeated; neither answer may quote a refused value.
async fn twice(app: &TestApp, tenant: &Tenant, asked: (&str, CampaignId), body: Value) -> u16 {
    let (method, id) = asked;
    let key = format!("{method}-{}", body.to_string().len());
    let call = app
        .leads(tenant, method, id, "")
        .json(&body.to_string())
        .idempotency_key(&key);
    let first = call.clone().await;
    let again = call.await;
    for answer in [&first, &again] {
        assert!(
            answer.status == 200 || !holds_planted(&answer.body),
            "{answer:?}"
        );
    }
    first.status
}

/// Everything that is done with leads of a draft, also what is refused and repeated. The ids of
/// those who were added.
async fn draw_up(app: &TestApp, tenant: &Tenant, draft: CampaignId) -> Vec<Value> {
    let rows = json!([somebody(1), somebody(2), somebody(2), somebody(3)]);
    twice(app, tenant, ("POST", draft), json!({ "prospects": rows })).await;
    let everybody = leads(app, tenant, draft).await;
    let ids: Vec<Value> = everybody.iter().map(|it| it["id"].clone()).collect();
    let updates = json!({"name": "planted-name", "email": "planted-mail9@example.com"});
    let edit = json!({"prospect_id": ids[0], "updates": updates});
    let taken = json!({"prospect_id": ids[1], "updates": {"email": "planted-mail9@example.com"}});
    let bad = json!({"prospects": [somebody(5), {"first_name": "planted-first"}]});
    let removal = json!({"prospect_ids": [ids[2]]});

    let statuses = [
        twice(app, tenant, ("PATCH", draft), edit).await,
        twice(app, tenant, ("PATCH", draft), taken).await,
        twice(app, tenant, ("POST", draft), bad).await,
        twice(app, tenant, ("DELETE", draft), removal).await,
    ];

    assert_eq!(statuses, [200, 400, 400, 200]);
    ids
}

/// An email campaign from its draft to a reply, and a LinkedIn campaign that is launched beside it.
async fn live_a_life(app: &TestApp, tenant: &Tenant) -> [CampaignId; 2] {
    let draft = empty_draft(app, tenant).await;
    let ids = draw_up(app, tenant, draft).await;
    let reply = Command::ReportProgress {
        prospect_id: ProspectId(serde_json::from_value(ids[1].clone()).unwrap()),
        progress: Progress::Replied,
    };
    for command in [
        Command::Launch,
        Command::Activate,
        Command::Pause,
        Command::Resume,
        reply,
    ] {
        app.elsewhere(tenant, draft, command).await;
    }
    let linkedin = empty_linkedin_draft(app, tenant).await;
    add(app, tenant, linkedin, json!([somebody(1), somebody(7)])).await;
    app.elsewhere(tenant, linkedin, Command::Launch).await;
    [draft, linkedin]
}

#[tokio::test]
async fn personal_data_are_on_file_and_nowhere_else() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    let campaigns = live_a_life(&app, &tenant).await;
    app.settle().await;

    assert_eq!(tables_with_planted(&app).await, ["people"]);
    assert!(!holds_planted(&app.metrics().await.body));
    for id in campaigns {
        assert!(!holds_planted(&app.get(&tenant, id).await.body));
    }
    assert!(!holds_planted(&app.list(&tenant).await.body));
}

#[tokio::test]
async fn after_an_erase_personal_data_are_nowhere_at_all() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let campaigns = live_a_life(&app, &tenant).await;
    let key = app.internal_key().await;

    for number in [1, 2, 7, 9] {
        for who in [
            json!({"user_id": tenant.user_id.0, "email": format!("planted-mail{number}@example.com")}),
            json!({"user_id": tenant.user_id.0, "linkedin_url": format!("linkedin.com/in/planted-profile{number}")}),
        ] {
            let erase = app.internal("POST", "/internal/people/erase").bearer(&key);
            let answer = erase.json(&who.to_string()).await;
            assert!(
                answer.status == 200 && !holds_planted(&answer.body),
                "{answer:?}"
            );
        }
    }

    assert_eq!(tables_with_planted(&app).await, Vec::<String>::new());
    for id in campaigns {
        let page = app.leads(&tenant, "GET", id, "").await;
        assert!(!holds_planted(&page.body), "{}", page.body);
    }
    app.rows_equal_replay().await;
}

#[tokio::test]
async fn what_goes_with_a_campaign_or_a_lead_leaves_nothing_behind() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    for id in live_a_life(&app, &tenant).await {
        app.elsewhere(&tenant, id, Command::Delete).await;
    }

    assert_eq!(tables_with_planted(&app).await, Vec::<String>::new());
}
