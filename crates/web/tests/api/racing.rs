//! Many at once: one wins, everybody is told the truth.

use domain::Event;
use futures_util::future::join_all;
use testkit::{Answer, TestApp};

const CALLERS: usize = 64;

fn statuses(answers: &[Answer]) -> (usize, usize) {
    let count = |status| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    (count(200), count(400))
}

#[tokio::test]
async fn of_sixty_four_simultaneous_pauses_exactly_one_happens() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let (events, effects) = (app.events(id).await, app.effects(id).await);

    let answers = join_all((0..CALLERS).map(|_| app.pause(&tenant, id).send())).await;

    assert_eq!(statuses(&answers), (1, CALLERS - 1));
    let after = app.events(id).await;
    assert_eq!(after.len(), events.len() + 1);
    assert_eq!(
        after.last().unwrap().version,
        events.last().unwrap().version.next()
    );
    assert_eq!(app.effects(id).await.len(), effects.len() + 1);
}

#[tokio::test]
async fn of_pauses_and_resumes_at_once_each_that_says_so_happened() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;

    let answers = join_all((0..CALLERS).map(|number| {
        let call = if number % 2 == 0 {
            app.pause(&tenant, id)
        } else {
            app.resume(&tenant, id)
        };
        call.send()
    }));
    let (happened, refused) = statuses(&answers.await);

    assert_eq!(happened + refused, CALLERS);
    let changed =
        |event: &Event| matches!(event, Event::CampaignPaused(_) | Event::CampaignResumed(_));
    let events = app.events(id).await;
    assert_eq!(
        events.iter().filter(|it| changed(&it.event)).count(),
        happened
    );
}

#[tokio::test]
async fn simultaneous_pauses_of_many_campaigns_all_happen() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let mut campaigns = Vec::new();
    for _ in 0..20 {
        campaigns.push(app.active_campaign(&tenant).await);
    }

    let answers = join_all(campaigns.iter().map(|id| app.pause(&tenant, *id).send())).await;

    assert_eq!(statuses(&answers), (20, 0));
    for (id, answer) in campaigns.iter().zip(&answers) {
        assert_eq!(answer.json()["campaign"]["id"], id.to_string());
    }
}

#[tokio::test]
async fn of_simultaneous_changes_of_one_version_one_is_made() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = app.active_campaign(&tenant).await;
    let tag = app
        .get(&tenant, id)
        .await
        .header("etag")
        .unwrap()
        .to_owned();

    let calls = (0..CALLERS).map(|_| app.pause(&tenant, id).if_match(&tag).send());
    let answers = join_all(calls).await;

    let count = |status| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    assert_eq!((count(200), count(412)), (1, CALLERS - 1));
}
