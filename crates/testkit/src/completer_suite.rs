//! What every `WaitpointCompleter` promises, as one suite that all of them pass.
//!
//! An implementation stands in it as a [`Subject`]: the completer, and a way to make tokens and to
//! look at them. [`hold_to_the_contract`] tries every rule; a rule that is broken names itself.

use async_trait::async_trait;
use outbox::{Completion, Health, Turn, WaitpointCompleter};
use serde_json::{Value, json};
use std::time::Duration;
use waitpoints::TokenId;

/// Whatever is waited for here comes at once, or never.
const SOON: Duration = Duration::from_secs(20);
const MANY: usize = 40;

/// An implementation under test.
#[async_trait]
pub trait Subject: Sync {
    /// What is held to the contract.
    fn completer(&self) -> &dyn WaitpointCompleter;

    /// Makes a token that waits.
    async fn new_token(&self) -> TokenId;

    /// A token's output, as its sleeper reads it. None: it waits.
    async fn output_of(&self, token: &TokenId) -> Option<Value>;
}

/// Tries every rule of the contract.
///
/// # Panics
/// When a rule is broken.
pub async fn hold_to_the_contract(subject: &impl Subject) {
    a_token_gets_the_output_it_is_completed_with(subject).await;
    the_first_completion_wins_and_the_second_is_delivered_too(subject).await;
    any_json_is_an_output(subject).await;
    an_unknown_token_is_gone(subject).await;
    many_at_once_are_all_delivered(subject).await;
    of_two_at_once_one_wins(subject).await;
    turns_that_are_dropped_go_back(subject).await;
    a_wait_for_a_turn_can_be_dropped(subject).await;
    a_completion_can_be_dropped_and_tried_again(subject).await;
    a_turn_from_elsewhere_does_no_harm(subject).await;
    the_state_counts_what_came_of_completions(subject).await;
}

async fn complete(subject: &impl Subject, token: &TokenId, output: &Value) -> Completion {
    let completer = subject.completer();
    let completion = async {
        let turn = completer.ready().await;
        completer.complete(turn, token, output).await
    };
    within("a completion comes back", completion).await
}

async fn within<T>(rule: &str, future: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(SOON, future).await;
    done.unwrap_or_else(|_| panic!("{rule}: not in time"))
}

async fn a_token_gets_the_output_it_is_completed_with(subject: &impl Subject) {
    let token = subject.new_token().await;
    assert_eq!(subject.output_of(&token).await, None, "a new token waits");

    let completion = complete(subject, &token, &json!({"paused": true})).await;

    assert_eq!(completion, Completion::Delivered, "a waiting token");
    let output = subject.output_of(&token).await;
    assert_eq!(output, Some(json!({"paused": true})), "the output");
}

async fn the_first_completion_wins_and_the_second_is_delivered_too(subject: &impl Subject) {
    let token = subject.new_token().await;
    complete(subject, &token, &json!({"paused": true})).await;

    let second = complete(subject, &token, &json!({"resumed": true})).await;

    assert_eq!(second, Completion::Delivered, "a token that is over");
    let output = subject.output_of(&token).await;
    assert_eq!(output, Some(json!({"paused": true})), "the first wins");
}

async fn any_json_is_an_output(subject: &impl Subject) {
    let outputs = [
        json!({"paused": true}),
        json!({"deep": {"list": [1, 2.5, null, "ä \u{1F3B5} \"\\\u{1}"]}}),
        json!([1, 2]),
        json!(7),
        json!(null),
        json!(true),
        json!("words"),
    ];
    for output in outputs {
        let token = subject.new_token().await;

        let completion = complete(subject, &token, &output).await;

        assert_eq!(completion, Completion::Delivered, "{output}");
        assert_eq!(subject.output_of(&token).await, Some(output), "any JSON");
    }
}

async fn an_unknown_token_is_gone(subject: &impl Subject) {
    for text in ["waitpoint_cnobodymadethis00000000", "a", "waitpoint_zz"] {
        let token = text.parse().expect("an id");

        let completion = complete(subject, &token, &json!({"paused": true})).await;

        assert_eq!(completion, Completion::Gone, "an unknown token: {text}");
    }
    let health = subject.completer().state().health;
    assert_eq!(health, Health::Working, "tokens that are gone harm nobody");
}

