//! Completing: the first wins, and everybody is told what became of their completion.

use crate::stand::{Stand, data, new_token, of};
use domain::{Command, TokenKind};
use futures_util::future::{join, join_all, join4};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Instant;
use tokio_postgres::error::SqlState;
use waitpoints::{
    ANSWER_SECONDS_MAX, CreateError, Failure, Filter, NewToken, Output, Settled, Timers, TokenId,
    TokenStatus,
};

#[tokio::test]
async fn the_first_completion_wins_and_the_second_is_told_so() {
    let stand = Stand::new().await;
    let id = stand.free().await;

    let first = stand
        .tokens
        .complete(&id, &data(&json!({"a": 1})))
        .await
        .unwrap();
    let second = stand
        .tokens
        .complete(&id, &data(&json!({"a": 2})))
        .await
        .unwrap();

    assert_eq!((first, second), (Settled::Now, Settled::Before));
    let token = stand.read(&id).await;
    assert_eq!(token.status, TokenStatus::Completed);
    assert_eq!(token.output, Some(data(&json!({"a": 1}))));
}

#[tokio::test]
async fn every_sort_of_output_comes_back_as_it_was_stored() {
    let stand = Stand::new().await;
    let text = json!("text \u{1f3b5} with a \0");
    for output in [
        Output::written(None),
        data(&json!("text")),
        data(&text),
        data(&json!(null)),
    ] {
        let id = stand.free().await;

        stand.tokens.complete(&id, &output).await.unwrap();

        assert_eq!(stand.read(&id).await.output, Some(output));
    }
}

#[tokio::test]
async fn a_token_that_nobody_made_is_unknown() {
    let stand = Stand::new().await;
    let short: TokenId = "abc".parse().unwrap();
    let elsewhere = TokenId::new(crate::stand::now(), 1, event_store::JournalId(1_295));

    for id in [short, elsewhere] {
        let settled = stand
            .tokens
            .complete(&id, &Output::written(None))
            .await
            .unwrap();

        assert_eq!(settled, Settled::Unknown);
        assert_eq!(stand.tokens.retrieve(&id).await.unwrap(), None);
    }
}

/// Reads a token again and again. Whatever it was seen to be once, it stays.
async fn watch(stand: &Stand, id: &TokenId) {
    let mut seen = None;
    for _ in 0..40 {
        let token = stand.read(id).await;
        let over = token
            .output
            .map(|output| (token.status, token.completed_at, output));
        assert!(seen.is_none() || seen == over, "{seen:?} became {over:?}");
        seen = over;
    }
}

/// Sixty-four completions at once, each with its number. The numbers of those that were told that
/// they completed the token.
async fn complete_at_once(stand: &Stand, id: &TokenId) -> Vec<usize> {
    let complete = async |number: usize| {
        let output = data(&json!(number));
        let settled = stand.tokens.complete(id, &output).await.unwrap();
        (settled == Settled::Now).then_some(number)
    };
    let settled = join_all((0..64).map(complete)).await;
    settled.into_iter().flatten().collect()
}

#[tokio::test]
async fn of_sixty_four_completions_at_once_one_wins_and_nobody_sees_another() {
    let stand = Stand::new().await;
    for _ in 0..10 {
        let id = stand.free().await;

        let (winners, ()) = join(complete_at_once(&stand, &id), watch(&stand, &id)).await;

        assert_eq!(winners.len(), 1, "{winners:?}");
        assert_eq!(stand.output(&id).await, data(&json!(winners[0])).text);
    }
}

#[tokio::test]
async fn completions_a_wake_and_the_timer_at_once_leave_one_output_that_never_changes() {
    let stand = Stand::new().await;
    let timers = Timers::new(stand.elsewhere());
    let mut ends = BTreeSet::new();
    for round in 0..12 {
        let campaign = stand.campaign().active().await;
        let timeout_at = Some(crate::stand::now());
        let new = NewToken {
            timeout_at,
            ..of(campaign, TokenKind::Sleep)
        };
        let id = stand.create(&new).await.id;
        stand.ask(campaign, Command::Pause).await;

        // Sometimes at once, sometimes when the others have begun, so that each is first in turn.
        let complete = async {
            for _ in 0..round % 4 * 5 {
                stand.read(&id).await;
            }
            complete_at_once(&stand, &id).await
        };
        let wake = stand.relay.run_once(stand.database.sql(), stand.journal());
        let time_out = timers.run_once();
        let (winners, ..) = join4(complete, time_out, wake, watch(&stand, &id)).await;

        let output = stand.output(&id).await.unwrap();
        match winners.as_slice() {
            [] if output.contains("TIMEOUT") => ends.insert("timed out"),
            [] => {
                assert!(output.contains("paused"), "{output}");
                ends.insert("woken")
            }
            [winner] => {
                assert_eq!(Some(output), data(&json!(winner)).text);
                ends.insert("completed")
            }
            several => panic!("{several:?} all completed it"),
        };
    }
    assert!(ends.len() > 1, "it was no race: always {ends:?}");
}

