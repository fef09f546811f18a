//! A history that tells no story is named, and keeps nobody from looking at the others.

use crate::given::Place;
use projector::Broken;
use std::error::Error;

/// The only broken campaign once the statement was executed. Nothing else is found.
async fn broken(place: &Place, statement: &str) -> Broken {
    place.tamper(statement).await;
    let found = place.checked().await;
    assert_eq!(found.campaigns, 1, "the other one: {found:#?}");
    assert_eq!(found.differences.total, 0, "{found:#?}");
    assert_eq!(found.broken.total, 1, "{found:#?}");
    found.broken.first.into_iter().next().unwrap()
}

#[tokio::test]
async fn an_event_that_is_gone_breaks_its_campaign_alone() {
    for version in [1, 5] {
        let place = Place::new().await;
        let campaign = place.campaign;

        let remove =
            format!("DELETE FROM events WHERE campaign_id = '{campaign}' AND version = {version}");
        let found = broken(&place, &remove).await;

        assert_eq!(found.id, campaign);
        let expected = format!("version {version} of campaign {campaign} is not there");
        assert!(found.error.to_string().starts_with(&expected), "{found:?}");
    }
}

#[tokio::test]
async fn an_event_that_does_not_parse_breaks_its_campaign_alone() {
    for version in [1, 5, 11] {
        let place = Place::new().await;
        let campaign = place.campaign;

        let change = format!(
            "UPDATE events SET payload = '[]' WHERE campaign_id = '{campaign}' AND version = {version}"
        );
        let found = broken(&place, &change).await;

        assert_eq!(found.id, campaign);
        let expected = format!("read position {version} of journal {}", place.journal.0);
        assert_eq!(found.error.to_string(), expected);
    }
}

#[tokio::test]
async fn an_event_that_cannot_follow_breaks_its_campaign_alone() {
    let place = Place::new().await;
    let campaign = place.campaign;

    let change = format!(
        "UPDATE events SET type = 'CampaignResumed', payload = '{{}}'
         WHERE campaign_id = '{campaign}' AND version = 4"
    );
    let found = broken(&place, &change).await;

    let why = found.error.source().unwrap().to_string();
    assert_eq!(
        why,
        "CampaignResumed cannot follow here: the history is broken"
    );
}

#[tokio::test]
async fn two_events_that_changed_places_break_their_campaign() {
    let place = Place::new().await;
    let (campaign, journal) = (place.campaign, place.journal.0);

    // Two permits: either could follow the other.
    let swap = format!(
        "UPDATE events SET position = 1000 - position
         WHERE campaign_id = '{campaign}' AND version IN (5, 6);
         UPDATE events SET position = position - 989
         WHERE campaign_id = '{campaign}' AND version IN (5, 6);
         UPDATE events SET position = 5 WHERE journal = {journal} AND version = 6
                                          AND campaign_id = '{campaign}'"
    );
    let found = broken(&place, &swap).await;

    let said = found.error.to_string();
    assert!(
        said.contains("has the event that follows position 6"),
        "{said}"
    );
}
