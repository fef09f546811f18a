//! Launches are handed out with a lease, and to nobody once their campaign has gone on.

use crate::stage::Stage;
use chrono::{TimeDelta, Utc};
use domain::{CampaignId, Command, LaunchFailure};
use outbox::{
    EffectFilter, EffectId, EffectState, LAUNCH_LEASE_SECONDS, Launch, Operated, Operation,
    count_states, explain, find_effect, forget, list_effects, look_into, operate, take_launches,
};
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

/// How a launch reads: its state, why, and the last line of its explanation.
async fn read(stage: &Stage, effect: EffectId) -> (EffectState, String, String) {
    let client = stage.pool.get().await.unwrap();
    let dossier = look_into(&client, effect).await.unwrap().unwrap();
    let reason = dossier.effect.reason().unwrap_or_default().to_owned();
    let last = explain(&dossier).pop().unwrap();
    (dossier.effect.state, reason, last)
}

async fn launch_of(stage: &Stage, id: CampaignId) -> EffectId {
    let filter = EffectFilter {
        campaign_id: Some(id),
        ..EffectFilter::default()
    };
    listed(stage, filter).await.remove(0)
}

async fn listed(stage: &Stage, filter: EffectFilter) -> Vec<EffectId> {
    let client = stage.pool.get().await.unwrap();
    let effects = list_effects(&client, filter, 100).await.unwrap();
    effects.iter().map(|effect| effect.id).collect()
}

async fn in_state(stage: &Stage, state: EffectState) -> Vec<EffectId> {
    let filter = EffectFilter {
        state: Some(state),
        ..EffectFilter::default()
    };
    listed(stage, filter).await
}

/// Launches that are counted in a state that is not their last.
async fn open_launches(stage: &Stage) -> Vec<(String, i64)> {
    let client = stage.pool.get().await.unwrap();
    let counted = count_states(&client).await.unwrap();
    let launches = counted.into_iter().filter(|one| one.kind == "start_run");
    launches.map(|one| (one.state, one.count)).collect()
}

/// Whether rows say the same once the relay has tidied up, and for how many launches they are open.
async fn tidied_up(stage: &Stage) -> i64 {
    forget(&stage.pool, Utc::now()).await.unwrap();
    stage.count("deliveries WHERE closed_at IS NULL").await
}

#[tokio::test]
async fn a_launch_reads_as_what_became_of_it_at_once_and_in_every_state() {
    let stage = Stage::set().await;
    let untaken = Script::new(stage.database.maker(), stage.user)
        .launching()
        .await;
    let untaken = launch_of(&stage, untaken).await;
    assert_eq!(read(&stage, untaken).await.0, EffectState::Waiting);
    stage.take_in().await;
    assert_eq!(read(&stage, untaken).await.0, EffectState::Due);

    let leased = take(&stage, 10).await;

    let (state, reason, _) = read(&stage, untaken).await;
    assert_eq!(leased.len(), 1);
    assert_eq!(
        (state, reason.as_str()),
        (EffectState::Due, "it was handed to engine one")
    );
    stage
        .ask(stage.user, leased[0].campaign_id, Command::Activate)
        .await;
    let (state, reason, last) = read(&stage, untaken).await;
    assert_eq!(state, EffectState::Delivered);
    assert_eq!(reason, "an engine took the campaign up");
    assert!(
        last.starts_with("It was over at ") && last.ends_with(": an engine took the campaign up.")
    );
    assert_eq!(open_launches(&stage).await, []);
}

