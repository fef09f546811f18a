//! Giving the shadows what the live tables have and is cheaper to make when they are full: a count of their
//! rows, keys and indexes, some tables at a time; then the references that need the keys.
//!
//! Each is made by itself, so that what was made is kept when it is broken off.

use super::standing::move_to;
use super::{Phase, RebuildError};
use event_store::connect;
use futures_util::future::{try_join, try_join_all};
use std::num::NonZeroUsize;
use tokio_postgres::{Client, Config, Error};

/// Counts, keys and indexes: each table by itself.
const INDEXES: i32 = 2;
/// References, to which no row has been held yet.
const REFERENCES: i32 = 3;
/// Rows are held to them: again each table by itself.
const ALL: i32 = 4;

/// Who makes them.
pub(super) struct Indexing<'a> {
    pub client: &'a Client,
    pub config: &'a Config,
    pub at_once: NonZeroUsize,
    pub rebuild: i64,
}

impl Indexing<'_> {
    /// Makes everything. False when the rebuild is over meanwhile.
    pub async fn finish(&self) -> Result<bool, RebuildError> {
        Ok(self.side_by_side(INDEXES).await?
            && make(self.client, REFERENCES, self.rebuild).await?
            && self.side_by_side(ALL).await?)
    }

    async fn side_by_side(&self, last_turn: i32) -> Result<bool, RebuildError> {
        let mut others = Vec::new();
        for _ in 1..self.at_once.get() {
            others.push(make_on_its_own(self.config, last_turn, self.rebuild));
        }
        let own = make(self.client, last_turn, self.rebuild);
        let (made, others) = try_join(own, try_join_all(others)).await?;
        Ok(made && !others.contains(&false))
    }
}

async fn make_on_its_own(
    config: &Config,
    last_turn: i32,
    rebuild: i64,
) -> Result<bool, RebuildError> {
    let connection = connect(config).await?;
    let have_patience = include_str!("../../sql/have_patience.sql");
    connection.client.query_one(have_patience, &[]).await?;
    make(&connection.client, last_turn, rebuild).await
}

/// Makes one after the other until nothing is left that nobody else is making.
async fn make(client: &Client, last_turn: i32, rebuild: i64) -> Result<bool, RebuildError> {
    while next(client, last_turn).await?.is_some() {
        if !move_to(client, rebuild, Phase::Indexing).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn next(client: &Client, last_turn: i32) -> Result<Option<String>, Error> {
    let finish = include_str!("../../sql/finish_shadows.sql");
    let row = client.query_one(finish, &[&last_turn]).await?;
    Ok(row.get("name"))
}
