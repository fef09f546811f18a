//! A dry run: the verdict that a request would get now, with nothing written and no lock taken.

use crate::accounts_at_hand::counted_since;
use crate::lanes::Sources;
use crate::load::{Wanted, namer};
use crate::portions::is_launch;
use crate::senders_at_hand::senders_asked_about;
use crate::{Done, Request, Told, Verdict};
use chrono::{DateTime, Utc};
use domain::{
    Campaign, CampaignId, Command, Event, Known, Senders, SendingAccount, UserId, Version, decide,
};
use event_store::JournalId;
use outbox::{Effect, effect_of};
use people::{Judgement, PeopleRows, Register};
use projector::granted_since;
use projector::{
    CampaignRow, PermitRow, RowError, Rows, Unit, find_campaign, list_open_permits_at,
};
use senders::{SenderError, find_facts, find_limits};
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
    /// The first [`PREVIEWED_PERMITS_MAX`] of them.
    pub open_permits: Vec<PermitRow>,
}

/// Open permits that a preview names at most; all of them are counted.
pub const PREVIEWED_PERMITS_MAX: u32 = 100;
/// Looks at a campaign that changes between two reads. After the last one, permits are counted and
/// not named.
const LOOKS_MAX: u32 = 5;

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// The rows could not be read.
    #[error("read the campaign")]
    Row(#[from] RowError),
    /// The sender accounts could not be read.
    #[error("read the sender accounts")]
    Sender(#[from] SenderError),
    /// The statements could not be prepared.
    #[error("prepare to read the campaign")]
    Database(#[from] tokio_postgres::Error),
    /// What was decided cannot follow: a defect.
    #[error("decide the preview")]
    Broken(#[from] domain::BrokenHistory),
}

/// Decides `request` of a tenant without doing it.
///
/// # Errors
/// When the rows cannot be read.
pub async fn preview(
    client: &deadpool_postgres::Client,
    journal: JournalId,
    request: &Request,
    sources: &Sources,
) -> Result<Preview, PreviewError> {
    let id = request.campaign_id;
    let (row, open_permits) = match request.tenant {
        Some(user) => in_flight(client, journal, id, user).await?,
        None => (None, vec![]),
    };
    let preview = foreseen(client, journal, row, request, sources).await?;
    Ok(Preview {
        open_permits,
        ..preview
    })
}

/// A campaign with the permits that were open when it was as it is.
async fn in_flight(
    client: &deadpool_postgres::Client,
    journal: JournalId,
    id: CampaignId,
    user: UserId,
) -> Result<(Option<CampaignRow>, Vec<PermitRow>), RowError> {
    let mut looks = 0;
    loop {
        looks += 1;
        let found = find_campaign(client, journal, id, user).await?;
        let Some(row) = found else {
            return Ok((None, vec![]));
        };
        if row.campaign.census.open_permits == 0 {
            return Ok((Some(row), vec![]));
        }
        let at = row.version;
        let most = PREVIEWED_PERMITS_MAX;
        let permits = list_open_permits_at(client, journal, id, at, most).await?;
        if !permits.is_empty() || LOOKS_MAX <= looks {
            return Ok((Some(row), permits));
        }
    }
}

async fn foreseen(
    client: &deadpool_postgres::Client,
    journal: JournalId,
    row: Option<CampaignRow>,
    request: &Request,
    sources: &Sources,
) -> Result<Preview, PreviewError> {
    let id = request.campaign_id;
    let mut unit = match (row, &request.command) {
        (Some(row), _) => Unit::present(Arc::new(row)),
        (None, Command::Create { .. }) => Unit::rowless(id, Campaign::Absent, Version::default()),
        (None, _) => return Ok(refused(Verdict::not_found(), 0)),
    };
    if let Some(present) = unit.campaign.present()
        && let Some(expected) = &request.expected
        && !expected.is_met_by(unit.version)
    {
        let verdict = Verdict::VersionDiffers {
            version: unit.version,
            status: present.stage.status(),
        };
        return Ok(refused(verdict, present.census.open_permits));
    }
    let now = (sources.now)();
    let mut around = look_around(client, journal, (request, now), &mut unit).await?;
    around.account = account_for(client, journal, (request, now), &unit.campaign).await?;
    let senders = senders_for(client, request, &unit.campaign).await?;
    decided(unit, request, &senders, now, &around)
}

/// Reads how the sender accounts stand that the decision asks about.
async fn senders_for(
    client: &deadpool_postgres::Client,
    request: &Request,
    campaign: &Campaign,
) -> Result<Senders, SenderError> {
    let (user, ids) = senders_asked_about(request, campaign);
    match user {
        Some(user) => find_facts(client, user, ids).await,
        None => Ok(Senders::default()),
    }
}

/// Reads the account that a permit is asked for.
async fn account_for(
    client: &deadpool_postgres::Client,
    journal: JournalId,
    (request, now): (&Request, DateTime<Utc>),
    campaign: &Campaign,
) -> Result<Option<SendingAccount>, PreviewError> {
    let account = campaign.present().zip(request.command.sends_from());
    let Some((present, id)) = account else {
        return Ok(None);
    };
    let (whose, since) = ((present.user_id, id), counted_since(now.date_naive()));
    let granted = granted_since(client, journal, &[id], since).await?;
    let limits = find_limits(client, &[id.0]).await?;
    Ok(Some(SendingAccount {
        own: limits.get(&whose).copied().unwrap_or_default(),
        permits: granted.get(&whose).cloned().unwrap_or_default(),
    }))
}

/// What the decision needs besides the campaign and its prospects.
#[derive(Default)]
struct Around {
    name_owner: Option<CampaignId>,
    account: Option<SendingAccount>,
    people: Judgement,
}

/// Reads what the decision needs besides the campaign: its prospects, who has the name, and who is
/// who.
async fn look_around(
    client: &deadpool_postgres::Client,
    journal: JournalId,
    (request, now): (&Request, DateTime<Utc>),
    unit: &mut Unit,
) -> Result<Around, PreviewError> {
    let wanted = Wanted::by([request], is_launch, now.date_naive());
    let has_people = !wanted.people.is_empty();
    if wanted.prospects.is_empty() && wanted.names.is_empty() && !has_people {
        return Ok(Around::default());
    }
    let rows = Rows::prepare(client).await?;
    let register = if has_people {
        let people = PeopleRows::prepare(client).await?;
        people.load(client, journal, &wanted.people).await?
    } else {
        Register::default()
    };
    let mut prospects: Vec<_> = wanted.prospects.into_iter().collect();
    prospects.extend(register.skipped());
    for (_, id, prospect) in rows.load_prospects(client, journal, &prospects).await? {
        unit.roster.put(id, prospect);
    }
    let names: Vec<_> = wanted.names.into_iter().collect();
    let owners = rows.find_names(client, journal, &names).await?;
    let namer = namer(request);
    let mut others = owners
        .into_iter()
        .filter(|(user, _, owner)| Some(*user) == namer && *owner != request.campaign_id);
    let judgement = unit.campaign.present().map(|present| {
        let change = request.people.as_ref();
        register.judge((request.campaign_id, present), &request.command, change)
    });
    Ok(Around {
        name_owner: others.next().map(|(_, _, owner)| owner),
        account: None,
        people: judgement.unwrap_or_default(),
    })
}

fn decided(
    mut unit: Unit,
    request: &Request,
    senders: &Senders,
    now: DateTime<Utc>,
    around: &Around,
) -> Result<Preview, PreviewError> {
    let sends_in_flight = unit
        .campaign
        .present()
        .map_or(0, |present| present.census.open_permits);
    let known = Known {
        now,
        roster: &unit.roster,
        name_owner: around.name_owner,
        senders,
        account: around.account.as_ref(),
        people: around.people.known(),
    };
    let events = match decide(&unit.campaign, &request.command, &known) {
        Ok(events) => events,
        Err(rejection) => {
            let status = unit.campaign.status();
            let verdict = Verdict::Rejected { rejection, status };
            return Ok(refused(verdict, sends_in_flight));
        }
    };
    let mut effects = Vec::new();
    for event in &events {
        effects.extend(effect_of(&unit.campaign, event));
        unit.apply(event)?;
    }
    Ok(Preview {
        verdict: verdict(&unit, request, events, now),
        effects,
        sends_in_flight,
        open_permits: vec![],
    })
}

fn verdict(unit: &Unit, request: &Request, events: Vec<Event>, now: DateTime<Utc>) -> Verdict {
    let Some(campaign) = unit.campaign.present().cloned() else {
        return Verdict::Deleted;
    };
    let before = unit.before();
    let row = CampaignRow {
        id: unit.id,
        version: unit.version,
        created_at: before.map_or(now, |row| row.created_at),
        updated_at: before
            .filter(|_| events.is_empty())
            .map_or(now, |row| row.updated_at),
        campaign,
    };
    let told = if Done::tells(&request.command) {
        let would_be = |event| Told {
            event_id: None,
            event,
        };
        events.into_iter().map(would_be).collect()
    } else {
        vec![]
    };
    Verdict::Done(Done::new(row, told))
}

fn refused(verdict: Verdict, sends_in_flight: u32) -> Preview {
    Preview {
        verdict,
        effects: vec![],
        sends_in_flight,
        open_permits: vec![],
    }
}
