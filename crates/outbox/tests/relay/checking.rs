//! Effects are held to the events that ask for them, as far as none of them was forgotten.

use crate::stage::Stage;
use domain::{CampaignId, TokenKind};
use event_store::JournalId;
use outbox::{EffectCheck, EffectDifference, EffectFault, EffectsChecked};

const FORCED: &str = "SET session_replication_role = replica;";
/// All that happened happened long ago.
const AGE: &str = "UPDATE events SET recorded_at = recorded_at - interval '30 days';
                   UPDATE effects SET enqueued_at = enqueued_at - interval '30 days'";

struct Place {
    stage: Stage,
    journal: JournalId,
    campaign: CampaignId,
}

impl Place {
    /// A campaign that was launched (position 3) and held (position 5), and another one behind it.
    async fn new() -> Self {
        let mut stage = Stage::set().await;
        let campaign = stage.active().await;
        stage.pause(campaign).await;
        let _other = stage.active().await;
        stage.database = stage.database.unchecked();
        Self {
            journal: stage.database.journal_of(stage.user),
            campaign,
            stage,
        }
    }

    async fn check(&self) -> EffectsChecked {
        let mut check = EffectCheck::new(self.journal);
        let mut all = EffectsChecked::default();
        while !check.is_over() {
            all.append(check.step(self.stage.database.sql()).await.unwrap());
        }
        all
    }

    async fn tamper(&self, statement: &str) {
        let campaign = self.campaign.to_string();
        let statement = statement.replace("$campaign", &format!("'{campaign}'"));
        let statement = statement.replace("$journal", &self.journal.0.to_string());
        let forced = format!("{FORCED} {statement}");
        self.stage
            .database
            .sql()
            .batch_execute(&forced)
            .await
            .unwrap();
    }

    /// The only difference once the statement was executed.
    async fn difference(&self, statement: &str) -> EffectDifference {
        self.tamper(statement).await;
        let found = self.check().await;
        let [difference] = found.differences.first.as_slice() else {
            panic!("{statement}: {found:#?}");
        };
        difference.clone()
    }
}

#[tokio::test]
async fn effects_that_are_right_have_no_difference() {
    let place = Place::new().await;

    let found = place.check().await;

    assert_eq!(found.compared, 3);
    assert_eq!(found.differences.total, 0, "{found:#?}");
}

#[tokio::test]
async fn a_missing_effect_is_named_while_it_cannot_have_been_forgotten() {
    let place = Place::new().await;
    place.stage.take_in().await;

    let young = place
        .difference("DELETE FROM effects WHERE position = 5")
        .await;

    assert_eq!((young.id.journal, young.id.position), (place.journal, 5));
    assert_eq!(young.campaign_id, place.campaign);
    let kind = "complete_waitpoints";
    assert_eq!(young.fault, EffectFault::Missing { kind });

    place.tamper(AGE).await;
    let old = place.check().await;
    assert_eq!(old.differences.total, 0, "{old:#?}");

    place
        .difference("UPDATE relay_cursors SET position = 4 WHERE journal = $journal")
        .await;
}

#[tokio::test]
async fn an_effect_that_has_a_delivery_cannot_have_been_forgotten() {
    let place = Place::new().await;
    let sleeper = TokenKind::Pause;
    place.stage.sleepers(place.campaign, sleeper, 1).await;
    place.stage.resume(place.campaign).await;
    place.stage.take_in().await;
    place.tamper(AGE).await;

    let gone = "DELETE FROM effects WHERE kind = 'complete_waitpoints'
                AND position > 5 AND campaign_id = $campaign";
    let found = place.difference(gone).await;

    assert_eq!(found.campaign_id, place.campaign);
    assert!(matches!(found.fault, EffectFault::Missing { .. }));
}

#[tokio::test]
async fn an_effect_that_is_another_one_is_named_with_the_field() {
    for (set, expected) in [
        ("kind = 'cancel_runs'", "kind"),
        ("detail = '{\"token_kind\": \"sleep\"}'", "detail"),
        ("campaign_id = gen_random_uuid()", "campaign_id"),
        ("enqueued_at = '2020-01-01Z'", "enqueued_at"),
    ] {
        let place = Place::new().await;

        let change = format!("UPDATE effects SET {set} WHERE position = 5");
        let found = place.difference(&change).await;

        assert_eq!(found.id.position, 5);
        assert!(
            matches!(found.fault, EffectFault::Differs { field, .. } if field == expected),
            "{found}"
        );
    }
}

#[tokio::test]
async fn an_effect_that_no_event_asks_for_is_named_wherever_it_is() {
    for position in [2, 1_000_000] {
        let place = Place::new().await;

        let plant = format!(
            "INSERT INTO effects VALUES ($journal, {position}, $campaign, 'cancel_runs', '{{}}', now())"
        );
        let found = place.difference(&plant).await;

        assert_eq!(found.id.position, position);
        let kind = "cancel_runs".to_owned();
        assert_eq!(found.fault, EffectFault::Uncalled { kind });
    }
}

#[tokio::test]
async fn a_history_that_cannot_be_followed_is_told_once_and_keeps_nobody_from_the_others() {
    for damage in [
        "UPDATE events SET payload = '[]' WHERE position = 3",
        "DELETE FROM events WHERE position = 1",
    ] {
        let place = Place::new().await;

        let found = place.difference(damage).await;

        assert_eq!(found.campaign_id, place.campaign);
        assert_eq!(found.fault, EffectFault::Unfollowed);
        assert_eq!(place.check().await.compared, 1);
    }
}
