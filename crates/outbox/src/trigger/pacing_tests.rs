//! What is left, as answers come in any order, or not at all.

use super::breaker::Leave;
use super::client::Answer;
use super::pacing::{Moment, Pacing, Place};
use super::settings::Patience;
use std::time::Duration;
use tokio::time::Instant;

const NOW_MS: i64 = 1_800_000_000_000;
const NEXT_MS: i64 = NOW_MS + 4_000;

struct Case {
    pacing: Pacing,
    begun: Instant,
}

impl Case {
    fn new() -> Self {
        Self {
            pacing: Pacing::new(0, Patience::default()),
            begun: Instant::now(),
        }
    }

    /// After a first answer that said so much.
    fn told(remaining: u32) -> Self {
        let mut case = Self::new();
        let place = case.pacing.take();
        case.answer(place, remaining, NEXT_MS);
        case
    }

    fn moment(&self) -> Moment {
        Moment {
            now: self.begun,
            now_ms: NOW_MS,
            sent_at_ms: NOW_MS,
            chance: 0.0,
        }
    }

    fn answer(&mut self, place: Place, remaining: u32, reset_ms: i64) {
        let answer = Answer {
            remaining: Some(remaining),
            reset_ms: Some(reset_ms),
            ..Answer::plain(200, "")
        };
        self.pacing.answered(place, self.moment(), &answer);
    }

    fn refuse(&mut self, place: Place, retry_after: Option<Duration>) {
        let answer = Answer {
            retry_after,
            ..Answer::plain(429, "")
        };
        self.pacing.answered(place, self.moment(), &answer);
    }
}

#[test]
fn the_lowest_count_of_a_step_is_the_newest() {
    let mut case = Case::told(10);
    let places = [case.pacing.take(), case.pacing.take()];

    case.answer(places[1], 8, NEXT_MS);
    case.answer(places[0], 9, NEXT_MS);

    assert_eq!(case.pacing.remaining(), Some(8));
}

#[test]
fn a_new_step_s_count_is_believed_and_an_old_step_s_is_not() {
    let mut case = Case::told(2);
    let places = [case.pacing.take(), case.pacing.take()];

    case.answer(places[1], 250, NEXT_MS + 10_000);
    case.answer(places[0], 0, NEXT_MS);

    assert_eq!(
        case.pacing.remaining(),
        Some(249),
        "the old one cost one, perhaps"
    );
}

#[test]
fn what_is_not_answered_may_have_cost_one() {
    let mut case = Case::told(10);
    let place = case.pacing.take();

    case.pacing.unanswered(place);

    assert_eq!(case.pacing.remaining(), Some(9));
}

#[test]
fn what_is_in_flight_is_not_left() {
    let mut case = Case::told(3);

    assert_eq!(case.pacing.leave(case.begun, 2), Leave::Go);
    assert!(matches!(
        case.pacing.leave(case.begun, 3),
        Leave::NotBefore(_)
    ));
}

#[test]
fn one_asks_and_the_others_follow_its_answer() {
    let mut case = Case::new();
    let asker = case.pacing.take();

    assert_eq!(case.pacing.leave(case.begun, 1), Leave::AfterAnswer);
    case.answer(asker, 5, NEXT_MS);
    assert_eq!(case.pacing.leave(case.begun, 0), Leave::Go);
}

#[test]
fn an_asker_that_a_failing_server_answers_is_followed_by_another_asker() {
    let mut case = Case::new();
    let asker = case.pacing.take();

    let bare = Answer::plain(502, "");
    case.pacing.answered(asker, case.moment(), &bare);

    assert_eq!(case.pacing.leave(case.begun, 0), Leave::Go);
    case.pacing.take();
    assert_eq!(case.pacing.leave(case.begun, 1), Leave::AfterAnswer);
}

#[test]
fn a_refusal_that_names_a_wait_is_waited_for() {
    let mut case = Case::told(10);
    let place = case.pacing.take();

    case.refuse(place, Some(Duration::from_secs(50)));

    let until = case.begun + Duration::from_secs(50);
    assert_eq!(case.pacing.leave(case.begun, 0), Leave::NotBefore(until));
    assert_eq!(case.pacing.held_until(), Some(until));
}

#[test]
fn a_refusal_of_now_is_believed_whatever_was_said_before() {
    let mut case = Case::told(700);
    let place = case.pacing.take();
    let answer = Answer {
        remaining: Some(0),
        reset_ms: Some(NEXT_MS - 2_000),
        ..Answer::plain(429, "")
    };

    case.pacing.answered(place, case.moment(), &answer);

    assert_eq!(case.pacing.remaining(), Some(0));
}
