//! Finding everything that is on file about somebody who is to be forgotten.
//!
//! Erasing is a command of each campaign that knows them (`EraseProspect`), because it ends their
//! sequence; this finds the campaigns.

use crate::{Digest, Rules};
use domain::{CampaignId, ProspectId, UserId};
use event_store::JournalId;
use tokio_postgres::{Client, Error, Row};
use uuid::Uuid;

/// Prospects that one look finds at most; who erases looks again until nobody is found.
pub const ERASED_AT_ONCE_MAX: usize = 1_000;

/// Who is to be forgotten.
#[derive(Debug, Clone)]
pub enum Erasable {
    /// Whoever is reached by this, in every campaign of the user that it was made with.
    Reached(Vec<Digest>),
    /// These prospects of the user.
    Prospects(Vec<ProspectId>),
}

impl Erasable {
    /// Whoever `user` reaches by this address, by all rules that rows may be kept by. `None` when it
    /// cannot be one.
    #[must_use]
    pub fn by_email(user: UserId, email: &str) -> Option<Self> {
        let by = |rules| Digest::of_email_by(rules, user, email);
        by(Rules::Current).map(|_| Self::reached(by))
    }

    /// Whoever of `user` has this profile, by all rules that rows may be kept by. `None` when it cannot
    /// be one.
    #[must_use]
    pub fn by_linkedin(user: UserId, url: &str) -> Option<Self> {
        let by = |rules| Digest::of_linkedin_by(rules, user, url);
        by(Rules::Current).map(|_| Self::reached(by))
    }

    fn reached(by: impl Fn(Rules) -> Option<Digest>) -> Self {
        Self::Reached(Rules::ALL.into_iter().filter_map(by).collect())
    }
}

/// Where they are, as far as they are in `user`'s campaigns: at most [`ERASED_AT_ONCE_MAX`].
///
/// # Errors
/// When the database does not answer.
pub async fn find_erasable(
    client: &Client,
    journal: JournalId,
    user: UserId,
    who: &Erasable,
) -> Result<Vec<(CampaignId, ProspectId)>, Error> {
    let limit = i64::try_from(ERASED_AT_ONCE_MAX).unwrap_or(i64::MAX);
    let rows = match who {
        Erasable::Reached(digests) => {
            let find = include_str!("../sql/find_erasable_by_digest.sql");
            let digests: Vec<&[u8]> = digests.iter().map(Digest::as_bytes).collect();
            client.query(find, &[&journal.0, &digests, &limit]).await?
        }
        Erasable::Prospects(ids) => {
            let find = include_str!("../sql/find_erasable_by_ids.sql");
            let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
            client
                .query(find, &[&journal.0, &user.0, &ids, &limit])
                .await?
        }
    };
    let place = |row: &Row| {
        (
            CampaignId(row.get("campaign_id")),
            ProspectId(row.get("prospect_id")),
        )
    };
    Ok(rows.iter().map(place).collect())
}
