//! Which tokens are completed next: the same share for every tenant, in turn.
//!
//! A slice is read afresh for each step, so what was overtaken, parked or cancelled a moment ago is
//! not in it. It is small, so a tenant that comes is served soon, whoever else has a million.

use crate::EffectId;
use crate::failure::RelayFailure;
use chrono::{DateTime, Utc};
use deadpool_postgres::Client;
use event_store::JournalId;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::Row;
use uuid::Uuid;
use waitpoints::TokenId;

/// Tokens that one step sends at most.
pub const SLICE_TOKENS_MAX: i64 = 64;

/// A token that is to be completed now.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    /// The effect that completes it; none when its completion is owed.
    pub effect: Option<EffectId>,
    pub journal: JournalId,
    pub campaign_id: Uuid,
    pub user_id: Uuid,
    pub kind: String,
    pub id: TokenId,
    pub output: Arc<Value>,
    /// Since when it is to be completed.
    pub since: DateTime<Utc>,
    /// Since when it is tried, at the earliest.
    pub opened_at: DateTime<Utc>,
    /// Failures so far that may be the token's own.
    pub attempts: i32,
    /// The last rest between attempts.
    pub rest: Duration,
}

/// What one step sends.
#[derive(Debug, Default)]
pub(crate) struct Slice {
    /// In the order in which they are sent: tenant by tenant, one each, and again.
    pub claims: Vec<Claim>,
    /// Deliveries of which all that is left in this pass is in the slice.
    pub ending: Vec<EffectId>,
}

impl Slice {
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty() && self.ending.is_empty()
    }
}

/// Whether there is anything to be claimed.
pub(crate) async fn work_waits(client: &Client, now: DateTime<Utc>) -> Result<bool, RelayFailure> {
    let look = client
        .prepare_cached(include_str!("../sql/work_waits.sql"))
        .await?;
    Ok(client.query_one(&look, &[&now]).await?.get("waits"))
}

/// Reads the next slice. Tenants behind `last` come first.
pub(crate) async fn claim(
    client: &Client,
    now: DateTime<Utc>,
    last: Uuid,
) -> Result<Slice, RelayFailure> {
    let covered = client
        .prepare_cached(include_str!("../sql/claim_covered.sql"))
        .await?;
    let owed = client
        .prepare_cached(include_str!("../sql/claim_owed.sql"))
        .await?;
    let covered = client
        .query(&covered, &[&now, &last, &SLICE_TOKENS_MAX])
        .await?;
    let owed = client
        .query(&owed, &[&now, &last, &SLICE_TOKENS_MAX])
        .await?;
    let promised = owed.iter().filter_map(|row| claimed(row, None));
    let sleeping = covered
        .iter()
        .filter_map(|row| claimed(row, Some(effect(row))));
    let claims = in_turn(promised.chain(sleeping).collect(), last);
    Ok(Slice {
        ending: ending(&covered, &claims),
        claims,
    })
}

fn effect(row: &Row) -> EffectId {
    EffectId {
        journal: JournalId(row.get("journal")),
        position: row.get("position"),
    }
}

/// `None` for a delivery that has no token left.
fn claimed(row: &Row, effect: Option<EffectId>) -> Option<Claim> {
    let id: &str = row.get::<_, Option<&str>>("id")?;
    let rest: i32 = row.get("rest_milliseconds");
    let (since, opened_at) = if effect.is_some() {
        (row.get("enqueued_at"), row.get("opened_at"))
    } else {
        (row.get("created_at"), row.get("created_at"))
    };
    Some(Claim {
        effect,
        journal: JournalId(row.get("journal")),
        campaign_id: row.get("campaign_id"),
        user_id: row.get("user_id"),
        kind: row.get("kind"),
        id: id.parse().ok()?,
        output: Arc::new(serde_json::from_str(row.get("output")).ok()?),
        since,
        opened_at,
        attempts: row.get("attempts"),
        rest: Duration::from_millis(u64::try_from(rest).unwrap_or(0)),
    })
}

/// One of each tenant, and again, up to a slice.
fn in_turn(claims: Vec<Claim>, last: Uuid) -> Vec<Claim> {
    let mut tenants: BTreeMap<(bool, Uuid), VecDeque<Claim>> = BTreeMap::new();
    for claim in claims {
        let place = (claim.user_id <= last, claim.user_id);
        tenants.entry(place).or_default().push_back(claim);
    }
    let limit = usize::try_from(SLICE_TOKENS_MAX).unwrap_or(1);
    let mut slice = Vec::with_capacity(limit);
    while slice.len() < limit {
        let turn: Vec<Claim> = tenants
            .values_mut()
            .filter_map(VecDeque::pop_front)
            .collect();
        if turn.is_empty() {
            break;
        }
        slice.extend(turn);
    }
    slice.truncate(limit);
    slice
}

/// Deliveries that had fewer tokens than their share, all of which made it into the slice.
fn ending(covered: &[Row], claims: &[Claim]) -> Vec<EffectId> {
    let mut found: BTreeMap<EffectId, (i64, i64)> = BTreeMap::new();
    for row in covered {
        let (count, share) = found.entry(effect(row)).or_default();
        *count += i64::from(row.get::<_, Option<&str>>("id").is_some());
        *share = row.get("share");
    }
    let chosen = |id: &EffectId| {
        let of_effect = claims.iter().filter(|claim| claim.effect == Some(*id));
        i64::try_from(of_effect.count()).unwrap_or(i64::MAX)
    };
    found
        .into_iter()
        .filter(|(id, (count, share))| count < share && chosen(id) == *count)
        .map(|(id, _)| id)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(tenant: u128, number: u32) -> Claim {
        Claim {
            effect: None,
            journal: JournalId(0),
            campaign_id: Uuid::nil(),
            user_id: Uuid::from_u128(tenant),
            kind: "sleep".to_owned(),
            id: format!("t{tenant}n{number}").parse().unwrap(),
            output: Arc::new(Value::Null),
            since: DateTime::default(),
            opened_at: DateTime::default(),
            attempts: 0,
            rest: Duration::ZERO,
        }
    }

    fn tenants(slice: &[Claim]) -> Vec<u128> {
        slice.iter().map(|claim| claim.user_id.as_u128()).collect()
    }

    #[test]
    fn tenants_take_turns_beginning_behind_the_last() {
        let many = (0..100).map(|number| claim(1, number));
        let few = (0..2).map(|number| claim(2, number));
        let claims: Vec<Claim> = many.chain(few).collect();

        let slice = in_turn(claims, Uuid::from_u128(1));

        assert_eq!(tenants(&slice)[..6], [2, 1, 2, 1, 1, 1]);
        assert_eq!(slice.len(), 64);
    }
}
