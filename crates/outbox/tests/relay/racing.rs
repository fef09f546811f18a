//! The lost wake-up: tokens are registered while their campaign is paused and resumed, and relays
//! take in and send all the while. Whoever was registered has been told in the end.

use crate::recorder::Recorder;
use crate::stage::{Stage, intake, sender, tokens};
use domain::{CampaignId, Command, TokenKind};
use outbox::{Registered, Sent};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What a token is slept on for, and what came of registering it.
type Came = (TokenKind, Registered);

const WRITERS: usize = 6;
const ROUNDS: usize = 220;
/// Tokens that one registration brings: of each kind.
const EACH: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_is_left_asleep_however_registrations_and_pauses_race() {
    let mut stage = Stage::set().await;
    let id = stage.active().await;
    let stop = CancellationToken::new();

    let registering = register_all(&stage, id);
    let toggling = async {
        for _ in 0..ROUNDS {
            stage.pause(id).await;
            stage.resume(id).await;
        }
    };
    let relays = [intake(&stage.pool), intake(&stage.pool)];
    let taking = futures_util::future::join_all(relays.iter().map(async |relay| {
        while !stop.is_cancelled() {
            relay.run_once().await.unwrap();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }));
    let recorder = stage.recorder.clone();
    let mut other = sender(&stage.pool, recorder.clone(), &stage.clock, "second");
    let sending = async {
        while !stop.is_cancelled() {
            if other.run_once(&stop).await.unwrap() == Sent::Nothing {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        other.release().await.unwrap();
    };
    let writing = async {
        let (registered, ()) = tokio::join!(registering, toggling);
        stop.cancel();
        registered
    };
    let (registered, _, ()) = tokio::join!(writing, taking, sending);
    // Whoever still sleeps waits for the next pause; whoever is parked then, for the next resume.
    stage.pause(id).await;
    stage.deliver().await;
    stage.resume(id).await;
    stage.deliver().await;

    let told = recorder.first_told();
    let all: BTreeMap<String, Came> = registered.into_iter().flatten().collect();
    assert!(10_000 <= all.len(), "{}", all.len());
    for (token, (kind, came)) in &all {
        let heard = told
            .get(token)
            .unwrap_or_else(|| panic!("{token} was never told: {came:?}"));
        assert_eq!(heard, &output_of(*kind), "{token} {came:?}");
        assert!(!matches!(came, Registered::Completed(said) if said != heard));
    }
    assert_eq!(stage.count("tokens").await, 0);
}

/// Registers tokens of both kinds, from several sides at once, and tells what came of each.
async fn register_all(stage: &Stage, id: CampaignId) -> Vec<BTreeMap<String, Came>> {
    futures_util::future::join_all((0..WRITERS).map(async |_| {
        let mut told = BTreeMap::new();
        for _ in 0..ROUNDS {
            for kind in TokenKind::ALL {
                let fresh = tokens(kind, EACH);
                let came = stage.registrar.register(id, &fresh).await.unwrap().unwrap();
                for (token, came) in fresh.iter().zip(came) {
                    told.insert(token.id.to_string(), (kind, came));
                }
            }
        }
        told
    }))
    .await
}

fn output_of(kind: TokenKind) -> Value {
    match kind {
        TokenKind::Sleep => json!({"paused": true}),
        TokenKind::Pause => json!({"resumed": true}),
    }
}

/// Registers tokens from five sides while `change` happens and a relay takes in and sends.
async fn race(stage: &mut Stage, id: CampaignId, kind: TokenKind, change: Command) {
    let fresh: Vec<_> = (0..5).map(|_| tokens(kind, 10)).collect();
    let registering = futures_util::future::join_all(fresh.iter().map(async |ten| {
        for one in ten.chunks(2) {
            let came = stage.registrar.register(id, one).await.unwrap();
            assert!(came.is_some());
        }
    }));
    let changing = stage.ask(stage.user, id, change);
    let taking = async { while stage.intake.run_once().await.unwrap().effects == 0 {} };
    tokio::join!(registering, changing, taking);
    stage.send_all().await;
    let told = stage.recorder.first_told();
    for token in fresh.iter().flatten() {
        let heard = told.get(&token.id.to_string());
        assert_eq!(heard, Some(&output_of(kind)), "{token:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_pause_and_each_resume_wakes_all_who_are_registered_around_it() {
    let mut stage = Stage::set().await;
    let id = stage.active().await;

    for _ in 0..100 {
        race(&mut stage, id, TokenKind::Sleep, Command::Pause).await;
        race(&mut stage, id, TokenKind::Pause, Command::Resume).await;
    }

    assert_eq!(stage.recorder.first_told().len(), 10_000);
    assert_eq!(stage.count("tokens").await, 0);
}

#[tokio::test]
async fn a_registration_that_has_not_committed_is_waited_for() {
    let mut stage = Stage::with(Recorder::willing()).await;
    let id = stage.active().await;
    let early = tokens(TokenKind::Sleep, 1);
    let held = stage.database.connect().await;
    let hold = "BEGIN; LOCK TABLE tokens IN EXCLUSIVE MODE";
    held.client.batch_execute(hold).await.unwrap();

    let registering = stage.registrar.register(id, &early);
    let pausing = async {
        stage.database.lock_waiters(1).await;
        stage.pause(id).await;
        let taken = async {
            let effects = stage.intake.run_once().await.unwrap().effects;
            (effects != 0).then_some(()).unwrap();
        };
        // The intake waits for the registration, or it has already gone past it.
        let releasing = async {
            tokio::select! {
                () = stage.database.lock_waiters(2) => {}
                () = stage.database.taken_in() => {}
            }
            held.client.batch_execute("COMMIT").await.unwrap();
        };
        tokio::join!(taken, releasing);
    };
    let (came, ()) = tokio::join!(registering, pausing);

    assert_eq!(came.unwrap().unwrap(), [Registered::Now]);
    stage.send_all().await;
    assert_eq!(stage.recorder.told().len(), 1);
}

#[tokio::test]
async fn a_token_that_is_registered_while_the_pause_is_taken_in_is_in_its_fan_out() {
    let mut stage = Stage::with(Recorder::willing()).await;
    let id = stage.active().await;
    let early = tokens(TokenKind::Sleep, 1);
    let registration = stage.database.connect().await;
    let lock = "SELECT pg_advisory_xact_lock_shared(hashtext('fermata.waking'), $1)";
    let place = "INSERT INTO tokens (journal, campaign_id, kind, id, registered_position, user_id,
                                     prospect_id)
                 SELECT id, $2, 'sleep', $3, head, $4, $4 FROM journals WHERE id = $1";
    registration.client.batch_execute("BEGIN").await.unwrap();
    let journal = stage.journal().0;
    registration
        .client
        .execute(lock, &[&i32::from(journal)])
        .await
        .unwrap();
    let binds: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
        [&journal, &id.0, &early[0].id.as_str(), &stage.user.0];
    registration.client.execute(place, &binds).await.unwrap();
    stage.pause(id).await;

    let taking = stage.intake.run_once();
    let waiting = async {
        stage.database.lock_waiters(1).await;
        registration.client.batch_execute("COMMIT").await.unwrap();
    };
    let (taken, ()) = tokio::join!(taking, waiting);

    assert_eq!(taken.unwrap().effects, 1);
    stage.send_all().await;
    assert_eq!(stage.recorder.told().len(), 1);
}
