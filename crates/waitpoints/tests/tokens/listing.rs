//! Lists: newest first over all journals, page by page in both directions, and filters that mean what
//! they say.

use crate::stand::{Stand, data, new_token, now, of, pass};
use chrono::TimeDelta;
use domain::{CampaignId, Command, TokenKind};
use serde_json::json;
use std::num::NonZeroU16;
use waitpoints::{Cursor, Filter, IdempotencyKey, NewToken, Page, Timers, TokenId, TokenStatus};

fn size(size: u16) -> NonZeroU16 {
    NonZeroU16::new(size).unwrap()
}

fn ids(page: &Page) -> Vec<TokenId> {
    page.tokens.iter().map(|token| token.id.clone()).collect()
}

fn tagged(tags: &[&str]) -> NewToken {
    let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    NewToken {
        tags,
        ..new_token()
    }
}

fn with_tag(tag: &str) -> Filter {
    Filter {
        tags: vec![tag.to_owned()],
        ..Filter::default()
    }
}

fn of_campaign(campaign: CampaignId) -> Filter {
    with_tag(&format!("campaign:{campaign}"))
}

/// Makes a token a moment later than the one before, so that their order is known.
async fn make(stand: &Stand, new: &NewToken) -> TokenId {
    pass(TimeDelta::milliseconds(1));
    stand.create(new).await.id
}

async fn list(stand: &Stand, filter: &Filter, cursor: Cursor, count: u16) -> Page {
    stand
        .tokens
        .list(filter, &cursor, size(count))
        .await
        .unwrap()
}

async fn all(stand: &Stand, filter: &Filter) -> Vec<TokenId> {
    ids(&list(stand, filter, Cursor::Start, 100).await)
}

/// Seven tokens in the order in which a list shows them.
async fn seven(stand: &Stand, new: &NewToken) -> Vec<TokenId> {
    let mut made = vec![];
    for _ in 0..7 {
        made.insert(0, make(stand, new).await);
    }
    made
}

/// Walks there and back again in pages of three, and looks at every cursor.
async fn walk(stand: &Stand, filter: &Filter, made: &[TokenId]) {
    let first = list(stand, filter, Cursor::Start, 3).await;
    assert_eq!(ids(&first), made[..3]);
    assert_eq!(
        (first.next.as_ref(), first.previous.as_ref()),
        (Some(&made[2]), None)
    );

    let second = list(stand, filter, Cursor::After(made[2].clone()), 3).await;
    assert_eq!(ids(&second), made[3..6]);
    assert_eq!(
        (second.next.as_ref(), second.previous.as_ref()),
        (Some(&made[5]), Some(&made[3]))
    );

    let last = list(stand, filter, Cursor::After(made[5].clone()), 3).await;
    assert_eq!(ids(&last), made[6..]);
    assert_eq!(
        (last.next.as_ref(), last.previous.as_ref()),
        (None, Some(&made[6]))
    );

    let back = list(stand, filter, Cursor::Before(made[6].clone()), 3).await;
    assert_eq!(ids(&back), made[3..6]);
    assert_eq!(
        (back.next.as_ref(), back.previous.as_ref()),
        (Some(&made[5]), Some(&made[3]))
    );

    let start = list(stand, filter, Cursor::Before(made[3].clone()), 3).await;
    assert_eq!(ids(&start), made[..3]);
    assert_eq!(
        (start.next.as_ref(), start.previous.as_ref()),
        (Some(&made[2]), None)
    );
}

#[tokio::test]
async fn pages_lead_there_and_back_over_all_journals() {
    let stand = Stand::new().await;
    let made = seven(&stand, &new_token()).await;

    walk(&stand, &Filter::default(), &made).await;
    let journals: std::collections::BTreeSet<_> = made.iter().map(TokenId::journal).collect();
    assert!(journals.len() > 1, "they happen to be in one journal");
}

#[tokio::test]
async fn pages_of_a_campaign_lead_there_and_back() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    make(&stand, &new_token()).await;
    let made = seven(&stand, &of(campaign, TokenKind::Sleep)).await;
    make(&stand, &new_token()).await;

    walk(&stand, &of_campaign(campaign), &made).await;
    let statuses = vec![TokenStatus::Waiting];
    walk(
        &stand,
        &Filter {
            statuses,
            ..of_campaign(campaign)
        },
        &made,
    )
    .await;
}

#[tokio::test]
async fn pages_of_a_label_lead_there_and_back() {
    let stand = Stand::new().await;
    make(&stand, &tagged(&["b"])).await;
    let made = seven(&stand, &tagged(&["a", "b"])).await;

    walk(&stand, &with_tag("a"), &made).await;
}

