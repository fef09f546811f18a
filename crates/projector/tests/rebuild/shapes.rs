//! What takes the place of a table is the same in every respect but its rows.

use crate::world::World;
use projector::Projection;

/// Columns, constraints, indexes, settings and privileges of the tables, as text.
const SHAPE: &str = "
    SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
        SELECT format('%s.%s %s %s %s %s', relname, attname, format_type(atttypid, atttypmod),
                      attnotnull, attgenerated, pg_get_expr(adbin, adrelid))
        FROM pg_class
        JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
        LEFT JOIN pg_attrdef ON adrelid = pg_class.oid AND adnum = attnum
        WHERE relnamespace = 'public'::regnamespace
          AND relname IN ('campaigns', 'prospects', 'permits', 'permits_of_accounts', 'sends')
        UNION ALL
        SELECT format('%s %s %s %s', relname, conname, convalidated, pg_get_constraintdef(pg_constraint.oid))
        FROM pg_class JOIN pg_constraint ON conrelid = pg_class.oid
        WHERE relnamespace = 'public'::regnamespace
          AND relname IN ('campaigns', 'prospects', 'permits', 'permits_of_accounts', 'sends')
        UNION ALL
        SELECT indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename IN ('campaigns', 'prospects', 'permits', 'permits_of_accounts', 'sends')
        UNION ALL
        SELECT format('%s %s %s', relname, reloptions, relacl) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace
          AND relname IN ('campaigns', 'prospects', 'permits', 'permits_of_accounts', 'sends')
    ) AS shape (line)";

async fn shape(world: &World) -> String {
    let row = world.database.sql().query_one(SHAPE, &[]).await.unwrap();
    row.get(0)
}

#[tokio::test]
async fn the_tables_are_made_as_they_were() {
    let world = World::populated().await;
    world.execute("GRANT SELECT ON campaigns TO PUBLIC").await;
    let before = shape(&world).await;
    assert!(before.contains("permits_of_a_prospect") && before.contains("fillfactor=70"));

    world.rebuild(&Projection::ALL).await;

    assert_eq!(shape(&world).await, before);
    let left = "SELECT count(*) FROM pg_class WHERE relnamespace = 'rebuilding'::regnamespace";
    assert_eq!(
        world.number(left).await,
        0,
        "nothing is left of the shadows"
    );
}

#[tokio::test]
async fn the_tables_are_made_as_they_were_one_by_one() {
    let world = World::populated().await;
    world.execute("GRANT SELECT ON permits TO PUBLIC").await;
    let before = shape(&world).await;

    for projection in Projection::ALL {
        world.rebuild(&[projection]).await;

        assert_eq!(shape(&world).await, before, "{}", projection.as_str());
    }
}
