//! What is over is forgotten after a week; what is not over is not, however old.

use crate::recorder::{Recorder, Verdict};
use crate::stage::Stage;
use chrono::{TimeDelta, Utc};
use domain::{Command, TokenKind};
use outbox::{Completion, KEPT_DAYS, forget};

#[tokio::test]
async fn an_effect_that_is_over_is_forgotten_after_a_week_with_all_that_came_of_it() {
    let mut stage = Stage::set().await;
    let id = stage.active().await;
    stage.sleepers(id, TokenKind::Sleep, 3).await;
    stage.pause(id).await;
    stage.deliver().await;

    let early = Utc::now() + TimeDelta::days(KEPT_DAYS) - TimeDelta::minutes(5);
    assert_eq!(forget(&stage.pool, early).await.unwrap(), 0);
    let late = Utc::now() + TimeDelta::days(KEPT_DAYS) + TimeDelta::minutes(5);
    forget(&stage.pool, late).await.unwrap();

    assert_eq!(stage.count("effects WHERE kind <> 'start_run'").await, 0);
    assert_eq!(
        stage.count("deliveries WHERE closed_at IS NOT NULL").await,
        0
    );
    assert_eq!(stage.count("attempts").await, 0);
}

#[tokio::test]
async fn what_waits_or_is_parked_is_never_forgotten() {
    let rejected = Recorder::judging(|_, _| {
        let reason = "422".to_owned();
        Verdict::Answered(Completion::Rejected { reason })
    });
    let mut stage = Stage::with(rejected).await;
    let id = stage.active().await;
    stage.sleepers(id, TokenKind::Sleep, 3).await;
    stage.pause(id).await;
    stage.deliver().await;
    stage.resume(stage.active_paused().await).await;

    let late = Utc::now() + TimeDelta::days(30);
    forget(&stage.pool, late).await.unwrap();

    let kept = "effects WHERE kind = 'complete_waitpoints'";
    assert_eq!(stage.count(kept).await, 3);
    assert_eq!(stage.count("attempts").await, 1);
    assert_eq!(stage.count("tokens").await, 3);
}

#[tokio::test]
async fn tokens_of_a_campaign_that_is_gone_are_forgotten() {
    let stage = Stage::set().await;
    let draft = testkit::Script::new(stage.database.maker(), stage.user)
        .draft()
        .await;
    stage.sleepers(draft, TokenKind::Sleep, 3).await;
    stage.ask(stage.user, draft, Command::Delete).await;
    stage.take_in().await;

    forget(&stage.pool, Utc::now() + TimeDelta::days(30))
        .await
        .unwrap();

    assert_eq!(stage.count("tokens").await, 0);
}

impl Stage {
    async fn active_paused(&self) -> domain::CampaignId {
        let id = self.active_of(self.user).await;
        self.pause(id).await;
        id
    }
}
