//! Each wrong row is named: whose, which field, what it has and what it should have.

use crate::given::Place;
use testkit::{account, permit, prospect};

/// What is set, the field that is named, and the beginning of what the row and the log have.
const WRONG_FIELDS: [(&str, &str, &str, &str); 10] = [
    ("version = 99", "version", "99", "11"),
    (
        "user_id = '00000000-0000-4000-8000-000000000001'",
        "user_id",
        "00000000-0000-4000-8000-000000000001",
        "",
    ),
    (
        r#"stage = '{"status": "draft"}'"#,
        "stage.status",
        "draft",
        "active",
    ),
    ("name = 'Renamed'", "name", "Renamed", "Campaign"),
    (
        "settings = (jsonb_set(settings::jsonb, '{name}', '\"Renamed\"'))::json",
        "settings.name",
        "Renamed",
        "Campaign",
    ),
    (
        "sequence = (jsonb_set(sequence::jsonb, '{0,subject}', '\"Hello\"'))::json",
        "sequence.0.subject",
        "Hello",
        "A quick question",
    ),
    (
        "tally = (jsonb_set(tally::jsonb, '{permits}', '2'))::json",
        "tally.permits",
        "2",
        "3",
    ),
    (
        "census = (jsonb_set(census::jsonb, '{reached,connected}', '7'))::json",
        "census.reached.connected",
        "7",
        "0",
    ),
    (
        "created_at = '2020-01-01Z'",
        "created_at",
        "2020-01-01T00:00:00Z",
        "",
    ),
    (
        "updated_at = '2099-01-01Z'",
        "updated_at",
        "2099-01-01T00:00:00Z",
        "",
    ),
];

#[tokio::test]
async fn rows_that_are_right_have_no_difference() {
    let place = Place::new().await;

    let found = place.checked().await;

    assert_eq!((found.campaigns, found.counted), (2, 2));
    assert_eq!(found.differences.total, 0, "{found:#?}");
    assert_eq!(found.miscounts.total, 0, "{found:#?}");
}

#[tokio::test]
async fn a_wrong_field_of_a_campaign_is_named_with_both_values() {
    for (set, field, row, log) in WRONG_FIELDS {
        let place = Place::new().await;
        let campaign = place.campaign;

        let plant = format!("UPDATE campaigns SET {set} WHERE id = '{campaign}'");
        let found = place.difference(&plant).await;

        assert_eq!(found.campaign_id, campaign);
        assert_eq!((found.field.as_str(), found.row.as_str()), (field, row));
        assert!(found.log.starts_with(log), "{found}");
    }
}

