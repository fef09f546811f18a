//! Histories that are longer than a page: each campaign is compared as a whole, in whichever step its
//! last event is read.

use crate::given::Place;
use domain::CampaignId;
use projector::{CHECK_PAGE, Check};
use testkit::{Script, new_user};

/// Holds a campaign and lets it go again, so often that one of its events is the last of a page.
const LENGTHEN: &str = "
    WITH place AS (
        SELECT journals.head, journals.head_at, campaigns.version
        FROM journals JOIN campaigns ON campaigns.journal = journals.id
        WHERE journals.id = $journal AND campaigns.id = $campaign
    )
    INSERT INTO events (journal, position, campaign_id, version, event_id, schema_version,
                        recorded_at, type, payload, metadata)
    SELECT $journal, head + number, $campaign, version + number, gen_random_uuid(), 1,
           head_at + number * interval '1 millisecond',
           CASE number % 2 WHEN 1 THEN 'CampaignPaused' ELSE 'CampaignResumed' END,
           CASE number % 2 WHEN 1 THEN '{\"cause\":\"requested\",\"sends_in_flight\":0}'
                           ELSE '{}' END::json,
           json_build_object('command_id', gen_random_uuid(),
                             'actor', json_build_object('kind', 'rule', 'name', 'test'))
    FROM place, generate_series(1, $count) AS number;

    UPDATE journals SET head = head + $count,
                        head_at = head_at + $count * interval '1 millisecond'
    WHERE id = $journal;

    UPDATE campaigns SET version = version + $count,
                         updated_at = (SELECT head_at FROM journals WHERE id = $journal)
    WHERE id = $campaign";

async fn lengthen(place: &Place, campaign: CampaignId, count: i64) {
    let statement = LENGTHEN
        .replace("$journal", &place.journal.0.to_string())
        .replace("$campaign", &format!("'{campaign}'"))
        .replace("$count", &count.to_string());
    place.tamper(&statement).await;
}

/// Three campaigns under way, each longer than half a page, in the order of their ids.
async fn long() -> (Place, [CampaignId; 3]) {
    let place = Place::new().await;
    let user = new_user();
    let elsewhere = place.database.journal_of(user);
    let mut ids = Vec::new();
    for _ in 0..3 {
        let script = Script::new(place.database.maker(), user);
        ids.push(script.active().await);
    }
    let place = Place {
        journal: elsewhere,
        ..place
    };
    for id in &ids {
        lengthen(&place, *id, CHECK_PAGE / 2 + 1_000).await;
    }
    (place, ids.try_into().unwrap())
}

#[tokio::test]
async fn a_campaign_is_compared_as_a_whole_though_its_history_lies_in_two_pages() {
    let (place, ids) = long().await;

    let found = place.checked().await;

    assert!(3 <= found.campaigns);
    assert_eq!(
        (found.differences.total, found.miscounts.total),
        (0, 0),
        "{found:#?}"
    );
    let change = format!("UPDATE campaigns SET version = 1 WHERE id = '{}'", ids[1]);
    assert_eq!(place.difference(&change).await.campaign_id, ids[1]);
}

#[tokio::test]
async fn a_campaign_that_begins_between_two_steps_is_left_out_and_one_that_goes_on_is_not() {
    let (place, ids) = long().await;
    let mut check = Check::new(place.journal);
    let mut all = check.step(place.database.sql()).await.unwrap();
    assert!(!check.is_over());

    // The second one is under way: it goes on, and one begins right before it.
    lengthen(&place, ids[1], 2).await;
    let before = format!("{:x}", ids[1].0.as_u128() - 1);
    let copy = format!(
        "INSERT INTO campaigns (journal, id, version, updated_at, stage, census, tally, user_id, name,
                                settings, sequence, created_at)
         SELECT journal, '{before:0>32}', version, updated_at, stage, census, tally, user_id, 'New',
                settings, sequence, created_at
         FROM campaigns WHERE id = '{}'",
        ids[1]
    );
    place.tamper(&copy).await;
    while !check.is_over() {
        all.append(check.step(place.database.sql()).await.unwrap());
    }

    assert_eq!(
        (all.broken.total, all.differences.total),
        (0, 0),
        "{all:#?}"
    );
    // From the beginning, it is seen that nothing tells of it.
    assert_eq!(place.checked().await.differences.total, 1);
}
