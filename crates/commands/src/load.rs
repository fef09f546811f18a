//! Taking a journal's head and loading under it what a batch needs, in one round trip.

use crate::answers::Stored;
use crate::cache::Cache;
use crate::session::Session;
use crate::{Remember, Request};
use domain::{CampaignId, Command, Prospect, ProspectId, UserId, Version};
use event_store::{Head, JournalId};
use futures_util::try_join;
use projector::{CampaignRow, RowError};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// What a batch's requests need to know, without repeats.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub campaigns: BTreeSet<CampaignId>,
    pub prospects: BTreeSet<(CampaignId, ProspectId)>,
    pub names: BTreeSet<(UserId, String)>,
    pub created: BTreeSet<CampaignId>,
    pub answers: BTreeSet<(UserId, String)>,
}

/// What was found, under the journal's head.
pub(crate) struct Loaded {
    pub head: Head,
    pub rows: Vec<Arc<CampaignRow>>,
    pub prospects: Vec<(CampaignId, ProspectId, Prospect)>,
    pub names: HashMap<(UserId, String), CampaignId>,
    pub deleted: Vec<(CampaignId, Version)>,
    pub answers: HashMap<(UserId, String), Stored>,
}

impl Wanted {
    pub fn by<'a>(requests: impl IntoIterator<Item = &'a Request>) -> Self {
        let mut wanted = Self::default();
        for request in requests {
            let id = request.campaign_id;
            wanted.campaigns.insert(id);
            wanted
                .prospects
                .extend(request.command.prospects().iter().map(|who| (id, *who)));
            if let Command::Create { .. } = request.command {
                wanted.created.insert(id);
            }
            if let (Some(user), Some(name)) = (namer(request), request.command.name_wanted()) {
                wanted.names.insert((user, name.to_owned()));
            }
            if let Some(Remember { user_id, key, .. }) = &request.remember {
                wanted.answers.insert((*user_id, key.clone()));
            }
        }
        wanted
    }

    /// Whether rows of campaigns are all that is wanted.
    pub fn is_rows_alone(&self) -> bool {
        self.prospects.is_empty()
            && self.names.is_empty()
            && self.created.is_empty()
            && self.answers.is_empty()
    }
}

/// The user within whom a name must be unique.
pub(crate) fn namer(request: &Request) -> Option<UserId> {
    match &request.command {
        Command::Create { user_id, .. } => Some(*user_id),
        _ => request.tenant,
    }
}

/// Begins a transaction, takes the head of `journal`, and loads what is wanted and not already
/// remembered. The transaction is left open.
pub(crate) async fn load(
    session: &Session,
    journal: JournalId,
    wanted: &Wanted,
    cache: &mut Cache,
) -> Result<Loaded, RowError> {
    let client = session.client();
    let (mut rows, unknown) = remembered(wanted, cache);
    let prospects: Vec<_> = wanted.prospects.iter().copied().collect();
    let names: Vec<_> = wanted.names.iter().cloned().collect();
    let created: Vec<Uuid> = wanted.created.iter().map(|id| id.0).collect();
    let asked: Vec<_> = wanted.answers.iter().cloned().collect();
    let begin = async { Ok::<_, RowError>(client.batch_execute("BEGIN").await?) };
    let lock = async { Ok(session.log.lock(client, journal).await?) };
    let deleted = async { Ok(session.log.find_created(client, journal, &created).await?) };
    let answers = async { Ok(session.answers.find(client, journal, &asked).await?) };
    let ((), head, found, prospects, names, deleted, answers) = try_join!(
        begin,
        lock,
        session.rows.load_campaigns(client, journal, &unknown),
        session.rows.load_prospects(client, journal, &prospects),
        session.rows.find_names(client, journal, &names),
        deleted,
        answers,
    )?;
    if cache.head().map(|believed| believed.position) != Some(head.position) {
        let stale: Vec<Uuid> = rows.drain(..).map(|row| row.id.0).collect();
        rows.extend(fresh(
            session.rows.load_campaigns(client, journal, &stale).await?,
        ));
    }
    cache.confirm(head);
    rows.extend(fresh(found));
    for row in &rows {
        cache.put(row.clone());
    }
    Ok(Loaded {
        head,
        rows,
        prospects,
        names: names
            .into_iter()
            .map(|(user, name, id)| ((user, name), id))
            .collect(),
        deleted,
        answers: answers
            .into_iter()
            .map(|(user, key, found)| ((user, key), found))
            .collect(),
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

fn fresh(rows: Vec<CampaignRow>) -> impl Iterator<Item = Arc<CampaignRow>> {
    rows.into_iter().map(Arc::new)
}
