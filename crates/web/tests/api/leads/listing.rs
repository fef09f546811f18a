//! `GET /api/campaigns/{id}/leads`.

use super::{add, empty_draft, ids, rows};
use domain::{Command, Progress, SettingsPatch};
use serde_json::{Value, json};
use testkit::{TestApp, prospect};

fn names(page: &Value) -> Vec<&str> {
    let leads = page["prospects"].as_array().unwrap();
    leads
        .iter()
        .map(|lead| lead["email"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn pages_follow_each_other_and_none_is_missed() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;
    add(&app, &tenant, id, rows("ada", 0..25)).await;
    let everybody = ids(&app, &tenant, id).await;

    for limit in [1, 2, 7, 12, 13, 24, 25, 26] {
        let mut seen = Vec::new();
        for page in 1..=27 {
            let answer = app.leads(&tenant, "GET", id, &format!("?page={page}&limit={limit}"));
            let answer = answer.await.json();
            assert_eq!(
                (&answer["total"], &answer["page"], &answer["limit"]),
                (&json!(25), &json!(page), &json!(limit))
            );
            let leads = answer["prospects"].as_array().unwrap();
            seen.extend(
                leads
                    .iter()
                    .map(|lead| lead["id"].as_str().unwrap().to_owned()),
            );
        }
        assert_eq!(seen, everybody, "limit {limit}");
    }
}

#[tokio::test]
async fn a_page_is_the_first_with_a_hundred_leads_unless_told_otherwise() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;
    add(&app, &tenant, id, rows("ada", 0..120)).await;

    let page = app.leads(&tenant, "GET", id, "").await.json();

    assert_eq!(page["prospects"].as_array().unwrap().len(), 100);
    assert_eq!((&page["page"], &page["limit"]), (&json!(1), &json!(100)));
    assert_eq!(page["total"], json!(120));
    assert_eq!(names(&page)[0], "ada0@example.com");
}

#[tokio::test]
async fn leads_are_listed_by_where_they_stand() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app
        .campaign(&tenant)
        .prospects(5)
        .sent(3)
        .replied(1)
        .active()
        .await;

    for (status, count) in [("pending", 2), ("sent", 2), ("replied", 1), ("bounced", 0)] {
        let query = format!("?status={status}&limit=10");
        let page = app.leads(&tenant, "GET", id, &query).await.json();

        assert_eq!(page["total"], json!(count), "{status}");
        let leads = page["prospects"].as_array().unwrap();
        assert_eq!(leads.len(), count, "{status}");
        assert!(leads.iter().all(|lead| lead["status"] == status));
    }
    let replied = app
        .leads(&tenant, "GET", id, "?status=replied")
        .await
        .json();
    assert!(replied["prospects"][0]["replied_at"].is_string());
    let sent = app.leads(&tenant, "GET", id, "?status=sent").await.json();
    assert!(sent["prospects"][0]["current_node_id"].is_string());
}

#[tokio::test]
async fn a_query_out_of_range_is_refused() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;

    for query in [
        "page=0",
        "page=-1",
        "page=x",
        "page=1000001",
        "limit=0",
        "limit=201",
        "limit=",
        "status=gone",
    ] {
        let answer = app.leads(&tenant, "GET", id, &format!("?{query}")).await;

        assert_eq!(
            answer.problem(),
            (400, "invalid_request".to_owned()),
            "{query}"
        );
    }
    let last = app
        .leads(&tenant, "GET", id, "?page=1000000&limit=200")
        .await;
    assert_eq!(last.json()["prospects"], json!([]));
}

#[tokio::test]
async fn ten_thousand_leads_have_a_last_page() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;
    for call in 0..10 {
        let rows = rows("ada", call * 1_000..(call + 1) * 1_000);
        let answer = add(&app, &tenant, id, rows).await;
        assert_eq!(answer.json(), json!({"imported": 1_000, "duplicates": 0}));
    }

    for query in ["?page=50&limit=200", "?page=50&limit=200&status=pending"] {
        let page = app.leads(&tenant, "GET", id, query).await.json();

        assert_eq!(page["total"], json!(10_000));
        let names = names(&page);
        assert_eq!(
            (names.len(), names[0], names[199]),
            (200, "ada9800@example.com", "ada9999@example.com")
        );
    }
}

#[tokio::test]
async fn a_lead_who_answered_twice_shows_when_they_first_did() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.campaign(&tenant).draft().await;
    let patch = SettingsPatch {
        stop_on_reply: Some(false),
        ..SettingsPatch::default()
    };
    let reply = || Command::ReportProgress {
        prospect_id: prospect(id, 0),
        progress: Progress::Replied,
    };
    let begin = [
        Command::ChangeSettings(Box::new(patch)),
        Command::Launch,
        Command::Activate,
        reply(),
    ];
    for command in begin {
        app.elsewhere(&tenant, id, command).await;
    }
    let replied_at = |page: &Value| {
        let leads = page["prospects"].as_array().unwrap();
        let times: Vec<_> = leads.iter().map(|it| it["replied_at"].clone()).collect();
        times.into_iter().find(|it| !it.is_null())
    };
    let first = app.leads(&tenant, "GET", id, "").await.json();

    app.elsewhere(&tenant, id, reply()).await;

    let second = app.leads(&tenant, "GET", id, "").await.json();
    assert!(replied_at(&first).is_some());
    assert_eq!(replied_at(&first), replied_at(&second));
}
