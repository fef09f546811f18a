//! `ETag` and `If-Match`: changing a campaign only if it is as it was read.

use serde_json::json;
use testkit::{TestApp, standing};

#[tokio::test]
async fn every_answer_about_one_campaign_has_its_version_as_etag() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let version = async || {
        let latest = app.events(id).await.pop().unwrap().version;
        Some(format!("\"{latest}\""))
    };

    let read = app.get(&tenant, id).await;
    assert_eq!(read.header("etag").map(str::to_owned), version().await);

    let paused = app.pause(&tenant, id).await;
    assert_eq!(paused.header("etag").map(str::to_owned), version().await);
    assert_ne!(paused.header("etag"), read.header("etag"));
}

#[tokio::test]
async fn a_change_is_made_if_the_version_is_among_the_tags() {
    for tags in ["{tag}", "\"999\", {tag}", "W/\"1\",{tag}", "*"] {
        let app = TestApp::spawn().await;
        let tenant = app.tenant().await;
        let id = app.active_campaign(&tenant).await;
        let tag = app
            .get(&tenant, id)
            .await
            .header("etag")
            .unwrap()
            .to_owned();

        let answer = app
            .pause(&tenant, id)
            .if_match(&tags.replace("{tag}", &tag))
            .await;

        assert_eq!(answer.status, 200, "{tags}");
    }
}

#[tokio::test]
async fn several_headers_are_one_list() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let tag = app
        .get(&tenant, id)
        .await
        .header("etag")
        .unwrap()
        .to_owned();

    let answer = app
        .pause(&tenant, id)
        .if_match("\"999\"")
        .if_match(&tag)
        .await;

    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_change_of_another_version_fails_and_writes_nothing() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let tag = app
        .get(&tenant, id)
        .await
        .header("etag")
        .unwrap()
        .to_owned();
    app.pause(&tenant, id).await;
    app.resume(&tenant, id).await;
    let version = app.events(id).await.pop().unwrap().version;
    let before = app.checksums().await;

    for tags in [
        tag.clone(),
        format!("W/\"{version}\""),
        "\"abc\"".to_owned(),
    ] {
        let answer = app.pause(&tenant, id).if_match(&tags).await;

        assert_eq!(
            answer.problem(),
            (412, "version_mismatch".to_owned()),
            "{tags}"
        );
        let mut details = standing("active");
        details["current_version"] = json!(version);
        assert_eq!(answer.details(), details);
    }
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn a_failed_condition_is_told_before_a_wrong_status() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.paused_campaign(&tenant).await;

    let answer = app.pause(&tenant, id).if_match("\"1\"").await;

    assert_eq!(answer.status, 412);
}

#[tokio::test]
async fn the_condition_of_an_absent_campaign_is_not_looked_at() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    for tags in ["*", "\"1\""] {
        let answer = app
            .pause(&tenant, testkit::new_campaign_id())
            .if_match(tags)
            .await;

        assert_eq!(answer.problem(), (404, "campaign_not_found".to_owned()));
    }
}

#[tokio::test]
async fn a_condition_that_is_none_is_an_invalid_request() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let before = app.checksums().await;

    let many = (0..33)
        .map(|number| format!("\"{number}\""))
        .collect::<Vec<_>>()
        .join(",");

    for tags in ["1", "\"1", "*, \"1\"", "\"1\" \"2\"", many.as_str()] {
        let answer = app.pause(&tenant, id).if_match(tags).await;

        assert_eq!(
            answer.problem(),
            (400, "invalid_request".to_owned()),
            "{tags:?}"
        );
    }
    assert_eq!(app.checksums().await, before);
}
