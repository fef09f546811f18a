//! Prospects that a lane remembers: decided about at once, and never from what is no longer true.

use commands::Verdict;
use domain::{Command, PermitRefusal, Progress, Rejection};
use testkit::{Script, TestDatabase, TestLanes, new_user, prospect, request_permit};

fn replied(campaign: domain::CampaignId, number: u32) -> Command {
    Command::ReportProgress {
        prospect_id: prospect(campaign, number),
        progress: Progress::Replied,
    }
}

/// An active campaign of a new user whose first prospect `lanes` remembers.
async fn remembered(
    database: &TestDatabase,
    lanes: &TestLanes,
) -> (domain::UserId, domain::CampaignId) {
    let user = new_user();
    let id = Script::new(database.maker(), user).active().await;
    lanes.ask(user, id, Command::Pause).await.unwrap();
    lanes.ask(user, id, request_permit(id, 0)).await.unwrap();
    lanes.ask(user, id, Command::Resume).await.unwrap();
    (user, id)
}

#[tokio::test]
async fn a_permit_that_memory_would_grant_is_refused_once_another_process_granted_it() {
    let database = TestDatabase::create().await;
    let (one, other) = (database.lanes("one"), database.lanes("other"));
    let (user, id) = remembered(&database, &one).await;
    other.ask(user, id, request_permit(id, 0)).await.unwrap();

    let answer = one.ask(user, id, request_permit(id, 0)).await;

    let Ok(Verdict::Rejected { rejection, .. }) = answer else {
        panic!("{answer:?}");
    };
    assert!(
        matches!(
            rejection,
            Rejection::PermitRefused {
                refusal: PermitRefusal::AlreadyPermitted,
                permit: Some(_),
                ..
            }
        ),
        "{rejection:?}"
    );
    // It was granted from memory first, which the append then refused.
    assert_eq!(one.batches("lost_head"), 1);
}

#[tokio::test]
async fn a_permit_that_memory_would_grant_is_refused_once_another_process_paused() {
    let database = TestDatabase::create().await;
    let (one, other) = (database.lanes("one"), database.lanes("other"));
    let (user, id) = remembered(&database, &one).await;
    other.ask(user, id, Command::Pause).await.unwrap();

    let answer = one.ask(user, id, request_permit(id, 0)).await;

    let paused = Rejection::PermitRefused {
        refusal: PermitRefusal::Paused,
        ask_again_at: None,
        permit: None,
    };
    assert!(
        matches!(&answer, Ok(Verdict::Rejected { rejection, .. }) if *rejection == paused),
        "{answer:?}"
    );
}

#[tokio::test]
async fn what_a_lane_did_to_a_prospect_is_what_it_remembers() {
    let database = TestDatabase::create().await;
    let one = database.lanes("one");
    let (user, id) = remembered(&database, &one).await;

    one.ask(user, id, replied(id, 0)).await.unwrap();
    let answer = one.ask(user, id, request_permit(id, 0)).await;

    assert!(
        matches!(
            answer,
            Ok(Verdict::Rejected {
                rejection: Rejection::PermitRefused {
                    refusal: PermitRefusal::ProspectTerminal(_),
                    ..
                },
                ..
            })
        ),
        "{answer:?}"
    );
    assert_eq!(one.batches("lost_head"), 0);
}

#[tokio::test]
async fn the_database_itself_refuses_a_step_permitted_twice() {
    let database = TestDatabase::create().await;
    let user = new_user();
    Script::new(database.maker(), user).sent(1).active().await;
    let again = "INSERT INTO permits (journal, campaign_id, prospect_id, node_id, id, state, send,
                                      granted_at)
                 SELECT journal, campaign_id, prospect_id, node_id, gen_random_uuid(), 'open', send,
                        granted_at
                 FROM permits";

    let refused = database.sql().execute(again, &[]).await.unwrap_err();

    let constraint = refused.as_db_error().and_then(|error| error.constraint());
    assert_eq!(constraint, Some("permits_once_per_step"));
}
