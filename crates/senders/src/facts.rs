//! How accounts stand and what limits they have, for decisions.

use crate::SenderError;
use crate::row::{own_limits, standing};
use domain::{AccountId, OwnLimits, SenderFacts, Senders, UserId};
use std::collections::HashMap;
use tokio_postgres::{Client, Row, Statement};
use uuid::Uuid;

const FIND_FACTS: &str = include_str!("../sql/find_facts.sql");
const FIND_LIMITS: &str = include_str!("../sql/find_limits.sql");

/// Limits of accounts, by whose they are.
pub type LimitsOfAccounts = HashMap<(UserId, AccountId), OwnLimits>;

/// The prepared statements of a lane, for one connection.
pub struct Facts {
    find: Statement,
    find_limits: Statement,
}

impl Facts {
    /// Prepares the statements on `client`.
    ///
    /// # Errors
    /// When the database cannot.
    pub async fn prepare(client: &Client) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            find: client.prepare(FIND_FACTS).await?,
            find_limits: client.prepare(FIND_LIMITS).await?,
        })
    }

    /// How the accounts named by pairs of user and id stand. One that is not there, or not that
    /// user's, is left out.
    ///
    /// # Errors
    /// When the database does not answer or a row is damaged.
    pub async fn find(
        &self,
        client: &Client,
        wanted: &[(UserId, AccountId)],
    ) -> Result<HashMap<(UserId, AccountId), SenderFacts>, SenderError> {
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let users: Vec<Uuid> = wanted.iter().map(|(user, _)| user.0).collect();
        let ids: Vec<Uuid> = wanted.iter().map(|(_, id)| id.0).collect();
        let rows = client.query(&self.find, &[&users, &ids]).await?;
        rows.iter().map(read).collect()
    }

    /// The limits that accounts have of their own, of any user. One that is not there is left
    /// out.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find_limits(
        &self,
        client: &Client,
        ids: &[Uuid],
    ) -> Result<LimitsOfAccounts, SenderError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = client.query(&self.find_limits, &[&ids]).await?;
        Ok(rows.iter().map(read_limits).collect())
    }
}

/// The same, outside of a lane.
///
/// # Errors
/// When the database does not answer.
pub async fn find_limits(
    client: &deadpool_postgres::Client,
    ids: &[Uuid],
) -> Result<LimitsOfAccounts, SenderError> {
    let statement = client.prepare_cached(FIND_LIMITS).await?;
    let rows = client.query(&statement, &[&ids]).await?;
    Ok(rows.iter().map(read_limits).collect())
}

fn read_limits(row: &Row) -> ((UserId, AccountId), OwnLimits) {
    let whose = (UserId(row.get("user_id")), AccountId(row.get("id")));
    (whose, own_limits(row))
}

/// How accounts of one user stand, outside of a lane: for a dry run or a validation.
///
/// # Errors
/// When the database does not answer or a row is damaged.
pub async fn find_facts(
    client: &deadpool_postgres::Client,
    user: UserId,
    ids: &[AccountId],
) -> Result<Senders, SenderError> {
    if ids.is_empty() {
        return Ok(Senders::default());
    }
    let statement = client.prepare_cached(FIND_FACTS).await?;
    let users = vec![user.0; ids.len()];
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = client.query(&statement, &[&users, &ids]).await?;
    rows.iter()
        .map(|row| read(row).map(|((_, id), facts)| (id, facts)))
        .collect()
}

fn read(row: &Row) -> Result<((UserId, AccountId), SenderFacts), SenderError> {
    let whose = (UserId(row.get("user_id")), AccountId(row.get("id")));
    Ok((whose, standing(row, row.get("has_inbox"))?))
}
