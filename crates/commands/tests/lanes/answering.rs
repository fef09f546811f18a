//! What a lane answers on its own: conditions, tenants, ids, and batches of many commands.

use commands::{Expected, Remember, Remembered, Render, Verdict};
use domain::{Command, Rejection, Status, Version};
use futures_util::future::join_all;
use testkit::{Script, TestDatabase, new_campaign_id, new_user, request};

#[tokio::test]
async fn a_batch_of_many_commands_is_one_transaction_and_an_answer_each() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let campaigns = join_all((0..100).map(|_| Script::new(database.maker(), user).active())).await;
    let lanes = database.lanes("lanes");

    let answers = join_all(
        campaigns
            .iter()
            .map(|id| lanes.ask(user, *id, Command::Pause)),
    )
    .await;

    for (id, answer) in campaigns.iter().zip(&answers) {
        let Ok(Verdict::Done(row)) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!((row.id, row.campaign.stage.status()), (*id, Status::Paused));
    }
    assert_eq!(lanes.batches("committed"), 1);
}

#[tokio::test]
async fn a_batch_decided_from_memory_is_one_transaction_and_an_answer_each_too() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let lanes = database.lanes("lanes");
    let campaigns = join_all((0..100).map(|_| Script::new(&lanes, user).active())).await;
    let committed = lanes.batches("committed");

    for (command, status) in [
        (Command::Pause, Status::Paused),
        (Command::Resume, Status::Active),
    ] {
        let asked = campaigns
            .iter()
            .map(|id| lanes.ask(user, *id, command.clone()));
        for (id, answer) in campaigns.iter().zip(join_all(asked).await) {
            let Ok(Verdict::Done(row)) = answer else {
                panic!("{answer:?}")
            };
            let latest = database.events(*id).await.pop().unwrap();
            assert_eq!((row.id, row.campaign.stage.status()), (*id, status));
            assert_eq!(
                (row.version, row.updated_at),
                (latest.version, latest.recorded_at)
            );
            assert_eq!(
                database.effects(*id).await.pop().unwrap().position,
                latest.position
            );
        }
    }

    assert_eq!(lanes.batches("committed"), committed + 2);
}

#[tokio::test]
async fn a_command_sees_what_the_ones_before_it_in_its_batch_did() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let id = Script::new(database.maker(), user).active().await;
    let lanes = database.lanes("lanes");

    let commands = [
        Command::Pause,
        Command::Pause,
        Command::Resume,
        Command::Resume,
    ];
    let answers = join_all(commands.map(|command| lanes.ask(user, id, command))).await;

    let statuses = answers.iter().map(|answer| match answer {
        Ok(Verdict::Done(row)) => (row.campaign.stage.status(), true),
        Ok(Verdict::Rejected { status, .. }) => (status.unwrap(), false),
        other => panic!("{other:?}"),
    });
    assert_eq!(
        statuses.collect::<Vec<_>>(),
        [
            (Status::Paused, true),
            (Status::Paused, false),
            (Status::Active, true),
            (Status::Active, false)
        ]
    );
    assert_eq!(lanes.batches("committed"), 1);
}

#[tokio::test]
async fn a_batch_of_refusals_writes_nothing() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let id = Script::new(database.maker(), user).paused().await;
    let lanes = database.lanes("lanes");
    let before = database.checksums().await;

    let answers = join_all((0..10).map(|_| lanes.ask(user, id, Command::Pause))).await;

    let refused = |answer: &_| {
        matches!(
            answer,
            Ok(Verdict::Rejected {
                rejection: Rejection::NotActive(_),
                ..
            })
        )
    };
    assert!(answers.iter().all(refused), "{answers:?}");
    assert_eq!(database.checksums().await, before);
    assert_eq!(lanes.batches("committed"), 0);
}

#[tokio::test]
async fn the_row_that_is_answered_is_the_row_that_is_kept() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let id = Script::new(database.maker(), user).active().await;
    let lanes = database.lanes("lanes");
    let client = database.pool().get().await.unwrap();
    let journal = database.journal_of(user);

    // The first is decided under the head, then what changes something from memory.
    for command in [
        Command::Pause,
        Command::Resume,
        Command::ReviewBounces,
        Command::Pause,
        Command::ReviewBounces,
    ] {
        let Ok(Verdict::Done(told)) = lanes.ask(user, id, command).await else {
            panic!("a row")
        };

        let kept = projector::find_campaign(&client, journal, id, user)
            .await
            .unwrap();
        assert_eq!(kept.as_ref(), Some(&*told));
    }
}

#[tokio::test]
async fn a_command_for_another_version_is_told_the_version_and_does_nothing() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let id = Script::new(database.maker(), user).active().await;
    let lanes = database.lanes("lanes");
    let ask = async |versions: &[i64], command| {
        let mut request = request(user, id, command);
        let versions = versions.iter().copied().map(Version).collect();
        request.expected = Some(Expected::OneOf(versions));
        lanes.submit(user, request).await.unwrap()
    };

    for _ in 0..2 {
        let latest = database.events(id).await.pop().unwrap().version;

        let old = ask(&[latest.0 - 1, latest.0 + 1], Command::Pause).await;
        assert!(
            matches!(old, Verdict::VersionDiffers { version, .. } if version == latest),
            "{old:?}"
        );
        let paused = ask(&[latest.0], Command::Pause).await;
        assert!(matches!(paused, Verdict::Done(_)), "{paused:?}");
        let resumed = ask(&[0, latest.0 + 1], Command::Resume).await;
        assert!(matches!(resumed, Verdict::Done(_)), "{resumed:?}");
    }
}

