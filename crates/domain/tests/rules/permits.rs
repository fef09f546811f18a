//! Send permits: what is granted, what is refused and until when. A pause relies on this barrier.
//! How a permit is accounted for is told in `reports`.

use crate::cast::{
    END, FIRST, SECOND, WAIT, account, at, email, email_nodes, limit, linkedin_nodes,
    linkedin_settings, node_id, office_hours, permit, prospect, settings_of, today,
};
use crate::given::{Given, Outcome, given, refused};
use crate::verbs::{
    active, active_as, draft, ended, failed, launching, paused, permission, permitted, request,
    resumed,
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::event::SendPermitted;
use domain::{
    AccountId, AccountLimit, Channel, Command, EmailSettings, Event, Interval, OperatingHours,
    PermitRefusal, Progress, ProspectStatus, Rejection, SendKind, Settings,
};

/// Active, with two prospects, a daily limit and hours.
fn limited(daily_limit: Option<u32>, hours: Option<OperatingHours>) -> Given {
    let channel = Channel::Email(EmailSettings {
        daily_limit: daily_limit.map(limit),
        ..email()
    });
    let settings = Settings {
        operating_hours: hours,
        ..settings_of(channel)
    };
    given(active_as(settings, email_nodes(), 2))
}

/// Active, with an account that may send once a day.
fn account_limited() -> Given {
    let account_limits = vec![AccountLimit {
        account_id: account(1),
        daily_limit: limit(1),
    }];
    let channel = Channel::Email(EmailSettings {
        account_limits,
        ..email()
    });
    let settings = Settings {
        sender_account_ids: vec![account(1), account(2)],
        ..settings_of(channel)
    };
    given(active_as(settings, email_nodes(), 3))
}

pub fn request_from(account_id: AccountId, number: u128) -> Command {
    Command::RequestPermit {
        permit_id: permit(number, FIRST),
        prospect_id: prospect(number),
        node_id: FIRST,
        account_id: Some(account_id),
    }
}

fn permitted_from(account_id: AccountId, number: u128) -> Event {
    let account_id = Some(account_id);
    Event::SendPermitted(SendPermitted {
        account_id,
        account_day: Some(today()),
        ..permission(number, FIRST)
    })
}

/// Counts for the day that ends then.
fn permitted_until(day: NaiveDate, ends_at: &str, number: u128) -> Event {
    Event::SendPermitted(SendPermitted {
        day,
        day_ends_at: Some(at(ends_at)),
        ..permission(number, FIRST)
    })
}

/// Open from midnight to midnight around the days that the rules are told about.
fn open_all_day(time_zone: &str) -> OperatingHours {
    let open = || vec![Interval::new(0, 24 * 60).unwrap()];
    OperatingHours {
        monday: open(),
        tuesday: open(),
        saturday: open(),
        sunday: open(),
        ..office_hours(time_zone)
    }
}

/// Refused, and when to ask again.
#[track_caller]
fn refused_until(outcome: Outcome, refusal: PermitRefusal, ask_again_at: Option<DateTime<Utc>>) {
    assert_eq!(
        outcome.rejection(),
        Rejection::PermitRefused {
            refusal,
            ask_again_at,
            permit: None
        }
    );
}

#[test]
fn a_step_of_an_active_campaign_is_permitted_for_today() {
    let campaign = given(active(1));

    let outcome = campaign.when(request(1, FIRST));

    let after = outcome.then(Ok(&[permitted(1, FIRST)]));
    assert_eq!(after.campaign().census.open_permits, 1);
    assert_eq!(after.prospect(1).node_id, Some(FIRST));
    assert_eq!(after.prospect(1).status, ProspectStatus::Pending);
}

#[test]
fn a_permit_says_what_the_step_sends() {
    let campaign = given(active_as(linkedin_settings(), linkedin_nodes(), 1));

    let invitation = campaign.when(request(1, FIRST));
    let message = campaign.when(request(1, SECOND));

    for (outcome, node, send) in [
        (invitation, FIRST, SendKind::ConnectionRequest),
        (message, SECOND, SendKind::Message),
    ] {
        outcome.then(Ok(&[Event::SendPermitted(SendPermitted {
            send,
            ..permission(1, node)
        })]));
    }
}

#[test]
fn no_step_is_permitted_while_paused() {
    let campaign = given(paused(1));

    let outcome = campaign.when(request(1, FIRST));

    refused_until(outcome, PermitRefusal::Paused, None);
}

#[test]
fn a_step_is_permitted_again_after_the_resume() {
    let campaign = given(paused(1)).and([resumed()]);

    let outcome = campaign.when(request(1, FIRST));

    outcome.then(Ok(&[permitted(1, FIRST)]));
}

#[test]
fn no_step_is_permitted_before_the_campaign_is_active() {
    for history in [draft(1), launching(1)] {
        let outcome = given(history).when(request(1, FIRST));

        refused_until(outcome, PermitRefusal::NotActive, None);
    }
}

#[test]
fn outside_operating_hours_a_permit_waits_for_the_next_opening() {
    let campaign = limited(None, Some(office_hours("Europe/Paris")));

    let late = campaign
        .clone()
        .at(at("2026-04-20T15:00:00Z"))
        .when(request(1, FIRST));
    let weekend = campaign
        .clone()
        .at(at("2026-04-24T15:00:00Z"))
        .when(request(1, FIRST));
    let early = campaign
        .at(at("2026-04-20T06:59:59Z"))
        .when(request(1, FIRST));

    let refusal = PermitRefusal::OutsideOperatingHours;
    refused_until(late, refusal, Some(at("2026-04-21T07:00:00Z")));
    refused_until(weekend, refusal, Some(at("2026-04-27T07:00:00Z")));
    refused_until(early, refusal, Some(at("2026-04-20T07:00:00Z")));
}

#[test]
fn hours_that_never_open_name_no_time_to_ask_again() {
    let never: OperatingHours = serde_json::from_str(r#"{"time_zone":"UTC"}"#).unwrap();

    let outcome = limited(None, Some(never)).when(request(1, FIRST));

    refused_until(outcome, PermitRefusal::OutsideOperatingHours, None);
}

#[test]
fn the_daily_limit_holds_until_midnight() {
    let campaign = limited(Some(1), None).and([permitted(1, FIRST)]);

    let same_day = campaign
        .clone()
        .at(at("2026-04-20T23:59:59Z"))
        .when(request(2, FIRST));
    let next_day = campaign
        .at(at("2026-04-21T00:00:00Z"))
        .when(request(2, FIRST));

    refused_until(
        same_day,
        PermitRefusal::DailyLimit,
        Some(at("2026-04-21T00:00:00Z")),
    );
    let tomorrow = today().succ_opt().unwrap();
    next_day.then(Ok(&[permitted_until(tomorrow, "2026-04-22T00:00:00Z", 2)]));
}

#[test]
fn the_last_permit_below_the_daily_limit_is_granted() {
    let campaign = limited(Some(2), None).and([permitted(1, FIRST)]);

    let outcome = campaign.when(request(2, FIRST));

    outcome.then(Ok(&[permitted(2, FIRST)]));
}

#[test]
fn a_day_is_counted_by_the_campaigns_own_time_zone() {
    let campaign = limited(Some(1), Some(open_all_day("Pacific/Auckland")));
    let campaign = campaign.and([permitted_until(today(), "2026-04-20T12:00:00Z", 1)]);

    let before_midnight = campaign
        .clone()
        .at(at("2026-04-20T11:59:59Z"))
        .when(request(2, FIRST));
    let at_midnight = campaign
        .at(at("2026-04-20T12:00:00Z"))
        .when(request(2, FIRST));

    refused_until(
        before_midnight,
        PermitRefusal::DailyLimit,
        Some(at("2026-04-20T12:00:00Z")),
    );
    let tomorrow = today().succ_opt().unwrap();
    at_midnight.then(Ok(&[permitted_until(tomorrow, "2026-04-21T12:00:00Z", 2)]));
}

#[test]
fn a_day_whose_midnight_the_clocks_skip_begins_at_one() {
    let campaign = limited(Some(1), Some(open_all_day("America/Santiago")));
    let saturday = at("2026-09-05T20:00:00Z");
    let sent_to_one = campaign.and([permitted_until(
        saturday.date_naive(),
        "2026-09-06T04:00:00Z",
        1,
    )]);

    let outcome = sent_to_one.at(saturday).when(request(2, FIRST));

    refused_until(
        outcome,
        PermitRefusal::DailyLimit,
        Some(at("2026-09-06T04:00:00Z")),
    );
}

#[test]
fn beyond_the_daily_limit_a_permit_waits_for_the_next_days_opening() {
    let campaign = limited(Some(1), Some(office_hours("Europe/Paris")));
    let friday = at("2026-04-24T10:00:00Z");
    let sent_to_one = campaign.and([permitted_until(
        friday.date_naive(),
        "2026-04-24T22:00:00Z",
        1,
    )]);

    let outcome = sent_to_one.at(friday).when(request(2, FIRST));

    refused_until(
        outcome,
        PermitRefusal::DailyLimit,
        Some(at("2026-04-27T07:00:00Z")),
    );
}

#[test]
fn a_permit_that_failed_counts_for_its_day_all_the_same() {
    let campaign = limited(Some(1), None).and([permitted(1, FIRST), failed(1, FIRST)]);

    let outcome = campaign.when(request(2, FIRST));

    outcome.then(refused("daily_limit"));
}

#[test]
fn linkedin_campaigns_have_no_daily_limit_of_their_own() {
    let sends = |number| {
        Event::SendPermitted(SendPermitted {
            send: SendKind::ConnectionRequest,
            ..permission(number, FIRST)
        })
    };
    let history = active_as(linkedin_settings(), linkedin_nodes(), 600);
    let campaign = given(history).and((1..600).map(sends));

    let outcome = campaign.when(request(600, FIRST));

    outcome.then(Ok(&[sends(600)]));
}

#[test]
fn an_account_has_a_limit_of_its_own() {
    let campaign = account_limited().and([permitted_from(account(1), 1)]);

    let same_account = campaign.when(request_from(account(1), 2));
    let other_account = campaign.when(request_from(account(2), 2));
    let no_account = campaign.when(request(2, FIRST));

    let midnight = Some(at("2026-04-21T00:00:00Z"));
    refused_until(same_account, PermitRefusal::AccountLimit, midnight);
    other_account.then(Ok(&[permitted_from(account(2), 2)]));
    no_account.then(Ok(&[permitted(2, FIRST)]));
}

#[test]
fn an_accounts_limit_counts_only_what_that_account_sends() {
    let sends = [permitted_from(account(2), 1), permitted(2, FIRST)];
    let campaign = account_limited().and(sends);

    let outcome = campaign.when(request_from(account(1), 3));

    outcome.then(Ok(&[permitted_from(account(1), 3)]));
}

#[test]
fn a_permit_names_one_of_the_campaigns_sender_accounts_or_none() {
    let campaign = given(active(2));

    let strange = campaign.when(request_from(account(2), 1));
    let own = campaign.when(request_from(account(1), 1));

    strange.then(refused("account_not_in_campaign"));
    own.then(Ok(&[permitted_from(account(1), 1)]));
}

#[test]
fn a_sender_account_that_stops_being_ready_stops_no_campaign_under_way() {
    let campaign = given(active(2)).with_senders([]);

    let outcome = campaign.when(request_from(account(1), 1));

    outcome.then(Ok(&[permitted_from(account(1), 1)]));
}

#[test]
fn nothing_is_permitted_for_a_prospect_who_is_done() {
    for progress in [
        Progress::Replied,
        Progress::Bounced,
        Progress::Completed,
        Progress::TimedOut,
        Progress::Cancelled,
    ] {
        let campaign = given(active(2)).and([ended(1, progress)]);

        let outcome = campaign.when(request(1, FIRST));

        outcome.then(refused("prospect_terminal"));
    }
}

#[test]
fn a_step_that_sends_nothing_needs_no_permit() {
    for node in [WAIT, END] {
        let outcome = given(active(1)).when(request(1, node));

        refused_until(outcome, PermitRefusal::NothingToSend, None);
    }
}

#[test]
fn a_prospect_or_a_step_that_is_not_there_is_not_found() {
    let campaign = given(active(1));

    campaign
        .when(request(9, FIRST))
        .then(refused("prospect_not_found"));
    campaign
        .when(request(1, node_id(9)))
        .then(refused("node_not_found"));
}
