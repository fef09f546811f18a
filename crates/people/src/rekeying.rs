//! Bringing rows that are kept by older rules to those of today, some at a time.
//!
//! Each step is a transaction of its own under the journal's head, which whoever writes people holds: so
//! nothing comes or goes meanwhile, several processes may do it at once, and one that is killed leaves
//! nothing half done. Programs of before may go on beside it; what they write is brought along later.
//!
//! Always true: nobody is merged with anybody. Of two in a campaign who are one by the new rules, the one
//! who has the key keeps it, and the other is marked `doubled` and found by the same look-ups. What is no
//! address by the new rules stays found by the old ones, marked `unknown`.

use crate::{Digest, Digests, IDENTITY_VERSION, Rules};
use domain::{CampaignId, ChannelKind, ProspectId, UserId};
use event_store::{JournalId, lock_journal};
use std::collections::{HashMap, HashSet};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row, Transaction};
use uuid::Uuid;

/// Rows of one step: a lane waits for as long as they take.
const ROWS_MAX: i64 = 500;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rekeyed {
    /// Rows that are by the rules of today now.
    pub rows: u64,
    /// Of them, people of whom the campaign has another.
    pub doubled: u64,
    /// Of them, people whom nothing reaches by the rules of today.
    pub unknown: u64,
}

/// A journal on its way.
#[derive(Debug)]
pub struct Rekeying {
    journal: JournalId,
    user: Option<UserId>,
    after: (Uuid, Uuid, Uuid),
    is_over: bool,
}

/// A row that is kept by older rules, and by what it will be found.
struct Kept {
    campaign: CampaignId,
    prospect: ProspectId,
    identity: Vec<u8>,
    email: Option<Vec<u8>>,
    linkedin: Option<Vec<u8>>,
    channel: ChannelKind,
    digests: Digests,
    fault: Option<&'static str>,
}

impl Rekeyed {
    /// What another step did, beside what was done so far.
    pub fn append(&mut self, step: Self) {
        self.rows += step.rows;
        self.doubled += step.doubled;
        self.unknown += step.unknown;
    }
}

/// Brings everybody along.
///
/// # Errors
/// When the database does not answer; doing it again goes on.
pub async fn rekey_all(client: &mut Client) -> Result<Rekeyed, Error> {
    let list = include_str!("../sql/list_journals_of_older_rules.sql");
    let mut all = Rekeyed::default();
    for row in client.query(list, &[]).await? {
        let journal = Rekeying::of_journal(JournalId(row.get("id")));
        all.append(journal.finish(client).await?);
    }
    Ok(all)
}

impl Rekeying {
    /// Of everybody in `journal`.
    #[must_use]
    pub fn of_journal(journal: JournalId) -> Self {
        Self {
            journal,
            user: None,
            after: <_>::default(),
            is_over: false,
        }
    }

    /// Of the people of one user.
    #[must_use]
    pub fn of_user(journal: JournalId, user: UserId) -> Self {
        Self {
            user: Some(user),
            ..Self::of_journal(journal)
        }
    }

    /// Brings all of them along.
    ///
    /// # Errors
    /// When the database does not answer; doing it again goes on.
    pub async fn finish(mut self, client: &mut Client) -> Result<Rekeyed, Error> {
        let mut all = Rekeyed::default();
        while !self.is_over {
            all.append(self.step(client).await?);
        }
        Ok(all)
    }

    /// Brings some of them along.
    ///
    /// # Errors
    /// When the database does not answer; doing it again goes on.
    pub async fn step(&mut self, client: &mut Client) -> Result<Rekeyed, Error> {
        let any = include_str!("../sql/is_anybody_of_older_rules.sql");
        let user = self.user.map(|user| user.0);
        let found = client.query_one(any, &[&self.journal.0, &user]).await?;
        if !found.get::<_, bool>("is_anybody") {
            self.is_over = true;
            return Ok(Rekeyed::default());
        }
        let transaction = client.transaction().await?;
        lock_journal(&transaction, self.journal).await?;
        let mut rows = self.list(&transaction).await?;
        let keys = keys(&transaction, self.journal, &rows).await?;
        place(&mut rows, keys);
        write(&transaction, self.journal, &rows).await?;
        transaction.commit().await?;
        let count = |fault| {
            let marked = rows.iter().filter(|row| row.fault == Some(fault));
            u64::try_from(marked.count()).unwrap_or(0)
        };
        Ok(Rekeyed {
            rows: u64::try_from(rows.len()).unwrap_or(0),
            doubled: count(DOUBLED),
            unknown: count(UNKNOWN),
        })
    }

