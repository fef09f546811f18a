//! Taking a journal's head and loading under it what a batch needs, in one round trip.

use crate::accounts_at_hand::{ReadAccounts, counted_since};
use crate::answers::Stored;
use crate::cache::{Cache, is_under_way};
use crate::senders_at_hand::SendersAtHand;
use crate::session::{BEGIN, Session};
use crate::{Remember, Request};
use chrono::NaiveDate;
use domain::{AccountId, CampaignId, Command, Prospect, ProspectId, UserId, Version};
use event_store::{Head, JournalId};
use futures_util::{TryFutureExt, try_join};
use people::{Register, Sought};
use projector::{CampaignRow, RowError};
use senders::SenderError;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// Why a batch could not be loaded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    #[error("load what a batch needs")]
    Database(#[from] tokio_postgres::Error),
    #[error(transparent)]
    Row(#[from] RowError),
    #[error(transparent)]
    Sender(#[from] SenderError),
}

impl LoadError {
    /// The database's own error, if it is one; otherwise something stored is damaged.
    pub fn database(&self) -> Option<&tokio_postgres::Error> {
        match self {
            Self::Database(error)
            | Self::Row(RowError::Database(error))
            | Self::Sender(SenderError::Database(error)) => Some(error),
            Self::Row(_) | Self::Sender(_) => None,
        }
    }
}

/// What a batch's requests need to know, without repeats.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// The day of UTC, by the clock that decides.
    pub today: NaiveDate,
    pub campaigns: BTreeSet<CampaignId>,
    pub prospects: BTreeSet<(CampaignId, ProspectId)>,
    pub names: BTreeSet<(UserId, String)>,
    /// Sender accounts that permits are asked for, and for which campaigns.
    pub accounts: BTreeSet<(CampaignId, AccountId)>,
    /// Sender accounts that commands assign.
    pub senders: BTreeSet<(UserId, AccountId)>,
    /// Campaigns whose sender accounts are looked at, whichever they turn out to be.
    pub launched: BTreeSet<CampaignId>,
    pub created: BTreeSet<CampaignId>,
    pub answers: BTreeSet<(UserId, String)>,
    pub people: Sought,
}

/// What was found, under the journal's head.
pub(crate) struct Loaded {
    pub head: Head,
    pub rows: Vec<Arc<CampaignRow>>,
    pub prospects: Vec<(CampaignId, ProspectId, Prospect)>,
    pub names: HashMap<(UserId, String), CampaignId>,
    pub senders: SendersAtHand,
    pub accounts: Option<ReadAccounts>,
    pub deleted: Vec<(CampaignId, Version)>,
    pub answers: HashMap<(UserId, String), Stored>,
    pub register: Register,
}

impl Wanted {
    /// `looks_around` tells whether a request is a launch that may have to leave people out.
    pub fn by<'a>(
        requests: impl IntoIterator<Item = &'a Request>,
        looks_around: impl Fn(&Request) -> bool,
        today: NaiveDate,
    ) -> Self {
        let mut wanted = Self::none(today);
        for request in requests {
            let id = request.campaign_id;
            wanted.campaigns.insert(id);
            wanted
                .prospects
                .extend(request.command.prospects().iter().map(|who| (id, *who)));
            wanted
                .accounts
                .extend(request.command.sends_from().map(|account| (id, account)));
            if let Command::Create { .. } = request.command {
                wanted.created.insert(id);
            }
            if let (Some(user), Some(name)) = (namer(request), request.command.name_wanted()) {
                wanted.names.insert((user, name.to_owned()));
            }
            if let Some(user) = namer(request) {
                let named = request.command.senders_named().iter();
                wanted.senders.extend(named.map(|id| (user, *id)));
            }
            if request.command.looks_at_senders() {
                wanted.launched.insert(id);
            }
            if looks_around(request) {
                wanted.people.note_launch(id);
            }
            wanted.people.note(
                id,
                request.tenant,
                &request.command,
                request.people.as_ref(),
            );
            if let Some(Remember { user_id, key, .. }) = &request.remember {
                wanted.answers.insert((*user_id, key.clone()));
            }
        }
        wanted
    }

    fn none(today: NaiveDate) -> Self {
        Self {
            today,
            campaigns: BTreeSet::new(),
            prospects: BTreeSet::new(),
            names: BTreeSet::new(),
            accounts: BTreeSet::new(),
            senders: BTreeSet::new(),
            launched: BTreeSet::new(),
            created: BTreeSet::new(),
            answers: BTreeSet::new(),
            people: Sought::default(),
        }
    }

    /// The accounts that permits of a campaign are asked for.
    pub fn accounts_of(&self, campaign: CampaignId) -> impl Iterator<Item = AccountId> {
        let first = (campaign, AccountId(Uuid::nil()));
        let last = (campaign, AccountId(Uuid::max()));
        self.accounts
            .range(first..=last)
            .map(|(_, account)| *account)
    }

    /// All accounts that permits are asked for.
    pub fn sending(&self) -> Vec<Uuid> {
        let ids: BTreeSet<Uuid> = self.accounts.iter().map(|(_, id)| id.0).collect();
        ids.into_iter().collect()
    }

    /// Whether rows of campaigns and prospects, and accounts that send, are all that is wanted: what a lane may remember.
    pub fn may_be_remembered(&self) -> bool {
        self.names.is_empty()
            && self.senders.is_empty()
            && self.launched.is_empty()
            && self.created.is_empty()
            && self.answers.is_empty()
            && self.people.is_empty()
    }
}

