//! `skip_other_campaigns`: a LinkedIn campaign leaves out whom another campaign of the same user
//! deals with (campaign API, sections 1.1 and 1.7).

use crate::leads::{add, empty_draft, empty_linkedin_draft, leads};
use commands::Verdict;
use domain::{CampaignId, Command, LaunchFailure, Progress, ProspectId};
use serde_json::{Value, json};
use testkit::{Tenant, TestApp, TestLanes};

fn profiles(names: &[&str]) -> Value {
    let row = |name: &&str| json!({"linkedin_url": format!("https://linkedin.com/in/{name}")});
    names.iter().map(row).collect()
}

/// A LinkedIn draft of these people that leaves others' out.
async fn draft(app: &TestApp, tenant: &Tenant, names: &[&str]) -> CampaignId {
    let id = empty_linkedin_draft(app, tenant).await;
    let added = add(app, tenant, id, profiles(names)).await;
    assert_eq!(added.json()["imported"], names.len());
    id
}

async fn statuses(app: &TestApp, tenant: &Tenant, id: CampaignId) -> Vec<String> {
    let status = |lead: &Value| lead["status"].as_str().unwrap().to_owned();
    leads(app, tenant, id).await.iter().map(status).collect()
}

async fn launch(app: &TestApp, tenant: &Tenant, id: CampaignId) {
    app.elsewhere(tenant, id, Command::Launch).await;
}

#[tokio::test]
async fn whoever_is_in_a_campaign_under_way_is_left_out() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let first = draft(&app, &tenant, &["ada", "bob"]).await;
    let second = draft(&app, &tenant, &["bob", "cyd"]).await;

    for command in [Command::Launch, Command::Activate, Command::Pause] {
        app.elsewhere(&tenant, first, command).await;
        let other = draft(&app, &tenant, &["bob", "dan"]).await;
        launch(&app, &tenant, other).await;
        assert_eq!(
            statuses(&app, &tenant, other).await,
            ["cancelled", "pending"]
        );
        app.elsewhere(&tenant, other, Command::Delete).await;
    }
    launch(&app, &tenant, second).await;

    assert_eq!(
        statuses(&app, &tenant, second).await,
        ["cancelled", "pending"]
    );
    let events = app.events(second).await;
    let types: Vec<_> = events.iter().map(|it| it.event.event_type()).collect();
    assert_eq!(types[2..], ["CampaignLaunchStarted", "ProspectsSkipped"]);
}

#[tokio::test]
async fn whoever_is_in_a_draft_or_done_elsewhere_is_not_left_out() {
    let app = TestApp::spawn().await;
    let (tenant, stranger) = (app.tenant().await, app.tenant().await);
    draft(&app, &tenant, &["ada"]).await;
    let others = draft(&app, &stranger, &["ada"]).await;
    launch(&app, &stranger, others).await;
    let first = draft(&app, &tenant, &["bob", "cyd"]).await;
    launch(&app, &tenant, first).await;
    app.elsewhere(&tenant, first, Command::Activate).await;
    let bob = leads(&app, &tenant, first).await[0]["id"].clone();
    let prospect_id = ProspectId(serde_json::from_value(bob).unwrap());
    let progress = Progress::TimedOut;
    let done = Command::ReportProgress {
        prospect_id,
        progress,
    };
    app.elsewhere(&tenant, first, done).await;

    let second = draft(&app, &tenant, &["ada", "bob", "cyd"]).await;
    launch(&app, &tenant, second).await;

    assert_eq!(
        statuses(&app, &tenant, second).await,
        ["pending", "pending", "cancelled"]
    );
}

#[tokio::test]
async fn somebody_whose_profile_an_email_campaign_knows_is_left_out_too() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let mails = empty_draft(&app, &tenant).await;
    let row =
        json!([{"email": "ada@example.com", "linkedin_url": "http://www.linkedin.com/in/Ada/"}]);
    add(&app, &tenant, mails, row).await;
    launch(&app, &tenant, mails).await;

    let id = draft(&app, &tenant, &["ada", "bob"]).await;
    launch(&app, &tenant, id).await;

    assert_eq!(statuses(&app, &tenant, id).await, ["cancelled", "pending"]);
}

