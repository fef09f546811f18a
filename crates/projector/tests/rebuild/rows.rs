//! What the rows are afterwards.

use crate::world::World;
use projector::{Ended, Phase, Projection, find_rebuild, list_projections, outdated};

#[tokio::test]
async fn rows_are_rebuilt_as_they_were() {
    let world = World::populated().await;
    let before = world.database.checksums().await;

    let ended = world.rebuild(&Projection::ALL).await;

    assert_eq!(ended, Some(Ended::Switched(Projection::ALL.to_vec())));
    let after = world.database.checksums().await;
    for table in Projection::ALL {
        let table = table.as_str();
        assert_eq!(before.get(table), after.get(table), "{table}");
    }
}

#[tokio::test]
async fn rows_that_were_damaged_are_those_of_the_log_again() {
    let world = World::populated().await;
    world
        .execute(
            "UPDATE campaigns SET version = version + 1, census = '{}';
             UPDATE prospects SET status = 'cancelled', bounced_at = NULL;
             DELETE FROM permits;
             UPDATE sends SET count = count + 7",
        )
        .await;

    world.rebuild(&Projection::ALL).await;

    world.database.rows_equal_replay().await;
}

#[tokio::test]
async fn one_projection_is_rebuilt_by_itself() {
    for projection in Projection::ALL {
        let world = World::populated().await;
        let name = projection.as_str();
        let damage = match projection {
            Projection::Campaigns => "UPDATE campaigns SET version = version + 1",
            Projection::Prospects => "UPDATE prospects SET replies = 3, replied_at = now()",
            Projection::Permits => "DELETE FROM permits",
            Projection::PermitsOfAccounts => "DELETE FROM permits_of_accounts",
            Projection::Sends => "DELETE FROM sends",
        };
        world.execute(damage).await;
        let others = "SELECT sum(oid::bigint)::bigint FROM pg_class WHERE relname IN \
                      ('campaigns', 'prospects', 'permits', 'permits_of_accounts', 'sends') AND relname <> ";
        let others = format!("{others} '{name}'");
        let before = world.number(&others).await;

        world.rebuild(&[projection]).await;

        world.database.rows_equal_replay().await;
        assert_eq!(
            world.number(&others).await,
            before,
            "{name}: the others stay"
        );
    }
}

#[tokio::test]
async fn what_is_at_an_older_version_is_known_and_current_after_a_rebuild() {
    let world = World::populated().await;
    world
        .execute("UPDATE projections SET version = 0 WHERE name IN ('permits', 'sends')")
        .await;
    let client = world.database.sql();
    let old = outdated(client).await.unwrap();
    assert_eq!(old, [Projection::Permits, Projection::Sends]);

    world.rebuild(&old).await;

    assert_eq!(outdated(client).await.unwrap(), []);
    let all = list_projections(client).await.unwrap();
    let rebuilt = |one: Projection| {
        all.iter()
            .any(|it| it.projection == one && it.rebuilt_at.is_some())
    };
    assert!(rebuilt(Projection::Sends) && !rebuilt(Projection::Campaigns));
}

#[tokio::test]
async fn rows_of_a_program_without_the_order_are_no_difference_and_get_it_by_a_rebuild() {
    let world = World::populated().await;
    let before = world.database.checksums().await;
    let forget = "UPDATE prospects SET added_version = 0, added_place = 0;
                  UPDATE projections SET version = 1 WHERE name = 'prospects'";
    world.execute(forget).await;
    world.database.rows_equal_replay().await;
    let old = outdated(world.database.sql()).await.unwrap();
    assert_eq!(old, [Projection::Prospects]);

    world.rebuild(&old).await;

    assert_eq!(outdated(world.database.sql()).await.unwrap(), []);
    let after = world.database.checksums().await;
    assert_eq!(before.get("prospects"), after.get("prospects"));
}

#[tokio::test]
async fn whom_an_older_program_adds_are_last_and_have_the_rows_rebuilt() {
    let world = World::populated().await;
    assert_eq!(outdated(world.database.sql()).await.unwrap(), []);
    let default = "UPDATE prospects SET added_version = DEFAULT, added_place = DEFAULT
                   WHERE added_place = 0";
    world.execute(default).await;
    let old = outdated(world.database.sql()).await.unwrap();
    assert_eq!(old, [Projection::Prospects]);

    world.rebuild(&old).await;

    assert_eq!(outdated(world.database.sql()).await.unwrap(), []);
    world.database.rows_equal_replay().await;
}

