//! A dry run: the verdict that a request would get now, with nothing written and no lock taken.

use crate::lanes::Sources;
use crate::{Request, Verdict};
use chrono::{DateTime, Utc};
use domain::{Known, Rejection, UserId, decide};
use event_store::JournalId;
use outbox::{Effect, effect_of};
use projector::{CampaignRow, RowError, Unit, find_campaign};
use std::sync::Arc;

/// What a request would come to.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The answer.
    pub verdict: Verdict,
    /// What the world would be told.
    pub effects: Vec<Effect>,
    /// Sends permitted and not yet accounted for, which a pause would not call back.
    pub sends_in_flight: u32,
}

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// The row could not be read.
    #[error("read the campaign")]
    Row(#[from] RowError),
    /// What was decided cannot follow: a defect.
    #[error("decide the preview")]
    Broken(#[from] domain::BrokenHistory),
}

/// Decides `request` of a tenant's own campaign without doing it. For commands that need no more
/// than the campaign itself: pausing and resuming.
///
/// # Errors
/// When the campaign cannot be read.
pub async fn preview(
    client: &deadpool_postgres::Client,
    journal: JournalId,
    user: UserId,
    request: &Request,
    sources: &Sources,
) -> Result<Preview, PreviewError> {
    let Some(row) = find_campaign(client, journal, request.campaign_id, user).await? else {
        let verdict = Verdict::Rejected(Rejection::NotFound);
        return Ok(Preview {
            verdict,
            effects: vec![],
            sends_in_flight: 0,
        });
    };
    let sends_in_flight = row.campaign.census.open_permits;
    if request
        .expected
        .as_ref()
        .is_some_and(|expected| !expected.is_met_by(row.version))
    {
        let verdict = Verdict::VersionDiffers(row.version);
        return Ok(Preview {
            verdict,
            effects: vec![],
            sends_in_flight,
        });
    }
    decided(&row, request, (sources.now)())
}

fn decided(
    row: &CampaignRow,
    request: &Request,
    now: DateTime<Utc>,
) -> Result<Preview, PreviewError> {
    let sends_in_flight = row.campaign.census.open_permits;
    let mut unit = Unit::present(Arc::new(row.clone()));
    let known = Known {
        now,
        roster: &unit.roster,
        name_owner: None,
    };
    let events = match decide(&unit.campaign, &request.command, &known) {
        Ok(events) => events,
        Err(rejection) => {
            let verdict = Verdict::Rejected(rejection);
            return Ok(Preview {
                verdict,
                effects: vec![],
                sends_in_flight,
            });
        }
    };
    let mut effects = Vec::new();
    for event in &events {
        effects.extend(effect_of(&unit.campaign, event));
        unit.apply(event)?;
    }
    let verdict = match unit.campaign.present().cloned() {
        None => Verdict::Deleted,
        Some(campaign) => {
            let updated_at = if events.is_empty() {
                row.updated_at
            } else {
                now
            };
            let version = unit.version;
            Verdict::Done(Arc::new(CampaignRow {
                version,
                updated_at,
                campaign,
                ..row.clone()
            }))
        }
    };
    Ok(Preview {
        verdict,
        effects,
        sends_in_flight,
    })
}
