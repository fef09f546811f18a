//! The transition table: every state by every command, printed from the code.
//!
//! A cell says which events the command causes, `-` when it is accepted without news, or `!` with
//! the code of the refusal. Besides, whatever is decided here can be evolved.

use crate::cast::{
    END, FIRST, SECOND, WAIT, email_nodes, email_settings, end, name, node_id, now, prospect,
    reply, user, wait,
};
use crate::given::{Acquaintance, Given, given};
use crate::golden;
use crate::verbs::{
    active, all_done, deleted, draft, drafted_as, edit, ended, launched_at, paused_with, permitted,
    report, report_failed, report_sent, request, says, sent,
};
use chrono::Duration;
use domain::{
    Command, Event, LAUNCH_STUCK_SECONDS, LaunchFailure, Progress, SettingsPatch, Status,
};
use std::fmt::Write as _;

/// A column: what it is called, and how it came about.
type Column = (&'static str, Given);

const HEAD: &str = "\
The transition table: what each command comes to in each state.

  A, B    the events that it causes
  -       accepted, and nothing changes
  !code   refused

Commands about a prospect name prospect 1, who has an open permit once the campaign is active and
about whom something is on file; request_permit asks for the step after. 5 % bounced: of 100 sent,
and nobody looked yet. Last one: everybody else is done. Finished: everybody is.
";

#[test]
fn every_state_answers_every_command_as_the_table_says() {
    let tables = [before_it_runs(), once_it_runs()];

    let printed: Vec<String> = tables.iter().map(|columns| printed(columns)).collect();

    golden::holds(
        "transitions.txt",
        &format!("{HEAD}\n{}", printed.join("\n")),
    );
}

#[test]
fn the_table_shows_every_status() {
    let columns = before_it_runs().into_iter().chain(once_it_runs());

    let shown: Vec<Status> = columns
        .filter_map(|(_, given)| Some(given.state().campaign.present()?.stage.status()))
        .collect();

    for status in Status::ALL {
        assert!(shown.contains(&status), "{status:?}");
    }
}

fn before_it_runs() -> Vec<Column> {
    let empty = drafted_as(email_settings(), vec![end(END)]);
    let launched = |seconds| {
        let started_at = now() - Duration::seconds(seconds);
        given(draft(2)).and([launched_at(started_at)])
    };
    vec![
        ("absent", given([])),
        ("draft, empty", given([empty])),
        ("draft", given(draft(2))),
        ("launching", launched(LAUNCH_STUCK_SECONDS - 1)),
        ("launching, stuck", launched(LAUNCH_STUCK_SECONDS)),
        ("deleted", given(draft(2)).and([deleted()])),
    ]
}

fn once_it_runs() -> Vec<Column> {
    let one_permit = || given(active(2)).and([permitted(1, FIRST)]);
    let ends = || [1, 2].map(|number| ended(number, Progress::Completed));
    let mails = (2..=101).flat_map(|number| [permitted(number, FIRST), sent(number, FIRST)]);
    let bounces = (2..=6).map(|number| ended(number, Progress::Bounced));
    let crowd = given(active(101))
        .and([permitted(1, FIRST)])
        .and(mails)
        .and(bounces);
    vec![
        ("active", one_permit()),
        ("active, 5 % bounced", crowd),
        (
            "active, last one",
            one_permit().and([ended(2, Progress::Completed)]),
        ),
        ("paused", one_permit().and([paused_with(1)])),
        (
            "paused, finished",
            one_permit().and([paused_with(1)]).and(ends()),
        ),
        ("completed", one_permit().and(ends()).and([all_done()])),
    ]
}

fn printed(columns: &[Column]) -> String {
    let head = columns.iter().map(|(title, _)| (*title).to_owned());
    let mut rows = vec![[String::new()].into_iter().chain(head).collect::<Vec<_>>()];
    for command in commands() {
        let cells = columns.iter().map(|(_, campaign)| cell(campaign, &command));
        rows.push([row_title(&command)].into_iter().chain(cells).collect());
    }
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..=columns.len()).map(width).collect();
    rows.iter().fold(String::new(), |mut text, row| {
        let padded = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}  "));
        let _ = writeln!(text, "{}", padded.collect::<String>().trim_end());
        text
    })
}

