//! Who may ask: one live public key, and nothing else.

use keys::{KeyPrefix, Revocation};
use testkit::{Answer, TestApp, eventually};

fn assert_unauthorized(answer: &Answer) {
    assert_eq!(
        answer.problem(),
        (401, "unauthorized".to_owned()),
        "{answer:?}"
    );
    assert_eq!(
        answer.message(),
        "Missing or invalid authentication credentials"
    );
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
}

#[tokio::test]
async fn a_request_without_a_key_is_unauthorized_on_every_path() {
    let app = TestApp::spawn().await;
    let id = testkit::new_campaign_id();
    let one = format!("/api/campaigns/{id}");
    let (pause, resume) = (format!("{one}/pause"), format!("{one}/resume"));

    for (method, path) in [
        ("GET", "/api/campaigns"),
        ("GET", &one),
        ("POST", &pause),
        ("POST", &resume),
    ] {
        assert_unauthorized(&app.public(method, path).await);
    }
}

#[tokio::test]
async fn what_is_no_live_public_key_opens_nothing() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let internal = app.internal_key().await;
    let forged = format!("{}{}", &tenant.key[..24], "0".repeat(48));
    let never_made = format!("pk_live_{}", "0123456789abcdef".repeat(4));
    let shortened = &tenant.key[..71];
    let before = app.checksums().await;

    for authorization in [
        format!("Bearer {internal}"),
        format!("Bearer {forged}"),
        format!("Bearer {never_made}"),
        format!("Bearer {shortened}"),
        format!("Bearer {}0", tenant.key),
        format!("Bearer {}", tenant.key.to_uppercase()),
        format!("Basic {}", tenant.key),
        format!("Bearer{}", tenant.key),
        tenant.key.clone(),
        "Bearer ".to_owned(),
        "Bearer".to_owned(),
        String::new(),
    ] {
        let path = format!("/api/campaigns/{id}/pause");
        let answer = app
            .public("POST", &path)
            .header("authorization", &authorization)
            .await;

        assert_unauthorized(&answer);
    }
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn the_scheme_is_read_in_any_case() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;

    for scheme in ["bearer", "BEARER"] {
        let call = app.public("GET", "/api/campaigns");
        let answer = call
            .header("authorization", &format!("{scheme} {}", tenant.key))
            .await;

        assert_eq!(answer.status, 200, "{scheme}");
    }
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_any_more() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    assert_eq!(app.get(&tenant, id).await.status, 200);
    let prefix: KeyPrefix = tenant.key[..24].parse().unwrap();

    let revoked = keys::revoke(app.sql(), prefix).await.unwrap();

    assert_eq!(revoked, Revocation::Revoked);
    let refused = eventually("a service that has heard of the revocation", async || {
        let answer = app.get(&tenant, id).await;
        (answer.status == 401).then_some(answer)
    });
    assert_unauthorized(&refused.await);
    assert_unauthorized(&app.pause(&tenant, id).await);
}

#[tokio::test]
async fn another_key_of_the_same_user_sees_the_same_campaigns() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let same_user = app.tenant_of(tenant.user_id).await;
    let id = app.active_campaign(&tenant).await;

    let answer = app.pause(&same_user, id).await;

    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn the_key_is_looked_at_before_anything_else() {
    let app = TestApp::spawn().await;

    let call = app.public("POST", "/api/campaigns/not-an-id/pause?dry_run=perhaps");
    let answer = call.header("if-match", "1").body("no json").await;

    assert_unauthorized(&answer);
}
