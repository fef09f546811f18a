//! Making tokens: one per idempotency key while it lives, one per call however often it is tried.

use crate::stand::{Stand, data, new_token, now, of, pass};
use chrono::TimeDelta;
use domain::TokenKind;
use futures_util::future::join_all;
use serde_json::json;
use std::collections::HashSet;
use uuid::Uuid;
use waitpoints::{BadTags, CreateError, IdempotencyKey, NewToken, Registration};

fn keyed(key: &str, lives: Option<TimeDelta>) -> NewToken {
    let expires_at = lives.map(|lives| now() + lives);
    let key = key.to_owned();
    NewToken {
        idempotency_key: Some(IdempotencyKey { key, expires_at }),
        request_key: Some(Uuid::now_v7()),
        ..new_token()
    }
}

#[tokio::test]
async fn a_token_is_read_as_it_was_made() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    let tags = vec![
        format!("campaign:{campaign}"),
        format!("prospect:{}", testkit::prospect(campaign, 0).0),
        "loose".to_owned(),
    ];
    let timeout_at = Some(now() + TimeDelta::hours(1));
    let registration = Registration::of_tags(&tags).unwrap();
    let new = NewToken {
        registration,
        tags,
        timeout_at,
        ..keyed("key", None)
    };

    let created = stand.create(&new).await;

    let token = stand.read(&created.id).await;
    assert!(!created.is_cached);
    assert_eq!(token.tags, new.tags);
    assert_eq!(token.registration, registration);
    assert_eq!(
        registration.map(|own| own.prospect_id),
        Some(Some(testkit::prospect(campaign, 0)))
    );
    assert_eq!(token.timeout_at, new.timeout_at);
    assert_eq!(token.idempotency_key.as_deref(), Some("key"));
    assert_eq!(token.created_by, new.created_by);
    assert_eq!(created.id.journal(), stand.journal());
    assert!((now() - created.id.created_at()).num_seconds() < 60);
}

#[tokio::test]
async fn a_live_key_leads_to_its_token_whatever_its_status() {
    let stand = Stand::new().await;
    let first = stand.create(&keyed("key", Some(TimeDelta::hours(1)))).await;
    stand
        .tokens
        .complete(&first.id, &data(&json!(1)))
        .await
        .unwrap();

    let second = stand.create(&keyed("key", None)).await;

    assert!(!first.is_cached);
    assert_eq!((second.id, second.is_cached), (first.id, true));
}

#[tokio::test]
async fn a_key_leads_to_one_token_in_the_whole_database() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    let key = keyed("key", None).idempotency_key;
    let of_campaign = NewToken {
        idempotency_key: key,
        ..of(campaign, TokenKind::Sleep)
    };

    let first = stand.create(&of_campaign).await;
    let second = stand.create(&keyed("key", None)).await;

    assert_eq!(second.id, first.id);
    assert!(second.is_cached);
}

#[tokio::test]
async fn a_key_of_the_longest_sort_is_a_key_like_any_other() {
    let stand = Stand::new().await;
    let long = "\u{1f3b5}".repeat(2_048);

    let first = stand.create(&keyed(&long, None)).await;
    let second = stand.create(&keyed(&long, None)).await;

    assert_eq!(second.id, first.id);
}

#[tokio::test]
async fn an_expired_key_makes_a_new_token_and_the_old_one_keeps_it_as_inactive() {
    let stand = Stand::new().await;
    let old = stand.create(&keyed("key", Some(TimeDelta::hours(1)))).await;
    pass(TimeDelta::hours(2));

    let new = stand.create(&keyed("key", Some(TimeDelta::hours(1)))).await;

    assert!(!new.is_cached);
    assert_ne!(new.id, old.id);
    let (old, new) = (stand.read(&old.id).await, stand.read(&new.id).await);
    assert_eq!(
        (old.idempotency_key, old.inactive_idempotency_key.as_deref()),
        (None, Some("key"))
    );
    assert_eq!(
        (new.idempotency_key.as_deref(), new.inactive_idempotency_key),
        (Some("key"), None)
    );
    let again = stand.create(&keyed("key", None)).await;
    assert_eq!((again.id, again.is_cached), (new.id, true));
}

#[tokio::test]
async fn racing_calls_with_one_key_get_one_token() {
    let stand = Stand::new().await;
    for round in 0..10 {
        let key = format!("key {round}");
        let expired = keyed(&key, Some(TimeDelta::seconds(1)));
        if round % 2 == 1 {
            stand.create(&expired).await;
            pass(TimeDelta::hours(1));
        }
        let calls: Vec<NewToken> = (0..32).map(|_| keyed(&key, None)).collect();

        let created = join_all(calls.iter().map(|new| stand.create(new))).await;

        let ids: HashSet<_> = created.iter().map(|created| &created.id).collect();
        assert_eq!(ids.len(), 1, "{created:?}");
        let made = created.iter().filter(|created| !created.is_cached).count();
        assert_eq!(made, 1, "{created:?}");
    }
}

#[tokio::test]
async fn all_attempts_of_one_call_get_one_token_and_the_same_answer() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    let request_key = Some(Uuid::now_v7());
    let bare = NewToken {
        request_key,
        ..new_token()
    };
    let request_key = Some(Uuid::now_v7());
    let of_campaign = NewToken {
        request_key,
        ..of(campaign, TokenKind::Sleep)
    };
    let with_key = keyed("key", Some(TimeDelta::seconds(1)));
    for new in [bare, of_campaign, with_key] {
        let mut created = join_all((0..16).map(|_| stand.create(&new))).await;
        pass(TimeDelta::minutes(1));
        created.push(stand.create(&new).await);

        let ids: HashSet<_> = created.iter().map(|created| &created.id).collect();
        assert_eq!(ids.len(), 1, "{created:?}");
        assert!(
            created.iter().all(|created| !created.is_cached),
            "{created:?}"
        );
    }
}

#[tokio::test]
async fn calls_without_keys_get_a_token_each() {
    let stand = Stand::new().await;

    let created = join_all((0..50).map(|_| stand.free())).await;

    let ids: HashSet<_> = created.iter().collect();
    assert_eq!(ids.len(), 50);
}

#[tokio::test]
async fn what_the_database_cannot_keep_is_refused_before_it_is_asked() {
    let stand = Stand::new().await;
    let tagged = NewToken {
        tags: vec!["a\0b".to_owned()],
        ..new_token()
    };

    for new in [tagged, keyed("a\0b", None)] {
        let refused = stand.tokens.create(&new).await;

        assert!(
            matches!(refused, Err(CreateError::NulCharacter)),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_tag_of_a_campaign_that_the_token_does_not_belong_to_is_refused() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    let unregistered = NewToken {
        registration: None,
        ..of(campaign, TokenKind::Sleep)
    };

    let refused = stand.tokens.create(&unregistered).await;

    assert!(
        matches!(refused, Err(CreateError::BadTags(BadTags::Foreign))),
        "{refused:?}"
    );
}
