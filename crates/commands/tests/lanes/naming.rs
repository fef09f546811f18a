//! A campaign's name is its user's only one of that name.

use commands::Verdict;
use domain::{CampaignId, Command, Name, Rejection, SettingsPatch, UserId};
use futures_util::future::{join, join_all};
use testkit::{Script, TestDatabase, TestLanes, new_campaign_id, new_user};

type Answer = Result<Verdict, commands::Failure>;

async fn create(lanes: &TestLanes, user: UserId, id: CampaignId, name: &str) -> Command {
    Script::new(lanes, user).id(id).name(name).create().await
}

fn rename(name: &str) -> Command {
    let name = Some(Name::try_from(name.to_owned()).unwrap());
    Command::ChangeSettings(Box::new(SettingsPatch {
        name,
        ..SettingsPatch::default()
    }))
}

fn is_done(answer: &Answer) -> bool {
    matches!(answer, Ok(Verdict::Done(_)))
}

fn is_taken(answer: &Answer) -> bool {
    matches!(
        answer,
        Ok(Verdict::Rejected {
            rejection: Rejection::NameTaken,
            ..
        })
    )
}

#[tokio::test]
async fn of_two_creations_with_one_name_in_one_batch_the_first_wins() {
    let database = TestDatabase::create().await;
    let (user, lanes) = (new_user(), database.lanes("lanes"));
    let ids = [new_campaign_id(), new_campaign_id()];

    let mut creations = Vec::new();
    for id in ids {
        creations.push((id, create(&lanes, user, id, "Spring").await));
    }
    let asked = creations
        .into_iter()
        .map(|(id, create)| lanes.ask(user, id, create));
    let answers = join_all(asked).await;

    assert!(is_done(&answers[0]) && is_taken(&answers[1]), "{answers:?}");
    assert_eq!(
        (lanes.batches("committed"), lanes.batches("refused")),
        (1, 0)
    );
}

#[tokio::test]
async fn of_two_processes_that_create_with_one_name_one_wins() {
    let database = TestDatabase::create().await;
    let (one, other) = (database.lanes("one"), database.lanes("other"));
    let user = new_user();

    for number in 0..10 {
        let (id, rival) = (new_campaign_id(), new_campaign_id());
        let name = format!("Spring {number}");

        let (first, second) = join(
            one.ask(user, id, create(&one, user, id, &name).await),
            other.ask(user, rival, create(&other, user, rival, &name).await),
        )
        .await;

        let won = [&first, &second]
            .into_iter()
            .filter(|it| is_done(it))
            .count();
        let lost = [&first, &second]
            .into_iter()
            .filter(|it| is_taken(it))
            .count();
        assert_eq!((won, lost), (1, 1), "{first:?} and {second:?}");
    }
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_whoever_remembers_what() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let lanes = database.lanes("lanes");
    Script::new(database.maker(), user)
        .name("Spring")
        .draft()
        .await;
    let id = Script::new(database.maker(), user)
        .name("Summer")
        .active()
        .await;
    let fresh = new_campaign_id();

    let created = lanes
        .ask(user, fresh, create(&lanes, user, fresh, "Spring").await)
        .await;
    let renamed = lanes.ask(user, id, rename("Spring")).await;
    let padded = lanes.ask(user, id, rename("  Spring ")).await;
    let itself = lanes.ask(user, id, rename("Summer")).await;

    assert!(
        is_taken(&created) && is_taken(&renamed) && is_taken(&padded),
        "{created:?}"
    );
    assert!(is_done(&itself), "{itself:?}");
}

#[tokio::test]
async fn two_campaigns_renamed_alike_in_one_batch_are_one_renaming() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let lanes = database.lanes("lanes");
    let draft = || Script::new(database.maker(), user).draft();
    let ids = [draft().await, draft().await];

    let answers = join_all(ids.map(|id| lanes.ask(user, id, rename("Spring")))).await;

    assert!(is_done(&answers[0]) && is_taken(&answers[1]), "{answers:?}");
    assert_eq!(lanes.batches("refused"), 0);
}

#[tokio::test]
async fn a_name_that_was_given_up_is_free() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let lanes = database.lanes("lanes");
    let renamed = Script::new(database.maker(), user)
        .name("Spring")
        .draft()
        .await;
    let deleted = Script::new(database.maker(), user)
        .name("Summer")
        .draft()
        .await;
    let (one, other) = (new_campaign_id(), new_campaign_id());

    lanes.ask(user, renamed, rename("Autumn")).await.unwrap();
    lanes.ask(user, deleted, Command::Delete).await.unwrap();
    let spring = lanes
        .ask(user, one, create(&lanes, user, one, "Spring").await)
        .await;
    let summer = lanes
        .ask(user, other, create(&lanes, user, other, "Summer").await)
        .await;

    assert!(
        is_done(&spring) && is_done(&summer),
        "{spring:?} {summer:?}"
    );
}

#[tokio::test]
async fn names_may_wander_within_one_batch_without_the_database_refusing_it() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let lanes = database.lanes("lanes");
    let spring = Script::new(database.maker(), user)
        .name("Spring")
        .draft()
        .await;
    let summer = Script::new(database.maker(), user)
        .name("Summer")
        .draft()
        .await;
    let (one, other) = (new_campaign_id(), new_campaign_id());

    let answers = join_all([
        lanes.ask(user, spring, rename("Winter")),
        lanes.ask(user, one, create(&lanes, user, one, "Spring").await),
        lanes.ask(user, summer, Command::Delete),
        lanes.ask(user, other, create(&lanes, user, other, "Summer").await),
    ])
    .await;

    // Whether a name is free before the batch is committed is not promised; that each command is
    // decided is.
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(lanes.batches("refused"), 0);
}

#[tokio::test]
async fn tenants_may_use_the_same_name() {
    let database = TestDatabase::create().await;
    let lanes = database.lanes("lanes");

    for _ in 0..10 {
        let (user, id) = (new_user(), new_campaign_id());
        let answer = lanes
            .ask(user, id, create(&lanes, user, id, "Spring").await)
            .await;
        assert!(is_done(&answer), "{answer:?}");
    }
}
