//! Housekeeping: what is over for long goes, and takes nothing along that anybody needs.

use crate::stand::{Stand, data, new_token, pass};
use chrono::TimeDelta;
use domain::Command;
use serde_json::json;
use waitpoints::{Housekeeping, IdempotencyKey, NewToken, Removed, TOKENS_KEPT_DAYS, TokenStatus};

async fn keys(stand: &Stand) -> i64 {
    let count = "SELECT count(*) FROM waitpoint_keys";
    stand
        .database
        .sql()
        .query_one(count, &[])
        .await
        .unwrap()
        .get(0)
}

#[tokio::test]
async fn a_settled_token_goes_with_its_key_when_it_was_kept_long_enough() {
    let stand = Stand::new().await;
    let idempotency_key = Some(IdempotencyKey {
        key: "key".to_owned(),
        expires_at: None,
    });
    let new = NewToken {
        idempotency_key,
        ..new_token()
    };
    let (settled, waiting) = (stand.create(&new).await.id, stand.free().await);
    stand
        .tokens
        .complete(&settled, &data(&json!(1)))
        .await
        .unwrap();
    let house = Housekeeping::new(stand.tokens.clone());

    pass(TimeDelta::days(TOKENS_KEPT_DAYS) - TimeDelta::minutes(1));
    assert_eq!(house.run_once().await.unwrap(), Removed::default());
    pass(TimeDelta::minutes(2));
    let removed = house.run_once().await.unwrap();

    assert_eq!(
        removed,
        Removed {
            tokens: 1,
            wakes: 0
        }
    );
    assert_eq!(stand.tokens.retrieve(&settled).await.unwrap(), None);
    assert_eq!(stand.status(&waiting).await, TokenStatus::Waiting);
    assert_eq!(keys(&stand).await, 0);
    assert!(!stand.create(&new).await.is_cached);
}

#[tokio::test]
async fn woken_tokens_go_before_their_wake_and_younger_ones_stay() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    let woken = stand.sleeper(campaign).await;
    stand.ask_and_wake(campaign, Command::Pause).await;
    stand.ask_and_wake(campaign, Command::Resume).await;
    let waiting = stand.sleeper(campaign).await;
    let house = Housekeeping::new(stand.tokens.clone());
    assert_eq!(house.run_once().await.unwrap(), Removed::default());
    pass(TimeDelta::days(TOKENS_KEPT_DAYS) + TimeDelta::minutes(1));

    let removed = house.run_once().await.unwrap();

    assert_eq!(
        removed,
        Removed {
            tokens: 1,
            wakes: 2
        }
    );
    assert_eq!(stand.tokens.retrieve(&woken).await.unwrap(), None);
    assert_eq!(stand.status(&waiting).await, TokenStatus::Waiting);
}

#[tokio::test]
async fn a_wake_stays_as_long_as_a_token_is_completed_by_it() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    let many = i32::from(waitpoints::REMOVED_AT_ONCE_MAX) + 1;
    insert_sleepers(&stand, campaign, many).await;
    stand.ask_and_wake(campaign, Command::Pause).await;
    pass(TimeDelta::days(TOKENS_KEPT_DAYS) + TimeDelta::minutes(1));
    let house = Housekeeping::new(stand.tokens.clone());

    let first = house.run_once().await.unwrap();
    let waiting = "SELECT count(*) FROM waitpoint_states WHERE status = 'WAITING'";
    let waiting: i64 = stand
        .database
        .sql()
        .query_one(waiting, &[])
        .await
        .unwrap()
        .get(0);
    let second = house.run_once().await.unwrap();

    assert_eq!(
        first,
        Removed {
            tokens: i64::from(many) - 1,
            wakes: 0
        }
    );
    assert_eq!(waiting, 0, "a token whose wake is gone waits again");
    assert_eq!(
        second,
        Removed {
            tokens: 1,
            wakes: 1
        }
    );
}

/// Sleepers by the thousand, as if they had been registered just now.
pub async fn insert_sleepers(stand: &Stand, campaign: domain::CampaignId, count: i32) {
    let insert =
        "INSERT INTO waitpoints (journal, id, campaign_id, kind, registered_at, tags, created_by)
         SELECT $1::int2, 'c' || lpad(to_hex(number), 22, '0') || '0' || $1::int2::text, $2, 'sleep',
                (SELECT head FROM journals WHERE id = $1),
                ARRAY['campaign:' || $2::uuid, 'kind:sleep'], 'ik_live_0123456789abcdef'
         FROM generate_series(1, $3::int) AS number";
    let (journal, id) = (stand.journal().0, campaign.0);
    let inserted = stand
        .database
        .sql()
        .execute(insert, &[&journal, &id, &count])
        .await
        .unwrap();
    assert_eq!(inserted, u64::try_from(count).unwrap());
}
