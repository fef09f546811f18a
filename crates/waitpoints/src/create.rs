//! Making a token: registered in order with its campaign's events, once per key and call.

use crate::asking::{Question, Way, ask_one};
use crate::registration::labels;
use crate::{BadTags, Failure, Output, OutputType, Registration, TokenId, Tokens};
use chrono::{DateTime, Utc};
use deadpool_postgres::Pool;
use domain::{Status, Wake, wake_at_registration};
use event_store::JournalId;
use sha2::{Digest, Sha256};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};
use uuid::Uuid;

/// A token to be.
#[derive(Debug, Clone, Default)]
pub struct NewToken {
    /// Its tags, as they were given.
    pub tags: Vec<String>,
    /// The campaign that it belongs to ([`Registration::of_tags`]).
    pub registration: Option<Registration>,
    /// When its time runs out.
    pub timeout_at: Option<DateTime<Utc>>,
    /// The caller's key: while it lives, it leads to one token.
    pub idempotency_key: Option<IdempotencyKey>,
    /// What all attempts of one call have in common: they get one token.
    pub request_key: Option<Uuid>,
    /// The prefix of the key that makes it.
    pub created_by: String,
}

/// A caller's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key.
    pub key: String,
    /// When it expires. `None`: never.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A token that was made, or found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The token.
    pub id: TokenId,
    /// Whether an earlier call made it.
    pub is_cached: bool,
    /// Why the token is completed already: it was registered after what it would wait for. `None`
    /// also for a token that an earlier call or attempt made; look at the token.
    pub told: Option<Wake>,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// There is no such campaign, or it was deleted.
    #[error("the token's campaign is not there")]
    CampaignNotFound,
    /// The tags contradict the registration.
    #[error(transparent)]
    BadTags(#[from] BadTags),
    /// A tag or the key has a NUL character, which the database cannot store.
    #[error("a tag or the idempotency key has a NUL character")]
    NulCharacter,
    /// There is no answer. Trying again with the same request key makes no second token.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Times that a creation asks again, when another call took its key in the same moment.
const ATTEMPTS_MAX: u8 = 4;

impl Tokens {
    /// Makes a token, or finds the one that its keys lead to. One round trip, once the campaign's
    /// journal is known, and no lock that others wait for.
    ///
    /// # Errors
    /// When its campaign is not there, the tags contradict the registration, or there is no answer.
    pub async fn create(&self, new: &NewToken) -> Result<Created, CreateError> {
        let labels = labels(&new.tags, new.registration.as_ref())?;
        let key = new.idempotency_key.as_ref();
        let mut texts = new.tags.iter().chain(key.map(|key| &key.key));
        if texts.any(|text| text.contains('\0')) {
            return Err(CreateError::NulCharacter);
        }
        let claim = key.map(|key| self.claim(&key.key));
        let journal = match &new.registration {
            Some(registration) => self.journal_of(registration.campaign_id).await?,
            None => Some(
                claim
                    .as_ref()
                    .map_or_else(|| self.any_journal(new), |claim| claim.journal),
            ),
        };
        let Some(journal) = journal else {
            return Err(CreateError::CampaignNotFound);
        };
        let plan = Plan {
            new,
            journal,
            labels,
            claim,
        };
        let mut is_marked = false;
        for _ in 0..ATTEMPTS_MAX {
            match self.attempt(&plan).await? {
                Attempt::Done(created) => return Ok(created),
                Attempt::NotSleptOn if is_marked => return Err(CreateError::CampaignNotFound),
                Attempt::NotSleptOn => {
                    self.mark_slept_on(&plan).await?;
                    is_marked = true;
                }
                Attempt::Overtaken => {}
            }
        }
        Err(CreateError::Failure(Failure::TooSlow))
    }

    async fn attempt(&self, plan: &Plan<'_>) -> Result<Attempt, Failure> {
        let now = (self.sources.now)();
        let id = TokenId::new(now, (self.sources.random)(), plan.journal);
        match plan.insert(&self.pool, &id, now).await {
            Ok(rows) => plan.outcome(&rows).map_err(Failure::Database),
            Err(Failure::Database(error)) if is_overtaken(&error) => Ok(Attempt::Overtaken),
            Err(failure) => Err(failure),
        }
    }

    /// The first token of a campaign: from here on its wakes are written. Committed before the token
    /// finds its place, so no wake behind that place is left out.
    async fn mark_slept_on(&self, plan: &Plan<'_>) -> Result<(), Failure> {
        let Some(registration) = &plan.new.registration else {
            return Ok(());
        };
        let question = Question {
            statement: include_str!("../sql/mark_slept_on.sql"),
            binds: &[&plan.journal.0, &registration.campaign_id.0],
        };
        ask_one(&self.pool, Way::Keys, question).await.map(|_| ())
    }

    /// Where a key is looked for.
    pub(crate) fn claim(&self, key: &str) -> Claim {
        let digest = Sha256::digest(key.as_bytes()).to_vec();
        let journal = self.journal_by(&digest);
        Claim { digest, journal }
    }

    /// The journal of a token without a campaign and key: the same for all attempts of a call.
    fn any_journal(&self, new: &NewToken) -> JournalId {
        let random = (self.sources.random)();
        let bytes = new
            .request_key
            .map_or(random, |key| key.as_u128())
            .to_be_bytes();
        self.journal_by(&Sha256::digest(bytes))
    }

    fn journal_by(&self, digest: &[u8]) -> JournalId {
        let number = digest
            .iter()
            .take(2)
            .fold(0_i32, |sum, byte| sum << 8 | i32::from(*byte));
        let number = number % i32::from(self.journals.count());
        JournalId(i16::try_from(number).unwrap_or(0))
    }
}

/// What leads to the token: a key's digest, and the journal that answers for it.
pub(crate) struct Claim {
    pub digest: Vec<u8>,
    pub journal: JournalId,
}

struct Plan<'a> {
    new: &'a NewToken,
    journal: JournalId,
    labels: Vec<&'a str>,
    claim: Option<Claim>,
}