#[tokio::test]
async fn requests_with_one_key_in_one_batch_are_one_command_and_one_answer() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let id = Script::new(database.maker(), user).active().await;
    let lanes = database.lanes("lanes");
    let remembering = |fingerprint| {
        let mut request = request(user, id, Command::Pause);
        let render = |verdict: &Verdict| {
            let body = verdict.label().to_owned();
            Some(Remembered {
                status: 200,
                body,
                version: None,
            })
        };
        let key = "once".to_owned();
        request.remember = Some(Remember {
            user_id: user,
            key,
            fingerprint,
            render: Render::by(render),
        });
        lanes.submit(user, request)
    };

    let answers = join_all([[1; 32], [1; 32], [2; 32], [1; 32]].map(remembering)).await;

    assert!(matches!(&answers[0], Ok(Verdict::Done(_))), "{answers:?}");
    assert!(matches!(&answers[1], Ok(Verdict::Replayed(told)) if told.body == "done"));
    assert!(matches!(&answers[2], Ok(Verdict::KeyReused)), "{answers:?}");
    assert!(matches!(&answers[3], Ok(Verdict::Replayed(told)) if told.body == "done"));
    assert_eq!(
        (lanes.batches("committed"), lanes.batches("refused")),
        (1, 0)
    );
}

#[tokio::test]
async fn of_one_batch_for_one_version_the_first_command_wins() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let id = Script::new(database.maker(), user).active().await;
    let lanes = database.lanes("lanes");
    let conditional = |command| {
        let mut request = request(user, id, command);
        request.expected = Some(Expected::OneOf(vec![Version(4)]));
        lanes.submit(user, request)
    };

    let answers = join_all([Command::Pause, Command::Pause].map(conditional)).await;

    assert!(matches!(&answers[0], Ok(Verdict::Done(row)) if row.version == Version(5)));
    assert!(
        matches!(
            &answers[1],
            Ok(Verdict::VersionDiffers {
                version: Version(5),
                ..
            })
        ),
        "{answers:?}"
    );
}

#[tokio::test]
async fn another_tenants_campaign_is_not_found_in_memory_either() {
    let database = TestDatabase::create().await;
    let owner = new_user();
    let journal = database.journal_of(owner);
    let near = |user: &_| database.journal_of(*user) == journal;
    let stranger = std::iter::repeat_with(new_user).find(near).unwrap();
    let id = Script::new(database.maker(), owner).active().await;
    let lanes = database.lanes("lanes");

    for _ in 0..2 {
        let answer = lanes.ask(stranger, id, Command::Pause).await;
        assert!(
            matches!(
                answer,
                Ok(Verdict::Rejected {
                    rejection: Rejection::NotFound,
                    ..
                })
            ),
            "{answer:?}"
        );
        // Now the lane remembers the campaign.
        lanes.ask(owner, id, Command::Pause).await.unwrap();
        lanes.ask(owner, id, Command::Resume).await.unwrap();
    }
}

#[tokio::test]
async fn a_deleted_campaign_is_gone_and_its_id_is_never_used_again() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let script = Script::new(database.maker(), user);
    let create = script.create().await;
    let id = script.active().await;
    let lanes = database.lanes("lanes");

    let deleted = lanes.ask(user, id, Command::Delete).await;
    let paused = lanes.ask(user, id, Command::Pause).await;
    let again = lanes.ask(user, id, create.clone()).await;
    let elsewhere = database.lanes("other").ask(user, id, create).await;

    assert!(matches!(deleted, Ok(Verdict::Deleted)), "{deleted:?}");
    assert!(
        matches!(
            paused,
            Ok(Verdict::Rejected {
                rejection: Rejection::NotFound,
                ..
            })
        ),
        "{paused:?}"
    );
    for refused in [again, elsewhere] {
        assert!(
            matches!(
                refused,
                Ok(Verdict::Rejected {
                    rejection: Rejection::AlreadyExists,
                    ..
                })
            ),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_campaign_deleted_and_created_again_in_one_batch_stays_deleted() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let script = Script::new(database.maker(), user);
    let create = script.create().await;
    let id = script.draft().await;
    let lanes = database.lanes("lanes");

    let commands = [Command::Delete, create, Command::ReviewBounces];
    let answers = join_all(commands.map(|command| lanes.ask(user, id, command))).await;

    assert!(matches!(answers[0], Ok(Verdict::Deleted)), "{answers:?}");
    assert!(
        matches!(
            answers[1],
            Ok(Verdict::Rejected {
                rejection: Rejection::AlreadyExists,
                ..
            })
        ),
        "{answers:?}"
    );
    assert!(
        matches!(
            answers[2],
            Ok(Verdict::Rejected {
                rejection: Rejection::NotFound,
                ..
            })
        ),
        "{answers:?}"
    );
}

#[tokio::test]
async fn a_campaign_may_live_its_whole_life_in_one_batch() {
    let database = TestDatabase::create().await;
    let user = new_user();
    let id = new_campaign_id();
    let lanes = database.lanes("lanes");
    let create = Script::new(database.maker(), user).id(id).create().await;
    let everyone = (0..3).map(|number| testkit::prospect(id, number)).collect();

    let life = [
        create,
        Command::AddProspects(everyone),
        Command::Launch,
        Command::Activate,
        testkit::request_permit(id, 0),
        Command::Delete,
    ];
    let answers = join_all(life.map(|command| lanes.ask(user, id, command))).await;

    assert!(
        answers
            .iter()
            .all(|it| matches!(it, Ok(Verdict::Done(_) | Verdict::Deleted)))
    );
    assert_eq!(database.events(id).await.len(), 6);
    assert_eq!(lanes.batches("committed"), 1);
}
