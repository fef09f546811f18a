//! Does every event that needs an effect have it, and every effect its event?
//!
//! Beside a working service: in steps, each with a short snapshot. An event and its effect are
//! written in one transaction, so every snapshot has both. First the log is read campaign by
//! campaign, and of it only what the rule ([`effect_of`]) looks at; then the effects, the other way
//! round.
//!
//! An effect that is over is forgotten after a while (`forget.rs`), so one that is missing is a
//! difference only while it cannot have been: it was not taken in, its event is younger than
//! effects are kept, or it has a delivery. One that is there must be right, however old.

use crate::forget::KEPT_DAYS;
use crate::{Effect, EffectDifference, EffectFault, EffectId, effect_of};
use chrono::{DateTime, Utc};
use domain::{Campaign, CampaignId, Event, EventType, Roster, Version, evolve};
use event_store::{Glimpse, JournalId, Listed, StreamPlace, read_streams_of};
use futures_util::TryStreamExt;
use serde_json::Value;
use std::collections::BTreeMap;
use std::pin::pin;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row};
use uuid::Uuid;

/// Events that one step reads.
const EVENTS_PAGE: i64 = 10_000;
/// Effects that one step reads.
const EFFECTS_PAGE: i64 = 5_000;
/// The clock that forgets is not the database's: so many hours may lie between them.
const CLOCKS_APART_HOURS: i64 = 1;

/// What has an effect, or may have one.
const CAUSES: [EventType; 5] = [
    "CampaignPaused",
    "CampaignResumed",
    "CampaignSettingsChanged",
    "CampaignLaunchStarted",
    "CampaignDeleted",
];
/// What else decides whether those have one.
const STAGES: [EventType; 4] = [
    "CampaignCreated",
    "CampaignLaunchFailed",
    "CampaignActivated",
    "CampaignCompleted",
];

/// A check under way.
#[derive(Debug)]
pub struct EffectCheck {
    journal: JournalId,
    reading: Reading,
    events: u64,
}

#[derive(Debug)]
enum Reading {
    /// The events, behind a place, with the campaign that is there: nothing if it tells no story.
    Events(StreamPlace, Option<Box<Campaign>>),
    /// The effects, behind a position.
    Effects(i64),
    Over,
}

/// What a step found.
#[derive(Debug, Default)]
pub struct EffectsChecked {
    /// Effects that were compared with their events.
    pub compared: u64,
    /// What is wrong.
    pub differences: Listed<EffectDifference>,
}

impl EffectsChecked {
    /// What another step found, behind what was found so far.
    pub fn append(&mut self, step: Self) {
        self.compared += step.compared;
        self.differences.append(step.differences);
    }
}

/// What an event asks for.
struct Asked {
    campaign_id: CampaignId,
    recorded_at: DateTime<Utc>,
    effect: Option<Effect>,
}

impl EffectCheck {
    /// Of everything that `journal` has.
    #[must_use]
    pub fn new(journal: JournalId) -> Self {
        Self {
            journal,
            reading: Reading::Events(StreamPlace::BEGINNING, None),
            events: 0,
        }
    }

    /// Events read so far.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Whether everything was compared.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.reading, Reading::Over)
    }

    /// Reads the next page, and compares what it has.
    ///
    /// # Errors
    /// When the database does not answer. The check is then worthless.
    pub async fn step(&mut self, client: &Client) -> Result<EffectsChecked, Error> {
        match std::mem::replace(&mut self.reading, Reading::Over) {
            Reading::Events(place, campaign) => {
                client
                    .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await?;
                let checked = self.check_events(client, place, campaign).await;
                // Also after an error, so that the connection is of use.
                client.batch_execute("ROLLBACK").await?;
                checked
            }
            Reading::Effects(after) => self.check_causes(client, after).await,
            Reading::Over => Ok(EffectsChecked::default()),
        }
    }

    async fn check_events(
        &mut self,
        client: &Client,
        mut place: StreamPlace,
        mut campaign: Option<Box<Campaign>>,
    ) -> Result<EffectsChecked, Error> {
        let types = [CAUSES.as_slice(), STAGES.as_slice()].concat();
        let events = read_streams_of(client, self.journal, place, &types, EVENTS_PAGE).await?;
        let (mut events, before) = (pin!(events), self.events);
        let (mut asked, mut lost) = (BTreeMap::new(), Listed::default());
        while let Some(glimpse) = events.try_next().await? {
            self.events += 1;
            if glimpse.place.campaign != place.campaign {
                campaign = Some(Box::default());
            }
            place = glimpse.place;
            match follow(&mut campaign, &glimpse) {
                Some(Ok(ask)) => {
                    asked.insert(glimpse.position, ask);
                }
                Some(Err(campaign_id)) => lost.push(EffectDifference {
                    id: id(self.journal, glimpse.position),
                    campaign_id,
                    fault: EffectFault::Unfollowed,
                }),
                None => {}
            }
        }
        let is_full = i64::try_from(self.events - before) == Ok(EVENTS_PAGE);
        self.reading = if is_full {
            Reading::Events(place, campaign)
        } else {
            Reading::Effects(0)
        };
        let mut checked = compare(client, self.journal, &asked).await?;
        checked.differences.append(lost);
        Ok(checked)
    }

    /// Whether each effect has an event that may ask for one; if it has, it was compared before.
    async fn check_causes(&mut self, client: &Client, after: i64) -> Result<EffectsChecked, Error> {
        let statement = include_str!("../sql/check_causes.sql");
        let binds: [&(dyn ToSql + Sync); 3] = [&self.journal.0, &after, &EFFECTS_PAGE];
        let rows = client.query(statement, &binds).await?;
        let mut checked = EffectsChecked::default();
        for row in &rows {
            let has_cause = row
                .get::<_, Option<&str>>("type")
                .is_some_and(|cause| CAUSES.contains(&cause));
            if !has_cause {
                checked.differences.push(EffectDifference {
                    id: id(self.journal, row.get("position")),
                    campaign_id: CampaignId(row.get("campaign_id")),
                    fault: EffectFault::Uncalled {
                        kind: row.get("kind"),
                    },
                });
            }
        }
        let last = rows.last().map(|row| row.get("position"));
        let is_full = i64::try_from(rows.len()) == Ok(EFFECTS_PAGE);
        self.reading = match last.filter(|_| is_full) {
            Some(position) => Reading::Effects(position),
            None => Reading::Over,
        };
        Ok(checked)
    }
}

