//! What lanes know of rows that were replaced.

use crate::world::World;
use commands::Verdict;
use domain::Command;
use projector::Projection;

#[tokio::test]
async fn a_lane_forgets_rows_that_were_replaced() {
    let world = World::populated().await;
    let (user, active) = (world.users[0], world.campaigns[2]);
    let lanes = world.database.lanes("that remembers");
    let damage = format!(
        "UPDATE campaigns SET stage = '{{\"status\":\"completed\"}}' WHERE id = '{active}'"
    );
    world.execute(&damage).await;
    let refused = lanes.ask(user, active, Command::Pause).await;
    assert!(
        matches!(refused, Ok(Verdict::Rejected { .. })),
        "{refused:?}"
    );

    world.rebuild(&Projection::ALL).await;

    let paused = lanes.ask(user, active, Command::Pause).await;
    assert!(matches!(paused, Ok(Verdict::Done(_))), "{paused:?}");
}
