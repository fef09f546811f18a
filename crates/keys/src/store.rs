//! The table of keys: create, list, revoke, and the one look-up that verifying needs.
//!
//! One statement each, so each happens whole or not at all. A revocation announces itself on
//! [`CHANNEL`] in the same statement: every process that listens forgets what it remembers, and one
//! that does not hear it forgets by itself within
//! [`TRUST_MILLISECONDS_MAX`](crate::TRUST_MILLISECONDS_MAX). Creating a key announces nothing:
//! nobody can have asked for it before.

use chrono::{DateTime, Utc};
use tokio_postgres::{Client, Row, Statement};
use uuid::Uuid;

use crate::cache::Credential;
use crate::holder::{Holder, Label, Owner};
use crate::key::{Digest, NewKey};
use crate::prefix::KeyPrefix;

/// The `NOTIFY` channel on which a revocation is announced; the payload is the key's prefix.
pub const CHANNEL: &str = "fermata_keys";

/// The most keys that [`list`] returns: the newest ones.
pub const KEYS_LISTED_MAX: u32 = 10_000;

const CREATE_KEY: &str = include_str!("../sql/create_key.sql");
const LIST_KEYS: &str = include_str!("../sql/list_keys.sql");
const REVOKE_KEY: &str = include_str!("../sql/revoke_key.sql");
pub(crate) const FIND_LIVE_KEY: &str = include_str!("../sql/find_live_key.sql");

/// A key as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// The part that identifies it.
    pub prefix: KeyPrefix,
    /// Whom it belongs to; tells the kind too.
    pub owner: Owner,
    /// What people call it.
    pub label: Option<Label>,
    /// When it was created, by the database's clock.
    pub created_at: DateTime<Utc>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// What a revocation found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// The key was live and is revoked now.
    Revoked,
    /// The key had been revoked, at this time, which was kept.
    AlreadyRevoked {
        /// When the key was revoked first.
        revoked_at: DateTime<Utc>,
    },
    /// No key has this prefix.
    Unknown,
}

/// Why a key was not created, or may not have been.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// Another key has its prefix. Nothing was stored: generate another.
    #[error("the prefix {0} is taken; nothing was stored, generate another key")]
    PrefixTaken(KeyPrefix),
    /// The database gave no answer or refused. Unless it refused, the key may exist: revoke it by
    /// its prefix.
    #[error(
        "the creation of the key {prefix} was not confirmed; revoke it before creating another"
    )]
    Unconfirmed {
        /// The key in question.
        prefix: KeyPrefix,
        /// What went wrong.
        source: tokio_postgres::Error,
    },
}

/// A revocation that may or may not have happened. Repeat it: revoking twice is harmless.
#[derive(Debug, thiserror::Error)]
#[error("the revocation of the key {prefix} was not confirmed; repeat it")]
pub struct RevokeError {
    /// The key in question.
    pub prefix: KeyPrefix,
    /// What went wrong.
    pub source: tokio_postgres::Error,
}

/// Why keys could not be read. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The database gave no answer or refused.
    #[error("the keys could not be read from the database")]
    Database(#[source] tokio_postgres::Error),
    /// The table holds what its constraints forbid.
    #[error("the stored key {prefix} is damaged: {column} contradicts the table's constraints")]
    Damaged {
        /// The key's prefix, as stored.
        prefix: String,
        /// The column that cannot be.
        column: &'static str,
    },
}

/// Stores a new key. Show its secret to the owner only after this succeeded.
///
/// # Errors
///
/// [`CreateError`] says whether the key may have been stored.
pub async fn create(
    client: &Client,
    key: &NewKey,
    label: Option<&Label>,
) -> Result<(), CreateError> {
    let (prefix, owner) = (key.prefix(), key.owner());
    let created = client
        .execute(
            CREATE_KEY,
            &[
                &prefix.to_string(),
                &owner.kind().as_str(),
                &owner.user_id(),
                &key.digest().as_bytes(),
                &label.map(Label::as_str),
            ],
        )
        .await
        .map_err(|source| CreateError::Unconfirmed { prefix, source })?;
    match created {
        0 => Err(CreateError::PrefixTaken(prefix)),
        _ => Ok(()),
    }
}

