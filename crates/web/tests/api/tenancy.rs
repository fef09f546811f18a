//! Tenants never meet: another's campaign is not there.

use serde_json::json;
use testkit::{Answer, Tenant, TestApp, new_campaign_id};

fn same(one: &Answer, other: &Answer) -> bool {
    let names = |answer: &Answer| -> Vec<String> {
        answer.headers.keys().map(ToString::to_string).collect()
    };
    (one.status, &one.body, names(one)) == (other.status, &other.body, names(other))
}

#[tokio::test]
async fn anothers_campaign_answers_as_an_absent_one_byte_for_byte() {
    let app = TestApp::spawn().await;
    let (owner, stranger) = (app.tenant().await, app.tenant().await);
    let absent = new_campaign_id();
    let theirs = [
        app.draft_campaign(&owner).await,
        app.active_campaign(&owner).await,
        app.paused_campaign(&owner).await,
    ];
    let before = app.checksums().await;

    for id in theirs {
        for (foreign, missing) in [
            (
                app.get(&stranger, id).await,
                app.get(&stranger, absent).await,
            ),
            (
                app.pause(&stranger, id).await,
                app.pause(&stranger, absent).await,
            ),
            (
                app.resume(&stranger, id).await,
                app.resume(&stranger, absent).await,
            ),
            (
                app.pause(&stranger, id).dry_run().await,
                app.pause(&stranger, absent).dry_run().await,
            ),
            (
                app.pause(&stranger, id).if_match("\"1\"").await,
                app.pause(&stranger, absent).if_match("\"1\"").await,
            ),
        ] {
            assert_eq!(foreign.problem(), (404, "campaign_not_found".to_owned()));
            assert!(same(&foreign, &missing), "{foreign:?} and {missing:?}");
        }
    }
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn tenants_of_one_journal_do_not_meet_either() {
    let app = TestApp::spawn().await;
    let owner = app.tenant().await;
    let stranger = neighbour(&app, &owner).await;
    let id = app.active_campaign(&owner).await;

    let paused = app.pause(&stranger, id).await;
    let read = app.get(&stranger, id).await;

    assert_eq!((paused.status, read.status), (404, 404));
    assert_eq!(
        app.get(&owner, id).await.json()["campaign"]["status"],
        "active"
    );
}

#[tokio::test]
async fn a_list_has_the_tenants_own_campaigns_alone() {
    let app = TestApp::spawn().await;
    let owner = app.tenant().await;
    let stranger = neighbour(&app, &owner).await;
    app.active_campaign(&owner).await;

    let list = app.list(&stranger).await;

    assert_eq!((list.status, list.json()), (200, json!({"campaigns": []})));
}

#[tokio::test]
async fn an_idempotency_key_is_its_tenants_own() {
    let app = TestApp::spawn().await;
    let owner = app.tenant().await;
    let other = neighbour(&app, &owner).await;
    let (one, another) = (
        app.active_campaign(&owner).await,
        app.active_campaign(&other).await,
    );

    let first = app.pause(&owner, one).idempotency_key("same").await;
    let second = app.pause(&other, another).idempotency_key("same").await;

    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(second.header("idempotency-replayed"), None);
}

/// Another tenant, whose campaigns are in the same journal.
async fn neighbour(app: &TestApp, tenant: &Tenant) -> Tenant {
    let journal = app.database().journal_of(tenant.user_id);
    let near = |user: &domain::UserId| app.database().journal_of(*user) == journal;
    let user = std::iter::repeat_with(testkit::new_user)
        .find(near)
        .unwrap();
    app.tenant_of(user).await
}
