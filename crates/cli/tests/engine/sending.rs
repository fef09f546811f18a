//! A campaign of 500 prospects, each sent two mails, through pauses and crashes.

use crate::npm::{Package, succeeds};
use crate::stage::Stage;
use domain::{CampaignId, Event};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;
use testkit::{Script, node, prospect};

const PROSPECTS: u32 = 500;
/// The two mails.
const MAILS: [u32; 2] = [0, 3];
/// How long a campaign stays paused: long enough that a send which ignored it would be seen.
const HELD: Duration = Duration::from_millis(1_500);

#[tokio::test]
async fn the_example_type_checks() {
    let package = Package::open("examples/engine").await;

    let mut check = package.command("npm");
    check.args(["run", "check"]);

    succeeds(check).await;
}

#[tokio::test]
async fn every_step_of_every_prospect_is_sent_once_through_pauses_a_restart_and_a_crash() {
    let mut stage = Stage::set().await;
    stage.start_engine();
    let script = Script::new(stage.database.maker(), stage.user);
    let id = script.prospects(PROSPECTS).two_mails().launching().await;

    stage.until_sent(150).await;
    hold(&stage, id).await;
    stage.until_sent(300).await;
    stage.kill_engine().await;
    stage.start_engine();
    stage.until_sent(500).await;
    hold(&stage, id).await;
    stage.until_sent(650).await;
    stage.crash_service().await;
    stage.until_sent(800).await;
    hold(&stage, id).await;
    let whole = stage.until_completed(id).await;

    let mut steps = BTreeMap::new();
    for number in 0..PROSPECTS {
        for mail in MAILS {
            let step = (
                prospect(id, number).0.to_string(),
                node(id, mail).0.to_string(),
            );
            steps.insert(step, 1);
        }
    }
    assert_eq!(stage.sent(), steps);
    assert_eq!(
        whole["prospects_by_status"],
        json!({"completed": PROSPECTS})
    );
    assert_eq!(whole["campaign"]["stats"], recount(&stage, id).await);
    assert_eq!(permits_per_pause(&stage, id).await, vec![0, 0, 0]);
}

/// Pauses the campaign, looks that nothing but what was permitted goes out, and resumes it.
async fn hold(stage: &Stage, id: CampaignId) {
    stage.ask(id, "pause").await;
    tokio::time::sleep(HELD).await;
    let before = stage.sent().len();
    tokio::time::sleep(HELD).await;
    assert_eq!(stage.sent().len(), before, "sent while it was paused");
    stage.ask(id, "resume").await;
}

/// The documented counters, counted from the log.
async fn recount(stage: &Stage, id: CampaignId) -> serde_json::Value {
    let events = stage.database.events(id).await;
    let count = |is: fn(&Event) -> bool| events.iter().filter(|it| is(&it.event)).count();
    let added: usize = events
        .iter()
        .map(|recorded| match &recorded.event {
            Event::ProspectsAdded(added) => added.prospect_ids.len(),
            _ => 0,
        })
        .sum();
    let sends = count(|event| matches!(event, Event::SendSucceeded(_)));
    assert_eq!(sends, added * MAILS.len());
    json!({
        "total": added,
        "sent": added,
        "replied": count(|event| matches!(event, Event::ProspectReplied(_))),
        "completed": count(|event| matches!(event, Event::ProspectCompleted(_))),
    })
}

/// How many permits were granted in each of the spans between a pause and its resume.
async fn permits_per_pause(stage: &Stage, id: CampaignId) -> Vec<u32> {
    let (mut spans, mut is_paused) = (Vec::new(), false);
    for recorded in stage.database.events(id).await {
        match recorded.event {
            Event::CampaignPaused(_) => {
                spans.push(0);
                is_paused = true;
            }
            Event::CampaignResumed(_) => is_paused = false,
            Event::SendPermitted(_) if is_paused => *spans.last_mut().unwrap() += 1,
            _ => {}
        }
    }
    spans
}
