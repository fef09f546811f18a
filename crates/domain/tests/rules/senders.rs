//! Which sender accounts a campaign may have, and which can send (campaign API, sections 1.3, 1.4,
//! 1.7 and 1.10).

use crate::cast::{
    ACTIVE_MAILBOX, CONNECTED_PROFILE, account, email_nodes, email_settings, linkedin_nodes,
    linkedin_settings, profile, user,
};
use crate::given::{Given, given, no_news, refused};
use crate::verbs::{active, added, draft, drafted_as, launched_at, paused};
use chrono::Duration;
use domain::event::CampaignSettingsChanged;
use domain::{
    AccountId, Command, Event, LAUNCH_STUCK_SECONDS, LaunchBlocker, LaunchWarning, MailboxStatus,
    Node, ProfileStatus, Rejection, SenderFacts, SenderLack, Senders, Settings, SettingsPatch,
    Status, readiness,
};

const WARMING: SenderFacts = SenderFacts::Email {
    status: MailboxStatus::Warming,
    has_inbox: true,
};
const INACTIVE: SenderFacts = SenderFacts::Email {
    status: MailboxStatus::Inactive,
    has_inbox: true,
};
const INBOXLESS: SenderFacts = SenderFacts::Email {
    status: MailboxStatus::Active,
    has_inbox: false,
};
const DISCONNECTED: SenderFacts = SenderFacts::Linkedin(ProfileStatus::Disconnected);

fn create(settings: Settings, ids: &[AccountId], nodes: Vec<Node>) -> Command {
    Command::Create {
        user_id: user(),
        settings: Box::new(with(settings, ids)),
        nodes,
    }
}

fn with(settings: Settings, ids: &[AccountId]) -> Settings {
    Settings {
        sender_account_ids: ids.to_vec(),
        ..settings
    }
}

fn patch(ids: &[AccountId]) -> SettingsPatch {
    SettingsPatch {
        sender_account_ids: Some(ids.to_vec()),
        ..SettingsPatch::default()
    }
}

fn assign(ids: &[AccountId]) -> Command {
    Command::ChangeSettings(Box::new(patch(ids)))
}

fn assigned(ids: &[AccountId]) -> Event {
    let settings = with(email_settings(), ids);
    Event::CampaignSettingsChanged(Box::new(CampaignSettingsChanged { settings }))
}

/// A draft with one prospect that lacks nothing but what `known` says.
fn email_draft<const COUNT: usize>(
    ids: &[AccountId],
    known: [(AccountId, SenderFacts); COUNT],
) -> Given {
    let settings = with(email_settings(), ids);
    given([drafted_as(settings, email_nodes()), added(1)]).with_senders(known)
}

fn linkedin_draft(facts: SenderFacts) -> Given {
    given([drafted_as(linkedin_settings(), linkedin_nodes()), added(1)])
        .with_senders([(profile(1), facts)])
}

fn blockers_of(campaign: &Given) -> Vec<LaunchBlocker> {
    match campaign.when(Command::Launch).rejection() {
        Rejection::LaunchBlocked(blockers) => blockers,
        other => panic!("refused for another reason: {other}"),
    }
}

#[test]
fn a_campaign_is_created_with_accounts_of_its_type() {
    let campaign = given([]);

    let mails = campaign.when(create(email_settings(), &[account(1)], email_nodes()));
    let invitations = campaign.when(create(linkedin_settings(), &[profile(1)], linkedin_nodes()));

    assert_eq!(mails.after().status(), Status::Draft);
    assert_eq!(invitations.after().status(), Status::Draft);
}

#[test]
fn a_campaign_is_not_created_with_an_account_of_the_other_type() {
    let campaign = given([]);

    let command = create(email_settings(), &[account(1), profile(1)], email_nodes());
    let rejection = campaign.when(command).rejection();

    let unfit = vec![(SenderLack::OtherChannel, profile(1))];
    assert_eq!(rejection, Rejection::UnfitSenders(unfit));
    assert_eq!(rejection.code(), "invalid_senders");
}

#[test]
fn a_campaign_is_not_created_with_an_account_that_its_user_does_not_have() {
    let campaign = given([]).with_senders([(account(1), ACTIVE_MAILBOX)]);

    let command = create(email_settings(), &[account(1), account(2)], email_nodes());
    let rejection = campaign.when(command).rejection();

    let unknown = vec![(SenderLack::Unknown, account(2))];
    assert_eq!(rejection, Rejection::UnfitSenders(unknown));
}

#[test]
fn a_campaign_may_be_created_before_its_accounts_can_send_and_without_any() {
    let campaign = given([]).with_senders([(account(1), WARMING)]);

    let warming = campaign.when(create(email_settings(), &[account(1)], email_nodes()));
    let nobody = campaign.when(create(email_settings(), &[], email_nodes()));

    assert_eq!(warming.after().status(), Status::Draft);
    assert_eq!(nobody.after().status(), Status::Draft);
}

#[test]
fn an_account_that_is_named_twice_is_kept_once_in_its_first_place() {
    let twice = [account(2), account(1), account(2)];

    let created = given([]).when(create(email_settings(), &twice, email_nodes()));
    let changed = given(draft(1)).when(assign(&twice));

    let once = vec![account(2), account(1)];
    let ids = &created
        .after()
        .campaign()
        .settings
        .sender_account_ids
        .clone();
    assert_eq!(*ids, once);
    changed.then(Ok(&[assigned(&once)]));
}

