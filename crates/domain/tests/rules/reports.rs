//! Reports: how a permit is accounted for, once, whenever it is heard of.

use crate::cast::{FIRST, SECOND};
use crate::given::{Given, given, no_news, refused};
use crate::verbs::{
    active, all_done, ended, every_status, failed, paused_with, permitted, report_failed,
    report_sent, sent,
};
use domain::{Progress, ProspectStatus, Rejection, Status};

/// One permit was reported sent, one failed.
fn reported() -> Given {
    let reports = [
        permitted(1, FIRST),
        sent(1, FIRST),
        permitted(2, FIRST),
        failed(2, FIRST),
    ];
    given(active(2)).and(reports)
}

#[test]
fn a_permit_is_accounted_for_as_sent_or_failed() {
    let campaign = given(active(1)).and([permitted(1, FIRST)]);

    let sending = campaign.when(report_sent(1, FIRST));
    let failing = campaign.when(report_failed(1, FIRST));

    let after = sending.then(Ok(&[sent(1, FIRST)]));
    assert_eq!(after.campaign().census.open_permits, 0);
    assert_eq!(after.campaign().census.reached.sent, 1);
    assert_eq!(after.prospect(1).status, ProspectStatus::Sent);
    let after = failing.then(Ok(&[failed(1, FIRST)]));
    assert_eq!(after.campaign().census.open_permits, 0);
    assert_eq!(after.campaign().census.reached.sent, 0);
    assert_eq!(after.prospect(1).status, ProspectStatus::Pending);
}

#[test]
fn a_report_that_comes_twice_is_no_news() {
    let campaign = reported();

    campaign.when(report_sent(1, FIRST)).then(no_news());
    campaign.when(report_failed(2, FIRST)).then(no_news());
}

#[test]
fn a_report_that_contradicts_an_earlier_one_is_refused() {
    let campaign = reported();

    campaign
        .when(report_failed(1, FIRST))
        .then(refused("permit_closed"));
    campaign
        .when(report_sent(2, FIRST))
        .then(refused("permit_closed"));
}

#[test]
fn a_permit_that_was_never_granted_is_not_found() {
    for (status, history) in every_status() {
        let outcome = given(history).when(report_sent(1, FIRST));

        assert_eq!(outcome.rejection(), Rejection::PermitNotFound, "{status:?}");
    }

    given(active(1))
        .when(report_failed(9, FIRST))
        .then(refused("prospect_not_found"));
}

#[test]
fn a_send_is_reported_even_while_paused_or_completed() {
    let open = [permitted(1, FIRST)];
    let pause = given(active(2)).and(open.clone()).and([paused_with(1)]);
    let finish = given(active(1))
        .and(open)
        .and([ended(1, Progress::Completed), all_done()]);
    for (campaign, status) in [(pause, Status::Paused), (finish, Status::Completed)] {
        let outcome = campaign.when(report_sent(1, FIRST));

        let after = outcome.then(Ok(&[sent(1, FIRST)]));
        assert_eq!(after.status(), status);
        assert_eq!(after.campaign().census.open_permits, 0);
    }
}

#[test]
fn a_send_reported_after_the_reply_still_counts_and_the_reply_stands() {
    let campaign = given(active(2)).and([permitted(1, FIRST), ended(1, Progress::Replied)]);

    let outcome = campaign.when(report_sent(1, FIRST));

    let after = outcome.then(Ok(&[sent(1, FIRST)]));
    assert_eq!(after.prospect(1).status, ProspectStatus::Replied);
    assert_eq!(after.campaign().census.reached.sent, 1);
}

#[test]
fn a_prospect_who_was_sent_two_mails_counts_once() {
    let first = [permitted(1, FIRST), sent(1, FIRST), permitted(1, SECOND)];
    let campaign = given(active(1)).and(first);

    let after = campaign.when(report_sent(1, SECOND)).after();

    assert_eq!(after.campaign().census.reached.sent, 1);
}
