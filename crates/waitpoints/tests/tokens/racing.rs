//! Registrations against pauses and resumes: no order of the two leaves a sleeper behind.

use crate::stand::{Stand, data, of};
use chrono::{DateTime, Utc};
use domain::{CampaignId, Command, Event, TokenKind, Wake};
use futures_util::future::{join, join_all};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use waitpoints::{Created, TokenStatus};

const TASKS: usize = 8;
const REGISTRATIONS_EACH: usize = 1_300;

/// What the log says happened to a campaign: pauses and resumes, in order.
struct Turns(Vec<(i64, Wake, DateTime<Utc>)>);

impl Turns {
    async fn of(stand: &Stand, campaign: CampaignId) -> Self {
        let events = stand.database.events(campaign).await;
        let turn = |event: event_store::Recorded| match event.event {
            Event::CampaignPaused(_) => Some((event.position, Wake::Paused, event.recorded_at)),
            Event::CampaignResumed(_) => Some((event.position, Wake::Resumed, event.recorded_at)),
            _ => None,
        };
        Self(events.into_iter().filter_map(turn).collect())
    }

    /// What the campaign's latest turn at `position` was. It began active.
    fn at(&self, position: i64) -> Wake {
        let before = self
            .0
            .iter()
            .rev()
            .find(|(turned_at, _, _)| *turned_at <= position);
        before.map_or(Wake::Resumed, |(_, turn, _)| *turn)
    }

    fn first_behind(&self, position: i64, wanted: Wake) -> Option<DateTime<Utc>> {
        let mut behind = self
            .0
            .iter()
            .filter(|(turned_at, _, _)| *turned_at > position);
        behind
            .find(|(_, turn, _)| *turn == wanted)
            .map(|(_, _, at)| *at)
    }
}

async fn turn_until_done(stand: &Stand, campaign: CampaignId, is_done: &AtomicBool) {
    while !is_done.load(Ordering::SeqCst) {
        stand.ask(campaign, Command::Pause).await;
        tokio::task::yield_now().await;
        stand.ask(campaign, Command::Resume).await;
    }
    stand.ask(campaign, Command::Pause).await;
}

async fn relay_until_done(stand: &Stand, is_done: &AtomicBool) {
    let connection = stand.database.connect().await;
    while !is_done.load(Ordering::SeqCst) {
        stand
            .relay
            .run_once(&connection.client, stand.journal())
            .await;
        tokio::task::yield_now().await;
    }
}

async fn register(stand: &Stand, campaign: CampaignId, task: usize) -> Vec<(TokenKind, Created)> {
    let mut made = Vec::with_capacity(REGISTRATIONS_EACH);
    for number in 0..REGISTRATIONS_EACH {
        let is_pause = (task + number).is_multiple_of(3);
        let kind = if is_pause {
            TokenKind::Pause
        } else {
            TokenKind::Sleep
        };
        made.push((kind, stand.create(&of(campaign, kind)).await));
    }
    made
}

async fn registered_at(stand: &Stand) -> HashMap<String, i64> {
    let all = "SELECT id, registered_at FROM waitpoints";
    let rows = stand.database.sql().query(all, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// Registers, turns and relays all at once, and leaves the campaign paused and every wake inserted.
async fn race(stand: &Stand, campaign: CampaignId) -> Vec<(TokenKind, Created)> {
    let (registered, turned) = (AtomicBool::new(false), AtomicBool::new(false));
    let registering = async {
        let all = join_all((0..TASKS).map(|task| register(stand, campaign, task))).await;
        registered.store(true, Ordering::SeqCst);
        all.concat()
    };
    let turning = async {
        turn_until_done(stand, campaign, &registered).await;
        turned.store(true, Ordering::SeqCst);
    };
    let (made, _) = join(registering, join(turning, relay_until_done(stand, &turned))).await;
    while stand
        .relay
        .run_once(stand.database.sql(), stand.journal())
        .await
        > 0
    {}
    made
}

/// Compares what a token says with what the log says. Whether it was told at once.
async fn check(
    stand: &Stand,
    turns: &Turns,
    place: i64,
    kind: TokenKind,
    created: &Created,
) -> bool {
    let wanted = match kind {
        TokenKind::Sleep => Wake::Paused,
        TokenKind::Pause => Wake::Resumed,
    };
    let token = stand.read(&created.id).await;
    if turns.at(place) == wanted {
        assert_eq!(
            created.told,
            Some(wanted),
            "{token:?} came too late and was not told"
        );
        assert_eq!(token.output, Some(data(&wanted.output())));
        return true;
    }
    assert_eq!(
        created.told, None,
        "{token:?} was told of what had not happened"
    );
    let woken_at = turns.first_behind(place, wanted);
    assert_eq!(
        token.completed_at, woken_at,
        "{token:?} heard another wake than its own"
    );
    assert_eq!(token.output, woken_at.map(|_| data(&wanted.output())));
    assert!(kind == TokenKind::Pause || token.status == TokenStatus::Completed);
    false
}

#[tokio::test]
async fn ten_thousand_registrations_race_with_pauses_and_no_sleeper_is_left_behind() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;

    let made = race(&stand, campaign).await;

    assert!(made.len() >= 10_000);
    let turns = Turns::of(&stand, campaign).await;
    let places = registered_at(&stand).await;
    let mut told_at_once = 0;
    for (kind, created) in &made {
        let place = places[created.id.as_str()];
        told_at_once += usize::from(check(&stand, &turns, place, *kind, created).await);
    }
    // The race was one: tokens were registered on both sides of many pauses.
    println!(
        "{} registrations, {} turns, {told_at_once} told at once",
        made.len(),
        turns.0.len()
    );
    assert!(turns.0.len() > 50, "{} turns", turns.0.len());
    assert!(
        (100..made.len() - 100).contains(&told_at_once),
        "{told_at_once}"
    );
}