#[tokio::test]
async fn any_of_several_tags_matches() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    let a = make(&stand, &tagged(&["a"])).await;
    let b = make(&stand, &tagged(&["b", "c"])).await;
    let sleeper = make(&stand, &of(campaign, TokenKind::Sleep)).await;
    make(&stand, &tagged(&["d"])).await;
    make(&stand, &new_token()).await;
    let tags = |tags: &[&str]| Filter {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..Filter::default()
    };
    let campaign = format!("campaign:{campaign}");

    assert_eq!(
        all(&stand, &tags(&["a", "c"])).await,
        [b.clone(), a.clone()]
    );
    assert_eq!(
        all(&stand, &tags(&["a", &campaign])).await,
        [sleeper.clone(), a]
    );
    assert_eq!(all(&stand, &tags(&["c", "kind:sleep"])).await, [sleeper, b]);
    assert!(all(&stand, &tags(&["nobody's"])).await.is_empty());
    let stranger = format!("campaign:{}", testkit::new_campaign_id());
    assert!(all(&stand, &tags(&[&stranger])).await.is_empty());
}

#[tokio::test]
async fn mixed_statuses_mean_what_they_say() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    let woken = make(&stand, &of(campaign, TokenKind::Sleep)).await;
    stand.ask_and_wake(campaign, Command::Pause).await;
    let parked = make(&stand, &of(campaign, TokenKind::Pause)).await;
    let told = make(&stand, &of(campaign, TokenKind::Sleep)).await;
    let completed = make(&stand, &of(campaign, TokenKind::Pause)).await;
    stand
        .tokens
        .complete(&completed, &data(&json!(1)))
        .await
        .unwrap();
    let timeout_at = Some(now());
    let timed_out = make(
        &stand,
        &NewToken {
            timeout_at,
            ..of(campaign, TokenKind::Pause)
        },
    )
    .await;
    Timers::new(stand.elsewhere()).run_once().await.unwrap();
    let (waiting, timed) = (TokenStatus::Waiting, TokenStatus::TimedOut);

    for filter in [of_campaign(campaign), Filter::default()] {
        let of = async |statuses: &[TokenStatus]| {
            all(
                &stand,
                &Filter {
                    statuses: statuses.to_vec(),
                    ..filter.clone()
                },
            )
            .await
        };
        assert_eq!(of(&[waiting]).await, std::slice::from_ref(&parked));
        assert_eq!(
            of(&[waiting, timed]).await,
            [timed_out.clone(), parked.clone()]
        );
        let over = [completed.clone(), told.clone(), woken.clone()];
        assert_eq!(of(&[TokenStatus::Completed]).await, over);
        assert_eq!(of(&[]).await.len(), 5);
    }
}

#[tokio::test]
async fn a_key_leads_to_its_token_and_other_filters_hold_too() {
    let stand = Stand::new().await;
    let key = Some(IdempotencyKey {
        key: "key".to_owned(),
        expires_at: None,
    });
    let id = make(
        &stand,
        &NewToken {
            idempotency_key: key,
            ..tagged(&["a"])
        },
    )
    .await;
    make(&stand, &tagged(&["a"])).await;
    let keyed = |tag: &str, key: &str| Filter {
        idempotency_key: Some(key.to_owned()),
        ..with_tag(tag)
    };

    assert_eq!(all(&stand, &keyed("a", "key")).await, [id]);
    assert!(all(&stand, &keyed("b", "key")).await.is_empty());
    assert!(all(&stand, &keyed("a", "other")).await.is_empty());
}

#[tokio::test]
async fn times_of_creation_bound_a_list_both_included() {
    let stand = Stand::new().await;
    let made = seven(&stand, &tagged(&["a"])).await;
    let filter = |filter: Filter| Filter {
        created_from: Some(made[5].created_at()),
        created_to: Some(made[2].created_at()),
        ..filter
    };

    for filter in [filter(Filter::default()), filter(with_tag("a"))] {
        assert_eq!(all(&stand, &filter).await, made[2..6]);
        let page = list(&stand, &filter, Cursor::After(made[3].clone()), 100).await;
        assert_eq!((ids(&page), page.next), (made[4..6].to_vec(), None));
        let page = list(&stand, &filter, Cursor::Before(made[3].clone()), 100).await;
        assert_eq!((ids(&page), page.previous), (made[2..3].to_vec(), None));
    }
}

#[tokio::test]
async fn lists_leave_the_outputs_out() {
    let stand = Stand::new().await;
    let id = stand.free().await;
    stand.tokens.complete(&id, &data(&json!(1))).await.unwrap();

    let page = list(&stand, &Filter::default(), Cursor::Start, 1).await;

    assert_eq!(page.tokens[0].output, None);
    assert!(page.tokens[0].completed_at.is_some());
}
