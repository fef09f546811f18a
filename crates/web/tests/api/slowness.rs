//! Clients that take their time.

use std::time::Duration;
use testkit::TestApp;

#[tokio::test]
async fn a_body_that_does_not_arrive_in_time_is_given_up() {
    let app = TestApp::spawn_with(|it| it.body_time_max = Duration::from_millis(200)).await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let mut socket = app.raw().await;

    let head = format!(
        "POST /api/campaigns/{id}/pause HTTP/1.1\r\nHost: fermata\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{",
        tenant.key
    );
    socket.send(&head).await;
    let answer = socket.last_answer().await;

    assert_eq!(answer.problem(), (408, "request_timeout".to_owned()));
    assert_eq!(
        app.get(&tenant, id).await.json()["campaign"]["status"],
        "active"
    );
}

#[tokio::test]
async fn a_head_that_does_not_arrive_in_time_ends_the_connection() {
    let app = TestApp::spawn_with(|it| it.head_time_max = Duration::from_millis(200)).await;
    let mut socket = app.raw().await;

    socket
        .send("POST /api/campaigns HTTP/1.1\r\nHost: ferm")
        .await;
    let said = socket.text_to_the_end().await;

    assert!(said.starts_with("HTTP/1.1 408 "), "{said:?}");
}

#[tokio::test]
async fn one_slow_client_holds_up_nobody() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let mut slow = Vec::new();
    for _ in 0..100 {
        let mut socket = app.raw().await;
        socket
            .send("POST /api/campaigns HTTP/1.1\r\nHost: ferm")
            .await;
        slow.push(socket);
    }

    let answer = app.pause(&tenant, id).await;

    assert_eq!(answer.status, 200);
}