enum Attempt {
    Done(Created),
    /// The campaign is not there, or had no token before.
    NotSleptOn,
    Overtaken,
}

impl Plan<'_> {
    async fn insert(
        &self,
        pool: &Pool,
        id: &TokenId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Row>, Failure> {
        let new = self.new;
        let registration = new.registration.as_ref();
        let (statuses, outputs) = told(registration);
        let key = new.idempotency_key.as_ref();
        let binds: [&(dyn ToSql + Sync); 18] = [
            &self.journal.0,
            &id.as_str(),
            &registration.map(|registration| registration.campaign_id.0),
            &registration
                .and_then(|registration| registration.prospect_id)
                .map(|id| id.0),
            &registration.map(|registration| registration.kind.as_str()),
            &new.tags,
            &(!self.labels.is_empty()).then_some(&self.labels),
            &new.timeout_at,
            &new.created_by,
            &new.request_key,
            &key.map(|key| &key.key),
            &self.claim.as_ref().map(|claim| claim.journal.0),
            &self.claim.as_ref().map(|claim| &claim.digest),
            &key.and_then(|key| key.expires_at),
            &now,
            &statuses,
            &outputs,
            &OutputType::SuperJson.as_str(),
        ];
        let question = Question {
            statement: include_str!("../sql/create.sql"),
            binds: &binds,
        };
        ask_one(pool, Way::Keys, question).await
    }

    /// The statement always answers a row.
    fn outcome(&self, rows: &[Row]) -> Result<Attempt, Error> {
        let Some(row) = rows.first() else {
            return Ok(Attempt::Overtaken);
        };
        let id: Option<&str> = row.try_get("id")?;
        let Some(id) = id else {
            let is_placed: bool = row.try_get("is_placed")?;
            return Ok(if is_placed {
                Attempt::Overtaken
            } else {
                Attempt::NotSleptOn
            });
        };
        let told_by: Option<&str> = row.try_get("told_by_status")?;
        let status = Status::ALL
            .into_iter()
            .find(|status| Some(status.as_str()) == told_by);
        let registration = self.new.registration.as_ref();
        let told = status
            .zip(registration)
            .and_then(|(status, registration)| wake_at_registration(status, registration.kind));
        let is_cached = row.try_get("is_cached")?;
        Ok(Attempt::Done(Created {
            id: TokenId::stored(id),
            is_cached,
            told,
        }))
    }
}

/// The statuses of a campaign in which a token is told at once, and what.
fn told(registration: Option<&Registration>) -> (Vec<&'static str>, Vec<Option<String>>) {
    let Some(registration) = registration else {
        return (vec![], vec![]);
    };
    let told = |status: Status| {
        let wake = wake_at_registration(status, registration.kind)?;
        Some((status.as_str(), Output::of(&wake.output()).text))
    };
    Status::ALL.into_iter().filter_map(told).unzip()
}

/// Another attempt of the same call was faster, or the two stood in each other's way. Nothing was
/// written, and asking again finds what the other made.
fn is_overtaken(error: &Error) -> bool {
    let code = error.code();
    code == Some(&SqlState::UNIQUE_VIOLATION) || code == Some(&SqlState::T_R_DEADLOCK_DETECTED)
}