/// A permit as a program of before grants it: its event does not say for which day of the account it
/// counts, and only its log is moved on.
const GRANT_AS_BEFORE: &str = "
    WITH granted AS (
        INSERT INTO events (journal, position, campaign_id, version, event_id, type,
                            schema_version, payload, metadata, recorded_at)
        SELECT journals.id, journals.head + 1, campaigns.id, campaigns.version + 1,
               gen_random_uuid(), told.type, told.schema_version,
               ((told.payload::jsonb - 'account_day') || jsonb_build_object(
                   'permit_id', gen_random_uuid(), 'prospect_id', prospects.id))::json,
               told.metadata, journals.head_at
        FROM events AS told
        JOIN journals ON journals.id = told.journal
        JOIN campaigns ON campaigns.journal = told.journal AND campaigns.id = told.campaign_id
        JOIN prospects ON prospects.journal = told.journal
                      AND prospects.campaign_id = told.campaign_id
        WHERE campaigns.status = 'active' AND told.type = 'SendPermitted'
          AND told.payload ->> 'account_id' IS NOT NULL
          AND NOT EXISTS (SELECT FROM permits WHERE permits.prospect_id = prospects.id)
        LIMIT 1
        RETURNING journal)
    UPDATE journals SET head = head + 1 FROM granted WHERE journals.id = granted.journal";

#[tokio::test]
async fn permits_of_a_program_of_before_are_counted_when_they_are_granted() {
    let world = World::populated().await;
    let sum = "SELECT sum(count) FROM permits_of_accounts";
    let others: Vec<Projection> = Projection::ALL
        .into_iter()
        .filter(|one| *one != Projection::PermitsOfAccounts)
        .collect();
    let before = world.number(sum).await;

    // Also when the table is another one since.
    for (times, behind) in [(1, &others[..]), (2, &Projection::ALL), (3, &others)] {
        world.execute(GRANT_AS_BEFORE).await;

        assert_eq!(world.number(sum).await, before + times);
        // The other rows are as that program writes them.
        world.rebuild(behind).await;
        world.database.rows_equal_replay().await;
        assert_eq!(world.number(sum).await, before + times);
    }
}

#[tokio::test]
async fn how_far_it_has_come_is_told() {
    let world = World::populated().await;
    let client = world.database.sql();
    assert!(find_rebuild(client).await.unwrap().is_none());
    world.ask(&Projection::ALL).await;
    let waiting = find_rebuild(client).await.unwrap().unwrap();
    assert_eq!((waiting.phase, waiting.percentage()), (Phase::Waiting, 0.0));

    world.rebuilder().run_once().await.unwrap();

    let done = find_rebuild(client).await.unwrap().unwrap();
    assert_eq!((done.phase, done.percentage()), (Phase::Done, 100.0));
    let events = world.number("SELECT count(*) FROM events").await;
    assert_eq!(done.events_total, u64::try_from(events).unwrap());
    assert_eq!(done.events, done.events_total);
    assert!(done.ended_at.is_some() && done.failure.is_none());
}

#[tokio::test]
async fn a_broken_log_fails_the_rebuild_and_leaves_the_rows() {
    let world = World::populated().await;
    world
        .execute(
            "ALTER TABLE events DISABLE TRIGGER USER;
             UPDATE events SET type = 'CampaignPaused', payload = '{\"cause\":\"request\"}'
             WHERE type = 'CampaignDeleted' OR version = 2",
        )
        .await;
    let rows = world.number("SELECT count(*) FROM campaigns").await;
    world.ask(&Projection::ALL).await;

    let failed = world.rebuilder().run_once().await;

    assert!(failed.unwrap_err().is_lasting());
    let standing = find_rebuild(world.database.sql()).await.unwrap().unwrap();
    assert_eq!(standing.phase, Phase::Failed);
    assert!(standing.failure.unwrap().contains("position"));
    assert_eq!(world.number("SELECT count(*) FROM campaigns").await, rows);
    let World { database, .. } = world;
    drop(database.unchecked());
}

#[tokio::test]
async fn what_depends_on_the_live_tables_fails_the_rebuild_and_is_named() {
    let world = World::populated().await;
    world
        .execute("CREATE VIEW somebodys AS SELECT id FROM prospects")
        .await;
    world.ask(&Projection::ALL).await;

    let failed = world.rebuilder().run_once().await;

    assert!(failed.unwrap_err().is_lasting());
    let standing = find_rebuild(world.database.sql()).await.unwrap().unwrap();
    assert_eq!(standing.phase, Phase::Failed);
    let reason = standing.failure.unwrap();
    assert!(reason.contains("depend"), "{reason}");
    world.execute("DROP VIEW somebodys").await;
}
