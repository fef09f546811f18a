//! Changing what a campaign is told to be (campaign API, sections 1.4 and 2.2). The steps and the
//! prospects of a draft are told in `drafting`.

use crate::cast::{
    account, email, email_nodes, email_settings, limit, linkedin_nodes, linkedin_settings, name,
    office_hours, reply, settings_of,
};
use crate::given::{Given, Outcome, given, no_news, refused};
use crate::verbs::{active, active_as, draft, drafted_as, every_status};
use domain::event::{CampaignSequenceChanged, CampaignSettingsChanged};
use domain::{
    AccountLimit, Channel, Command, EmailSettings, Event, LinkedInSettings, Settings,
    SettingsPatch, Status,
};

fn change(campaign: &Given, patch: SettingsPatch) -> Outcome {
    campaign.when(Command::ChangeSettings(Box::new(patch)))
}

fn changed_to(settings: Settings) -> Event {
    Event::CampaignSettingsChanged(Box::new(CampaignSettingsChanged { settings }))
}

fn account_limits() -> Vec<AccountLimit> {
    vec![AccountLimit {
        account_id: account(1),
        daily_limit: limit(15),
    }]
}

/// What any status lets through.
fn always() -> SettingsPatch {
    SettingsPatch {
        name: Some(name("Summer outreach")),
        operating_hours: Some(Some(office_hours("Europe/Paris"))),
        daily_limit: Some(Some(limit(50))),
        account_limits: Some(account_limits()),
        ..SettingsPatch::default()
    }
}

/// What only a draft lets through.
fn in_draft() -> SettingsPatch {
    SettingsPatch {
        stop_on_reply: Some(false),
        open_tracking: Some(true),
        signature: Some(Some("Best,\n%first_name%".to_owned())),
        sender_account_ids: Some(vec![account(2)]),
        ..SettingsPatch::default()
    }
}

#[test]
fn name_hours_and_limits_change_in_every_status() {
    let channel = Channel::Email(EmailSettings {
        daily_limit: Some(limit(50)),
        account_limits: account_limits(),
        ..email()
    });
    let changed = Settings {
        name: name("Summer outreach"),
        operating_hours: Some(office_hours("Europe/Paris")),
        ..settings_of(channel)
    };
    for (_, history) in every_status() {
        let outcome = change(&given(history), always());

        outcome.then(Ok(&[changed_to(changed.clone())]));
    }
}

#[test]
fn a_draft_changes_all_its_settings() {
    let channel = Channel::Email(EmailSettings {
        stop_on_reply: false,
        open_tracking: true,
        signature: Some("Best,\n%first_name%".to_owned()),
        ..email()
    });
    let changed = Settings {
        sender_account_ids: vec![account(2)],
        ..settings_of(channel)
    };

    let outcome = change(&given(draft(1)), in_draft());

    outcome.then(Ok(&[changed_to(changed)]));
}

#[test]
fn draft_only_keys_are_silently_ignored_after_draft() {
    for (status, history) in every_status() {
        if status == Status::Draft {
            continue;
        }

        let outcome = change(&given(history), in_draft());

        outcome.then(no_news());
    }
}

#[test]
fn a_draft_only_key_of_linkedin_is_ignored_after_draft_too() {
    let patch = SettingsPatch {
        skip_other_campaigns: Some(true),
        ..SettingsPatch::default()
    };
    let nodes = linkedin_nodes();
    let skipping = Channel::Linkedin(LinkedInSettings {
        skip_other_campaigns: true,
    });

    let in_draft = change(
        &given([drafted_as(linkedin_settings(), nodes.clone())]),
        patch.clone(),
    );
    let later = change(&given(active_as(linkedin_settings(), nodes, 1)), patch);

    in_draft.then(Ok(&[changed_to(settings_of(skipping))]));
    later.then(no_news());
}

#[test]
fn what_may_change_does_even_beside_a_key_that_is_ignored() {
    let patch = SettingsPatch {
        name: Some(name("Summer outreach")),
        ..in_draft()
    };

    let outcome = change(&given(active(1)), patch);

    let changed = Settings {
        name: name("Summer outreach"),
        ..email_settings()
    };
    outcome.then(Ok(&[changed_to(changed)]));
}