    async fn list(&mut self, transaction: &Transaction<'_>) -> Result<Vec<Kept>, Error> {
        let list = include_str!("../sql/list_people_of_older_rules.sql");
        let user = self.user.map(|user| user.0);
        let (after_user, after_campaign, after_prospect) = self.after;
        let binds: [&(dyn ToSql + Sync); 6] = [
            &self.journal.0,
            &user,
            &after_user,
            &after_campaign,
            &after_prospect,
            &ROWS_MAX,
        ];
        let rows = transaction.query(list, &binds).await?;
        match rows.last() {
            Some(last) => {
                let place = (last.get("user_id"), last.get("campaign_id"));
                self.after = (place.0, place.1, last.get("prospect_id"));
            }
            None => self.is_over = true,
        }
        Ok(rows.iter().map(Kept::read).collect())
    }
}

const DOUBLED: &str = "doubled";
const UNKNOWN: &str = "unknown";

impl Kept {
    fn read(row: &Row) -> Self {
        let user = UserId(row.get("user_id"));
        let identity: Vec<u8> = row.get("identity");
        let email: Option<Vec<u8>> = row.get("email_digest");
        let channel = match row.get("channel") {
            Some("email") => ChannelKind::Email,
            Some(_) => ChannelKind::Linkedin,
            None if email.as_ref() == Some(&identity) => ChannelKind::Email,
            None => ChannelKind::Linkedin,
        };
        let (address, profile) = (row.get("email"), row.get("linkedin_url"));
        let digests = Digests::by_rules(Rules::Current, user, address, profile);
        Self {
            campaign: CampaignId(row.get("campaign_id")),
            prospect: ProspectId(row.get("prospect_id")),
            identity,
            email,
            linkedin: row.get("linkedin_digest"),
            channel,
            digests,
            fault: None,
        }
    }

    /// By which they are to have the key of their campaign.
    fn key(&self) -> Option<(CampaignId, Digest)> {
        let identity = self.digests.by(self.channel)?;
        Some((self.campaign, identity))
    }
}

/// Who has the keys that `rows` are to have.
async fn keys(
    transaction: &Transaction<'_>,
    journal: JournalId,
    rows: &[Kept],
) -> Result<HashMap<(CampaignId, Digest), ProspectId>, Error> {
    let find = include_str!("../sql/find_identities.sql");
    let wanted: HashSet<_> = rows.iter().filter_map(Kept::key).collect();
    let (campaigns, digests): (Vec<Uuid>, Vec<&[u8]>) = wanted
        .iter()
        .map(|(campaign, digest)| (campaign.0, digest.as_bytes()))
        .unzip();
    let found = transaction
        .query(find, &[&journal.0, &campaigns, &digests])
        .await?;
    let owner = |row: &Row| {
        let digest = Digest::from_bytes(row.get("identity"))?;
        let key = (CampaignId(row.get("campaign_id")), digest);
        Some((key, ProspectId(row.get("prospect_id"))))
    };
    Ok(found.iter().filter_map(owner).collect())
}

/// Gives each row its key, or the mark that says why it has none. The first in order comes first.
fn place(rows: &mut [Kept], mut owners: HashMap<(CampaignId, Digest), ProspectId>) {
    for row in rows {
        let Some(key) = row.key() else {
            row.fault = Some(UNKNOWN);
            continue;
        };
        if *owners.entry(key).or_insert(row.prospect) == row.prospect {
            row.identity = key.1.as_bytes().to_vec();
        } else {
            row.fault = Some(DOUBLED);
        }
    }
}

async fn write(
    transaction: &Transaction<'_>,
    journal: JournalId,
    rows: &[Kept],
) -> Result<(), Error> {
    let rekey = include_str!("../sql/rekey_people.sql");
    let campaigns: Vec<Uuid> = rows.iter().map(|row| row.campaign.0).collect();
    let prospects: Vec<Uuid> = rows.iter().map(|row| row.prospect.0).collect();
    let identities: Vec<&[u8]> = rows.iter().map(|row| row.identity.as_slice()).collect();
    // What the new rules know nothing of stays found by the old ones.
    let bytes = |fresh: fn(&Kept) -> Option<&Digest>, old: fn(&Kept) -> Option<&[u8]>| {
        let one = |row| fresh(row).map(Digest::as_bytes).or(old(row));
        rows.iter().map(one).collect::<Vec<Option<&[u8]>>>()
    };
    let emails = bytes(|row| row.digests.email.as_ref(), |row| row.email.as_deref());
    let linkedins = bytes(
        |row| row.digests.linkedin.as_ref(),
        |row| row.linkedin.as_deref(),
    );
    let faults: Vec<Option<&str>> = rows.iter().map(|row| row.fault).collect();
    let binds: [&(dyn ToSql + Sync); 8] = [
        &journal.0,
        &campaigns,
        &prospects,
        &identities,
        &emails,
        &linkedins,
        &faults,
        &IDENTITY_VERSION,
    ];
    transaction.execute(rekey, &binds).await.map(|_| ())
}
