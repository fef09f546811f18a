//! What happens to prospects, and what follows from it by itself: completion and the bounce guard
//! (campaign API, sections 1.11 and 2.3).

use crate::cast::{
    FIRST, SECOND, email, email_nodes, linkedin_nodes, linkedin_settings, settings_of,
};
use crate::given::{Given, given, no_news, refused};
use crate::late::LATE;
use crate::verbs::{
    active, active_as, all_done, completed, draft, ended, every_status, guarded_with, launching,
    paused, permission, permitted, replied, report, report_sent, resumed, sent,
};
use domain::event::SendPermitted;
use domain::{
    Channel, Command, EmailSettings, Event, Progress, ProspectStatus, SendKind, Settings, Stage,
    Status,
};

pub const ENDS: [(Progress, ProspectStatus); 5] = [
    (Progress::Replied, ProspectStatus::Replied),
    (Progress::Bounced, ProspectStatus::Bounced),
    (Progress::Completed, ProspectStatus::Completed),
    (Progress::TimedOut, ProspectStatus::TimedOut),
    (Progress::Cancelled, ProspectStatus::Cancelled),
];

/// A mail to each of prospects 1 to `sends`, of whom the first `bounces` came back; one prospect
/// more is never sent to.
pub fn mailed(sends: u128, bounces: u128) -> Given {
    given(active(sends + 1)).and(mails(sends, bounces))
}

fn mails(sends: u128, bounces: u128) -> Vec<Event> {
    let mails = (1..=sends).flat_map(|number| [permitted(number, FIRST), sent(number, FIRST)]);
    let bounced = (1..=bounces).map(|number| ended(number, Progress::Bounced));
    mails.chain(bounced).collect()
}

pub fn going_on_after_replies() -> Settings {
    settings_of(Channel::Email(EmailSettings {
        stop_on_reply: false,
        ..email()
    }))
}

/// An invitation is out to prospect 1 of two.
pub fn invited() -> Given {
    let invitation = SendPermitted {
        send: SendKind::ConnectionRequest,
        ..permission(1, FIRST)
    };
    given(active_as(linkedin_settings(), linkedin_nodes(), 2))
        .and([Event::SendPermitted(invitation), sent(1, FIRST)])
}

#[test]
fn every_end_is_recorded_and_takes_the_prospect_out_of_the_sequence() {
    for (progress, status) in ENDS {
        let campaign = given(active(2)).and([permitted(1, FIRST), sent(1, FIRST)]);

        let outcome = campaign.when(report(1, progress));

        let after = outcome.then(Ok(&[ended(1, progress)]));
        assert_eq!(after.prospect(1).status, status);
        assert_eq!(after.prospect(1).node_id, None);
        assert_eq!(after.campaign().census.with_status(status), 1);
    }
}

#[test]
fn nothing_follows_for_a_prospect_who_is_done() {
    for (end, status) in ENDS {
        for (progress, next) in ENDS {
            if next == status || LATE.contains(&(end, progress)) {
                continue;
            }
            let campaign = given(active(2)).and([ended(1, end)]);

            let outcome = campaign.when(report(1, progress));

            outcome.then(refused("prospect_terminal"));
        }
    }
}

#[test]
fn mails_bounce_and_invitations_are_accepted_each_on_its_own_channel() {
    let mails = given(active(1));

    mails
        .when(report(1, Progress::Connected))
        .then(refused("other_channel"));
    invited()
        .when(report(1, Progress::Bounced))
        .then(refused("other_channel"));
}

#[test]
fn nobody_is_under_way_before_the_campaign_is_active() {
    for history in [draft(1), launching(1)] {
        let rejection = given(history)
            .when(report(1, Progress::Replied))
            .rejection();

        assert_eq!(rejection.code(), "campaign_not_running");
        assert!(rejection.current_status().is_some());
    }
}

#[test]
fn a_prospect_who_is_not_there_is_not_found() {
    for history in [active(1), paused(1), completed(1)] {
        let outcome = given(history).when(report(9, Progress::Replied));

        outcome.then(refused("prospect_not_found"));
    }
}

#[test]
fn an_accepted_invitation_moves_the_prospect_forward() {
    let outcome = invited().when(report(1, Progress::Connected));

    let after = outcome.then(Ok(&[ended(1, Progress::Connected)]));
    assert_eq!(after.prospect(1).status, ProspectStatus::Connected);
    assert_eq!(after.prospect(1).node_id, Some(FIRST));
    assert_eq!(after.campaign().census.reached.connected, 1);
}

#[test]
fn a_prospect_never_moves_backwards() {
    let message = SendPermitted {
        send: SendKind::Message,
        ..permission(1, SECOND)
    };
    let campaign = invited().and([Event::SendPermitted(message), sent(1, SECOND)]);

    let outcome = campaign.when(report(1, Progress::Connected));

    outcome.then(refused("prospect_elsewhere"));
}

#[test]
fn a_reply_that_does_not_stop_leaves_the_prospect_where_they_are() {
    let history = active_as(going_on_after_replies(), email_nodes(), 1);
    let campaign = given(history).and([permitted(1, FIRST), sent(1, FIRST)]);

    let outcome = campaign.when(report(1, Progress::Replied));

    let after = outcome.then(Ok(&[replied(1, false)]));
    assert_eq!(after.prospect(1).status, ProspectStatus::Sent);
    assert_eq!(after.prospect(1).node_id, Some(FIRST));
    assert_eq!(after.status(), Status::Active);
}

#[test]
fn a_prospect_who_replies_twice_counts_once() {
    let history = active_as(going_on_after_replies(), email_nodes(), 1);
    let campaign = given(history).and([replied(1, false)]);

    let after = campaign.when(report(1, Progress::Replied)).after();

    assert_eq!(after.prospect(1).replies, 2);
    assert_eq!(after.campaign().census.reached.replied, 1);
}

