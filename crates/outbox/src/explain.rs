//! Why an effect was delivered or not, in plain words, attempt by attempt.

use crate::known_effect::{Attempt, Delivery, Dossier, EffectState, Ended, KnownEffect, Left};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;

/// Explains what became of an effect: a sentence a line.
#[must_use]
pub fn explain(dossier: &Dossier) -> Vec<String> {
    let effect = &dossier.effect;
    let mut lines = vec![what(effect)];
    match &effect.delivery {
        None => lines.push(without_delivery(effect)),
        Some(delivery) => {
            lines.push(opened(effect, delivery));
            lines.extend(left_out(dossier, delivery));
            lines.extend(dossier.attempts.iter().rev().map(tried));
            lines.push(standing(effect, delivery, &dossier.left));
        }
    }
    lines
}

fn what(effect: &KnownEffect) -> String {
    let (position, journal) = (effect.id.position, effect.id.journal.0);
    let cause = format!("the event at position {position} of journal {journal}");
    let at = instant(effect.enqueued_at);
    match effect.kind.as_str() {
        "start_run" => format!("At {at}, {cause} asked an engine to start the campaign's run."),
        "cancel_runs" => {
            format!("At {at}, {cause} deleted the campaign; every sleeper has to hear of it.")
        }
        _ => {
            let detail: Value = serde_json::from_str(&effect.detail).unwrap_or_default();
            let (kind, output) = (
                detail.get("token_kind").and_then(Value::as_str),
                detail.get("output").cloned().unwrap_or_default(),
            );
            let kind = kind.unwrap_or("?");
            format!("At {at}, {cause} had every {kind} token completed with {output}.")
        }
    }
}

fn without_delivery(effect: &KnownEffect) -> String {
    if let Some(Ended { at, reason }) = &effect.ended {
        let at = at.map_or_else(String::new, |at| format!(" at {}", instant(at)));
        return format!("It was over{at}: {reason}.");
    }
    if effect.state == EffectState::Waiting {
        return format!(
            "It waits to be taken in: the relay has come to position {} of the journal.",
            effect.cursor
        );
    }
    "It was taken in. Built-in tokens that were registered before it are completed by it. No token \
     that was made elsewhere waited for it, so nothing had to be sent."
        .to_owned()
}

fn opened(effect: &KnownEffect, delivery: &Delivery) -> String {
    let at = instant(delivery.opened_at);
    if effect.kind == "start_run" {
        return format!("It was taken in at {at}.");
    }
    format!(
        "Built-in tokens that were registered before it are completed by it. Tokens that were made \
         elsewhere waited for it too, so at {at} it was taken in to be sent to them."
    )
}

fn tried(attempt: &Attempt) -> String {
    let (number, tokens) = (attempt.number, attempt.tokens);
    let at = instant(attempt.begun_at);
    let Some(ended_at) = attempt.ended_at else {
        return format!(
            "Attempt {number}, begun at {at} with {}, has not ended: it is under way, or its \
             process died, and then its tokens are sent again.",
            counted(tokens, "token")
        );
    };
    let mut text = format!(
        "Attempt {number}, {at} to {}: {} sent, {} completed",
        instant(ended_at),
        counted(tokens, "token"),
        attempt.completed
    );
    if 0 < attempt.unknown {
        text.push_str(&format!(", {} not there any more", attempt.unknown));
    }
    if 0 < attempt.failed {
        text.push_str(&format!(", {} failed", attempt.failed));
    }
    if let Some(reason) = &attempt.reason {
        text.push_str(&format!(" ({reason})"));
    }
    text.push('.');
    text
}

/// Attempts before the latest ones are not listed one by one.
fn left_out(dossier: &Dossier, delivery: &Delivery) -> Option<String> {
    let listed = i32::try_from(dossier.attempts.len()).unwrap_or(i32::MAX);
    let earlier = delivery.attempts.saturating_sub(listed);
    (0 < earlier).then(|| format!("Not shown: {}.", counted(earlier, "earlier attempt")))
}

fn standing(effect: &KnownEffect, delivery: &Delivery, left: &Left) -> String {
    let sums = sums(delivery);
    let reason = delivery.reason.as_deref().unwrap_or("no reason is known");
    let closed = delivery.closed_at.map(instant).unwrap_or_default();
    match effect.state {
        EffectState::Waiting => "It waits to be taken in.".to_owned(),
        EffectState::Delivered | EffectState::Cancelled if effect.kind == "start_run" => {
            format!("It was over at {closed}: {reason}.")
        }
        EffectState::Delivered => format!("It was delivered at {closed}: {sums}."),
        EffectState::Cancelled => {
            format!("It was cancelled at {closed}: {reason}. Until then, {sums}.")
        }
        EffectState::Parked if effect.kind == "start_run" => {
            format!("It is parked: {reason}. An operator can retry or cancel it.")
        }
        EffectState::Parked => {
            let example = left
                .example
                .as_ref()
                .map(|id| format!(", waitpoint_{id} for one"));
            format!(
                "It is parked: {reason}. {sums}; {} left{}. An operator can retry or cancel it.",
                counted(left.tokens, "token"),
                example.unwrap_or_default()
            )
        }
        EffectState::Due if effect.kind == "start_run" => launching(delivery, reason),
        EffectState::Due => {
            let when = delivery.due_at.map_or_else(
                || "It is being sent".to_owned(),
                |due| format!("It is tried again at {}: {reason}", instant(due)),
            );
            let (tokens, parked) = (counted(left.tokens, "token"), left.parked);
            format!("{when}. {sums}; {tokens} left, {parked} parked.")
        }
    }
}

/// A launch waits for an engine, or for what the engine that has it makes of it.
fn launching(delivery: &Delivery, reason: &str) -> String {
    let Some(due) = delivery.due_at.map(instant) else {
        return format!("It waits: {reason}.");
    };
    let times = counted(delivery.attempts, "time");
    format!(
        "It was handed out {times}: {reason}. Unless the campaign has gone on by {due}, it is handed \
         out again."
    )
}

fn sums(delivery: &Delivery) -> String {
    format!(
        "{} completed, {} not there any more, {}",
        counted(delivery.completed, "token"),
        delivery.unknown,
        counted(delivery.failed, "failure")
    )
}

/// One token, two tokens.
fn counted(count: impl Into<i64>, thing: &str) -> String {
    let count = count.into();
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
