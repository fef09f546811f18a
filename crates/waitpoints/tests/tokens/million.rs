//! A million sleepers of one campaign: woken by one row, read and listed as if they were few.

use crate::removing::insert_sleepers;
use crate::stand::{Stand, data, of};
use chrono::TimeDelta;
use domain::{CampaignId, Command, TokenKind};
use event_store::JournalId;
use serde_json::json;
use std::num::NonZeroU16;
use std::time::{Duration, Instant};
use testkit::with_lateness;
use uuid::Uuid;
use waitpoints::{
    Cursor, Filter, IdempotencyKey, LOOKED_AT_MAX, NewToken, Page, Settled, Timers, TokenId,
    TokenStatus, WakeRow, WakingLock, insert_wakes, lock_waking,
};

const MILLION: i32 = 1_000_000;
/// Tokens that are not of the million, and have later ids.
const YOUNGER: i32 = 12;

fn sleeper(number: i32, journal: JournalId) -> TokenId {
    format!("c{number:022x}0{}", journal.0).parse().unwrap()
}

/// How long anything may take when there are a million tokens, on a machine that is not late itself.
const LONGEST: Duration = Duration::from_secs(1);

async fn timed<T>(what: &str, work: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let (done, late) = with_lateness(work).await;
    println!("{what}: {:?}", began.elapsed());
    assert!(
        began.elapsed() < LONGEST + late,
        "{what} took {:?}",
        began.elapsed()
    );
    done
}

fn of_campaign(campaign: CampaignId, statuses: &[TokenStatus]) -> Filter {
    Filter {
        tags: vec![format!("campaign:{campaign}")],
        statuses: statuses.to_vec(),
        ..Filter::default()
    }
}

async fn list(stand: &Stand, filter: &Filter, cursor: Cursor) -> Page {
    let size = NonZeroU16::new(100).unwrap();
    stand.tokens.list(filter, &cursor, size).await.unwrap()
}

/// PostgreSQL makes up its mind how to answer a statement after it was asked a few times; it must not
/// be misled by a table that was small then.
async fn ask_everything_of_a_small_table(stand: &Stand, campaign: CampaignId) {
    for _ in 0..YOUNGER {
        let request_key = Some(Uuid::now_v7());
        let new = NewToken {
            request_key,
            ..of(campaign, TokenKind::Sleep)
        };
        let id = stand.create(&new).await.id;
        stand.read(&id).await;
        stand.tokens.complete(&id, &data(&json!(1))).await.unwrap();
        Timers::new(stand.tokens.clone()).run_once().await.unwrap();
        list(stand, &Filter::default(), Cursor::Start).await;
    }
}

/// A campaign with a million sleepers, on connections that know it small.
async fn a_million(stand: &Stand) -> CampaignId {
    let campaign = stand.campaign().active().await;
    ask_everything_of_a_small_table(stand, campaign).await;
    insert_sleepers(stand, campaign, MILLION).await;
    campaign
}

#[tokio::test]
async fn heavy_a_million_sleepers_wake_by_one_row_and_are_read_and_settled_as_if_few() {
    let stand = Stand::new().await;
    let campaign = a_million(&stand).await;
    let journal = stand.journal();
    let waiting = of_campaign(campaign, &[TokenStatus::Waiting]);
    let page = timed("list waiting", list(&stand, &waiting, Cursor::Start)).await;
    assert!(page.tokens.len() == 100 && page.next.is_some());
    let first = sleeper(1, journal);
    let early = data(&json!("early"));
    let settled = timed("complete one", stand.tokens.complete(&first, &early)).await;
    assert_eq!(settled.unwrap(), Settled::Now);

    stand.ask(campaign, Command::Pause).await;
    let wake = stand.relay.run_once(stand.database.sql(), journal);
    let rows = timed("wake a million", wake).await;

    assert_eq!(rows, 1);
    for number in [2, MILLION / 2, MILLION] {
        let token = timed("read one", stand.read(&sleeper(number, journal))).await;
        assert_eq!(token.status, TokenStatus::Completed);
        assert_eq!(token.output, Some(data(&json!({"paused": true}))));
    }
    assert_eq!(stand.read(&first).await.output, Some(early.clone()));
    let settled = timed(
        "complete another",
        stand.tokens.complete(&sleeper(2, journal), &early),
    )
    .await;
    assert_eq!(settled.unwrap(), Settled::Before);
    let key = Some(IdempotencyKey {
        key: "key".to_owned(),
        expires_at: None,
    });
    let new = NewToken {
        idempotency_key: key,
        ..of(campaign, TokenKind::Sleep)
    };
    let created = timed("make one", stand.create(&new)).await;
    assert!(created.told.is_some());
    let timers = Timers::new(stand.tokens.clone());
    timed("look for time-outs", timers.run_once())
        .await
        .unwrap();
}

