//! What happened and what is asked, in few words: events, histories and commands about the cast.
//!
//! Prospects are named by their numbers. A history holds events only, so that no rule is needed
//! to tell another.

use crate::cast::{at, email_nodes, email_settings, now, permit, prospect, today, user};
use chrono::{DateTime, Utc};
use domain::event::{
    CampaignCreated, CampaignLaunchStarted, CampaignPaused, Nothing, OneProspect, PermitClosed,
    ProspectReplied, Prospects, SendFailed, SendPermitted,
};
use domain::{
    Command, Event, Node, NodeId, NodePatch, PauseCause, Progress, ProspectId, SendFailure,
    SendKind, Settings, Status,
};

/// The change of a step to what `node` says.
pub fn says(node: Node) -> NodePatch {
    NodePatch {
        subject: Some(node.content.subject),
        body: Some(node.content.body),
        include_message: Some(node.content.include_message),
        is_reply: Some(node.content.is_reply),
        delay_days: Some(node.delay.days),
        delay_hours: Some(node.delay.hours),
        delay_minutes: Some(node.delay.minutes),
    }
}

pub fn edit(node_id: NodeId, patch: NodePatch) -> Command {
    Command::EditNode {
        node_id,
        patch: Box::new(patch),
    }
}

// Histories.

pub fn drafted_as(settings: Settings, nodes: Vec<Node>) -> Event {
    let user_id = user();
    Event::CampaignCreated(Box::new(CampaignCreated {
        user_id,
        settings,
        nodes,
    }))
}

/// An email campaign with prospects 1 to `count`, which can be launched.
pub fn draft(count: u128) -> Vec<Event> {
    vec![drafted_as(email_settings(), email_nodes()), added(count)]
}

pub fn launching(count: u128) -> Vec<Event> {
    [draft(count), vec![launched_at(now())]].concat()
}

pub fn active(count: u128) -> Vec<Event> {
    [launching(count), vec![activated()]].concat()
}

pub fn active_as(settings: Settings, nodes: Vec<Node>, count: u128) -> Vec<Event> {
    vec![
        drafted_as(settings, nodes),
        added(count),
        launched_at(now()),
        activated(),
    ]
}

pub fn paused(count: u128) -> Vec<Event> {
    [active(count), vec![paused_with(0)]].concat()
}

/// Everyone reached the end.
pub fn completed(count: u128) -> Vec<Event> {
    let ends = (1..=count).map(|number| ended(number, Progress::Completed));
    active(count)
        .into_iter()
        .chain(ends)
        .chain([all_done()])
        .collect()
}

/// A history for every status, each with prospects 1 and 2.
pub fn every_status() -> [(Status, Vec<Event>); 5] {
    Status::ALL.map(|status| {
        let history = match status {
            Status::Draft => draft(2),
            Status::Launching => launching(2),
            Status::Active => active(2),
            Status::Paused => paused(2),
            Status::Completed => completed(2),
        };
        (status, history)
    })
}

// Events.

pub fn added(count: u128) -> Event {
    Event::ProspectsAdded(Prospects {
        prospect_ids: prospects(count),
    })
}

pub fn removed(number: u128) -> Event {
    Event::ProspectsRemoved(Prospects {
        prospect_ids: vec![prospect(number)],
    })
}

/// The launch leaves them out.
pub fn skipped(numbers: impl IntoIterator<Item = u128>) -> Event {
    Event::ProspectsSkipped(Prospects {
        prospect_ids: numbers.into_iter().map(prospect).collect(),
    })
}

pub fn details_changed(number: u128) -> Event {
    Event::ProspectDetailsChanged(OneProspect {
        prospect_id: prospect(number),
    })
}

pub fn erased(number: u128) -> Event {
    Event::ProspectErased(OneProspect {
        prospect_id: prospect(number),
    })
}

pub fn launched_at(started_at: DateTime<Utc>) -> Event {
    Event::CampaignLaunchStarted(CampaignLaunchStarted { started_at })
}

pub fn activated() -> Event {
    Event::CampaignActivated(Nothing {})
}

pub fn paused_with(sends_in_flight: u32) -> Event {
    let cause = PauseCause::Requested;
    Event::CampaignPaused(CampaignPaused {
        cause,
        sends_in_flight,
    })
}

pub fn guarded_with(sends_in_flight: u32) -> Event {
    let cause = PauseCause::BounceGuard;
    Event::CampaignPaused(CampaignPaused {
        cause,
        sends_in_flight,
    })
}

pub fn resumed() -> Event {
    Event::CampaignResumed(Nothing {})
}

pub fn all_done() -> Event {
    Event::CampaignCompleted(Nothing {})
}

pub fn deleted() -> Event {
    Event::CampaignDeleted(Nothing {})
}

/// What [`permitted`] holds, to be told with differences.
pub fn permission(number: u128, node: NodeId) -> SendPermitted {
    SendPermitted {
        permit_id: permit(number, node),
        prospect_id: prospect(number),
        node_id: node,
        send: SendKind::Email,
        account_id: None,
        day: today(),
        day_ends_at: Some(at("2026-04-21T00:00:00Z")),
        account_day: None,
    }
}

pub fn permitted(number: u128, node: NodeId) -> Event {
    Event::SendPermitted(permission(number, node))
}

pub fn sent(number: u128, node: NodeId) -> Event {
    let permit_id = permit(number, node);
    Event::SendSucceeded(PermitClosed {
        permit_id,
        prospect_id: prospect(number),
    })
}

pub fn failed(number: u128, node: NodeId) -> Event {
    let (permit_id, prospect_id) = (permit(number, node), prospect(number));
    Event::SendFailed(SendFailed {
        permit_id,
        prospect_id,
        failure: SendFailure::Other,
    })
}

pub fn replied(number: u128, stopped: bool) -> Event {
    Event::ProspectReplied(ProspectReplied {
        prospect_id: prospect(number),
        stopped,
    })
}

/// What `progress` makes of a prospect; a reply stops them.
pub fn ended(number: u128, progress: Progress) -> Event {
    let one = OneProspect {
        prospect_id: prospect(number),
    };
    match progress {
        Progress::Connected => Event::ProspectConnected(one),
        Progress::Replied => replied(number, true),
        Progress::Bounced => Event::ProspectBounced(one),
        Progress::Completed => Event::ProspectCompleted(one),
        Progress::TimedOut => Event::ProspectTimedOut(one),
        Progress::Cancelled => Event::ProspectCancelled(one),
    }
}

// Commands.

pub fn prospects(count: u128) -> Vec<ProspectId> {
    (1..=count).map(prospect).collect()
}

pub fn request(number: u128, node: NodeId) -> Command {
    Command::RequestPermit {
        permit_id: permit(number, node),
        prospect_id: prospect(number),
        node_id: node,
        account_id: None,
    }
}

pub fn report_sent(number: u128, node: NodeId) -> Command {
    Command::ReportSent {
        permit_id: permit(number, node),
        prospect_id: prospect(number),
    }
}

pub fn report_failed(number: u128, node: NodeId) -> Command {
    let (permit_id, prospect_id) = (permit(number, node), prospect(number));
    Command::ReportFailed {
        permit_id,
        prospect_id,
        failure: SendFailure::Other,
    }
}

pub fn report(number: u128, progress: Progress) -> Command {
    Command::ReportProgress {
        prospect_id: prospect(number),
        progress,
    }
}
