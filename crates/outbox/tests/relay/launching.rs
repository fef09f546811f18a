//! Launches are handed out with a lease, and to nobody once their campaign has gone on.

use crate::stage::Stage;
use chrono::TimeDelta;
use domain::{CampaignId, Command, LaunchFailure};
use outbox::{EffectState, LAUNCH_LEASE_SECONDS, Launch, find_effect, take_launches};
use testkit::Script;

async fn launching(stage: &Stage) -> CampaignId {
    let id = Script::new(stage.database.maker(), stage.user)
        .launching()
        .await;
    stage.take_in().await;
    id
}

async fn take(stage: &Stage, limit: i64) -> Vec<Launch> {
    let client = stage.pool.get().await.unwrap();
    take_launches(&client, stage.clock.now(), limit, "engine one")
        .await
        .unwrap()
}

fn failed() -> Command {
    Command::FailLaunch {
        failure: LaunchFailure::Other,
        launch: None,
    }
}

#[tokio::test]
async fn a_launch_is_handed_out_again_when_its_lease_has_run_out() {
    let stage = Stage::set().await;
    let id = launching(&stage).await;

    let first = take(&stage, 10).await;
    let meanwhile = take(&stage, 10).await;
    stage
        .clock
        .pass(TimeDelta::seconds(LAUNCH_LEASE_SECONDS + 1));
    let again = take(&stage, 10).await;

    assert_eq!((first.len(), meanwhile.len(), again.len()), (1, 0, 1));
    assert_eq!((first[0].campaign_id, first[0].attempts), (id, 1));
    assert_eq!((again[0].id, again[0].attempts), (first[0].id, 2));
}

#[tokio::test]
async fn nobody_is_handed_a_launch_whose_campaign_has_gone_on() {
    let stage = Stage::set().await;
    let (active, draft, deleted) = (
        launching(&stage).await,
        launching(&stage).await,
        launching(&stage).await,
    );
    stage.ask(stage.user, active, Command::Activate).await;
    stage.ask(stage.user, draft, failed()).await;
    stage.ask(stage.user, deleted, Command::Delete).await;
    let waiting = launching(&stage).await;

    // One at a time, so that what is over is passed on the way.
    let first = take(&stage, 1).await;
    let second = take(&stage, 1).await;

    assert_eq!(first.len(), 1);
    assert_eq!(first[0].campaign_id, waiting);
    assert!(second.is_empty());
    assert_eq!(stage.count("deliveries WHERE closed_at IS NULL").await, 1);
}

#[tokio::test]
async fn a_launch_that_was_begun_anew_is_handed_out_once_by_its_new_name() {
    let stage = Stage::set().await;
    let id = launching(&stage).await;
    let older = take(&stage, 10).await;
    stage.ask(stage.user, id, failed()).await;
    stage.ask(stage.user, id, Command::Launch).await;
    stage.take_in().await;
    stage
        .clock
        .pass(TimeDelta::seconds(LAUNCH_LEASE_SECONDS + 1));

    let newer = take(&stage, 10).await;

    assert_eq!((older.len(), newer.len()), (1, 1));
    assert_ne!(newer[0].id, older[0].id);
    let client = stage.pool.get().await.unwrap();
    let effect = find_effect(&client, older[0].effect)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(effect.state, EffectState::Cancelled);
}

#[tokio::test]
async fn two_engines_that_ask_at_once_are_never_handed_the_same_launch() {
    let stage = Stage::set().await;
    for _ in 0..20 {
        launching(&stage).await;
    }

    let (one, other) = tokio::join!(take(&stage, 15), take(&stage, 15));

    let mut ids: Vec<_> = one.iter().chain(&other).map(|launch| launch.id).collect();
    let handed_out = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), handed_out, "{ids:?}");
    assert!(15 <= handed_out);
}