/// Whatever is decided evolves, or [`crate::given::Outcome::then`] fails.
fn cell(campaign: &Given, command: &Command) -> String {
    let on_file = Acquaintance {
        on_file: true,
        ..Acquaintance::default()
    };
    let outcome = campaign.clone().knowing(on_file).when(command.clone());
    match outcome.decision() {
        Err(rejection) => format!("!{}", rejection.code()),
        Ok([]) => "-".to_owned(),
        Ok(events) => {
            let types: Vec<_> = events.iter().map(Event::event_type).collect();
            outcome.after();
            types.join(", ")
        }
    }
}

fn row_title(command: &Command) -> String {
    match command {
        Command::ReportProgress { progress, .. } => {
            format!("{}: {}", command.label(), word(*progress))
        }
        command => command.label().to_owned(),
    }
}

fn word(progress: Progress) -> &'static str {
    match progress {
        Progress::Connected => "connected",
        Progress::Replied => "replied",
        Progress::Bounced => "bounced",
        Progress::Completed => "completed",
        Progress::TimedOut => "timed_out",
        Progress::Cancelled => "cancelled",
    }
}

fn commands() -> Vec<Command> {
    std::iter::successors(following(None), |command| following(Some(command))).collect()
}

/// The row below `command`. A new command does not compile until it has its place.
fn following(command: Option<&Command>) -> Option<Command> {
    let Some(command) = command else {
        return Some(creation());
    };
    Some(match command {
        Command::Create { .. } => Command::ChangeSettings(Box::new(renaming())),
        Command::ChangeSettings(_) => Command::ReplaceSequence(email_nodes().split_off(2)),
        Command::ReplaceSequence(_) => Command::Update {
            patch: Box::new(renaming()),
            nodes: Some(email_nodes().split_off(2)),
        },
        Command::Update { .. } => Command::AddNode {
            node: Box::new(wait(node_id(9), 1)),
            position: None,
        },
        Command::AddNode { .. } => Command::MoveNode {
            node_id: WAIT,
            position: 0,
        },
        Command::MoveNode { .. } => edit(SECOND, says(reply(SECOND, "Well?"))),
        Command::EditNode { .. } => Command::RemoveNode(WAIT),
        Command::RemoveNode(_) => Command::AddProspects(vec![prospect(3)]),
        Command::AddProspects(_) => Command::EditProspect(prospect(1)),
        Command::EditProspect(_) => Command::RemoveProspects(vec![prospect(2)]),
        Command::RemoveProspects(_) => Command::RemoveAllProspects,
        Command::RemoveAllProspects => Command::EraseProspect(prospect(1)),
        Command::EraseProspect(_) => Command::Launch,
        Command::Launch => Command::Activate,
        Command::Activate => Command::FailLaunch {
            failure: LaunchFailure::Dispatch,
            launch: None,
        },
        Command::FailLaunch { .. } => Command::Pause,
        Command::Pause => Command::Resume,
        Command::Resume => Command::ReviewBounces,
        Command::ReviewBounces => Command::Delete,
        Command::Delete => request(1, SECOND),
        Command::RequestPermit { .. } => report_sent(1, FIRST),
        Command::ReportSent { .. } => report_failed(1, FIRST),
        Command::ReportFailed { .. } => report(1, Progress::Connected),
        Command::ReportProgress { progress, .. } => report(1, following_progress(*progress)?),
    })
}

fn following_progress(progress: Progress) -> Option<Progress> {
    match progress {
        Progress::Connected => Some(Progress::Replied),
        Progress::Replied => Some(Progress::Bounced),
        Progress::Bounced => Some(Progress::Completed),
        Progress::Completed => Some(Progress::TimedOut),
        Progress::TimedOut => Some(Progress::Cancelled),
        Progress::Cancelled => None,
    }
}

fn creation() -> Command {
    Command::Create {
        user_id: user(),
        settings: Box::new(email_settings()),
        nodes: email_nodes(),
    }
}

fn renaming() -> SettingsPatch {
    SettingsPatch {
        name: Some(name("Summer outreach")),
        ..SettingsPatch::default()
    }
}