#[tokio::test]
async fn a_campaigns_row_that_is_gone_is_named() {
    let place = Place::new().await;
    let other = place.other;

    let plant = format!("DELETE FROM campaigns WHERE id = '{other}'");
    let found = place.difference(&plant).await;

    assert_eq!((found.campaign_id, found.field.as_str()), (other, "row"));
    assert_eq!(found.row, "none");
    assert!(found.log.contains(r#""status":"draft""#), "{found}");
}

#[tokio::test]
async fn a_campaign_without_a_history_is_named() {
    for id in [
        "00000000-0000-4000-8000-000000000001",
        "ffffffff-ffff-4fff-bfff-ffffffffffff",
    ] {
        let place = Place::new().await;
        let (journal, campaign) = (place.journal.0, place.campaign);

        let plant = format!(
            "INSERT INTO campaigns (journal, id, version, updated_at, stage, census, tally, user_id,
                                    name, settings, sequence, created_at)
             SELECT {journal}, '{id}', version, updated_at, stage, census, tally, user_id,
                    'Stray', settings, sequence, created_at
             FROM campaigns WHERE id = '{campaign}'"
        );
        let found = place.difference(&plant).await;

        assert_eq!(found.campaign_id.0.to_string(), id);
        assert_eq!(
            (found.row.as_str(), found.log.as_str()),
            ("one of campaigns", "none")
        );
    }
}

#[tokio::test]
async fn a_wrong_prospect_is_named() {
    let place = Place::new().await;
    let (campaign, one) = (place.campaign, prospect(place.campaign, 4));
    let change = |set: &str| format!("UPDATE prospects SET {set} WHERE id = '{}'", one.0);

    let found = place.difference(&change("status = 'sent'")).await;

    assert_eq!(
        (found.campaign_id, found.prospect_id),
        (campaign, Some(one))
    );
    assert_eq!(found.field, "status");
    assert_eq!(
        (found.row.as_str(), found.log.as_str()),
        ("sent", "pending")
    );

    place.tamper(&change("status = 'pending'")).await;
    let wrong = change("replies = 2, replied_at = '2026-01-01Z'");
    let found = place.difference(&wrong).await;
    assert_eq!(
        (found.field.as_str(), found.log.as_str()),
        ("replied_at", "none")
    );

    place
        .tamper(&change("replies = 0, replied_at = NULL"))
        .await;
    let found = place
        .difference(&change("added_place = added_place + 1"))
        .await;
    assert_eq!(found.field, "added.1");
}

#[tokio::test]
async fn a_prospect_that_is_gone_is_named() {
    let place = Place::new().await;
    let one = prospect(place.campaign, 4);

    let plant = format!("DELETE FROM prospects WHERE id = '{}'", one.0);
    let found = place.difference(&plant).await;

    assert_eq!((found.prospect_id, found.row.as_str()), (Some(one), "none"));
}

#[tokio::test]
async fn a_permit_that_is_gone_or_wrong_is_named() {
    let place = Place::new().await;
    let (one, whose) = (permit(place.campaign, 1), prospect(place.campaign, 1));

    let plant = format!("DELETE FROM permits WHERE id = '{}'", one.0);
    let found = place.difference(&plant).await;

    assert_eq!(
        (found.permit_id, found.prospect_id),
        (Some(one), Some(whose))
    );
    assert_eq!((found.field.as_str(), found.row.as_str()), ("row", "none"));
    assert!(found.log.contains(r#""state":"sent""#), "{found}");

    let place = Place::new().await;
    let one = permit(place.campaign, 1);
    let plant = format!("UPDATE permits SET send = 'message' WHERE id = '{}'", one.0);
    let found = place.difference(&plant).await;
    assert_eq!(
        (found.field.as_str(), found.log.as_str()),
        ("send", "email")
    );
}

#[tokio::test]
async fn what_was_sent_is_compared_also_when_the_campaign_is_gone() {
    let place = Place::new().await;
    let (campaign, account) = (place.campaign, account(place.campaign));

    let found = place.difference("UPDATE sends SET count = count + 1").await;

    assert_eq!(found.campaign_id, campaign);
    let field = format!("sends.{}", account.0);
    assert!(found.field.starts_with(&field), "{found}");
    assert_eq!((found.row.as_str(), found.log.as_str()), ("4", "3"));

    let place = Place::new().await;
    let journal = place.journal.0;
    let plant = format!(
        "INSERT INTO sends (journal, account_id, campaign_id, day, kind, count)
         VALUES ({journal}, '{0}', '{0}', '2026-01-01', 'email', 1)",
        account.0
    );
    let found = place.difference(&plant).await;
    assert_eq!(
        (found.campaign_id.0, &*found.row),
        (account.0, "one of sends")
    );
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named() {
    let place = Place::new().await;
    let campaign = place.campaign;

    let plant = format!("UPDATE campaigns SET census = '[]' WHERE id = '{campaign}'");
    let found = place.difference(&plant).await;

    assert_eq!(found.campaign_id, campaign);
    assert!(
        found.row.starts_with("damaged (read column census"),
        "{found}"
    );
}

#[tokio::test]
async fn counters_are_held_to_a_recount_of_the_rows() {
    for (plant, counter, row, recount) in [
        (
            "UPDATE campaigns SET census = (jsonb_set(census::jsonb, '{at,0,count}', '9'))::json
             WHERE id = $",
            "census.no step",
            "9",
            "",
        ),
        (
            "UPDATE campaigns SET census = (jsonb_set(census::jsonb, '{open_permits}', '1'))::json
             WHERE id = $",
            "census.open_permits",
            "1",
            "0",
        ),
        (
            "UPDATE campaigns SET census = (jsonb_set(census::jsonb, '{reached,sent}', '4'))::json
             WHERE id = $",
            "census.reached.sent",
            "4",
            "3",
        ),
        (
            "UPDATE campaigns SET tally = (jsonb_set(tally::jsonb, '{permits}', '4'))::json
             WHERE id = $",
            "tally.permits",
            "4",
            "at most 3",
        ),
        (
            "UPDATE sends SET count = 2 WHERE campaign_id = $",
            "sends.",
            "2",
            "3",
        ),
        (
            "UPDATE permits_of_accounts SET count = 2 WHERE campaign_id = $",
            "permits_of_accounts.",
            "2",
            "3",
        ),
    ] {
        let place = Place::new().await;
        let campaign = place.campaign;

        let found = place
            .miscount(&plant.replace('$', &format!("'{campaign}'")))
            .await;

        assert_eq!(found.campaign_id, campaign);
        assert!(found.counter.starts_with(counter), "{found}");
        assert_eq!(found.row, row, "{found}");
        assert!(found.recount.starts_with(recount), "{found}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_everything_is_counted_and_not_all_listed() {
    let place = Place::new().await;
    let journal = place.journal.0;
    let plant = format!(
        "INSERT INTO sends (journal, account_id, campaign_id, day, kind, count)
         SELECT {journal}, gen_random_uuid(), gen_random_uuid(), '2026-01-01', 'email', 1
         FROM generate_series(1, 500)"
    );
    place.tamper(&plant).await;

    let found = place.checked().await;

    assert_eq!(found.differences.total, 500);
    assert_eq!(found.differences.first.len(), event_store::LISTED_MAX);
    assert!(!place.check().await.differences.is_empty());
}

#[tokio::test]
async fn a_wrong_count_of_an_accounts_permits_is_named() {
    let place = Place::new().await;
    let campaign = place.campaign;
    let plants = [
        ("SET count = 2 WHERE campaign_id = '$'", "2", "3"),
        (
            "SET user_id = campaign_id WHERE campaign_id = '$'",
            "none",
            "3",
        ),
        ("SET day = day - 1 WHERE campaign_id = '$'", "3", "none"),
    ];
    for (plant, row, log) in plants {
        let place = Place::new().await;
        let plant = plant.replace('$', &place.campaign.to_string());

        let found = place
            .difference(&format!("UPDATE permits_of_accounts {plant}"))
            .await;

        assert_eq!(found.campaign_id, place.campaign);
        assert!(found.field.starts_with("permits_of_accounts."), "{found}");
        let said = [found.row.as_str(), found.log.as_str()];
        assert!(said.contains(&row) && said.contains(&log), "{found}");
    }
    let plant = format!("DELETE FROM permits_of_accounts WHERE campaign_id = '{campaign}'");
    let found = place.difference(&plant).await;
    assert_eq!((found.row.as_str(), found.log.as_str()), ("none", "3"));
}
