//! Stored answers: the memory behind `Idempotency-Key`.
//!
//! An answer is stored in the transaction of what it answers, so a repeated request either finds
//! it or finds that nothing happened. The journal's head orders requests with the same key.

use crate::Remembered;
use domain::{UserId, Version};
use event_store::JournalId;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Statement};
use uuid::Uuid;

/// How long a stored answer is kept at least.
pub const ANSWERS_KEPT_HOURS: u32 = 7 * 24;
const FORGOTTEN_AT_ONCE_MAX: i64 = 10_000;

/// An answer as found.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub fingerprint: Vec<u8>,
    pub remembered: Remembered,
}

/// An answer to be stored.
#[derive(Debug, Clone)]
pub(crate) struct NewAnswer {
    pub user_id: UserId,
    pub key: String,
    pub fingerprint: [u8; 32],
    pub remembered: Remembered,
}

pub(crate) struct Answers {
    find: Statement,
    store: Statement,
}

impl Answers {
    pub async fn prepare(client: &Client) -> Result<Self, Error> {
        Ok(Self {
            find: client
                .prepare(include_str!("../sql/find_answers.sql"))
                .await?,
            store: client
                .prepare(include_str!("../sql/store_answers.sql"))
                .await?,
        })
    }

    pub async fn find(
        &self,
        client: &Client,
        journal: JournalId,
        asked: &[(UserId, String)],
    ) -> Result<Vec<(UserId, String, Stored)>, Error> {
        if asked.is_empty() {
            return Ok(vec![]);
        }
        let users: Vec<Uuid> = asked.iter().map(|(user, _)| user.0).collect();
        let keys: Vec<&str> = asked.iter().map(|(_, key)| key.as_str()).collect();
        let rows = client
            .query(&self.find, &[&journal.0, &users, &keys])
            .await?;
        let stored = |row: &tokio_postgres::Row| {
            let remembered = Remembered {
                status: row.get("status"),
                body: row.get("body"),
                version: row.get::<_, Option<i64>>("version").map(Version),
            };
            let fingerprint = row.get("fingerprint");
            (
                UserId(row.get("user_id")),
                row.get("key"),
                Stored {
                    fingerprint,
                    remembered,
                },
            )
        };
        Ok(rows.iter().map(stored).collect())
    }

    pub async fn store(
        &self,
        client: &Client,
        journal: JournalId,
        answers: &[NewAnswer],
    ) -> Result<(), Error> {
        if answers.is_empty() {
            return Ok(());
        }
        let users: Vec<Uuid> = answers.iter().map(|answer| answer.user_id.0).collect();
        let keys: Vec<&str> = answers.iter().map(|answer| answer.key.as_str()).collect();
        let prints: Vec<&[u8]> = answers
            .iter()
            .map(|answer| answer.fingerprint.as_slice())
            .collect();
        let statuses: Vec<i16> = answers
            .iter()
            .map(|answer| answer.remembered.status)
            .collect();
        let bodies: Vec<&str> = answers
            .iter()
            .map(|answer| answer.remembered.body.as_str())
            .collect();
        let versions: Vec<Option<i64>> = answers
            .iter()
            .map(|answer| answer.remembered.version.map(|at| at.0))
            .collect();
        let binds: [&(dyn ToSql + Sync); 7] = [
            &journal.0, &users, &keys, &prints, &statuses, &bodies, &versions,
        ];
        client.execute(&self.store, &binds).await.map(|_| ())
    }
}

/// Forgets answers older than [`ANSWERS_KEPT_HOURS`]: one bounded step. Returns how many.
///
/// # Errors
/// When the database does not answer; the next step goes on.
pub async fn forget_answers(client: &Client) -> Result<u64, Error> {
    let seconds = f64::from(ANSWERS_KEPT_HOURS) * 3_600.0;
    client
        .execute(
            include_str!("../sql/forget_answers.sql"),
            &[&seconds, &FORGOTTEN_AT_ONCE_MAX],
        )
        .await
}
