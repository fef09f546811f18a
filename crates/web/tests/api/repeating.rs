//! `Idempotency-Key`: the first answer, again.

use futures_util::future::join_all;
use testkit::TestApp;

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_byte_for_byte() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let call = app
        .pause(&tenant, id)
        .idempotency_key("once")
        .reason("bounces");

    let first = call.clone().await;
    app.resume(&tenant, id).await;
    let before = app.checksums().await;
    let second = call.await;

    assert_eq!(
        (first.status, first.header("idempotency-replayed")),
        (200, None)
    );
    assert_eq!(
        (second.status, second.header("idempotency-replayed")),
        (200, Some("true"))
    );
    assert_eq!(second.body, first.body);
    for header in ["content-type", "etag"] {
        assert_eq!(second.header(header), first.header(header), "{header}");
    }
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn a_refusal_is_given_again_too() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.paused_campaign(&tenant).await;
    let call = app.pause(&tenant, id).idempotency_key("once");

    let first = call.clone().await;
    app.resume(&tenant, id).await;
    let second = call.await;

    assert_eq!(first.problem(), (400, "campaign_not_active".to_owned()));
    assert_eq!((second.status, &second.body), (first.status, &first.body));
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(
        app.get(&tenant, id).await.json()["campaign"]["status"],
        "active"
    );
}

#[tokio::test]
async fn what_was_never_decided_is_not_kept() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let mismatch = app
        .pause(&tenant, id)
        .idempotency_key("once")
        .if_match("\"1\"")
        .await;
    let done = app.pause(&tenant, id).idempotency_key("once").await;

    assert_eq!(mismatch.status, 412);
    assert_eq!(
        (done.status, done.header("idempotency-replayed")),
        (200, None)
    );
}

#[tokio::test]
async fn a_key_used_for_another_request_is_refused_and_does_nothing() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let (id, other) = (
        app.active_campaign(&tenant).await,
        app.active_campaign(&tenant).await,
    );
    app.pause(&tenant, id).idempotency_key("once").await;
    let before = app.checksums().await;

    for call in [
        app.resume(&tenant, id),
        app.pause(&tenant, other),
        app.pause(&tenant, id).reason("another body"),
    ] {
        let answer = call.idempotency_key("once").await;

        assert_eq!(answer.problem(), (422, "idempotency_key_reused".to_owned()));
    }
    assert_eq!(app.checksums().await, before);
}

#[tokio::test]
async fn sixty_four_requests_with_one_key_are_one_pause_and_one_answer() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let events = app.events(id).await.len();

    let calls = (0..64).map(|_| app.pause(&tenant, id).idempotency_key("once").send());
    let answers = join_all(calls).await;

    let first = &answers[0].body;
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 200 && answer.body == *first)
    );
    let replayed = |answer: &&testkit::Answer| answer.header("idempotency-replayed").is_some();
    assert_eq!(answers.iter().filter(replayed).count(), 63);
    assert_eq!(app.events(id).await.len(), events + 1);
}

#[tokio::test]
async fn a_quoted_key_and_a_bare_one_are_the_same() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let quoted = app.pause(&tenant, id).idempotency_key("\"once\"").await;
    let bare = app.pause(&tenant, id).idempotency_key("once").await;

    assert_eq!((bare.status, &bare.body), (200, &quoted.body));
    assert_eq!(bare.header("idempotency-replayed"), Some("true"));
}

#[tokio::test]
async fn the_longest_key_is_taken_and_what_is_no_key_is_an_invalid_request() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let before = app.checksums().await;

    let too_long = "k".repeat(256);
    for junk in ["", "\"\"", "two words", "a\"b", "\"open", &too_long] {
        let answer = app.pause(&tenant, id).idempotency_key(junk).await;
        assert_eq!(
            answer.problem(),
            (400, "invalid_request".to_owned()),
            "{junk:?}"
        );
    }
    let twice = app
        .pause(&tenant, id)
        .idempotency_key("a")
        .idempotency_key("b")
        .await;
    assert_eq!(twice.problem(), (400, "invalid_request".to_owned()));
    assert_eq!(app.checksums().await, before);

    assert_eq!(
        app.pause(&tenant, id)
            .idempotency_key(&"k".repeat(255))
            .await
            .status,
        200
    );
}