#[tokio::test]
async fn heavy_a_million_sleepers_are_listed_a_bounded_look_at_a_time() {
    let stand = Stand::new().await;
    let campaign = a_million(&stand).await;
    stand.ask_and_wake(campaign, Command::Pause).await;
    let all_of_it = of_campaign(campaign, &[]);
    let nobody = Filter {
        tags: vec!["nobody's".to_owned()],
        ..Filter::default()
    };
    let middle = Cursor::After(sleeper(MILLION / 2, stand.journal()));

    for (what, filter, cursor, count) in [
        ("list the newest", &all_of_it, Cursor::Start, 100),
        ("list from the middle", &all_of_it, middle.clone(), 100),
        ("list of all campaigns", &Filter::default(), middle, 100),
        (
            "list waiting",
            &of_campaign(campaign, &[TokenStatus::Waiting]),
            Cursor::Start,
            0,
        ),
        ("list a label of nobody", &nobody, Cursor::Start, 0),
    ] {
        let page = timed(what, list(&stand, filter, cursor)).await;

        assert_eq!(
            (page.tokens.len(), page.next.is_some()),
            (count, count > 0),
            "{what}"
        );
    }
    // What no index answers.
    let timed_out = of_campaign(campaign, &[TokenStatus::TimedOut]);
    let page = timed("list timed out", list(&stand, &timed_out, Cursor::Start)).await;
    let looked_at = i32::from(LOOKED_AT_MAX) - YOUNGER;
    assert!(page.tokens.is_empty());
    assert_eq!(
        page.next,
        Some(sleeper(MILLION + 1 - looked_at, stand.journal()))
    );
}

#[tokio::test]
async fn a_search_that_finds_little_goes_on_from_where_it_ended() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    let journal = stand.journal();
    insert_sleepers(&stand, campaign, 25_000).await;
    for number in [3, 12_000, 24_000] {
        let id = sleeper(number, journal);
        stand
            .tokens
            .complete(&id, &data(&json!(number)))
            .await
            .unwrap();
    }
    let filter = of_campaign(campaign, &[TokenStatus::Completed]);

    let mut found = vec![];
    let mut cursor = Cursor::Start;
    let mut pages = 0;
    loop {
        let page = list(&stand, &filter, cursor).await;
        found.extend(page.tokens.into_iter().map(|token| token.id));
        pages += 1;
        match page.next {
            Some(next) => cursor = Cursor::After(next),
            None => break,
        }
    }

    assert_eq!(
        found,
        [24_000, 12_000, 3].map(|number| sleeper(number, journal))
    );
    assert_eq!(pages, 3);
}

#[tokio::test]
async fn common_labels_are_listed_in_order_too() {
    let stand = Stand::new().await;
    let campaign = stand.campaign().active().await;
    insert_sleepers(&stand, campaign, 12_000).await;
    let label = "UPDATE waitpoints SET labels = ARRAY['common'], tags = ARRAY['common']";
    stand.database.sql().execute(label, &[]).await.unwrap();
    let filter = Filter {
        tags: vec!["common".to_owned()],
        ..Filter::default()
    };

    let page = list(&stand, &filter, Cursor::Start).await;

    let newest = (0..100).map(|number| sleeper(12_000 - number, stand.journal()));
    let ids: Vec<TokenId> = page.tokens.into_iter().map(|token| token.id).collect();
    assert_eq!(ids, newest.collect::<Vec<_>>());
    assert!(page.next.is_some());
}

#[tokio::test]
async fn wakes_of_many_campaigns_are_inserted_at_once() {
    let stand = Stand::new().await;
    let wake = |position| WakeRow {
        campaign_id: testkit::new_campaign_id(),
        kind: TokenKind::Sleep,
        position,
        output: json!({"paused": true}),
        recorded_at: crate::stand::now() - TimeDelta::seconds(1),
    };
    let wakes: Vec<WakeRow> = (1..=1_000).map(wake).collect();
    let sql = stand.database.sql();

    sql.batch_execute("BEGIN").await.unwrap();
    let insert = async {
        lock_waking(sql, stand.journal(), WakingLock::Exclusive)
            .await
            .unwrap();
        insert_wakes(sql, stand.journal(), &wakes).await.unwrap()
    };
    let inserted = timed("insert a thousand wakes", insert).await;
    sql.batch_execute("COMMIT").await.unwrap();

    assert_eq!(inserted, 1_000);
}