#[tokio::test]
async fn many_are_completed_at_once_with_an_outcome_each() {
    let stand = Stand::new().await;
    let mut ids = vec![];
    for _ in 0..20 {
        ids.push(stand.free().await);
    }
    stand
        .tokens
        .complete(&ids[3], &data(&json!("before")))
        .await
        .unwrap();
    ids.push("waitpoint_unknown".parse().unwrap());
    ids.push(ids[0].clone());

    let outcomes = stand
        .tokens
        .complete_many(&ids, &data(&json!("now")))
        .await
        .unwrap();

    let expected = |number| match number {
        3 => Settled::Before,
        20 => Settled::Unknown,
        _ => Settled::Now,
    };
    let expected: Vec<_> = ids.iter().cloned().zip((0..22).map(expected)).collect();
    assert_eq!(outcomes, expected);
    assert_eq!(stand.output(&ids[3]).await.as_deref(), Some("before"));
    assert_eq!(stand.output(&ids[19]).await.as_deref(), Some("now"));
}

#[tokio::test]
async fn bulk_completions_of_the_same_tokens_in_opposite_orders_do_not_lock_each_other_out() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    let sleepers = join_all((0..200).map(|_| stand.sleeper(campaign))).await;
    let reversed: Vec<TokenId> = sleepers.iter().rev().cloned().collect();

    let output = data(&json!("bulk"));
    let orders = [&sleepers, &reversed, &sleepers, &reversed];
    let all = join_all(orders.map(|ids| stand.tokens.complete_many(ids, &output))).await;

    let outcomes = all.into_iter().flat_map(Result::unwrap);
    let woken = outcomes
        .filter(|(_, settled)| *settled == Settled::Now)
        .count();
    assert_eq!(woken, 200);
}

#[tokio::test]
async fn the_waiting_tokens_of_a_tag_are_completed_page_by_page() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    let sleepers = join_all((0..1_500).map(|_| stand.sleeper(campaign))).await;
    let other = stand.free().await;
    stand
        .tokens
        .complete(&sleepers[0], &data(&json!("before")))
        .await
        .unwrap();
    let filter = Filter {
        tags: vec![format!("campaign:{campaign}")],
        ..Filter::default()
    };

    let output = data(&json!("bulk"));
    let one = stand
        .tokens
        .complete_matching(&filter, &output, None)
        .await
        .unwrap();
    let two = stand
        .tokens
        .complete_matching(&filter, &output, one.next.as_ref())
        .await
        .unwrap();

    assert_eq!((one.outcomes.len(), two.outcomes.len()), (1_000, 499));
    assert!(
        one.outcomes
            .iter()
            .all(|(_, settled)| *settled == Settled::Now)
    );
    assert_eq!(two.next, None);
    assert_eq!(stand.output(&sleepers[0]).await.as_deref(), Some("before"));
    assert_eq!(stand.status(&other).await, TokenStatus::Waiting);
}

#[tokio::test]
async fn a_stuck_database_is_a_failure_and_not_a_hang_and_what_was_given_up_is_cancelled() {
    let stand = Stand::new().await;
    stand.free().await;
    let holder = stand.database.connect().await;
    holder
        .client
        .batch_execute("BEGIN; LOCK TABLE waitpoints")
        .await
        .unwrap();

    let began = Instant::now();
    let answer = stand.tokens.create(&new_token()).await;

    let failed = matches!(answer, Err(CreateError::Failure(Failure::TooSlow)));
    assert!(failed, "{answer:?}");
    assert!(began.elapsed().as_secs() < ANSWER_SECONDS_MAX + 2);
    holder.client.batch_execute("ROLLBACK").await.unwrap();
    stand.database.settle().await;
    let count = "SELECT count(*) FROM waitpoints";
    let made: i64 = holder.client.query_one(count, &[]).await.unwrap().get(0);
    assert_eq!(made, 1);
}

#[tokio::test]
async fn the_database_refuses_to_change_what_readers_were_told() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    let id = stand.sleeper(campaign).await;
    stand.ask_and_wake(campaign, Command::Pause).await;
    stand
        .tokens
        .complete(&stand.free().await, &data(&json!(1)))
        .await
        .unwrap();

    for change in [
        "UPDATE waitpoints SET output = 'other' WHERE settled_at IS NOT NULL",
        "UPDATE waitpoints SET settled_at = NULL, output = NULL, output_type = NULL
         WHERE settled_at IS NOT NULL",
        "UPDATE wakes SET output = 'other'",
    ] {
        let refused = stand
            .database
            .sql()
            .batch_execute(change)
            .await
            .unwrap_err();

        assert_eq!(
            refused.code().map(SqlState::code),
            Some("FM004"),
            "{change}"
        );
    }
    assert_eq!(stand.status(&id).await, TokenStatus::Completed);
}
