//! Paths, methods and the ids in them.

use testkit::{TestApp, new_campaign_id};

#[tokio::test]
async fn an_id_that_is_not_as_documented_is_an_invalid_request() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    for id in [
        "not-a-uuid",
        "8c2b2d4e-e29b-91d4-a716-446655440000",
        "8c2b2d4e-e29b-01d4-a716-446655440000",
        "8c2b2d4e-e29b-41d4-c716-446655440000",
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        "8c2b2d4ee29b41d4a716446655440000",
        "%7B8c2b2d4e-e29b-41d4-a716-446655440000%7D",
        "8c2b2d4e-e29b-41d4-a716-44665544000%C3%A9",
        "8c2b2d4e-e29b-41d4-a716-446655440000%00",
        "8c2b2d4e-e29b-41d4-a716-446655440000%20",
        "%FF%FF",
        "%zz",
    ] {
        for (method, path) in [
            ("POST", format!("/api/campaigns/{id}/pause")),
            ("POST", format!("/api/campaigns/{id}/resume")),
            ("GET", format!("/api/campaigns/{id}")),
        ] {
            let answer = app.public(method, &path).bearer(&tenant.key).await;

            assert_eq!(
                answer.problem(),
                (400, "invalid_request".to_owned()),
                "{method} {path}"
            );
            assert_eq!(answer.message(), "The campaign id must be a UUID");
        }
    }
}

#[tokio::test]
async fn an_id_as_documented_is_looked_up() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    for id in [
        "8c2b2d4e-e29b-11d4-a716-446655440000",
        "8c2b2d4e-e29b-81d4-b716-446655440000",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ] {
        let path = format!("/api/campaigns/{id}/pause");
        let answer = app.public("POST", &path).bearer(&tenant.key).await;

        assert_eq!(
            answer.problem(),
            (404, "campaign_not_found".to_owned()),
            "{id}"
        );
    }
}

#[tokio::test]
async fn an_id_in_capitals_names_the_same_campaign() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let path = format!("/api/campaigns/{}/pause", id.to_string().to_uppercase());
    let answer = app.public("POST", &path).bearer(&tenant.key).await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["campaign"]["id"], id.to_string());
}

#[tokio::test]
async fn a_path_of_thousands_of_letters_is_an_invalid_request() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    let path = format!("/api/campaigns/{}/pause", "a".repeat(20_000));
    let answer = app.public("POST", &path).bearer(&tenant.key).await;

    assert_eq!(answer.problem(), (400, "invalid_request".to_owned()));
}

#[tokio::test]
async fn another_method_is_told_which_the_path_has() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let one = format!("/api/campaigns/{}", new_campaign_id());
    let (pause, resume) = (format!("{one}/pause"), format!("{one}/resume"));
    let nodes = format!("{one}/sequence/nodes");
    let step = format!("{nodes}/{}", new_campaign_id());

    for (method, path, allowed) in [
        ("GET", pause.as_str(), "POST"),
        ("PUT", &pause, "POST"),
        ("DELETE", &resume, "POST"),
        ("POST", &one, "DELETE, GET, HEAD, PATCH"),
        ("PATCH", "/api/campaigns", "GET, HEAD, POST"),
        ("GET", &nodes, "DELETE, PATCH, POST"),
        ("PATCH", &step, "PUT"),
    ] {
        let answer = app.public(method, path).bearer(&tenant.key).await;

        assert_eq!(
            answer.problem(),
            (405, "method_not_allowed".to_owned()),
            "{method} {path}"
        );
        assert_eq!(answer.header("allow"), Some(allowed));
    }
}

#[tokio::test]
async fn a_path_that_is_not_there_is_not_found() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = new_campaign_id();

    for path in [
        "/".to_owned(),
        "/api".to_owned(),
        "/api/campaigns/".to_owned(),
        format!("/api/campaigns/{id}/"),
        format!("/api/campaigns/{id}/stop"),
        format!("/api/campaigns/{id}/pause/now"),
        format!("/API/campaigns/{id}"),
        "/metrics".to_owned(),
        "/health/live".to_owned(),
    ] {
        let answer = app.public("GET", &path).bearer(&tenant.key).await;

        assert_eq!(answer.problem(), (404, "not_found".to_owned()), "{path}");
    }
}