async fn many_at_once_are_all_delivered(subject: &impl Subject) {
    let mut tokens = Vec::new();
    for _ in 0..MANY {
        tokens.push(subject.new_token().await);
    }

    let output = json!({"paused": true});
    let all = tokens.iter().map(|token| complete(subject, token, &output));
    let completions = futures_util::future::join_all(all).await;

    assert!(
        completions.iter().all(|one| *one == Completion::Delivered),
        "many at once: {completions:?}"
    );
    for token in &tokens {
        let found = subject.output_of(token).await;
        assert_eq!(found.as_ref(), Some(&output), "many at once");
    }
    let in_flight = subject.completer().state().in_flight;
    assert_eq!(in_flight, 0, "nothing is in flight when all is done");
}

async fn of_two_at_once_one_wins(subject: &impl Subject) {
    for _ in 0..5 {
        let token = subject.new_token().await;
        let (one, other) = (json!({"paused": true}), json!({"resumed": true}));

        let completions = tokio::join!(
            complete(subject, &token, &one),
            complete(subject, &token, &other)
        );

        let delivered = (Completion::Delivered, Completion::Delivered);
        assert_eq!(completions, delivered, "two at once");
        let output = subject.output_of(&token).await.expect("an output");
        assert!(output == one || output == other, "one of two: {output}");
        complete(subject, &token, &json!({"cancelled": true})).await;
        let later = subject.output_of(&token).await;
        assert_eq!(later, Some(output), "what was told once never changes");
    }
}

async fn turns_that_are_dropped_go_back(subject: &impl Subject) {
    for _ in 0..MANY {
        let turn = within("a turn after dropped ones", subject.completer().ready()).await;
        drop(turn);
    }

    let token = subject.new_token().await;
    let completion = complete(subject, &token, &json!({"paused": true})).await;

    assert_eq!(completion, Completion::Delivered, "after dropped turns");
}

async fn a_wait_for_a_turn_can_be_dropped(subject: &impl Subject) {
    let completer = subject.completer();
    let mut turns = Vec::new();
    for _ in 0..MANY {
        let Some(turn) = next_turn(completer).await else {
            break;
        };
        turns.push(turn);
    }
    drop(turns);

    let turn = within("a turn after a wait that was dropped", completer.ready()).await;

    drop(turn);
}

/// A turn, if there is one without waiting for others to end.
async fn next_turn(completer: &dyn WaitpointCompleter) -> Option<Turn> {
    let patience = Duration::from_millis(20);
    tokio::time::timeout(patience, completer.ready()).await.ok()
}

async fn a_completion_can_be_dropped_and_tried_again(subject: &impl Subject) {
    let completer = subject.completer();
    for patience_us in [0, 50, 500, 2_000] {
        let token = subject.new_token().await;
        let output = json!({"paused": true});
        let turn = within("a turn", completer.ready()).await;
        let patience = Duration::from_micros(patience_us);
        let _given_up =
            tokio::time::timeout(patience, completer.complete(turn, &token, &output)).await;

        let completion = complete(subject, &token, &output).await;

        assert_eq!(completion, Completion::Delivered, "tried again");
        assert_eq!(subject.output_of(&token).await, Some(output), "tried again");
    }
}

async fn a_turn_from_elsewhere_does_no_harm(subject: &impl Subject) {
    for turn in [Turn::free(), Turn::holding(String::from("another's"))] {
        let token = subject.new_token().await;
        let output = json!({"paused": true});

        let completion = subject.completer().complete(turn, &token, &output);

        let completion = within("a turn from elsewhere", completion).await;
        assert_eq!(completion, Completion::Delivered, "a turn from elsewhere");
    }
}

async fn the_state_counts_what_came_of_completions(subject: &impl Subject) {
    let before = subject.completer().state().counts;
    let token = subject.new_token().await;
    let unknown = "waitpoint_cnobodymadethis00000000".parse().expect("an id");

    complete(subject, &token, &json!({"paused": true})).await;
    complete(subject, &unknown, &json!({"paused": true})).await;

    let after = subject.completer().state().counts;
    assert_eq!(after.delivered - before.delivered, 1, "delivered");
    assert_eq!(after.gone - before.gone, 1, "gone");
    assert_eq!(after.rejected + after.refused, 0, "rejected or refused");
}
