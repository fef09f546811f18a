//! A campaign's daily limit while its time zone changes: it is never had twice for it, and the time
//! to ask again is true.

use crate::cast::{FIRST, at, email, email_nodes, limit, settings_of, today};
use crate::given::{Given, given};
use crate::verbs::{active_as, permission, request};
use domain::event::{CampaignSettingsChanged, SendPermitted};
use domain::{Channel, EmailSettings, Event, Interval, OperatingHours, Rejection, Settings};

/// One mail a day, at any hour of `zone`; without hours when there is none.
fn settings(zone: Option<&str>) -> Settings {
    let hours = |zone: &str| {
        let open = || vec![Interval::new(0, 24 * 60).unwrap()];
        OperatingHours {
            time_zone: zone.parse().unwrap(),
            monday: open(),
            tuesday: open(),
            wednesday: open(),
            thursday: open(),
            friday: open(),
            saturday: open(),
            sunday: open(),
        }
    };
    Settings {
        operating_hours: zone.map(hours),
        ..settings_of(Channel::Email(EmailSettings {
            daily_limit: Some(limit(1)),
            ..email()
        }))
    }
}

fn changed_to(zone: Option<&str>) -> Event {
    Event::CampaignSettingsChanged(Box::new(CampaignSettingsChanged {
        settings: settings(zone),
    }))
}

/// In `zone`, with a mail that was permitted at `permitted_at`.
fn sent_in(zone: Option<&str>, permitted_at: &str) -> Given {
    let campaign = given(active_as(settings(zone), email_nodes(), 5));
    let granted = campaign
        .clone()
        .at(at(permitted_at))
        .when(request(1, FIRST));
    let granted = granted.decision().expect("granted").to_vec();
    campaign.and(granted)
}

#[track_caller]
fn refused_at(campaign: &Given, now: &str, again: &str) {
    let refused = campaign.clone().at(at(now)).when(request(2, FIRST));
    let Rejection::PermitRefused { ask_again_at, .. } = refused.rejection() else {
        panic!("another refusal")
    };
    assert_eq!(ask_again_at, Some(at(again)), "at {now}");
}

#[track_caller]
fn granted_at(campaign: &Given, now: &str, number: u128) -> Given {
    let granted = campaign.clone().at(at(now)).when(request(number, FIRST));
    let events = granted
        .decision()
        .unwrap_or_else(|refused| panic!("{refused:?} at {now}"));
    campaign.clone().and(events.to_vec())
}

#[test]
fn to_the_west_the_day_ends_when_it_was_to_end_and_the_next_is_whole() {
    let campaign = sent_in(Some("Pacific/Kiritimati"), "2026-12-01T11:00:00Z");
    let moved = campaign.and([changed_to(Some("Pacific/Pago_Pago"))]);

    refused_at(&moved, "2026-12-01T11:00:01Z", "2026-12-02T10:00:00Z");
    refused_at(&moved, "2026-12-02T09:59:59Z", "2026-12-02T10:00:00Z");
    let next_day = granted_at(&moved, "2026-12-02T10:00:00Z", 2);
    let refused = |now| {
        let refused = next_day.clone().at(at(now)).when(request(3, FIRST));
        assert!(refused.decision().is_err(), "{now}");
    };
    // Its midnight an hour later begins no third day.
    refused("2026-12-02T11:00:00Z");
    refused("2026-12-03T10:59:59Z");
    granted_at(&next_day, "2026-12-03T11:00:00Z", 3);
}

#[test]
fn to_the_east_the_limit_is_not_had_again() {
    let campaign = sent_in(Some("Pacific/Pago_Pago"), "2026-12-01T12:00:00Z");
    let moved = campaign.and([changed_to(Some("Pacific/Kiritimati"))]);

    refused_at(&moved, "2026-12-01T12:00:01Z", "2026-12-02T11:00:00Z");
    granted_at(&moved, "2026-12-02T11:00:00Z", 2);
}

#[test]
fn hours_that_come_or_go_are_a_change_of_the_zone() {
    let with_hours = sent_in(Some("Pacific/Kiritimati"), "2026-12-01T09:00:00Z");
    let without = sent_in(None, "2026-12-01T09:00:00Z");

    let removed = with_hours.and([changed_to(None)]);
    let added = without.and([changed_to(Some("Pacific/Kiritimati"))]);

    refused_at(&removed, "2026-12-01T09:00:01Z", "2026-12-01T10:00:00Z");
    refused_at(&added, "2026-12-01T10:00:00Z", "2026-12-02T00:00:00Z");
}

#[test]
fn however_often_the_zone_changes_within_a_day_its_limit_is_had_once() {
    let mut campaign = sent_in(Some("Europe/Paris"), "2026-12-01T12:00:00Z");

    for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Tokyo"] {
        campaign = campaign.and([changed_to(Some(zone))]);
        refused_at(&campaign, "2026-12-01T22:59:59Z", "2026-12-01T23:00:00Z");
    }
}

#[test]
fn permits_of_the_first_version_count_for_the_day_of_the_zone_in_force() {
    let first_version = Event::SendPermitted(SendPermitted {
        day: today(),
        day_ends_at: None,
        account_day: None,
        ..permission(1, FIRST)
    });
    let history = active_as(settings(Some("Pacific/Auckland")), email_nodes(), 5);
    let campaign = given(history).and([first_version]);

    refused_at(&campaign, "2026-04-20T10:00:00Z", "2026-04-20T12:00:00Z");
    granted_at(&campaign, "2026-04-20T12:00:00Z", 2);
}
