//! A connection that finds the shadow tables in place of the live ones, and applies to them what happened
//! since the rebuild began, by the very statements that write live rows.
//!
//! Rows take their time from the shadow head. Events that were recorded at one instant are one write, as
//! they were when they were decided; but what takes or frees a name is a write by itself, because a clock
//! that was put back has many transactions at one instant.

use super::RebuildError;
use super::catching_up::{Page, Write};
use crate::Rows;
use domain::Event;
use event_store::{Connection, JournalId, Recorded, connect, read_after};
use futures_util::poll;
use std::task::Poll;
use tokio_postgres::{Client, Config, Statement};

/// Events that one page has at most.
const PAGE_EVENTS: i64 = 1_000;

pub(super) struct Looker {
    connection: Connection,
    pub rows: Rows,
    read_head: Statement,
    pub move_head: Statement,
    find_phase: Statement,
}

impl Looker {
    pub async fn open(config: &Config) -> Result<Self, RebuildError> {
        let connection = connect(config).await?;
        let client = &connection.client;
        let have_patience = include_str!("../../sql/have_patience.sql");
        client.query_one(have_patience, &[]).await?;
        let relax = include_str!("../../sql/do_not_wait_for_the_disk.sql");
        client.query_one(relax, &[]).await?;
        let find_by_keys = include_str!("../../sql/find_by_keys.sql");
        client.query_one(find_by_keys, &[]).await?;
        let look = include_str!("../../sql/look_at_shadows.sql");
        client.query_one(look, &[]).await?;
        let rows = Rows::prepare(client).await?;
        let prepare = |statement| client.prepare(statement);
        Ok(Self {
            rows,
            read_head: prepare(include_str!("../../sql/read_shadow_head.sql")).await?,
            move_head: prepare(include_str!("../../sql/move_shadow_head.sql")).await?,
            find_phase: prepare(include_str!("../../sql/find_phase.sql")).await?,
            connection,
        })
    }

    pub fn client(&self) -> &Client {
        &self.connection.client
    }

    /// Applies the next events of `journal` that the shadows have not, in the transaction that is open. How
    /// many there were.
    pub async fn catch_up(&self, journal: JournalId) -> Result<usize, RebuildError> {
        let client = self.client();
        let row = client.query_one(&self.read_head, &[&journal.0]).await?;
        let events = read_after(client, journal, row.get("head"), PAGE_EVENTS).await?;
        if events.is_empty() {
            return Ok(0);
        }
        let mut page = Page::load(self, journal, &events).await?;
        let applied = events.chunk_by(is_one_write);
        let applied = applied.map(|together| page.apply(together));
        let writes = applied.collect::<Result<Vec<_>, RebuildError>>()?;
        self.write(writes.iter().flatten()).await?;
        Ok(events.len())
    }

    /// Writes one after the other, without waiting for an answer in between.
    async fn write(&self, writes: impl Iterator<Item = &Write>) -> Result<(), RebuildError> {
        let mut sent = Vec::new();
        for write in writes {
            let mut write = Box::pin(write.write(self));
            match poll!(&mut write) {
                Poll::Ready(written) => written?,
                Poll::Pending => sent.push(write),
            }
        }
        for write in sent {
            write.await?;
        }
        Ok(())
    }

    /// Applies what happened in `journals` in pages, each a transaction, until hardly anything is left. False
    /// when the rebuild is over meanwhile.
    pub async fn approach(
        &self,
        rebuild: i64,
        journals: &[JournalId],
    ) -> Result<bool, RebuildError> {
        let page = usize::try_from(PAGE_EVENTS).unwrap_or(usize::MAX);
        for journal in journals {
            loop {
                let row = self
                    .client()
                    .query_one(&self.find_phase, &[&rebuild])
                    .await?;
                if super::Phase::of(&row)?.is_over() {
                    return Ok(false);
                }
                self.client().batch_execute("BEGIN").await?;
                let applied = self.catch_up(*journal).await?;
                self.client().batch_execute("COMMIT").await?;
                if applied < page {
                    break;
                }
            }
        }
        Ok(true)
    }
}

fn is_one_write(one: &Recorded, next: &Recorded) -> bool {
    let names = |recorded: &Recorded| {
        matches!(
            recorded.event,
            Event::CampaignCreated(_)
                | Event::CampaignSettingsChanged(_)
                | Event::CampaignDeleted(_)
        )
    };
    one.recorded_at == next.recorded_at && !names(one) && !names(next)
}
