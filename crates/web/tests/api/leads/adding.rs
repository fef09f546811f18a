//! `POST /api/campaigns/{id}/leads`.

use super::{add, empty_draft, empty_linkedin_draft, ids, leads, rows};
use domain::Event;
use serde_json::json;
use testkit::TestApp;

#[tokio::test]
async fn leads_are_added_and_looked_at() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;
    let ada = json!({
        "email": " Ada@Example.com ", "linkedin_url": "https://www.linkedin.com/in/ada/",
        "first_name": "Ada", "last_name": "Lovelace", "company": "Engines", "position": "Countess",
        "headline": "First programmer", "custom_fields": {"met": ["at", 1840], "b": null},
        "unknown": {"is": "ignored"},
    });

    let answer = add(
        &app,
        &tenant,
        id,
        json!([ada, {"email": "bob@example.com"}]),
    )
    .await;

    assert_eq!(answer.json(), json!({"imported": 2, "duplicates": 0}));
    assert_eq!(answer.header("etag"), Some("\"2\""));
    let found = leads(&app, &tenant, id).await;
    let (ada, bob) = (&found[0], &found[1]);
    let expected = json!({
        "id": ada["id"], "campaign_id": id.0, "user_id": tenant.user_id.0, "status": "pending",
        "email": "Ada@Example.com", "linkedin_url": "https://www.linkedin.com/in/ada/",
        "first_name": "Ada", "last_name": "Lovelace", "name": "Ada Lovelace", "company": "Engines",
        "position": "Countess", "headline": "First programmer",
        "custom_fields": {"met": ["at", 1840], "b": null}, "source": "api", "source_ref": null,
        "current_node_id": null, "replied_at": null, "bounced_at": null,
        "created_at": ada["created_at"], "updated_at": ada["created_at"],
    });
    assert_eq!(ada, &expected);
    assert_eq!(
        (&bob["name"], &bob["custom_fields"]),
        (&json!(null), &json!({}))
    );
}

#[tokio::test]
async fn duplicates_are_left_out_within_the_call_and_against_the_campaign() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;
    add(&app, &tenant, id, json!([{"email": "ada@example.com"}])).await;

    let rows = json!([
        {"email": "ADA@example.com"}, {"email": "bob@example.com"}, {"email": " Bob@Example.Com"},
    ]);
    let again = add(&app, &tenant, id, rows).await;

    assert_eq!(again.json(), json!({"imported": 1, "duplicates": 2}));
    assert_eq!(leads(&app, &tenant, id).await.len(), 2);
}

#[tokio::test]
async fn a_linkedin_url_is_the_same_without_query_and_trailing_slash() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = empty_linkedin_draft(&app, &tenant).await;

    let answer = add(
        &app,
        &tenant,
        id,
        json!([
            {"linkedin_url": "https://www.linkedin.com/in/ada"},
            {"linkedin_url": "https://www.linkedin.com/in/ada/"},
            {"linkedin_url": "https://www.linkedin.com/in/ada?trk=people"},
            {"linkedin_url": "https://LinkedIn.com/in/Ada/#about"},
            {"linkedin_url": "https://www.linkedin.com/in/ada-byron"},
        ]),
    );

    assert_eq!(answer.await.json(), json!({"imported": 2, "duplicates": 3}));
}

#[tokio::test]
async fn a_row_without_the_channels_identity_fails_the_call_by_its_index_and_nothing_is_written() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (email, linkedin) = (
        empty_draft(&app, &tenant).await,
        empty_linkedin_draft(&app, &tenant).await,
    );
    let by_mail = json!({"email": "ada@example.com"});
    let by_profile = json!({"linkedin_url": "https://linkedin.com/in/ada"});

    let in_email = add(&app, &tenant, email, json!([by_mail, by_profile])).await;
    let in_linkedin = add(
        &app,
        &tenant,
        linkedin,
        json!([by_profile, by_profile, by_mail]),
    )
    .await;

    for (answer, index) in [(in_email, 1), (in_linkedin, 2)] {
        assert_eq!(answer.problem(), (400, "identity_missing".to_owned()));
        let message = answer.message();
        assert!(
            message.starts_with(&format!("prospects[{index}] ")),
            "{message}"
        );
    }
    for id in [email, linkedin] {
        assert_eq!(leads(&app, &tenant, id).await.len(), 0);
        assert_eq!(app.events(id).await.len(), 1);
    }
}

#[tokio::test]
async fn a_call_takes_one_to_a_thousand_leads() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;

    for (count, accepted) in [(0, false), (1, true), (1_000, true), (1_001, false)] {
        let answer = add(&app, &tenant, id, rows(&format!("of{count}-"), 0..count)).await;

        assert_eq!(answer.status, if accepted { 200 } else { 400 }, "{count}");
    }
}

#[tokio::test]
async fn adding_nobody_new_is_no_event() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;
    add(&app, &tenant, id, rows("ada", 0..3)).await;
    let before = app.events(id).await.len();

    let again = add(&app, &tenant, id, rows("ada", 0..3)).await;

    assert_eq!(again.json(), json!({"imported": 0, "duplicates": 3}));
    assert_eq!(app.events(id).await.len(), before);
}

#[tokio::test]
async fn the_same_lead_added_by_many_at_once_is_there_once() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;

    let calls = (0..16).map(|_| add(&app, &tenant, id, rows("ada", 0..5)));
    let answers = futures_util::future::join_all(calls).await;

    let imported: u64 = answers
        .iter()
        .map(|answer| answer.json()["imported"].as_u64().unwrap())
        .sum();
    assert_eq!(imported, 5);
    assert_eq!(ids(&app, &tenant, id).await.len(), 5);
}

#[tokio::test]
async fn the_event_names_ids_in_the_order_of_the_call() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;

    add(&app, &tenant, id, rows("ada", 0..3)).await;

    let events = app.events(id).await;
    let Event::ProspectsAdded(added) = &events.last().unwrap().event else {
        panic!("{events:?}");
    };
    let named: Vec<String> = added
        .prospect_ids
        .iter()
        .map(|it| it.0.to_string())
        .collect();
    assert_eq!(named, ids(&app, &tenant, id).await);
}

#[tokio::test]
async fn a_repeated_addition_is_answered_by_its_counts() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;
    let body = json!({"prospects": rows("ada", 0..2)}).to_string();
    let call = app
        .leads(&tenant, "POST", id, "")
        .json(&body)
        .idempotency_key("again");

    let first = call.clone().await;
    let second = call.await;

    assert_eq!(second.body, first.body);
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(leads(&app, &tenant, id).await.len(), 2);
}

#[tokio::test]
async fn a_dry_addition_tells_its_counts_and_writes_nothing() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;
    add(&app, &tenant, id, rows("ada", 0..2)).await;
    let body = json!({"prospects": rows("ada", 1..4)}).to_string();
    let before = app.checksums().await;

    let answer = app
        .leads(&tenant, "POST", id, "?dry_run=true")
        .json(&body)
        .await;

    let told = answer.json();
    assert_eq!(
        (&told["imported"], &told["duplicates"]),
        (&json!(2), &json!(1))
    );
    assert!(told["preview"].is_object());
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn an_addition_at_another_version_than_asked_for_writes_nothing() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;
    let body = json!({"prospects": rows("ada", 0..1)}).to_string();

    let answer = app
        .leads(&tenant, "POST", id, "")
        .json(&body)
        .if_match("\"7\"")
        .await;

    assert_eq!(answer.problem(), (412, "version_mismatch".to_owned()));
    assert_eq!(leads(&app, &tenant, id).await.len(), 0);
}