#[tokio::test]
async fn a_campaign_that_is_not_told_to_leaves_nobody_out() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let first = draft(&app, &tenant, &["ada"]).await;
    launch(&app, &tenant, first).await;
    let second = draft(&app, &tenant, &["ada"]).await;
    let patch = domain::SettingsPatch {
        skip_other_campaigns: Some(false),
        ..domain::SettingsPatch::default()
    };
    app.elsewhere(&tenant, second, Command::ChangeSettings(Box::new(patch)))
        .await;

    launch(&app, &tenant, second).await;

    assert_eq!(statuses(&app, &tenant, second).await, ["pending"]);
}

#[tokio::test]
async fn a_launch_of_nobody_but_others_is_refused() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let first = draft(&app, &tenant, &["ada", "bob"]).await;
    launch(&app, &tenant, first).await;
    let second = draft(&app, &tenant, &["ada", "bob"]).await;

    let lanes = TestLanes::named(app.database().config(), "other");
    let verdict = lanes.ask(tenant.user_id, second, Command::Launch).await;

    let Ok(Verdict::Rejected { rejection, .. }) = verdict else {
        panic!("{verdict:?}");
    };
    assert_eq!(
        rejection.to_string(),
        "Every lead is in another campaign already; nothing to send"
    );
}

#[tokio::test]
async fn whom_a_failed_launch_left_out_waits_again() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let first = draft(&app, &tenant, &["ada"]).await;
    launch(&app, &tenant, first).await;
    let second = draft(&app, &tenant, &["ada", "bob"]).await;
    launch(&app, &tenant, second).await;

    let failure = LaunchFailure::Dispatch;
    app.elsewhere(
        &tenant,
        second,
        Command::FailLaunch {
            launch: None,
            failure,
        },
    )
    .await;
    let waiting = statuses(&app, &tenant, second).await;
    app.elsewhere(&tenant, first, Command::Delete).await;
    launch(&app, &tenant, second).await;

    assert_eq!(waiting, ["pending", "pending"]);
    assert_eq!(
        statuses(&app, &tenant, second).await,
        ["pending", "pending"]
    );
}

#[tokio::test]
async fn of_two_launches_at_once_one_leaves_the_other_ones_people_out() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    for _ in 0..5 {
        let both = [
            draft(&app, &tenant, &["ada", "bob"]).await,
            draft(&app, &tenant, &["ada", "cyd"]).await,
        ];

        let lanes = TestLanes::named(app.database().config(), "other");
        let [one, other] = both.map(|id| lanes.ask(tenant.user_id, id, Command::Launch));
        let (one, other) = futures_util::join!(one, other);

        assert!(matches!(
            (one, other),
            (Ok(Verdict::Done(_)), Ok(Verdict::Done(_)))
        ));
        let mut ada = Vec::new();
        for id in both {
            ada.push(statuses(&app, &tenant, id).await[0].clone());
            app.elsewhere(&tenant, id, Command::Delete).await;
        }
        ada.sort_unstable();
        assert_eq!(ada, ["cancelled", "pending"]);
    }
}

#[tokio::test]
async fn a_launch_tells_whom_it_left_out_also_when_it_is_repeated() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let first = draft(&app, &tenant, &["ada"]).await;
    launch(&app, &tenant, first).await;
    let second = empty_linkedin_draft(&app, &tenant).await;
    let ada = json!({"linkedin_url": "https://linkedin.com/in/ada", "first_name": "Ada"});
    add(
        &app,
        &tenant,
        second,
        json!([ada, {"linkedin_url": "https://linkedin.com/in/bob"}]),
    )
    .await;
    let id = leads(&app, &tenant, second).await[0]["id"].clone();

    let path = format!("/api/campaigns/{second}/launch");
    let call = app
        .public("POST", &path)
        .bearer(&tenant.key)
        .idempotency_key("launch");
    let (told, again) = (call.clone().await, call.await);

    assert_eq!(told.json(), again.json());
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let told = told.json();
    let ada = json!({"id": id, "name": "Ada", "linkedin_url": "https://linkedin.com/in/ada"});
    assert_eq!(told["skippedProspects"], json!([ada]));
    assert_eq!(
        (&told["skippedCount"], &told["prospectsToProcess"]),
        (&json!(1), &json!(1))
    );
    assert!(told["warning"].is_string());
    let tables = app.database().tables_with("linkedin.com/in/ada").await;
    assert_eq!(tables, ["people"]);
}