#[test]
fn keys_of_the_other_channel_are_silently_ignored() {
    let patch = SettingsPatch {
        daily_limit: Some(Some(limit(50))),
        account_limits: Some(account_limits()),
        stop_on_reply: Some(false),
        open_tracking: Some(true),
        signature: Some(Some("Best".to_owned())),
        ..SettingsPatch::default()
    };
    let linkedin = given([drafted_as(linkedin_settings(), linkedin_nodes())]);

    let outcome = change(&linkedin, patch);

    outcome.then(no_news());

    let patch = SettingsPatch {
        skip_other_campaigns: Some(true),
        ..SettingsPatch::default()
    };

    let outcome = change(&given(draft(1)), patch);

    outcome.then(no_news());
}

#[test]
fn a_setting_that_may_be_absent_can_be_cleared() {
    let channel = Channel::Email(EmailSettings {
        daily_limit: Some(limit(50)),
        ..email()
    });
    let hours = Some(office_hours("Europe/Paris"));
    let limited = Settings {
        operating_hours: hours,
        ..settings_of(channel)
    };
    let campaign = given([drafted_as(limited, email_nodes())]);
    let patch = SettingsPatch {
        daily_limit: Some(None),
        operating_hours: Some(None),
        ..SettingsPatch::default()
    };

    let outcome = change(&campaign, patch);

    outcome.then(Ok(&[changed_to(email_settings())]));
}

#[test]
fn settings_that_are_as_asked_already_are_no_news() {
    for patch in [
        SettingsPatch::default(),
        SettingsPatch {
            name: Some(email_settings().name),
            ..SettingsPatch::default()
        },
        SettingsPatch {
            daily_limit: Some(None),
            ..SettingsPatch::default()
        },
    ] {
        let outcome = change(&given(draft(1)), patch);

        outcome.then(no_news());
    }
}

#[test]
fn a_name_that_another_campaign_of_the_user_has_is_taken() {
    for (_, history) in every_status() {
        let campaign = given(history).with_the_name_taken();

        let outcome = change(&campaign, always());

        outcome.then(refused("campaign_name_taken"));
    }
}

#[test]
fn a_campaign_may_keep_the_name_that_it_has() {
    let campaign = given(draft(1)).with_the_name_taken();
    let patch = SettingsPatch {
        name: Some(email_settings().name),
        ..in_draft()
    };

    let outcome = change(&campaign, patch);

    assert!(outcome.decision().is_ok());
}

#[test]
fn a_draft_replaces_its_whole_sequence() {
    let nodes = email_nodes().split_off(2);

    let outcome = given(draft(1)).when(Command::ReplaceSequence(nodes.clone()));

    let after = outcome.then(Ok(&[Event::CampaignSequenceChanged(
        CampaignSequenceChanged {
            nodes: nodes.clone(),
        },
    )]));
    assert_eq!(after.campaign().sequence.nodes(), nodes);
}

#[test]
fn the_sequence_that_is_there_already_is_no_news() {
    let outcome = given(draft(1)).when(Command::ReplaceSequence(email_nodes()));

    outcome.then(no_news());
}

#[test]
fn a_list_that_is_no_sequence_is_refused_in_draft() {
    let without_end = email_nodes()[..3].to_vec();
    let twice = [vec![reply(crate::cast::END, "Well?")], email_nodes()].concat();
    for nodes in [vec![], without_end, linkedin_nodes(), twice] {
        let outcome = given(draft(1)).when(Command::ReplaceSequence(nodes));

        outcome.then(refused("invalid_sequence"));
    }
}

#[test]
fn a_sequence_is_ignored_after_draft_whatever_it_is() {
    for (status, history) in every_status() {
        if status == Status::Draft {
            continue;
        }
        for nodes in [email_nodes().split_off(2), vec![]] {
            let outcome = given(history.clone()).when(Command::ReplaceSequence(nodes));

            outcome.then(no_news());
        }
    }
}
