//! Who and what the rules are told about: prospects, accounts and steps by number, settings that
//! can be launched, and one Monday.
//!
//! Ids are counted from 1 within their kind, so that a failure names them readably. The email
//! campaign has the steps `FIRST` (a mail), `WAIT`, `SECOND` (its reply) and `END`; the LinkedIn
//! campaign has `FIRST` (an invitation), `WAIT`, `SECOND` (a message) and `END`.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    AccountId, CampaignId, Channel, Content, DailyLimit, Delay, EmailSettings, LinkedInSettings,
    MailboxStatus, Name, Node, NodeId, NodeKind, OperatingHours, PermitId, ProfileStatus,
    ProspectId, SenderFacts, Senders, Settings, UserId,
};
use uuid::Uuid;

pub const FIRST: NodeId = node_id(1);
pub const WAIT: NodeId = node_id(2);
pub const SECOND: NodeId = node_id(3);
pub const END: NodeId = node_id(4);

/// A step that no campaign has from the beginning.
pub const fn node_id(number: u128) -> NodeId {
    NodeId(Uuid::from_u128(0x0d << 120 | number))
}

pub const fn prospect(number: u128) -> ProspectId {
    ProspectId(Uuid::from_u128(0xcc << 120 | number))
}

pub const fn account(number: u128) -> AccountId {
    AccountId(Uuid::from_u128(0xac << 120 | number))
}

/// Accounts from here on are LinkedIn profiles.
const PROFILES: u128 = 100;

/// A LinkedIn profile.
pub const fn profile(number: u128) -> AccountId {
    account(PROFILES + number)
}

/// Some mailboxes and profiles, all ready to send.
pub fn every_sender() -> Senders {
    let mailboxes = (1..=9).map(|number| (account(number), ACTIVE_MAILBOX));
    let profiles = (1..=9).map(|number| (profile(number), CONNECTED_PROFILE));
    mailboxes.chain(profiles).collect()
}

pub const ACTIVE_MAILBOX: SenderFacts = SenderFacts::Email {
    status: MailboxStatus::Active,
    has_inbox: true,
};

pub const CONNECTED_PROFILE: SenderFacts = SenderFacts::Linkedin(ProfileStatus::Connected);

pub const fn user() -> UserId {
    UserId(Uuid::from_u128(0xee << 120 | 1))
}

pub const fn another_campaign() -> CampaignId {
    CampaignId(Uuid::from_u128(0xca << 120 | 2))
}

/// The permit for one step to one prospect: there can be only one.
pub const fn permit(number: u128, node: NodeId) -> PermitId {
    let step = node.0.as_u128() & 0xff;
    PermitId(Uuid::from_u128(0xbe << 120 | number << 8 | step))
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect(text)
}

/// A Monday, 10:00 in London and 12:00 in Paris.
pub fn now() -> DateTime<Utc> {
    at("2026-04-20T10:00:00Z")
}

pub fn today() -> NaiveDate {
    now().date_naive()
}

pub fn name(text: &str) -> Name {
    Name::try_from(text.to_owned()).expect(text)
}

pub fn limit(sends: u32) -> DailyLimit {
    DailyLimit::try_from(sends).expect("a limit in its range")
}

pub fn settings_of(channel: Channel) -> Settings {
    let sender = match channel {
        Channel::Email(_) => account(1),
        Channel::Linkedin(_) => profile(1),
    };
    Settings {
        name: name("Spring outreach"),
        sender_account_ids: vec![sender],
        channel,
        operating_hours: None,
    }
}

pub fn email() -> EmailSettings {
    EmailSettings {
        daily_limit: None,
        stop_on_reply: true,
        open_tracking: false,
        signature: None,
        account_limits: vec![],
    }
}

pub fn email_settings() -> Settings {
    settings_of(Channel::Email(email()))
}

pub fn linkedin_settings() -> Settings {
    settings_of(Channel::Linkedin(LinkedInSettings {
        skip_other_campaigns: false,
    }))
}

/// Nine to five, Monday to Friday, in `time_zone`.
pub fn office_hours(time_zone: &str) -> OperatingHours {
    let open = r#"[{"from":"09:00","to":"17:00"}]"#;
    let json = format!(
        r#"{{"time_zone":"{time_zone}","monday":{open},"tuesday":{open},"wednesday":{open},
            "thursday":{open},"friday":{open}}}"#
    );
    serde_json::from_str(&json).expect(time_zone)
}

pub fn node(id: NodeId, kind: NodeKind) -> Node {
    Node {
        id,
        kind,
        content: Content::default(),
        delay: Delay::default(),
    }
}

pub fn mail(id: NodeId, subject: &str, body: &str) -> Node {
    let content = Content {
        subject: Some(subject.to_owned()),
        body: Some(body.to_owned()),
        ..Content::default()
    };
    Node {
        content,
        ..node(id, NodeKind::Email)
    }
}

pub fn reply(id: NodeId, body: &str) -> Node {
    let content = Content {
        body: Some(body.to_owned()),
        is_reply: Some(true),
        ..Content::default()
    };
    Node {
        content,
        ..node(id, NodeKind::Email)
    }
}

pub fn message(id: NodeId, body: &str) -> Node {
    let content = Content {
        body: Some(body.to_owned()),
        ..Content::default()
    };
    Node {
        content,
        ..node(id, NodeKind::Message)
    }
}

pub fn wait(id: NodeId, days: u32) -> Node {
    let delay = Delay {
        days,
        ..Delay::default()
    };
    Node {
        delay,
        ..node(id, NodeKind::Delay)
    }
}

pub fn end(id: NodeId) -> Node {
    node(id, NodeKind::End)
}

pub fn email_nodes() -> Vec<Node> {
    vec![
        mail(FIRST, "A question", "Hello %first_name%"),
        wait(WAIT, 2),
        reply(SECOND, "Did you see it?"),
        end(END),
    ]
}

pub fn linkedin_nodes() -> Vec<Node> {
    let invitation = node(FIRST, NodeKind::ConnectionRequest);
    vec![
        invitation,
        wait(WAIT, 2),
        message(SECOND, "Thank you"),
        end(END),
    ]
}