/// Launches that ended in every way, with how each has to read.
async fn ended_in_every_way(stage: &Stage) -> Vec<(EffectId, EffectState, &'static str)> {
    let (taken_up, was_failed, was_deleted) = (
        "an engine took the campaign up",
        "the launch failed, and the campaign became a draft again",
        "the campaign was deleted",
    );
    let ways: [(&[Command], EffectState, &'static str); 6] = [
        (&[Command::Activate], EffectState::Delivered, taken_up),
        (
            &[Command::Activate, Command::Pause],
            EffectState::Delivered,
            taken_up,
        ),
        (&[failed()], EffectState::Cancelled, was_failed),
        (
            &[failed(), Command::Launch],
            EffectState::Cancelled,
            was_failed,
        ),
        (&[Command::Delete], EffectState::Cancelled, was_deleted),
        (
            &[Command::Activate, Command::Delete],
            EffectState::Delivered,
            taken_up,
        ),
    ];
    let mut launches = Vec::new();
    for (commands, state, reason) in ways {
        let id = launching(stage).await;
        let effect = launch_of(stage, id).await;
        for command in commands {
            stage.ask(stage.user, id, command.clone()).await;
        }
        launches.push((effect, state, reason));
    }
    launches
}

async fn read_as_expected(stage: &Stage, launches: &[(EffectId, EffectState, &str)]) {
    for (effect, state, reason) in launches {
        let (read_state, read_reason, last) = read(stage, *effect).await;
        assert_eq!((read_state, read_reason.as_str()), (*state, *reason));
        assert!(last.starts_with("It was over at "), "{last}");
    }
}

#[tokio::test]
async fn a_launch_that_ended_reads_so_for_ever_whether_or_not_its_row_is_closed() {
    let stage = Stage::set().await;
    let launches = ended_in_every_way(&stage).await;
    let is_cancelled = |it: &&(EffectId, EffectState, &str)| it.1 == EffectState::Cancelled;
    let expected = launches.iter().filter(is_cancelled).map(|it| it.0);

    read_as_expected(&stage, &launches).await;
    let cancelled = in_state(&stage, EffectState::Cancelled).await;
    let due = in_state(&stage, EffectState::Due).await;
    stage.take_in().await;
    read_as_expected(&stage, &launches).await;
    let counted = open_launches(&stage).await;
    let left_open = tidied_up(&stage).await;
    read_as_expected(&stage, &launches).await;

    assert_eq!(cancelled, expected.collect::<Vec<_>>());
    assert!(due.iter().all(|id| launches.iter().all(|it| it.0 != *id)));
    assert_eq!(due.len(), 1);
    // The one that was begun again.
    assert_eq!(counted, [("due".to_owned(), 1)]);
    assert_eq!(left_open, 1);
}

#[tokio::test]
async fn launches_that_ended_before_they_were_taken_in_are_over_and_are_handed_to_nobody() {
    let stage = Stage::set().await;
    let active = Script::new(stage.database.maker(), stage.user)
        .active()
        .await;
    let failing = Script::new(stage.database.maker(), stage.user)
        .launching()
        .await;
    stage.ask(stage.user, failing, failed()).await;
    let effects = [
        launch_of(&stage, active).await,
        launch_of(&stage, failing).await,
    ];

    let before = [
        read(&stage, effects[0]).await,
        read(&stage, effects[1]).await,
    ];
    let waiting = in_state(&stage, EffectState::Waiting).await;
    let cancelled = in_state(&stage, EffectState::Cancelled).await;
    let counted = open_launches(&stage).await;
    stage.take_in().await;
    let after = [
        read(&stage, effects[0]).await,
        read(&stage, effects[1]).await,
    ];

    assert_eq!(before, after);
    assert_eq!(before[0].0, EffectState::Delivered);
    assert_eq!(before[1].0, EffectState::Cancelled);
    assert!(
        waiting.is_empty() && counted.is_empty(),
        "{waiting:?} {counted:?}"
    );
    assert_eq!(cancelled, [effects[1]]);
    assert!(take(&stage, 10).await.is_empty());
    assert_eq!(stage.count("deliveries WHERE closed_at IS NULL").await, 0);
}

#[tokio::test]
async fn a_launch_that_ended_cannot_be_operated_and_a_parked_one_ends_too() {
    let stage = Stage::set().await;
    let id = launching(&stage).await;
    let effect = launch_of(&stage, id).await;
    let client = stage.pool.get().await.unwrap();
    let parked = operate(&client, effect, Operation::Park, "a test")
        .await
        .unwrap();
    assert_eq!(parked, Operated::Done);

    stage.ask(stage.user, id, Command::Activate).await;

    for operation in [Operation::Retry, Operation::Park, Operation::Cancel] {
        let refused = operate(&client, effect, operation, "a test").await.unwrap();
        assert_eq!(refused, Operated::Refused(EffectState::Delivered));
    }
    assert_eq!(open_launches(&stage).await, []);
    assert_eq!(tidied_up(&stage).await, 0);
}