#[test]
fn a_reply_always_stops_on_linkedin() {
    let outcome = invited().when(report(1, Progress::Replied));

    outcome.then(Ok(&[replied(1, true)]));
}

#[test]
fn the_campaign_completes_with_the_last_prospect() {
    for (progress, _) in ENDS {
        let campaign = given(active(2)).and([ended(2, Progress::Cancelled)]);

        let outcome = campaign.when(report(1, progress));

        let after = outcome.then(Ok(&[ended(1, progress), all_done()]));
        assert_eq!(after.status(), Status::Completed);
    }
}

#[test]
fn the_campaign_goes_on_while_somebody_is_unfinished() {
    let outcome = given(active(2)).when(report(1, Progress::Completed));

    let after = outcome.then(Ok(&[ended(1, Progress::Completed)]));
    assert_eq!(after.status(), Status::Active);
}

#[test]
fn while_paused_a_reply_is_recorded_and_completion_waits_for_the_resume() {
    let campaign = given(paused(1));

    let outcome = campaign.when(report(1, Progress::Replied));

    let after = outcome.then(Ok(&[ended(1, Progress::Replied)]));
    assert_eq!(after.status(), Status::Paused);
    let resume = campaign
        .and([ended(1, Progress::Replied)])
        .when(Command::Resume);
    resume.then(Ok(&[resumed(), all_done()]));
}

#[test]
fn the_bounce_guard_pauses_at_five_percent_of_a_hundred() {
    let campaign = mailed(100, 4);

    let outcome = campaign.when(report(5, Progress::Bounced));

    let after = outcome.then(Ok(&[ended(5, Progress::Bounced), guarded_with(0)]));
    assert!(matches!(after.campaign().stage, Stage::Paused { .. }));
}

#[test]
fn the_bounce_guard_is_silent_at_ninety_nine_sent() {
    let campaign = mailed(99, 50);

    let outcome = campaign.when(report(51, Progress::Bounced));

    outcome.then(Ok(&[ended(51, Progress::Bounced)]));
}

#[test]
fn the_bounce_guard_is_silent_below_five_percent() {
    let campaign = mailed(1_000, 48);

    let outcome = campaign.when(report(49, Progress::Bounced));

    outcome.then(Ok(&[ended(49, Progress::Bounced)]));
}

#[test]
fn the_guards_pause_counts_the_sends_in_flight() {
    let campaign = mailed(100, 4).and([permitted(101, FIRST), permitted(100, SECOND)]);

    let outcome = campaign.when(report(5, Progress::Bounced));

    outcome.then(Ok(&[ended(5, Progress::Bounced), guarded_with(2)]));
}

#[test]
fn the_bounce_guard_strikes_again_after_a_resume() {
    let campaign = mailed(100, 5).and([guarded_with(0), resumed()]);

    let outcome = campaign.when(report(6, Progress::Bounced));

    outcome.then(Ok(&[ended(6, Progress::Bounced), guarded_with(0)]));
}

#[test]
fn only_a_bounce_wakes_the_guard() {
    let campaign = mailed(100, 5);

    let outcome = campaign.when(report(6, Progress::Replied));

    outcome.then(Ok(&[ended(6, Progress::Replied)]));
}

#[test]
fn the_send_that_makes_the_hundred_full_wakes_the_guard() {
    let campaign = given(active(102))
        .and(mails(99, 5))
        .and([permitted(100, FIRST), permitted(101, FIRST)]);

    let outcome = campaign.when(report_sent(100, FIRST));

    outcome.then(Ok(&[sent(100, FIRST), guarded_with(1)]));
}

#[test]
fn a_second_mail_does_not_count_towards_the_hundred() {
    let campaign = mailed(99, 5).and([permitted(99, SECOND)]);

    let outcome = campaign.when(report_sent(99, SECOND));

    outcome.then(Ok(&[sent(99, SECOND)]));
}

#[test]
fn a_last_bounce_completes_rather_than_pauses() {
    let others = (6..=101).map(|number| ended(number, Progress::Completed));
    let campaign = mailed(100, 4).and(others);

    let outcome = campaign.when(report(5, Progress::Bounced));

    outcome.then(Ok(&[ended(5, Progress::Bounced), all_done()]));
}

#[test]
fn a_bounce_while_paused_changes_nothing_else() {
    let campaign = mailed(100, 5).and([guarded_with(0)]);

    let outcome = campaign.when(report(6, Progress::Bounced));

    outcome.then(Ok(&[ended(6, Progress::Bounced)]));
}

#[test]
fn a_review_of_the_bounces_pauses_what_the_guard_missed() {
    let outcome = mailed(100, 5).when(Command::ReviewBounces);

    outcome.then(Ok(&[guarded_with(0)]));
}

#[test]
fn a_review_that_finds_too_little_is_no_news() {
    mailed(100, 4).when(Command::ReviewBounces).then(no_news());
    mailed(99, 50).when(Command::ReviewBounces).then(no_news());
}

#[test]
fn a_review_pauses_only_what_is_active() {
    for (_, history) in every_status() {
        given(history).when(Command::ReviewBounces).then(no_news());
    }

    let paused = mailed(100, 5).and([guarded_with(0)]);

    paused.when(Command::ReviewBounces).then(no_news());
}

#[test]
fn linkedin_campaigns_have_no_bounce_guard() {
    let history = active_as(linkedin_settings(), linkedin_nodes(), 101);
    let campaign = given(history).and(mails(100, 5));

    campaign.when(Command::ReviewBounces).then(no_news());
}
