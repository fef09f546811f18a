//! A step is permitted once for a prospect, whatever became of that permit: no retry and no resume
//! sends it twice, and a task that lost the answer is told of the permit that it has.

use crate::cast::{FIRST, SECOND, account, permit};
use crate::given::{given, refused};
use crate::permits::request_from;
use crate::verbs::{active, ended, failed, paused_with, permitted, request, resumed, sent};
use domain::{Permit, PermitRefusal, PermitState, Progress, Rejection, SendKind};

/// The permit for the first step to prospect 1, by what became of it.
fn first_permit(state: PermitState) -> Permit {
    Permit {
        id: permit(1, FIRST),
        node_id: FIRST,
        kind: SendKind::Email,
        account_id: None,
        state,
    }
}

#[test]
fn a_step_is_permitted_once_whatever_became_of_it() {
    for became in [vec![], vec![sent(1, FIRST)], vec![failed(1, FIRST)]] {
        let campaign = given(active(1)).and([permitted(1, FIRST)]).and(became);

        let outcome = campaign.when(request(1, FIRST));

        outcome.then(refused("already_permitted"));
    }
}

#[test]
fn a_refusal_for_a_step_permitted_before_carries_the_permit() {
    for (became, state) in [
        (vec![], PermitState::Open),
        (vec![paused_with(1)], PermitState::Open),
        (vec![sent(1, FIRST)], PermitState::Sent),
        (vec![failed(1, FIRST)], PermitState::Failed),
        (vec![ended(1, Progress::Replied)], PermitState::Open),
    ] {
        let campaign = given(active(2)).and([permitted(1, FIRST)]).and(became);

        let rejection = campaign.when(request(1, FIRST)).rejection();

        let expected = Rejection::PermitRefused {
            refusal: PermitRefusal::AlreadyPermitted,
            ask_again_at: None,
            permit: Some(first_permit(state)),
        };
        assert_eq!(rejection, expected);
    }
}

#[test]
fn a_permit_keeps_the_account_that_it_was_asked_for() {
    let campaign = given(active(1));

    let after = campaign.when(request_from(account(1), 1)).after();

    let granted = after.prospect(1).permit_for(FIRST).copied();
    let expected = Permit {
        account_id: Some(account(1)),
        ..first_permit(PermitState::Open)
    };
    assert_eq!(granted, Some(expected));
}

#[test]
fn a_step_that_was_permitted_before_a_pause_is_not_permitted_after_it() {
    let campaign = given(active(1)).and([permitted(1, FIRST), paused_with(1), resumed()]);

    let outcome = campaign.when(request(1, FIRST));

    outcome.then(refused("already_permitted"));
}

#[test]
fn the_next_step_is_permitted_for_the_same_prospect() {
    let campaign = given(active(1)).and([permitted(1, FIRST), sent(1, FIRST)]);

    let outcome = campaign.when(request(1, SECOND));

    let after = outcome.then(Ok(&[permitted(1, SECOND)]));
    assert_eq!(after.prospect(1).node_id, Some(SECOND));
}
