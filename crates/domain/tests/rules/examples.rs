//! One event of every type, and of every shape that a type comes in.
//!
//! An [`Example`]'s golden file is `events/<Type>.v<version>.json`, or with a variant
//! `events/<Type>.v<version>.<variant>.json`.

use crate::cast::{
    FIRST, SECOND, account, at, email, email_nodes, email_settings, end, limit, linkedin_nodes,
    linkedin_settings, name, node, node_id, office_hours, prospect, settings_of, today, user, wait,
};
use crate::verbs::{
    activated, all_done, deleted, details_changed, ended, erased, failed, guarded_with,
    launched_at, paused_with, permission, permitted, replied, resumed, sent,
};
use domain::event::{
    CampaignCreated, CampaignLaunchFailed, CampaignSequenceChanged, CampaignSettingsChanged,
    Nothing, Prospects, SendFailed, SendPermitted,
};
use domain::{
    AccountLimit, Channel, Content, EmailSettings, Event, LaunchFailure, Node, NodeKind,
    OperatingHours, Progress, SendFailure, SendKind, Settings,
};

/// An event, and what sets it apart from others of its type.
pub struct Example {
    pub variant: &'static str,
    pub event: Event,
}

/// As the golden files have it.
fn invited_from_account_1() -> Settings {
    Settings {
        sender_account_ids: vec![account(1)],
        ..linkedin_settings()
    }
}

/// Every example, by type in the order of [`Event`].
pub fn examples() -> Vec<Example> {
    let mut all = created();
    loop {
        let last = all.last().expect("an example of the first type");
        let next = following(&last.event);
        if next.is_empty() {
            return all;
        }
        all.extend(next);
    }
}

/// The examples of the type after that of `event`. A new type does not compile until it has its
/// own.
fn following(event: &Event) -> Vec<Example> {
    let one = |progress| plain(ended(1, progress));
    match event {
        Event::CampaignCreated(_) => settings_changed(),
        Event::CampaignSettingsChanged(_) => sequence_changed(),
        Event::CampaignSequenceChanged(_) => plain(Event::ProspectsAdded(two_prospects())),
        Event::ProspectsAdded(_) => plain(Event::ProspectsRemoved(two_prospects())),
        Event::ProspectsRemoved(_) => plain(Event::AllProspectsRemoved(Nothing {})),
        Event::AllProspectsRemoved(_) => plain(details_changed(1)),
        Event::ProspectDetailsChanged(_) => launch_started(),
        Event::CampaignLaunchStarted(_) => plain(Event::ProspectsSkipped(two_prospects())),
        Event::ProspectsSkipped(_) => launch_failed(),
        Event::CampaignLaunchFailed(_) => plain(activated()),
        Event::CampaignActivated(_) => {
            variants([("", paused_with(3)), ("bounce_guard", guarded_with(0))])
        }
        Event::CampaignPaused(_) => plain(resumed()),
        Event::CampaignResumed(_) => plain(all_done()),
        Event::CampaignCompleted(_) => plain(deleted()),
        Event::CampaignDeleted(_) => send_permitted(),
        Event::SendPermitted(_) => plain(sent(1, FIRST)),
        Event::SendSucceeded(_) => send_failed(),
        Event::SendFailed(_) => one(Progress::Connected),
        Event::ProspectConnected(_) => {
            variants([("", replied(1, true)), ("going_on", replied(1, false))])
        }
        Event::ProspectReplied(_) => one(Progress::Bounced),
        Event::ProspectBounced(_) => one(Progress::Completed),
        Event::ProspectCompleted(_) => one(Progress::TimedOut),
        Event::ProspectTimedOut(_) => one(Progress::Cancelled),
        Event::ProspectCancelled(_) => plain(erased(1)),
        Event::ProspectErased(_) => vec![],
    }
}

