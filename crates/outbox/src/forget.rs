//! Forgetting what is over, a bounded step at a time.
//!
//! A delivery is kept for a week after it was closed, with its attempts and its effect, for whoever
//! asks what became of it; an effect without one for a week after its event, if it was taken in. The
//! event stays for ever. Launches that have ended are closed first, so that they are forgotten too.

use crate::failure::{RelayFailure, ask};
use crate::launch::close_ended;
use chrono::{DateTime, TimeDelta, Utc};
use deadpool_postgres::Pool;

/// How long what is over is kept.
pub const KEPT_DAYS: i64 = 7;
/// Rows of each table that one step removes at most.
const FORGOTTEN_MAX: i64 = 5_000;
/// A step that removed so many rows may have left some.
pub(crate) const MANY: u64 = 5_000;

/// The statements of a step, with what they remove.
const STATEMENTS: [&str; 4] = [
    include_str!("../sql/forget_deliveries.sql"),
    include_str!("../sql/forget_attempts.sql"),
    include_str!("../sql/forget_effects.sql"),
    include_str!("../sql/forget_tokens.sql"),
];

/// Closes launches that have ended, and forgets what was over [`KEPT_DAYS`] before `now`: up to a few
/// thousand rows of each. Returns how many were forgotten.
///
/// # Errors
/// When the database does not answer.
pub async fn forget(pool: &Pool, now: DateTime<Utc>) -> Result<u64, RelayFailure> {
    let before = now - TimeDelta::days(KEPT_DAYS);
    ask(pool, async |client| {
        Ok(close_ended(client, FORGOTTEN_MAX).await?)
    })
    .await?;
    let mut count = 0;
    for statement in STATEMENTS {
        count += ask(pool, async |client| {
            let forget = client.prepare_cached(statement).await?;
            Ok(client.execute(&forget, &[&before, &FORGOTTEN_MAX]).await?)
        })
        .await?;
    }
    Ok(count)
}
