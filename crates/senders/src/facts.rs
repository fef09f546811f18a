//! How accounts stand, for decisions.

use crate::SenderError;
use crate::row::standing;
use domain::{AccountId, SenderFacts, Senders, UserId};
use std::collections::HashMap;
use tokio_postgres::{Client, Row, Statement};
use uuid::Uuid;

const FIND_FACTS: &str = include_str!("../sql/find_facts.sql");

/// The prepared statement of a lane, for one connection.
pub struct Facts {
    find: Statement,
}

impl Facts {
    /// Prepares the statement on `client`.
    ///
    /// # Errors
    /// When the database cannot.
    pub async fn prepare(client: &Client) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            find: client.prepare(FIND_FACTS).await?,
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
