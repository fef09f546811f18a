//! An account's own limits: a day's and a week's, over all campaigns of its user.

use crate::cast::{
    FIRST, SECOND, account, at, email, email_nodes, email_settings, limit, linkedin_nodes,
    linkedin_settings, now, permit, profile, prospect, settings_of, today,
};
use crate::given::{Given, Outcome, given};
use crate::verbs::{active_as, permission};
use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::event::SendPermitted;
use domain::{
    AccountId, AccountLimit, AccountPermits, Channel, Command, EmailSettings, Event, LimitName,
    NodeId, OperatingHours, OwnLimits, PermitRefusal, Rejection, SendKind, SendingAccount,
    Settings, binding_limit, limits_on,
};

/// What was granted: how many days ago, what, and how often.
fn used(own: OwnLimits, granted: &[(u64, SendKind, u32)]) -> SendingAccount {
    let mut permits = AccountPermits::default();
    for (days_ago, kind, count) in granted.iter().rev() {
        permits.count(days_back(*days_ago), *kind, *count);
    }
    SendingAccount { own, permits }
}

fn days_back(days: u64) -> NaiveDate {
    today().checked_sub_days(Days::new(days)).unwrap()
}

fn daily(sends: u32) -> OwnLimits {
    OwnLimits {
        daily: Some(sends),
        ..OwnLimits::default()
    }
}

fn on_email() -> Given {
    given(active_as(email_settings(), email_nodes(), 3))
}

fn on_linkedin() -> Given {
    given(active_as(linkedin_settings(), linkedin_nodes(), 3))
}

fn ask(account_id: AccountId, node_id: NodeId) -> Command {
    Command::RequestPermit {
        permit_id: permit(1, node_id),
        prospect_id: prospect(1),
        node_id,
        account_id: Some(account_id),
    }
}

#[track_caller]
fn refused_until(outcome: Outcome, refusal: PermitRefusal, ask_again_at: Option<&str>) {
    let expected = Rejection::PermitRefused {
        refusal,
        ask_again_at: ask_again_at.map(at),
        permit: None,
    };
    assert_eq!(outcome.rejection(), expected);
}

#[track_caller]
fn granted(outcome: &Outcome) {
    assert!(outcome.decision().is_ok(), "{:?}", outcome.decision());
}

const MAIL: SendKind = SendKind::Email;
const INVITATION: SendKind = SendKind::ConnectionRequest;
const MESSAGE: SendKind = SendKind::Message;

#[test]
fn an_accounts_daily_limit_counts_what_other_campaigns_sent() {
    let ask = || ask(account(1), FIRST);

    let below = on_email().with_account(used(daily(3), &[(0, MAIL, 2)]));
    let reached = on_email().with_account(used(daily(3), &[(0, MAIL, 3)]));
    let yesterdays = on_email().with_account(used(daily(3), &[(1, MAIL, 3)]));

    granted(&below.when(ask()));
    granted(&yesterdays.when(ask()));
    let midnight = Some("2026-04-21T00:00:00Z");
    refused_until(reached.when(ask()), PermitRefusal::AccountLimit, midnight);
}

#[test]
fn a_permit_says_for_which_day_of_its_account_it_counts() {
    let outcome = on_email().at(at("2026-04-20T23:59:59Z"));

    let outcome = outcome.when(ask(account(1), FIRST));

    outcome.then(Ok(&[Event::SendPermitted(SendPermitted {
        account_id: Some(account(1)),
        account_day: Some(today()),
        ..permission(1, FIRST)
    })]));
}

#[test]
fn an_account_that_says_nothing_has_the_documented_limits() {
    let ask_mail = || ask(account(1), FIRST);
    let free = OwnLimits::default();
    let premium = OwnLimits {
        is_premium: true,
        ..free
    };

    granted(
        &on_email()
            .with_account(used(free, &[(0, MAIL, 29)]))
            .when(ask_mail()),
    );
    let mails = on_email().with_account(used(free, &[(0, MAIL, 30)]));
    let midnight = Some("2026-04-21T00:00:00Z");
    refused_until(
        mails.when(ask_mail()),
        PermitRefusal::AccountLimit,
        midnight,
    );
    for (own, kind, node, most) in [
        (free, INVITATION, FIRST, 80),
        (premium, INVITATION, FIRST, 100),
        (free, MESSAGE, SECOND, 100),
        (premium, MESSAGE, SECOND, 150),
    ] {
        let below = on_linkedin().with_account(used(own, &[(6, kind, most - 1)]));
        let reached = on_linkedin().with_account(used(own, &[(6, kind, most)]));

        granted(&below.when(ask(profile(1), node)));
        let reached = reached.when(ask(profile(1), node));
        refused_until(reached, PermitRefusal::WeeklyLimit, midnight);
    }
}