#[test]
fn a_draft_is_given_other_accounts_by_the_same_rules() {
    let campaign = given(draft(1)).with_senders([
        (account(1), ACTIVE_MAILBOX),
        (account(2), WARMING),
        (profile(1), CONNECTED_PROFILE),
    ]);

    campaign
        .when(assign(&[account(2)]))
        .then(Ok(&[assigned(&[account(2)])]));
    campaign.when(assign(&[])).then(Ok(&[assigned(&[])]));
    campaign.when(assign(&[account(1)])).then(no_news());
    for unfit in [profile(1), account(3)] {
        campaign
            .when(assign(&[unfit]))
            .then(refused("invalid_senders"));
    }
}

#[test]
fn accounts_in_a_change_of_settings_and_sequence_are_looked_at_too() {
    let command = Command::Update {
        patch: Box::new(patch(&[profile(1)])),
        nodes: Some(email_nodes()),
    };

    let outcome = given(draft(1)).when(command);

    outcome.then(refused("invalid_senders"));
}

#[test]
fn accounts_are_ignored_after_draft_whatever_they_are() {
    for history in [active(1), paused(1)] {
        let outcome = given(history).when(assign(&[profile(1), account(77)]));

        outcome.then(no_news());
    }
}

#[test]
fn a_campaign_has_a_hundred_accounts_at_most() {
    let known: Vec<_> = (1..=101).map(|number| account(1000 + number)).collect();
    let campaign = given([]);

    let command = create(email_settings(), &known, email_nodes());
    let rejection = campaign.when(command).rejection();

    assert_eq!(rejection, Rejection::SenderCount(100));
}

#[test]
fn an_email_campaign_is_launched_when_every_sender_is_active_and_has_an_inbox() {
    let known = [(account(1), ACTIVE_MAILBOX), (account(2), ACTIVE_MAILBOX)];
    let campaign = email_draft(&[account(1), account(2)], known);

    let outcome = campaign.when(Command::Launch);

    assert_eq!(outcome.after().status(), Status::Launching);
}

#[test]
fn an_email_campaign_is_not_launched_with_a_sender_that_cannot_send() {
    for (facts, lack) in [
        (WARMING, SenderLack::Warming),
        (INACTIVE, SenderLack::NotActive),
        (INBOXLESS, SenderLack::NoInbox),
    ] {
        let known = [(account(1), ACTIVE_MAILBOX), (account(2), facts)];
        let campaign = email_draft(&[account(1), account(2)], known);

        let blockers = blockers_of(&campaign);

        let unready = vec![(lack, account(2))];
        assert_eq!(blockers, [LaunchBlocker::UnreadySenders(unready)]);
    }
}

#[test]
fn a_linkedin_campaign_is_launched_only_with_connected_accounts() {
    let connected = linkedin_draft(CONNECTED_PROFILE).when(Command::Launch);
    let blockers = blockers_of(&linkedin_draft(DISCONNECTED));

    assert_eq!(connected.after().status(), Status::Launching);
    let unready = vec![(SenderLack::NotConnected, profile(1))];
    assert_eq!(blockers, [LaunchBlocker::UnreadySenders(unready)]);
}

#[test]
fn a_draft_whose_account_was_removed_is_not_launched() {
    let campaign = email_draft(&[account(1)], []);

    let blockers = blockers_of(&campaign);

    let unready = vec![(SenderLack::Unknown, account(1))];
    assert_eq!(blockers, [LaunchBlocker::UnreadySenders(unready)]);
}

#[test]
fn a_refused_launch_tells_which_accounts_and_how_to_go_on() {
    let known = [(account(1), WARMING), (account(2), INBOXLESS)];
    let ids = [account(1), account(2), account(3)];

    let rejection = email_draft(&ids, known).when(Command::Launch).rejection();

    assert_eq!(
        rejection.to_string(),
        "Unknown sender accounts (ac000000-0000-0000-0000-000000000003): assign accounts that GET \
         /api/senders lists; Email senders whose warm-up is incomplete \
         (ac000000-0000-0000-0000-000000000001): wait until they are active, or assign others; \
         Email senders without a sending inbox (ac000000-0000-0000-0000-000000000002): set one \
         up, or assign others"
    );
}

#[test]
fn a_stuck_launch_goes_on_whatever_became_of_its_accounts() {
    let started_at = crate::cast::now() - Duration::seconds(LAUNCH_STUCK_SECONDS);
    let campaign = given(draft(1))
        .and([launched_at(started_at)])
        .with_senders([]);

    let outcome = campaign.when(Command::Launch);

    assert_eq!(outcome.after().status(), Status::Launching);
}

#[test]
fn a_validation_takes_warming_senders_for_ready_and_warns_of_them() {
    let known = [(account(1), WARMING)];
    let state = email_draft(&[account(1)], known).state();
    let senders: Senders = known.into_iter().collect();

    let found = readiness(state.campaign.present().unwrap(), &senders);

    assert!(found.sender_accounts_ready && found.blockers.is_empty());
    let warming = LaunchWarning::WarmingSenders(vec![(SenderLack::Warming, account(1))]);
    assert!(found.warnings.contains(&warming), "{:?}", found.warnings);
}

#[test]
fn a_validation_finds_senders_that_are_not_ready() {
    for facts in [INACTIVE, INBOXLESS] {
        let known = [(account(1), facts), (account(2), WARMING)];
        let state = email_draft(&[account(1), account(2)], known).state();
        let senders: Senders = known.into_iter().collect();

        let found = readiness(state.campaign.present().unwrap(), &senders);

        assert!(!found.sender_accounts_ready);
        assert_eq!(found.blockers.len(), 1, "{:?}", found.blockers);
    }
}