/// Takes an event, and says what it asks for if it is of a type that may. An error once, where the
/// campaign begins to tell no story; nothing from there on.
fn follow(
    campaign: &mut Option<Box<Campaign>>,
    glimpse: &Glimpse,
) -> Option<Result<Asked, CampaignId>> {
    let campaign_id = glimpse.place.campaign;
    let event = glimpse.event.as_ref()?;
    let before = campaign.as_deref_mut()?;
    let begins = glimpse.place.version == Version(1);
    let is_cut = !begins && matches!(before, Campaign::Absent);
    let asked = match event {
        Ok(event) if !is_cut => step(before, event),
        _ => None,
    };
    let Some((effect, is_cause)) = asked else {
        *campaign = None;
        return Some(Err(campaign_id));
    };
    let recorded_at = glimpse.recorded_at;
    is_cause.then_some(Ok(Asked {
        campaign_id,
        recorded_at,
        effect,
    }))
}

/// What an event asks for, and whether it is of a type that may. Nothing if it cannot follow.
fn step(campaign: &mut Campaign, event: &Event) -> Option<(Option<Effect>, bool)> {
    let effect = effect_of(campaign, event);
    evolve(campaign, &mut Roster::default(), event).ok()?;
    Some((effect, CAUSES.contains(&event.event_type())))
}

async fn compare(
    client: &Client,
    journal: JournalId,
    asked: &BTreeMap<i64, Asked>,
) -> Result<EffectsChecked, Error> {
    let mut checked = EffectsChecked::default();
    let positions: Vec<i64> = asked.keys().copied().collect();
    let recorded: Vec<_> = asked.values().map(|asked| asked.recorded_at).collect();
    let kept = i32::try_from(KEPT_DAYS * 24 - CLOCKS_APART_HOURS).unwrap_or(0);
    let binds: [&(dyn ToSql + Sync); 4] = [&journal.0, &positions, &recorded, &kept];
    let statement = include_str!("../sql/check_effects.sql");
    let mut rows = pin!(client.query_raw(statement, binds).await?);
    while let Some(row) = rows.try_next().await? {
        let position = row.get("position");
        let Some(asked) = asked.get(&position) else {
            continue;
        };
        checked.compared += u64::from(asked.effect.is_some());
        if let Some(fault) = fault(asked, &row) {
            checked.differences.push(EffectDifference {
                id: id(journal, position),
                campaign_id: asked.campaign_id,
                fault,
            });
        }
    }
    Ok(checked)
}

fn fault(asked: &Asked, row: &Row) -> Option<EffectFault> {
    let kind: Option<String> = row.get("kind");
    match (&asked.effect, kind) {
        (None, None) => None,
        (None, Some(kind)) => Some(EffectFault::Uncalled { kind }),
        (Some(effect), None) => row
            .get::<_, bool>("is_due")
            .then_some(EffectFault::Missing {
                kind: effect.kind(),
            }),
        (Some(effect), Some(kind)) => differs(asked, effect, &kind, row),
    }
}

fn differs(asked: &Asked, effect: &Effect, kind: &str, row: &Row) -> Option<EffectFault> {
    let campaign: Uuid = row.get("campaign_id");
    let detail: Value = serde_json::from_str(row.get("detail")).unwrap_or_default();
    let enqueued: DateTime<Utc> = row.get("enqueued_at");
    let fields = [
        (
            "campaign_id",
            campaign.to_string(),
            asked.campaign_id.to_string(),
        ),
        ("kind", kind.to_owned(), effect.kind().to_owned()),
        (
            "detail",
            detail.to_string(),
            serde_json::to_value(effect).unwrap_or_default().to_string(),
        ),
        (
            "enqueued_at",
            enqueued.to_rfc3339(),
            asked.recorded_at.to_rfc3339(),
        ),
    ];
    let (field, row, event) = fields.into_iter().find(|(_, row, event)| row != event)?;
    Some(EffectFault::Differs { field, row, event })
}

fn id(journal: JournalId, position: i64) -> EffectId {
    EffectId { journal, position }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::MOVES;

    #[test]
    fn everything_that_moves_a_campaign_is_read() {
        let read = [CAUSES.as_slice(), STAGES.as_slice()].concat();

        let unread: Vec<_> = MOVES
            .iter()
            .filter(|(moves, _)| !read.contains(moves))
            .collect();

        assert!(unread.is_empty(), "{unread:?}");
    }
}