/// The user within whom a name must be unique.
pub(crate) fn namer(request: &Request) -> Option<UserId> {
    match &request.command {
        Command::Create { user_id, .. } => Some(*user_id),
        _ => request.tenant,
    }
}

/// Those whom a launch may leave out.
async fn left_out(
    session: &Session,
    journal: JournalId,
    register: &Register,
) -> Result<Vec<(CampaignId, ProspectId, Prospect)>, LoadError> {
    let client = session.client();
    let rows = &session.rows;
    Ok(rows
        .load_prospects(client, journal, &register.skipped())
        .await?)
}

/// What sender accounts were granted, and the limits that they have.
async fn accounts(
    session: &Session,
    journal: JournalId,
    wanted: &Wanted,
    cache: &Cache,
) -> Result<Option<ReadAccounts>, LoadError> {
    let (client, ids) = (session.client(), wanted.sending());
    if ids.is_empty() {
        return Ok(None);
    }
    let (reading, since) = (cache.senders().begin_reading(), counted_since(wanted.today));
    let granted = session.rows.load_granted(client, journal, (&ids, since));
    let limits = session.senders.find_limits(client, &ids);
    let (granted, limits) = try_join!(
        granted.map_err(LoadError::from),
        limits.map_err(LoadError::from)
    )?;
    Ok(Some(ReadAccounts {
        granted,
        limits,
        since,
        reading,
    }))
}

/// Loads anew what was remembered at another head.
async fn load_again(
    session: &Session,
    journal: JournalId,
    rows: &mut Vec<Arc<CampaignRow>>,
    prospects: &mut Vec<(CampaignId, ProspectId, Prospect)>,
) -> Result<(), LoadError> {
    let client = session.client();
    let stale: Vec<Uuid> = rows.drain(..).map(|row| row.id.0).collect();
    let outdated: Vec<_> = prospects.drain(..).map(|(of, id, _)| (of, id)).collect();
    let (again, anew) = try_join!(
        session.rows.load_campaigns(client, journal, &stale),
        session.rows.load_prospects(client, journal, &outdated),
    )?;
    rows.extend(fresh(again));
    prospects.extend(anew);
    Ok(())
}