fn variants<const COUNT: usize>(events: [(&'static str, Event); COUNT]) -> Vec<Example> {
    events
        .into_iter()
        .map(|(variant, event)| Example { variant, event })
        .collect()
}

fn plain(event: Event) -> Vec<Example> {
    variants([("", event)])
}

fn two_prospects() -> Prospects {
    Prospects {
        prospect_ids: vec![prospect(1), prospect(2)],
    }
}

/// Every field has a value.
fn full_email_settings() -> Settings {
    let hours = office_hours("America/New_York");
    let weekend = hours.monday.clone();
    let channel = Channel::Email(EmailSettings {
        daily_limit: Some(limit(50)),
        open_tracking: true,
        signature: Some("Best,\n%first_name%".to_owned()),
        account_limits: vec![AccountLimit {
            account_id: account(1),
            daily_limit: limit(15),
        }],
        ..email()
    });
    Settings {
        name: name("Q2 Enterprise Outreach"),
        operating_hours: Some(OperatingHours {
            saturday: weekend.clone(),
            sunday: weekend,
            ..hours
        }),
        ..settings_of(channel)
    }
}

fn created() -> Vec<Example> {
    let created = |settings, nodes| {
        Event::CampaignCreated(Box::new(CampaignCreated {
            user_id: user(),
            settings,
            nodes,
        }))
    };
    variants([
        ("", created(email_settings(), email_nodes())),
        ("full", created(full_email_settings(), email_nodes())),
        (
            "linkedin",
            created(invited_from_account_1(), linkedin_nodes()),
        ),
    ])
}

fn settings_changed() -> Vec<Example> {
    let changed =
        |settings| Event::CampaignSettingsChanged(Box::new(CampaignSettingsChanged { settings }));
    variants([
        ("", changed(email_settings())),
        ("full", changed(full_email_settings())),
        ("linkedin", changed(invited_from_account_1())),
    ])
}

fn sequence_changed() -> Vec<Example> {
    let changed = |nodes| Event::CampaignSequenceChanged(CampaignSequenceChanged { nodes });
    let content = Content {
        body: Some("Hello %first_name%, \"quoted\" – naïve".to_owned()),
        include_message: Some(true),
        ..Content::default()
    };
    let invitation = Node {
        content,
        ..node(FIRST, NodeKind::ConnectionRequest)
    };
    let writer = node(node_id(5), NodeKind::Ai);
    let linkedin = vec![invitation, wait(node_id(2), 30), writer, end(node_id(4))];
    variants([
        ("", changed(email_nodes())),
        ("linkedin", changed(linkedin)),
        ("empty", changed(vec![])),
    ])
}

fn launch_started() -> Vec<Example> {
    variants([
        ("", launched_at(at("2026-04-20T10:00:00Z"))),
        (
            "microseconds",
            launched_at(at("2026-04-20T10:00:00.123456Z")),
        ),
    ])
}

fn launch_failed() -> Vec<Example> {
    let failed = |failure| Event::CampaignLaunchFailed(CampaignLaunchFailed { failure });
    variants([
        ("", failed(LaunchFailure::Dispatch)),
        ("messages", failed(LaunchFailure::MessageResolution)),
        ("other", failed(LaunchFailure::Other)),
        ("stuck", failed(LaunchFailure::Stuck)),
    ])
}

fn send_permitted() -> Vec<Example> {
    let of = |send, node| {
        Event::SendPermitted(SendPermitted {
            send,
            ..permission(1, node)
        })
    };
    let named = |account_day| {
        Event::SendPermitted(SendPermitted {
            account_id: Some(account(1)),
            account_day,
            ..permission(1, FIRST)
        })
    };
    let examples = || {
        [
            ("", permitted(1, FIRST)),
            ("account", named(Some(today()))),
            ("invitation", of(SendKind::ConnectionRequest, FIRST)),
            ("message", of(SendKind::Message, SECOND)),
        ]
    };
    let first_version = examples().map(|(variant, event)| (variant, of_first_version(event)));
    let mut both = variants(first_version);
    both.extend(variants(examples()));
    both
}

/// Permits did not tell when their day ends.
fn of_first_version(event: Event) -> Event {
    match event {
        Event::SendPermitted(permitted) => Event::SendPermitted(SendPermitted {
            day_ends_at: None,
            account_day: None,
            ..permitted
        }),
        event => event,
    }
}

fn send_failed() -> Vec<Example> {
    let of = |failure| match failed(1, FIRST) {
        Event::SendFailed(failed) => Event::SendFailed(SendFailed { failure, ..failed }),
        event => event,
    };
    variants([
        ("", of(SendFailure::Other)),
        ("provider_rejected", of(SendFailure::ProviderRejected)),
        ("provider_unavailable", of(SendFailure::ProviderUnavailable)),
        ("sender_unavailable", of(SendFailure::SenderUnavailable)),
        ("content_invalid", of(SendFailure::ContentInvalid)),
    ])
}
