//! What changes under a rebuild: the tables, the program, the archive, the clock.

use crate::world::World;
use domain::Command;
use event_store::Archiving;
use projector::{Ended, Phase, Projection, find_rebuild};
use testkit::Script;

#[tokio::test]
async fn a_table_that_a_migration_changed_meanwhile_is_rebuilt_in_its_new_shape() {
    let world = World::populated().await;
    world.ask(&Projection::ALL).await;
    world.break_off_while_indexing().await;
    world
        .execute("ALTER TABLE campaigns ADD COLUMN colour text NOT NULL DEFAULT 'blue'")
        .await;

    let ended = world.rebuilder().run_once().await.unwrap();

    assert_eq!(ended, Some(Ended::Switched(Projection::ALL.to_vec())));
    let blue = "SELECT count(*) FROM campaigns WHERE colour = 'blue'";
    assert!(0 < world.number(blue).await);
}

#[tokio::test]
async fn shadows_that_are_gone_are_made_again() {
    let world = World::populated().await;
    world.ask(&Projection::ALL).await;
    world.break_off_while_indexing().await;
    world.execute("SELECT drop_shadows()").await;

    let ended = world.rebuilder().run_once().await.unwrap();

    assert_eq!(ended, Some(Ended::Switched(Projection::ALL.to_vec())));
}

#[tokio::test]
async fn a_newer_programs_rebuild_is_left_to_it_and_an_older_ones_begins_anew() {
    let world = World::populated().await;
    world.ask(&[Projection::Sends]).await;
    world.execute("UPDATE rebuilds SET versions = '{7}'").await;
    assert_eq!(world.rebuilder().run_once().await.unwrap(), None);

    world.execute("UPDATE rebuilds SET versions = '{0}'").await;
    let ended = world.rebuilder().run_once().await.unwrap();

    assert_eq!(ended, Some(Ended::Switched(vec![Projection::Sends])));
    let version = "SELECT version::bigint FROM projections WHERE name = 'sends'";
    assert_eq!(world.number(version).await, 1);
}

#[tokio::test]
async fn rows_whose_events_are_detached_are_not_lost_but_fail_the_rebuild() {
    let world = World::populated().await;
    let journal = world.database.journal_of(world.users[0]);
    let mut beside = world.database.connect().await;
    let head = format!("SELECT head FROM journals WHERE id = {}", journal.0);
    let head = world.number(&head).await;
    let mut archiving = Archiving::begin(&mut beside.client, journal, head, 1_000)
        .await
        .unwrap();
    while archiving.step().await.unwrap() != 0 {}
    let partition = format!("archived_events_{}_1", journal.0);
    let detach = format!("ALTER TABLE archived_events DETACH PARTITION {partition}");
    world.execute(&detach).await;
    let before = world.number("SELECT count(*) FROM campaigns").await;
    world.ask(&Projection::ALL).await;

    let failed = world.rebuilder().run_once().await.unwrap_err();

    assert!(failed.is_lasting(), "{failed:?}");
    assert_eq!(world.number("SELECT count(*) FROM campaigns").await, before);
    let standing = find_rebuild(world.database.sql()).await.unwrap().unwrap();
    assert_eq!(standing.phase, Phase::Failed);
    let World { database, .. } = world;
    drop(database.unchecked());
}

#[tokio::test]
async fn a_clock_that_was_put_back_does_not_keep_it_from_catching_up() {
    let world = World::populated().await;
    world.ask(&Projection::ALL).await;
    world.break_off_while_indexing().await;
    // From now on every event is recorded at one instant.
    world
        .execute("UPDATE journals SET head_at = now() + interval '1 hour'")
        .await;
    let (user, lanes) = (world.users[2], world.database.maker());
    for _ in 0..3 {
        let one = Script::new(lanes, user).name("the same name").draft().await;
        lanes.ask(user, one, Command::Delete).await.unwrap();
    }
    Script::new(lanes, user)
        .name("the same name")
        .sent(2)
        .active()
        .await;

    let ended = world.rebuilder().run_once().await.unwrap();

    assert_eq!(ended, Some(Ended::Switched(Projection::ALL.to_vec())));
    world.database.rows_equal_replay().await;
}