#[test]
fn a_week_lets_through_again_when_enough_of_it_is_over() {
    let own = OwnLimits {
        weekly_connections: Some(10),
        ..OwnLimits::default()
    };
    let ask = || ask(profile(1), FIRST);
    for (granted, again) in [
        (&[(0, INVITATION, 10)][..], "2026-04-27T00:00:00Z"),
        (
            &[(0, INVITATION, 9), (5, INVITATION, 1)],
            "2026-04-22T00:00:00Z",
        ),
        (
            &[(0, INVITATION, 9), (5, INVITATION, 3)],
            "2026-04-22T00:00:00Z",
        ),
        (
            &[(0, INVITATION, 10), (6, INVITATION, 3)],
            "2026-04-27T00:00:00Z",
        ),
        (
            &[(3, INVITATION, 4), (4, INVITATION, 8)],
            "2026-04-23T00:00:00Z",
        ),
    ] {
        let campaign = on_linkedin().with_account(used(own, granted));

        let again_at = Some(again);
        refused_until(campaign.when(ask()), PermitRefusal::WeeklyLimit, again_at);
    }
    let long_ago = used(own, &[(0, INVITATION, 9), (7, INVITATION, 50)]);
    let other_kind = used(own, &[(0, MESSAGE, 10)]);
    granted(&on_linkedin().with_account(long_ago).when(ask()));
    granted(&on_linkedin().with_account(other_kind).when(ask()));
}

#[test]
fn a_profiles_daily_limit_counts_invitations_and_messages() {
    let account = used(daily(2), &[(0, INVITATION, 1), (0, MESSAGE, 1)]);
    let campaign = on_linkedin().with_account(account);

    for node in [FIRST, SECOND] {
        let outcome = campaign.when(ask(profile(1), node));

        let midnight = Some("2026-04-21T00:00:00Z");
        refused_until(outcome, PermitRefusal::AccountLimit, midnight);
    }
}

#[test]
fn a_limit_of_nothing_never_lets_through() {
    let weekly = OwnLimits {
        weekly_messages: Some(0),
        ..OwnLimits::default()
    };

    let a_day = on_email().with_account(used(daily(0), &[]));
    let a_week = on_email().with_account(used(weekly, &[]));

    let ask = || ask(account(1), FIRST);
    refused_until(a_day.when(ask()), PermitRefusal::AccountLimit, None);
    refused_until(a_week.when(ask()), PermitRefusal::WeeklyLimit, None);
}

#[test]
fn a_limit_that_was_lowered_below_what_is_used_lets_nothing_through() {
    let account = used(daily(1), &[(0, MAIL, 20)]);

    let outcome = on_email()
        .with_account(account)
        .when(ask(self::account(1), FIRST));

    let midnight = Some("2026-04-21T00:00:00Z");
    refused_until(outcome, PermitRefusal::AccountLimit, midnight);
}

#[test]
fn a_permit_that_names_no_account_counts_for_none_and_is_held_to_none() {
    let campaign = on_email().with_account(used(daily(0), &[(0, MAIL, 99)]));

    let outcome = campaign.when(crate::verbs::request(1, FIRST));

    outcome.then(Ok(&[Event::SendPermitted(permission(1, FIRST))]));
}

/// With limits of its own for the account, and hours.
fn campaign_limited(sends: u32, hours: Option<OperatingHours>) -> Given {
    let account_limits = vec![AccountLimit {
        account_id: account(1),
        daily_limit: limit(sends),
    }];
    let settings = Settings {
        operating_hours: hours,
        ..settings_of(Channel::Email(EmailSettings {
            account_limits,
            ..email()
        }))
    };
    given(active_as(settings, email_nodes(), 3))
}

