//! News that comes twice, or late, is the rule in outreach: nobody is refused for telling what is
//! known, and whoever was thought to be done may still turn out to have answered or bounced.

use crate::cast::email_nodes;
use crate::given::{given, no_news, refused};
use crate::progress::{ENDS, going_on_after_replies, invited, mailed};
use crate::verbs::{active, active_as, completed, ended, guarded_with, paused, replied, report};
use domain::{Progress, ProspectStatus, Status};

/// What may still be heard of whom nothing more was expected of.
pub const LATE: [(Progress, Progress); 4] = [
    (Progress::Completed, Progress::Replied),
    (Progress::Completed, Progress::Bounced),
    (Progress::TimedOut, Progress::Replied),
    (Progress::TimedOut, Progress::Bounced),
];

#[test]
fn the_same_progress_reported_again_is_no_news() {
    for (end, _) in ENDS {
        for history in [active(2), paused(2)] {
            let campaign = given(history).and([ended(1, end)]);

            campaign.when(report(1, end)).then(no_news());
        }
    }
    let invited = invited().and([ended(1, Progress::Connected)]);

    invited.when(report(1, Progress::Connected)).then(no_news());
    given(completed(1))
        .when(report(1, Progress::Completed))
        .then(no_news());
}

#[test]
fn who_was_thought_to_be_done_may_still_reply_or_bounce() {
    for (end, late) in LATE {
        let campaign = given(active(3)).and([ended(1, end)]);

        let outcome = campaign.when(report(1, late));

        let after = outcome.then(Ok(&[ended(1, late)]));
        assert_eq!(after.prospect(1).status, late.status());
        assert_eq!(after.campaign().census.with_status(end.status()), 0);
        assert_eq!(after.campaign().census.unfinished(), 2);
    }
}

#[test]
fn a_late_reply_counts_where_the_campaign_goes_on_after_replies_too() {
    let history = active_as(going_on_after_replies(), email_nodes(), 2);
    let campaign = given(history).and([ended(1, Progress::TimedOut)]);

    let outcome = campaign.when(report(1, Progress::Replied));

    let after = outcome.then(Ok(&[replied(1, true)]));
    assert_eq!(after.prospect(1).status, ProspectStatus::Replied);
}

#[test]
fn late_news_never_completes_a_campaign_for_somebody_else() {
    let campaign = given(active(2)).and([ended(1, Progress::Completed)]);

    let outcome = campaign.when(report(1, Progress::Replied));

    let after = outcome.then(Ok(&[ended(1, Progress::Replied)]));
    assert_eq!(after.status(), Status::Active);
}

#[test]
fn late_news_reaches_a_completed_campaign_which_stays_completed() {
    for (late, status) in [
        (Progress::Replied, ProspectStatus::Replied),
        (Progress::Bounced, ProspectStatus::Bounced),
    ] {
        let outcome = given(completed(2)).when(report(1, late));

        let after = outcome.then(Ok(&[ended(1, late)]));
        assert_eq!(after.prospect(1).status, status);
        assert_eq!(after.status(), Status::Completed);
    }
}

#[test]
fn who_was_taken_out_stays_out() {
    let campaign = given(active(2)).and([ended(1, Progress::Cancelled)]);

    for late in [Progress::Replied, Progress::Bounced] {
        campaign
            .when(report(1, late))
            .then(refused("prospect_terminal"));
    }
}

#[test]
fn a_late_bounce_wakes_the_guard() {
    let campaign = mailed(100, 4).and([ended(5, Progress::Completed)]);

    let outcome = campaign.when(report(5, Progress::Bounced));

    outcome.then(Ok(&[ended(5, Progress::Bounced), guarded_with(0)]));
}