/// The newest [`KEYS_LISTED_MAX`] keys, revoked ones too, newest first.
///
/// # Errors
///
/// [`ReadError`]; a single damaged row fails the list, so that it is noticed.
pub async fn list(client: &Client) -> Result<Vec<StoredKey>, ReadError> {
    let rows = client
        .query(LIST_KEYS, &[&i64::from(KEYS_LISTED_MAX)])
        .await
        .map_err(ReadError::Database)?;
    rows.iter().map(stored_key).collect()
}

/// Revokes a key, at once and for ever, and has every process forget it.
///
/// # Errors
///
/// [`RevokeError`]: the outcome is unknown; repeat it.
pub async fn revoke(client: &Client, prefix: KeyPrefix) -> Result<Revocation, RevokeError> {
    let failed = |source| RevokeError { prefix, source };
    let row = client
        .query_opt(REVOKE_KEY, &[&prefix.to_string()])
        .await
        .map_err(failed)?;
    let Some(row) = row else {
        return Ok(Revocation::Unknown);
    };
    let revoked_before_at: Option<DateTime<Utc>> =
        row.try_get("revoked_before_at").map_err(failed)?;
    Ok(revoked_before_at.map_or(Revocation::Revoked, |revoked_at| {
        Revocation::AlreadyRevoked { revoked_at }
    }))
}

/// The live key with this prefix, through the prepared [`FIND_LIVE_KEY`]; nothing when it is
/// unknown or revoked.
pub(crate) async fn find_live(
    client: &Client,
    statement: &Statement,
    prefix: KeyPrefix,
) -> Result<Option<Credential>, ReadError> {
    let row = client
        .query_opt(statement, &[&prefix.to_string()])
        .await
        .map_err(ReadError::Database)?;
    row.map(|row| credential(&row, prefix)).transpose()
}

fn credential(row: &Row, prefix: KeyPrefix) -> Result<Credential, ReadError> {
    let damaged = |column| ReadError::Damaged {
        prefix: prefix.to_string(),
        column,
    };
    let user_id: Option<Uuid> = row.try_get("user_id").map_err(ReadError::Database)?;
    let digest: &[u8] = row.try_get("digest").map_err(ReadError::Database)?;
    let owner = Owner::of_row(prefix.kind(), user_id).ok_or_else(|| damaged("user_id"))?;
    let digest = Digest::of_stored(digest).ok_or_else(|| damaged("digest"))?;
    Ok(Credential {
        digest,
        holder: Holder::of_key(prefix, owner),
    })
}

fn stored_key(row: &Row) -> Result<StoredKey, ReadError> {
    let text: &str = row.try_get("prefix").map_err(ReadError::Database)?;
    let damaged = |column| ReadError::Damaged {
        prefix: text.to_owned(),
        column,
    };
    let prefix: KeyPrefix = text.parse().map_err(|_| damaged("prefix"))?;
    let user_id: Option<Uuid> = row.try_get("user_id").map_err(ReadError::Database)?;
    let label: Option<&str> = row.try_get("label").map_err(ReadError::Database)?;
    Ok(StoredKey {
        prefix,
        owner: Owner::of_row(prefix.kind(), user_id).ok_or_else(|| damaged("user_id"))?,
        label: label
            .map(Label::new)
            .transpose()
            .map_err(|_| damaged("label"))?,
        created_at: row.try_get("created_at").map_err(ReadError::Database)?,
        revoked_at: row.try_get("revoked_at").map_err(ReadError::Database)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::holder::LABEL_CHARACTERS_MAX;
    use crate::prefix::Kind;

    const MIGRATION: &str = include_str!("../../../migrations/V2__api_keys.sql");

    #[test]
    fn a_revocation_is_announced_on_the_channel() {
        assert!(REVOKE_KEY.contains(&format!("pg_notify('{CHANNEL}'")));
    }

    #[test]
    fn the_table_knows_the_same_kinds_and_label_length_as_the_code() {
        let kinds = format!(
            "kind IN ('{}', '{}')",
            Kind::Public.as_str(),
            Kind::Internal.as_str()
        );

        assert!(MIGRATION.contains(&kinds));
        assert!(MIGRATION.contains(&format!("BETWEEN 1 AND {LABEL_CHARACTERS_MAX}")));
    }
}