/// Begins a transaction, takes the head of `journal`, and loads what is wanted and not already
/// remembered. The transaction is left open.
pub(crate) async fn load(
    session: &Session,
    journal: JournalId,
    wanted: &Wanted,
    cache: &mut Cache,
) -> Result<Loaded, LoadError> {
    let client = session.client();
    let named: Vec<_> = wanted.senders.iter().copied().collect();
    let (mut rows, unknown) = remembered(wanted, cache);
    let (mut prospects, strangers) = remembered_prospects(wanted, cache);
    let names: Vec<_> = wanted.names.iter().cloned().collect();
    let created: Vec<Uuid> = wanted.created.iter().map(|id| id.0).collect();
    let asked: Vec<_> = wanted.answers.iter().cloned().collect();
    let begin = async { Ok::<_, LoadError>(client.batch_execute(BEGIN).await?) };
    let lock = async { Ok(session.log.lock(client, journal).await?) };
    let deleted = async { Ok(session.log.find_created(client, journal, &created).await?) };
    let answers = async { Ok(session.answers.find(client, journal, &asked).await?) };
    let found = session.rows.load_campaigns(client, journal, &unknown);
    let met = session.rows.load_prospects(client, journal, &strangers);
    let names = session.rows.find_names(client, journal, &names);
    let senders = session.senders.find(client, &named);
    let accounts = accounts(session, journal, wanted, cache);
    let people = async { Ok(session.people.load(client, journal, &wanted.people).await?) };
    let ((), head, found, met, names, senders, accounts, deleted, answers, register) = try_join!(
        begin,
        lock,
        found.map_err(LoadError::from),
        met.map_err(LoadError::from),
        names.map_err(LoadError::from),
        senders.map_err(LoadError::from),
        accounts,
        deleted,
        answers,
        people,
    )?;
    prospects.extend(left_out(session, journal, &register).await?);
    if !cache.is_true_at(head) {
        load_again(session, journal, &mut rows, &mut prospects).await?;
    }
    cache.confirm(head);
    prospects.extend(met);
    rows.extend(fresh(found));
    remember(&rows, &prospects, cache);
    if let Some(accounts) = &accounts {
        accounts.remember(wanted, &rows, cache);
    }
    let senders = SendersAtHand::of(session, wanted, &rows, senders).await?;
    Ok(Loaded {
        head,
        rows,
        prospects,
        names: by_name(names),
        senders,
        accounts,
        deleted,
        answers: by_key(answers),
        register,
    })
}

fn remembered(wanted: &Wanted, cache: &mut Cache) -> (Vec<Arc<CampaignRow>>, Vec<Uuid>) {
    let mut rows = Vec::new();
    let mut unknown = Vec::new();
    for id in &wanted.campaigns {
        match cache.find(*id) {
            Some(row) => rows.push(row),
            None => unknown.push(id.0),
        }
    }
    (rows, unknown)
}

fn remember(rows: &[Arc<CampaignRow>], prospects: &[Met], cache: &mut Cache) {
    let mut under_way = HashSet::new();
    for row in rows {
        cache.put(row.clone());
        if is_under_way(&row.campaign) {
            under_way.insert(row.id);
        }
    }
    for (campaign, id, prospect) in prospects {
        if under_way.contains(campaign) {
            cache.put_prospect((*campaign, *id), prospect.clone());
        }
    }
}

type Met = (CampaignId, ProspectId, Prospect);

fn remembered_prospects(
    wanted: &Wanted,
    cache: &mut Cache,
) -> (Vec<Met>, Vec<(CampaignId, ProspectId)>) {
    let mut known = Vec::new();
    let mut strangers = Vec::new();
    for who in &wanted.prospects {
        match cache.find_prospect(*who) {
            Some(prospect) => known.push((who.0, who.1, prospect)),
            None => strangers.push(*who),
        }
    }
    (known, strangers)
}

fn fresh(rows: Vec<CampaignRow>) -> impl Iterator<Item = Arc<CampaignRow>> {
    rows.into_iter().map(Arc::new)
}

fn by_name(found: Vec<(UserId, String, CampaignId)>) -> HashMap<(UserId, String), CampaignId> {
    let pair = |(user, name, id)| ((user, name), id);
    found.into_iter().map(pair).collect()
}

fn by_key(found: Vec<(UserId, String, Stored)>) -> HashMap<(UserId, String), Stored> {
    let pair = |(user, key, stored)| ((user, key), stored);
    found.into_iter().map(pair).collect()
}