#[test]
fn the_smaller_of_the_campaigns_and_the_accounts_limit_binds() {
    let ask = || ask(account(1), FIRST);
    let wide = campaign_limited(500, None);

    let own = wide.clone().with_account(used(daily(5), &[(0, MAIL, 5)]));
    let default = wide.with_account(used(OwnLimits::default(), &[(0, MAIL, 30)]));
    let narrow = campaign_limited(1, None).with_account(used(daily(5), &[(0, MAIL, 1)]));

    let midnight = Some("2026-04-21T00:00:00Z");
    refused_until(own.when(ask()), PermitRefusal::AccountLimit, midnight);
    refused_until(default.when(ask()), PermitRefusal::AccountLimit, midnight);
    // What the account sent for others does not count against the campaign's own limit for it.
    granted(&narrow.when(ask()));
}

#[test]
fn one_waits_for_all_limits_and_for_the_hours_behind_them() {
    let hours = crate::cast::office_hours("Europe/Paris");
    let own = OwnLimits {
        weekly_messages: Some(10),
        ..daily(4)
    };
    // The week lets through on Saturday, and nobody works on it.
    let account = used(own, &[(0, MAIL, 4), (2, MAIL, 6)]);
    let campaign = campaign_limited(9, Some(hours)).with_account(account);

    let open = campaign.when(ask(self::account(1), FIRST));
    let closed = campaign
        .at(at("2026-04-20T22:00:00Z"))
        .when(ask(self::account(1), FIRST));

    let monday = Some("2026-04-27T07:00:00Z");
    refused_until(open, PermitRefusal::WeeklyLimit, monday);
    refused_until(closed, PermitRefusal::OutsideOperatingHours, monday);
}

#[track_caller]
fn binds(campaign: &Given, account: &SendingAccount, limit: LimitName, free_at: Option<&str>) {
    let state = campaign.state();
    let present = state.campaign.present().unwrap();
    let binding = binding_limit(present, MAIL, Some((self::account(1), account)), now());
    let binding = binding.unwrap();
    assert_eq!((binding.name, binding.frees_at), (limit, free_at.map(at)));
}

#[test]
fn of_limits_that_are_reached_the_one_that_frees_last_binds() {
    let weekly = |messages, daily| OwnLimits {
        weekly_messages: Some(messages),
        ..self::daily(daily)
    };
    let (midnight, week) = ("2026-04-21T00:00:00Z", "2026-04-27T00:00:00Z");
    for (own, limit, reason, again) in [
        (
            weekly(1, 1),
            LimitName::AccountWeeklyMessages,
            PermitRefusal::WeeklyLimit,
            Some(week),
        ),
        (
            weekly(9, 1),
            LimitName::AccountDaily,
            PermitRefusal::AccountLimit,
            Some(midnight),
        ),
        (
            weekly(1, 0),
            LimitName::AccountDaily,
            PermitRefusal::AccountLimit,
            None,
        ),
        (
            weekly(0, 1),
            LimitName::AccountWeeklyMessages,
            PermitRefusal::WeeklyLimit,
            None,
        ),
    ] {
        let account = used(own, &[(0, MAIL, 1)]);
        let campaign = on_email();

        binds(&campaign, &account, limit, again);
        let outcome = campaign
            .with_account(account)
            .when(ask(self::account(1), FIRST));
        refused_until(outcome, reason, again);
    }
}

#[test]
fn a_clock_that_is_behind_does_not_open_a_day_that_is_over() {
    let mut account = used(daily(1), &[(0, MAIL, 1)]);
    account
        .permits
        .count(days_back(0).succ_opt().unwrap(), MAIL, 1);

    let outcome = on_email()
        .with_account(account)
        .when(ask(self::account(1), FIRST));

    // Another process granted one for tomorrow already.
    let end = Some("2026-04-22T00:00:00Z");
    refused_until(outcome, PermitRefusal::AccountLimit, end);
}

#[test]
fn what_is_shown_of_limits_is_what_holds() {
    let account = used(daily(5), &[(0, MAIL, 4), (1, MAIL, 2)]);
    let state = campaign_limited(2, None).state();
    let campaign = state.campaign.present().unwrap();

    let limits = limits_on(campaign, MAIL, Some((self::account(1), &account)), now());

    let shown = |limit: &domain::LimitInForce| (limit.name, limit.sends_max, limit.granted);
    let shown: Vec<_> = limits.iter().map(shown).collect();
    let expected = [
        (LimitName::CampaignAccount, 2, 0),
        (LimitName::AccountDaily, 5, 4),
    ];
    assert_eq!(shown, expected);
    let free: Option<DateTime<Utc>> = limits[1].frees_at;
    assert_eq!(free, None);
}
